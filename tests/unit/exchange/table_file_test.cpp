#include "karez/exchange/table_file.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "engine/exchange/xlsx_numbers.h"

namespace karez {
namespace {

std::vector<std::string> cells_of(RowSource& rows) {
  std::vector<std::string> all;
  for (;;) {
    const auto row = rows.next();
    REQUIRE(row.ok());
    if (!*row) return all;
    all.insert(all.end(), (*row)->cells.begin(), (*row)->cells.end());
    if (!(*row)->problem.empty()) all.push_back("! " + std::to_string((*row)->number));
  }
}

std::vector<std::string> read(const std::string& bytes, TableNotes* notes = nullptr) {
  const auto file = TableFile::open(bytes, {});
  REQUIRE(file.ok());
  if (notes != nullptr) *notes = (*file)->notes();
  return cells_of((*file)->rows());
}

TEST_CASE("TableFile: text is UTF-8 if it can be, else GB18030, or UTF-16 by its mark") {
  const std::vector<std::string> wanted{"\xE7\x94\xB2", "1"};
  TableNotes notes;
  CHECK(read("a,b\n\xE7\x94\xB2,1\n", &notes) == wanted);
  CHECK(notes.encoding == "UTF-8");
  CHECK(read("\xEF\xBB\xBF"
             "a;b\r\n\xE7\x94\xB2;1\r\n") == wanted);
  CHECK(read("a,b\r\xE7\x94\xB2,1\r") == wanted);
  CHECK(read("a\tb\n\xBC\xD7\t1\n", &notes) == wanted);
  CHECK(notes.encoding == "GB18030");
  CHECK(notes.separator == '\t');
  CHECK(read(std::string("\xFF\xFE"
                         "a\0,\0b\0\n\0\x32\x75,\0"
                         "1\0",
                         16),
             &notes) == wanted);
  CHECK(notes.encoding == "UTF-16");
}

TEST_CASE("TableFile: bytes that are no text are refused with their line") {
  for (const std::string& bytes : {std::string("a,b\n1,2\n\xFF\xFF\n"), std::string("a\n1\n\xBC\0\n", 7)}) {
    const auto file = TableFile::open(bytes, {});
    REQUIRE(!file.ok());
    CHECK(file.error().code == ErrorCode::malformed);
    CHECK(file.error().message.find("line 3") != std::string::npos);
  }
}

TEST_CASE("TableFile: a separator inside of quotes is none") {
  CHECK(separator_of("\"a;b;c\",d\n1;2;3;4") == ',');
  CHECK(separator_of("\n\na;b\n") == ';');
  CHECK(separator_of("alone") == ',');
}

TEST_CASE("TableFile: an apostrophe that an export wrote before a formula goes") {
  CHECK(read("a,b\n'=1+1,'plain\n") == std::vector<std::string>{"=1+1", "'plain"});
}

TEST_CASE("TableFile: rows can be gone through twice, and a heading under a title is found") {
  const auto file = TableFile::open("Title,,\n\na,b\n1,2\n", {"", 3});
  REQUIRE(file.ok());
  RowSource& rows = (*file)->rows();
  CHECK(rows.header() == std::vector<std::string>{"a", "b"});
  const auto once = cells_of(rows);
  REQUIRE(rows.rewind().ok());
  CHECK(cells_of(rows) == once);
  CHECK(once == std::vector<std::string>{"1", "2"});
}

TEST_CASE("TableFile: a workbook of LibreOffice has texts and days") {
  std::ifstream in(std::string(KAREZ_SOURCE_DIR) + "/tests/fixtures/imports/libreoffice-day.xlsx",
                   std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  TableNotes notes;
  const auto cells = read(bytes, &notes);
  REQUIRE(cells.size() == 4 * 9);
  CHECK(cells[1] == "2022-07-14T09:00:00");
  CHECK(cells[2] == "S001");
  CHECK(cells[3 * 9 + 4] == "#N/A");
  CHECK(notes.format == TableNotes::Format::xlsx);
}

TEST_CASE("XlsxNumbers: a format code says whether a number is a day") {
  CHECK(number_kind("General") == NumberKind::plain);
  CHECK(number_kind("0.00\"d\"") == NumberKind::plain);
  CHECK(number_kind("[Red]#,##0") == NumberKind::plain);
  CHECK(number_kind("yyyy\\-mm\\-dd") == NumberKind::date);
  CHECK(number_kind("[$-804]yyyy\"\xE5\xB9\xB4\"m\"\xE6\x9C\x88\"d\"\xE6\x97\xA5\"") == NumberKind::date);
  CHECK(number_kind("m/d/yy h:mm") == NumberKind::datetime);
  CHECK(number_kind("[h]:mm:ss") == NumberKind::clock);
  CHECK(number_kind(std::uint64_t{14}) == NumberKind::date);
  CHECK(number_kind(std::uint64_t{22}) == NumberKind::datetime);
}

TEST_CASE("XlsxNumbers: days of either system, without the day that never was") {
  CHECK(serial_text(44756.375, NumberKind::datetime, false) == "2022-07-14T09:00:00");
  CHECK(serial_text(43294, NumberKind::date, true) == "2022-07-14");
  CHECK(serial_text(1, NumberKind::date, false) == "1900-01-01");
  CHECK(serial_text(59, NumberKind::date, false) == "1900-02-28");
  CHECK(!serial_text(60, NumberKind::date, false).has_value());
  CHECK(serial_text(61, NumberKind::date, false) == "1900-03-01");
  CHECK(serial_text(0.5, NumberKind::clock, false) == "12:00:00");
  CHECK(!serial_text(-1, NumberKind::date, false).has_value());
  CHECK(!serial_text(1e300, NumberKind::date, false).has_value());
}

TEST_CASE("XlsxNumbers: a number is shown as people mean it, and one that lost digits is none") {
  CHECK(number_text(12.0) == "12");
  CHECK(number_text(-0.5) == "-0.5");
  CHECK(number_text(0.1 + 0.2) == "0.3");
  CHECK(!number_text(110101199003071234.0).has_value());
  CHECK(!number_text(1e300).has_value());
}

}  // namespace
}  // namespace karez
