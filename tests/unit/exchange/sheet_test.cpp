#include "karez/exchange/sheet.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temporary_folder.h"

namespace karez {
namespace {

using testing::TemporaryFolder;

using Row = std::vector<Cell>;

WorkbookOptions in_chinese() {
  WorkbookOptions options;
  options.headings = Headings::zh;
  return options;
}

WorkbookOptions by_names() {
  WorkbookOptions options;
  options.headings = Headings::names;
  return options;
}

Sheet handouts() {
  return {"handout",
          "发放",
          "handouts",
          {{"id", "", "", CellType::text},
           {"qty", "数量", "quantity", CellType::integer},
           {"value", "金额(元)", "value (yuan)", CellType::yuan},
           {"day", "日期", "day", CellType::date},
           {"time", "时间", "time", CellType::datetime}}};
}

const Row kHandout{std::string("007"), std::int64_t{-3}, std::int64_t{-5}, Day{19187},
                   WallTime{1'657'756'886'000, 480}};

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST_CASE("Sheet: CSV has a byte order mark, CRLF, typed cells and no formula") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/out.csv";
  auto writer = write_csv(path, in_chinese());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin_sheet(handouts()).ok());
  REQUIRE((*writer)->row(kHandout).ok());
  REQUIRE((*writer)->row(Row{std::string("=1,\"2\"\n"), std::monostate{}}).ok());
  CHECK(!std::filesystem::exists(path));
  const auto summary = (*writer)->finish();
  REQUIRE(summary.ok());
  CHECK(summary->rows == 2);
  CHECK(text_of(path) ==
        "\xEF\xBB\xBFid,数量,金额(元),日期,时间\r\n"
        "007,-3,-0.05,2022-07-14,2022-07-14T08:01:26+08:00\r\n"
        "\"'=1,\"\"2\"\"\n\",,,,\r\n");
}

TEST_CASE("Sheet: several sheets of CSV are a file each") {
  TemporaryFolder folder;
  auto writer = write_workbook(folder.path() + "/out.csv", by_names());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin_sheet(handouts()).ok());
  REQUIRE((*writer)->row(kHandout).ok());
  REQUIRE((*writer)->begin_sheet({"site", "", "", {{"code", "", "", CellType::text}}}).ok());
  const auto summary = (*writer)->finish();
  REQUIRE(summary.ok());
  REQUIRE(summary->files.size() == 2);
  CHECK(text_of(folder.path() + "/out-site.csv") ==
        "\xEF\xBB\xBF"
        "code\r\n");
  CHECK(text_of(folder.path() + "/out-handout.csv").ends_with("2022-07-14T08:01:26+08:00\r\n"));
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("Sheet: what is not finished leaves nothing behind, and the older file stays") {
  TemporaryFolder folder;
  for (const std::string name : {"out.csv", "out.xlsx"}) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << "older";
    {
      auto writer = write_workbook(path, {});
      REQUIRE(writer.ok());
      CHECK(write_workbook(path, {}).error().code == ErrorCode::busy);
      REQUIRE((*writer)->begin_sheet(handouts()).ok());
      REQUIRE((*writer)->row(kHandout).ok());
    }
    CHECK(text_of(path) == "older");
  }
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("Sheet: a place that cannot be written is named before the work begins") {
  TemporaryFolder folder;
  CHECK(write_workbook(folder.path() + "/none/out.xlsx", {}).error().code == ErrorCode::not_found);
  CHECK(write_workbook(folder.path() + "/none/out.csv", {}).error().code == ErrorCode::not_found);
  CHECK(write_csv(folder.path(), {}).error().code == ErrorCode::usage);
  CHECK(write_workbook(folder.path() + "/out.ods", {}).error().code == ErrorCode::usage);
}

TEST_CASE("Sheet: a sum beyond a spreadsheet's numbers is text") {
  CHECK(sum_cell(12) == Cell(std::int64_t{12}));
  CHECK(sum_cell(-(Int128{1} << 53)) == Cell(-(std::int64_t{1} << 53)));
  CHECK(sum_cell((Int128{1} << 53) + 1) == Cell(std::string("9007199254740993")));
  CHECK(sum_cell(-(Int128{1} << 100)) == Cell(std::string("-1267650600228229401496703205376")));
}

TEST_CASE("Sheet: an XLSX workbook is a zip file") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/out.xlsx";
  auto writer = write_workbook(path, in_chinese());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin_sheet(handouts()).ok());
  REQUIRE((*writer)->row(kHandout, RowStyle::total).ok());
  const auto summary = (*writer)->finish();
  REQUIRE(summary.ok());
  REQUIRE(summary->files.size() == 1);
  CHECK(summary->files[0].bytes == std::filesystem::file_size(path));
  CHECK(text_of(path).starts_with("PK"));
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("Sheet: a full sheet goes on in another") {
  TemporaryFolder folder;
  WorkbookOptions options;
  options.xlsx_rows = 3;
  auto writer = write_xlsx(folder.path() + "/out.xlsx", options);
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin_sheet(handouts()).ok());
  for (int i = 0; i < 5; ++i) REQUIRE((*writer)->row(kHandout).ok());
  const auto summary = (*writer)->finish();
  REQUIRE(summary.ok());
  CHECK(summary->rows == 5);
  // The names of a ZIP file's parts stand in it as they are.
  const std::string bytes = text_of(folder.path() + "/out.xlsx");
  CHECK(bytes.find("xl/worksheets/sheet3.xml") != std::string::npos);
  CHECK(bytes.find("xl/worksheets/sheet4.xml") == std::string::npos);
}

TEST_CASE("Sheet: texts that a cell cannot hold are counted") {
  TemporaryFolder folder;
  auto writer = write_xlsx(folder.path() + "/out.xlsx", {});
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin_sheet(handouts()).ok());
  REQUIRE((*writer)->row(Row{std::string(32'767, 'a')}).ok());
  REQUIRE((*writer)->row(Row{std::string(32'768, 'a')}).ok());
  const auto summary = (*writer)->finish();
  REQUIRE(summary.ok());
  CHECK(summary->shortened == 1);
}

}  // namespace
}  // namespace karez
