// The committed corpora themselves: each target has one, and together they stay small.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "fuzz/fuzz.h"

namespace karez::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastFiles = 6;
constexpr std::size_t kMostFiles = 800;
constexpr std::uintmax_t kAllBytes = 1'500'000;

const fs::path kFolder = fs::path(KAREZ_SOURCE_DIR) / "tests/fuzz";

/// As CMakeLists.txt names them.
std::set<std::string> targets() {
  std::set<std::string> names;
  std::istringstream list(KAREZ_FUZZ_TARGETS);
  for (std::string name; list >> name;) names.insert(name);
  return names;
}

TEST_CASE("Fuzz: each target has a corpus of its own, and each corpus a target") {
  const auto names = targets();
  CHECK(names.size() > 5);
  for (const std::string& name : names) {
    CAPTURE(name);
    const fs::path corpus = kFolder / "corpus" / name;
    REQUIRE(fs::is_directory(corpus));
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(corpus)) {
      CAPTURE(entry.path().string());
      CHECK(entry.is_regular_file());
      CHECK(entry.file_size() <= kInputBytes);
      ++files;
    }
    CHECK(files >= kLeastFiles);
    CHECK(files <= kMostFiles);
  }
  for (const auto& entry : fs::directory_iterator(kFolder / "corpus")) {
    CAPTURE(entry.path().string());
    CHECK(names.contains(entry.path().filename().string()));
  }
}

TEST_CASE("Fuzz: all corpora together are small") {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder / "corpus")) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  MESSAGE("bytes of all corpora: " << bytes);
  CHECK(bytes <= kAllBytes);
}

TEST_CASE("Fuzz: whatever stands here as a target is listed") {
  const auto names = targets();
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string name = entry.path().stem().string();
    static const std::set<std::string> others{"corpora_test", "corpus_main",  "damage", "libfuzzer_main",
                                              "make_corpus",  "make_scripts", "memory"};
    CAPTURE(name);
    CHECK(names.contains(name) != others.contains(name));
  }
}

}  // namespace
}  // namespace karez::fuzz
