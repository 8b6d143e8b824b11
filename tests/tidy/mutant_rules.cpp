// The saboteurs' names, the places where they stand and the table of their tests, against each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tidy/tree.h"

namespace karez::tidy {
namespace {

constexpr std::string_view kHeader = "engine/include/karez/base/mutants.h";
constexpr std::string_view kTable = "tests/mutants/table.py";
constexpr std::string_view kPresets = "CMakePresets.json";

/// What stands between `before` and `after`, every time.
std::vector<std::string> all_between(std::string_view text, std::string_view before, std::string_view after) {
  std::vector<std::string> found;
  for (std::size_t i = text.find(before); i != text.npos; i = text.find(before, i)) {
    i += before.size();
    const std::size_t end = text.find(after, i);
    if (end == text.npos) break;
    found.emplace_back(text.substr(i, end - i));
  }
  return found;
}

const SourceFile& file_at(const std::vector<SourceFile>& files, std::string_view path) {
  static const SourceFile none;
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& one) { return one.path == path; });
  return found == files.end() ? none : *found;
}

std::vector<std::string> mutant_problems(const std::vector<SourceFile>& files) {
  std::vector<std::string> problems;
  std::map<std::string, int> places, rows;
  for (const SourceFile& file : files) {
    const bool is_program =
        file.path.starts_with("engine/") || file.path.starts_with("server/") || file.path.starts_with("cli/");
    if (!is_program || !is_cpp(file.path)) continue;
    for (const std::string& name : all_between(file.text, "is_mutant(Mutant::", ")")) {
      ++places[name];
      if (!file.path.ends_with(".cpp")) problems.push_back(file.path + ": a header with the mutant " + name);
    }
  }
  for (const std::string& name : all_between(file_at(files, kTable).text, "\nmutant(\"", "\"")) ++rows[name];
  for (const std::string& name : all_between(file_at(files, kHeader).text, "\n  X(", ")")) {
    if (places[name] != 1) {
      problems.push_back(name + " stands in " + std::to_string(places[name]) +
                         " places of the code, not in one");
    }
    if (rows[name] != 1) {
      problems.push_back(name + " has " + std::to_string(rows[name]) + " rows in the table, not one");
    }
    places.erase(name);
    rows.erase(name);
  }
  for (const auto* rest : {&places, &rows}) {
    for (const auto& [name, count] : *rest)
      problems.push_back(name + " is no mutant of " + std::string(kHeader));
  }
  // Only the preset dev builds them in.
  const std::string& presets = file_at(files, kPresets).text;
  for (std::size_t i = presets.find("\"KAREZ_MUTANTS\""); i != presets.npos;
       i = presets.find("\"KAREZ_MUTANTS\"", i + 1)) {
    const std::size_t name = presets.rfind("\"name\": ", i);
    const bool is_dev = name != presets.npos && presets.compare(name, 13, "\"name\": \"dev\"") == 0;
    if (!is_dev) problems.push_back("another preset than dev builds saboteurs in");
  }
  return problems;
}

TEST_CASE(
    "Mutants: each stands in one place of the code and in one row of the table, only in the preset dev") {
  const std::vector<SourceFile> files = tree();
  for (const std::string& problem : mutant_problems(files)) FAIL_CHECK(problem);
  CHECK(all_between(file_at(files, kHeader).text, "\n  X(", ")").size() >= 30);
  CHECK(all_between(file_at(files, kTable).text, "quick=", ")").size() >= 10);
  CHECK(all_between(file_at(files, kPresets).text, "KAREZ_MUTANTS\": \"", "\"") ==
        std::vector<std::string>{"ON"});
}

TEST_CASE("Rules: a mutant that stands nowhere, twice or without a test is found") {
  const SourceFile header{std::string(kHeader), "#define N(X) \\\n  X(a) \\\n  X(b)\n"};
  const SourceFile table{std::string(kTable), "\nmutant(\"a\", 1)\nmutant(\"b\", 2)\n"};
  const SourceFile code{"engine/log/x.cpp", "if (is_mutant(Mutant::a)) is_mutant(Mutant::b);"};
  const SourceFile presets{std::string(kPresets),
                           R"([{"name": "base"}, {"name": "dev", "KAREZ_MUTANTS": "ON"}])"};
  CHECK(mutant_problems({header, table, code, presets}).empty());
  CHECK(mutant_problems({header, table, presets}).size() == 2);
  CHECK(mutant_problems({header, code, presets}).size() == 2);
  CHECK(mutant_problems({header, table, code, {"server/x.cpp", "is_mutant(Mutant::b)"}}).size() == 1);
  CHECK(mutant_problems({header, table, {"engine/x.h", code.text}}).size() == 2);
  CHECK(mutant_problems({header, table, code, {"cli/x.cpp", "is_mutant(Mutant::c)"}}).size() == 1);
  const SourceFile shipped{std::string(kPresets),
                           R"([{"name": "dev"}, {"name": "release", "KAREZ_MUTANTS": "ON"}])"};
  CHECK(mutant_problems({header, table, code, shipped}).size() == 1);
}

}  // namespace
}  // namespace karez::tidy
