// Workbooks that people take away: named sheets of typed columns whose rows are given one at a time, and one
// writer behind which XLSX and CSV stand. Nothing is collected: memory does not grow with the rows.
//
// A file appears under its name whole or not at all. Thread: one per writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "karez/base/int128.h"
#include "karez/base/result.h"
#include "karez/model/wall_time.h"

namespace karez {

/// What the cells of a column are to the program that opens the sheet.
enum class CellType {
  text,      ///< also codes and ids: zeros in front stay
  integer,   ///< an integer
  decimal,   ///< a double, up to six decimals shown
  percent,   ///< a double, 1 is 100 %
  yuan,      ///< an integer, in fen; shown with two decimals
  degrees,   ///< an integer in units of 1e-7 degrees; shown as degrees
  date,      ///< a Day
  datetime,  ///< a WallTime: shown as clocks there showed it, without its offset
};

struct Column {
  std::string name;    ///< stable, for programs: the catalog's field
  std::string zh, en;  ///< headings; an empty one is the name
  CellType type = CellType::text;
};

enum class Headings { zh, en, names };

struct Sheet {
  std::string name;    ///< stable, for programs and file names: [a-z0-9_-]
  std::string zh, en;  ///< as people see it on its tab; may be empty, may repeat
  std::vector<Column> columns;
};

/// A cell; std::monostate is an empty one. A cell whose side is not its column's is written as what it is:
/// a text in a column of numbers stays a text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string, Day, WallTime>;

/// A sum as a cell: a number, or text where a spreadsheet's numbers would no longer hold it exactly.
[[nodiscard]] Cell sum_cell(Int128 sum);

/// How a row stands out: bold, or bold and in italics with a frame (a sum that does not agree with its
/// parts), which shows on black-and-white paper too. CSV has no such marks.
enum class RowStyle { plain, total, flagged };

struct WorkbookOptions {
  Headings headings = Headings::en;
  /// Of a sheet of XLSX, with its headings: Excel's own limit. Tests take less.
  std::uint32_t xlsx_rows = 1'048'576;
};

/// What was written.
struct WorkbookSummary {
  struct File {
    std::string path;
    std::uint64_t bytes = 0;
  };
  std::vector<File> files;
  std::uint64_t rows = 0;       ///< without headings
  std::uint64_t shortened = 0;  ///< texts that a cell of the format could not hold whole; they end in "…"
};

class WorkbookWriter {
 public:
  virtual ~WorkbookWriter() = default;  ///< without finish() nothing of it stays

  /// Rows from here on are this sheet's. Sheets with no row are written too, with their headings.
  /// Errors: io.
  virtual Status begin_sheet(const Sheet& sheet) = 0;
  /// A cell for each column of the sheet, in their order; fewer: the rest are empty. Errors: io (a full
  /// disk).
  virtual Status row(std::span<const Cell> cells, RowStyle style = RowStyle::plain) = 0;
  /// Forces the files to the disk and gives them their names. Nothing may be called after it. Errors: io:
  /// no file of the name was touched.
  virtual Result<WorkbookSummary> finish() = 0;
};

/// An Excel workbook (ISO/IEC 29500) by libxlsxwriter. Text is always text: no cell is a formula. A sheet
/// that reaches Excel's last row goes on in "name 2". Temporary files of the rows' size stand in the folder
/// of `path`.
///
/// Errors: usage (`path` is a folder), not_found (its folder), busy (somebody writes it), io.
[[nodiscard]] Result<std::unique_ptr<WorkbookWriter>> write_xlsx(const std::string& path,
                                                                 const WorkbookOptions& options);

/// UTF-8 with a byte order mark, CRLF, RFC 4180 quoting; text that a spreadsheet might take for a formula is
/// escaped (formula.h). One sheet is one file: where there are several, "FILE.csv" is "FILE-<sheet>.csv" for
/// each of them.
///
/// Times are ISO 8601 with their offset, so that nothing is lost on the way back. Errors: of write_xlsx().
[[nodiscard]] Result<std::unique_ptr<WorkbookWriter>> write_csv(const std::string& path,
                                                                const WorkbookOptions& options);

/// By the ending of `path`: .xlsx or .csv. Errors: usage (another ending), and those of the two.
[[nodiscard]] Result<std::unique_ptr<WorkbookWriter>> write_workbook(const std::string& path,
                                                                     const WorkbookOptions& options);

}  // namespace karez
