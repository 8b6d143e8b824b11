#include "karez/exchange/import_mapping.h"

#include <doctest/doctest.h>

namespace karez {
namespace {

const Field& field_of_event(const char* name) {
  return *Catalog::built_in().collection("event")->field(name);
}

std::string plain(const char* name, std::string_view cell) {
  return plain_cell(Catalog::built_in(), field_of_event(name), cell);
}

TEST_CASE("ImportMapping: headings are compared without width, case and spaces") {
  CHECK(folded("\xEF\xBC\xA1 b\xE3\x80\x80\xEF\xBC\x88"
               "1\xEF\xBC\x89") == "ab(1)");
  CHECK(folded("\xFF bad") ==
        "\xFF"
        "bad");
}

TEST_CASE("ImportMapping: cells as people write them become what a field reads, and others stay") {
  CHECK(plain("person_times", "\xEF\xBC\x91\xEF\xBC\x92") == "12");
  CHECK(plain("person_times", "1,234,567") == "1234567");
  CHECK(plain("person_times", "12,34") == "12,34");
  CHECK(plain("person_times", "12.00") == "12");
  CHECK(plain("person_times", "12.5") == "12.5");
  CHECK(plain("time", "2022/7/4 9:05") == "2022-07-04T09:05:00");
  CHECK(plain("time",
              "2022\xE5\xB9\xB4"
              "7\xE6\x9C\x88"
              "4\xE6\x97\xA5") == "2022-07-04T00:00:00");
  CHECK(plain("time", "2022-07-14T09:00:00+08:00") == "2022-07-14T09:00:00+08:00");
  CHECK(plain("time", "7/4/2022") == "7/4/2022");
  CHECK(plain("trade", "Ride-Hail") == "hail");
  CHECK(plain("trade", "wizard") == "wizard");
  CHECK(plain("note", "\xEF\xBC\x91") == "\xEF\xBC\x91");
}

TEST_CASE(
    "ImportMapping: cells that a field reads already stay byte for byte, so rows keep their source keys") {
  for (const char* cell : {"2022-07-14T09:00:00+08:00", "2022-07-14T09:00:00.500+08:00"}) {
    CHECK(plain("time", cell) == cell);
  }
  CHECK(plain("person_times", "-12") == "-12");
  CHECK(plain("trade", "\xE5\xA4\x96\xE5\x8D\x96") == "\xE5\xA4\x96\xE5\x8D\x96");
}

TEST_CASE("ImportMapping: what is misspelt is named") {
  for (const char* json : {"", "[]", "{\"colums\":{}}", "{\"columns\":{\"a\":1}}", "{\"others\":\"keep\"}",
                           "{\"header_row\":-1}", "{\"columns\":{\"a\":{\"values\":{}}}}"}) {
    CAPTURE(json);
    const auto mapping = ImportMapping::parse(json);
    REQUIRE(!mapping.ok());
    CHECK(mapping.error().code == ErrorCode::malformed);
  }
  CHECK(ImportMapping::parse(std::string(1 << 20, ' ')).error().code == ErrorCode::too_large);
}

TEST_CASE("ImportMapping: columns, constants and split choices become fields in the file's order") {
  const auto mapping = ImportMapping::parse(R"({"columns":{"who":{"field":"trade","values":{"R":"rider"}}},)"
                                            R"("constants":{"type":"visit"},"key":"id","others":"ignore"})");
  REQUIRE(mapping.ok());
  const std::string text = "x,who,id\n1,R,k1\n2,S,k2\n";
  auto rows = csv_rows(text);
  REQUIRE(rows.ok());
  auto mapped = MappedRows::make(Catalog::built_in(), "event", *mapping, **rows);
  REQUIRE(mapped.ok());
  CHECK((*mapped)->header() == std::vector<std::string>{"trade", "id", "type"});
  auto row = (*mapped)->next();
  REQUIRE((row.ok() && row->has_value()));
  CHECK((*row)->cells == std::vector<std::string>{"rider", "k1", "visit"});
  CHECK((*mapped)->uses().front().use == ColumnUse::Use::ignored);
  const auto missing = ImportMapping::parse(R"({"columns":{"nobody":"trade"}})");
  REQUIRE(missing.ok());
  CHECK(MappedRows::make(Catalog::built_in(), "event", *missing, **rows).error().code == ErrorCode::refused);
}

}  // namespace
}  // namespace karez
