#include <doctest/doctest.h>

#include <string>

#include "tidy/source_rules.h"
#include "tidy/tree.h"

namespace karez::tidy {
namespace {

void expect_none(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) FAIL_CHECK(problem);
}

TEST_CASE("Tree: no line of C++ is longer than 120 characters") {
  for (const SourceFile& file : tree()) {
    if (is_cpp(file.path)) expect_none(long_lines(file));
  }
}

TEST_CASE("Tree: no file promises later work") {
  for (const SourceFile& file : tree()) expect_none(leftover_marks(file));
}

TEST_CASE("Tree: no file names a folder of one machine") {
  for (const SourceFile& file : tree()) expect_none(machine_paths(file));
}

TEST_CASE("Tree: no test name would be split by ctest") {
  for (const SourceFile& file : tree()) {
    if (is_cpp(file.path) && !file.path.starts_with("tests/tidy/")) expect_none(bad_case_names(file));
  }
}

TEST_CASE("Tree: every .cpp file is built") { expect_none(unlisted_files(tree())); }

TEST_CASE("Rules: a long line is counted in characters") {
  std::string water;
  for (std::size_t i = 0; i < kLineColumns; ++i) water += "水";
  CHECK(long_lines({"a.cpp", water}).empty());
  CHECK(long_lines({"a.cpp", "\n" + water + "a\n"}).size() == 1);
}

TEST_CASE("Rules: a mark counts as a whole word only") {
  CHECK(leftover_marks({"a.cpp",
                        "// TO"
                        "DO: later"})
            .size() == 1);
  CHECK(leftover_marks({"a.cpp",
                        "x; // FIX"
                        "ME\n/* XX"
                        "X */"})
            .size() == 2);
  CHECK(leftover_marks({"a.cpp",
                        "mkdtemp(\"karez.XX"
                        "XXXX\"); TO"
                        "DOS"})
            .empty());
}

TEST_CASE("Rules: a folder of one machine is found at the start of a path") {
  CHECK(machine_paths({"a.sh",
                       "cd /wo"
                       "rk/karez"})
            .size() == 1);
  CHECK(machine_paths({"a.sh",
                       "\"/ho"
                       "me/liu/x\""})
            .size() == 1);
  CHECK(machine_paths({"a.sh",
                       "cd build/wo"
                       "rk/karez"})
            .empty());
  CHECK(machine_paths({"a.sh",
                       "${DIR}/wo"
                       "rk/karez"})
            .empty());
}

TEST_CASE("Rules: a semicolon in a test name is found, also in its second half") {
  CHECK(bad_case_names({"a.cpp", "TEST_CASE(\"a; b\") {}"}).size() == 1);
  CHECK(bad_case_names({"a.cpp", "TEST_CASE(\n    \"a \"\n    \"b; c\") {}"}).size() == 1);
  CHECK(bad_case_names({"a.cpp", "KAREZ_PROPERTY(\"a;\", [](int x) { f(x); })"}).size() == 1);
  CHECK(bad_case_names({"a.cpp", "TEST_CASE(\"a\") { f(\"b; c\"); }"}).empty());
}

TEST_CASE("Rules: a file that nobody lists is found") {
  const SourceFile list{"tests/unit/CMakeLists.txt", "x(SOURCES\n  base/a.cpp\n  # base/c.cpp\n)"};
  CHECK(unlisted_files({list, {"tests/unit/base/a.cpp", ""}}).empty());
  CHECK(unlisted_files({list, {"tests/unit/base/b.cpp", ""}}).size() == 1);
  CHECK(unlisted_files({list, {"tests/unit/base/c.cpp", ""}}).size() == 1);
  CHECK(unlisted_files({list, {"tests/property/a.cpp", ""}}).size() == 1);
}

}  // namespace
}  // namespace karez::tidy
