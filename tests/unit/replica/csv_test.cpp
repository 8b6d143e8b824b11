#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "karez/replica/import.h"

namespace karez {
namespace {

using namespace std::string_view_literals;
using Cells = std::vector<std::string>;

CsvTable good(std::string_view text) {
  auto table = parse_csv(text);
  REQUIRE(table.ok());
  CHECK(table->bad_rows.empty());
  return std::move(*table);
}

TEST_CASE("CSV: a byte order mark, either line end and a missing last one are all the same file") {
  for (std::string_view text : {"a,b\n1,2\n3,4\n"sv, "a,b\r\n1,2\r\n3,4\r\n"sv,
                                "\xEF\xBB\xBF"
                                "a,b\r\n1,2\n3,4"sv,
                                "a,b\n1,2\n3,4\r"sv}) {
    const CsvTable table = good(text);
    CHECK(table.header == Cells{"a", "b"});
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[0].cells == Cells{"1", "2"});
    CHECK(table.rows[1].cells == Cells{"3", "4"});
  }
}

TEST_CASE("CSV: quoted cells keep commas, quotes, line breaks and a leading equals sign as they stand") {
  const CsvTable table =
      good("note,n\n\"带逗号,和\"\"引号\"\"\",1\n\"line one\r\nline two\",2\n=1+1 现场统计,3\n\"\",4\n");
  REQUIRE(table.rows.size() == 4);
  CHECK(table.rows[0].cells[0] == "带逗号,和\"引号\"");
  CHECK(table.rows[1].cells[0] == "line one\r\nline two");
  CHECK(table.rows[2].cells[0] == "=1+1 现场统计");
  CHECK(table.rows[3].cells[0] == "");
}

TEST_CASE("CSV: rows are numbered from 1 without the header, lines as an editor shows them") {
  const CsvTable table = good("a,b\n\"x\ny\",1\n\n2,3\n");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].number == 1);
  CHECK(table.rows[0].line == 2);
  CHECK(table.rows[1].number == 2);
  CHECK(table.rows[1].line == 5);
}

TEST_CASE("CSV: spaces around a header are dropped, those in cells are kept") {
  const CsvTable table = good(" a , b\n 1 ,2\n");
  CHECK(table.header == Cells{"a", "b"});
  CHECK(table.rows[0].cells == Cells{" 1 ", "2"});
}

TEST_CASE("CSV: a quote inside an unquoted cell is a character like any other") {
  CHECK(good("a,b\n5\" pipe,2\n").rows[0].cells[0] == "5\" pipe");
}

TEST_CASE("CSV: a row that cannot be read steps aside and the others are kept") {
  const auto table = parse_csv("a,b\n1,2\n1\n1,2,3\n\xFF,2\n1,\"x\"y\n\0,2\n7,8\n"sv);
  REQUIRE(table.ok());
  REQUIRE(table->rows.size() == 2);
  CHECK(table->rows[1].number == 7);
  REQUIRE(table->bad_rows.size() == 5);
  const std::vector<std::string_view> reasons{"1 cells", "3 cells", "UTF-8", "closing quote", "zero byte"};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    CHECK(table->bad_rows[i].number == i + 2);
    CHECK(table->bad_rows[i].reason.find(reasons[i]) != std::string::npos);
  }
}

TEST_CASE("CSV: a quote that never closes is refused as a whole and names the row where it began") {
  const auto table = parse_csv("a,b\n1,2\n3,\"open\n5,6\n");
  REQUIRE(!table.ok());
  CHECK(table.error().code == ErrorCode::malformed);
  CHECK(table.error().message.find("data row 2") != std::string::npos);
}

TEST_CASE("CSV: a file without a header, or with one that is not UTF-8, is refused") {
  for (std::string_view text : {""sv, "\n\n"sv, "\xEF\xBB\xBF"sv,
                                "\xFF\xFE"
                                "a\0,\0"sv,
                                "\"a\" b,c\n"sv, "\"a"sv}) {
    const auto table = parse_csv(text);
    REQUIRE(!table.ok());
    CHECK(table.error().code == ErrorCode::malformed);
  }
}

}  // namespace
}  // namespace karez
