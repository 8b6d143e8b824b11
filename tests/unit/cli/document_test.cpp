#include "cli/document.h"

#include <doctest/doctest.h>

#include <limits>

namespace karez::cli {
namespace {

TEST_CASE("Document: keys keep their order, the canonical form sorts them and drops every space") {
  Document inner = Document::object();
  inner.set("z", 1).set("a", true).set("站点", Document());
  Document document = Document::object();
  document.set("b", std::move(inner)).set("a", Document::list_of({"x", "水"}));
  CHECK(document.line() == R"({"b":{"z":1,"a":true,"站点":null},"a":["x","水"]})");
  CHECK(document.canonical() == R"({"a":["x","水"],"b":{"a":true,"z":1,"站点":null}})");
}

TEST_CASE("Document: quotes, control characters and bytes that are not UTF-8 make valid JSON") {
  Document document = Document::object();
  document.set("note", std::string("\"a\"\n\x01\x7F\\ \xFF end"));
  CHECK(document.line() == "{\"note\":\"\\\"a\\\"\\n\\u0001\x7F\\\\ \xEF\xBF\xBD end\"}");
}

TEST_CASE("Document: a total is a number up to 64 bits and a text beyond") {
  const Total largest = std::numeric_limits<std::int64_t>::max();
  CHECK(Document::of_total(largest).line() == "9223372036854775807");
  CHECK(Document::of_total(largest + 1).line() == "\"9223372036854775808\"");
  CHECK(Document::of_total(-largest - 1).line() == "-9223372036854775808");
  CHECK(Document(std::numeric_limits<std::uint64_t>::max()).line() == "18446744073709551615");
  CHECK(Document(33.886225).line() == "33.886225");
}

}  // namespace
}  // namespace karez::cli
