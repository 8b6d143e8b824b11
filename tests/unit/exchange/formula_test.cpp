#include "karez/exchange/formula.h"

#include <doctest/doctest.h>

#include <string>

namespace karez {
namespace {

TEST_CASE("Formula: what a spreadsheet would run gets an apostrophe") {
  CHECK(escape_formula("=1+1") == "'=1+1");
  CHECK(escape_formula("+86 13800000000") == "'+86 13800000000");
  CHECK(escape_formula("-5 bottles") == "'-5 bottles");
  CHECK(escape_formula("@SUM(A1)") == "'@SUM(A1)");
  CHECK(escape_formula("\t=1") == "'\t=1");
  CHECK(escape_formula("\r=1") == "'\r=1");
  CHECK(escape_formula("＝1") == "'＝1");
  CHECK(escape_formula("") == "");
  CHECK(escape_formula("补水") == "补水");
  CHECK(escape_formula("a=b") == "a=b");
}

TEST_CASE("Formula: what was escaped comes back, and nothing else is touched") {
  for (const std::string text :
       {"=1+1", "'=1+1", "''=1", "'", "''", "'note", "note", "", "'＝x", "\n", "'\n", "a'=b"}) {
    CHECK(unescape_formula(escape_formula(text)) == text);
  }
  CHECK(unescape_formula("'note") == "'note");
  CHECK(unescape_formula("=1") == "=1");
}

}  // namespace
}  // namespace karez
