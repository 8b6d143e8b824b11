// A table that people bring, whatever program wrote it: CSV in the encodings and with the separators that
// spreadsheets use, or a sheet of an XLSX workbook. Rows are streamed. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "karez/replica/row_source.h"

namespace karez {

struct TableRequest {
  std::string sheet;             ///< of a workbook; empty: the first visible one with rows
  std::uint64_t header_row = 0;  ///< as the file counts them, from 1; 0: the first that is not empty
};

/// What a person should know about how a file was read.
struct TableNotes {
  enum class Format { csv, xlsx };
  Format format = Format::csv;
  std::string encoding;  ///< of CSV: "UTF-8", "UTF-16", "GB18030"
  char separator = ',';  ///< of CSV
  std::string sheet;     ///< of a workbook: the one that is read
  std::vector<std::string> other_sheets;
  bool is_hidden = false;         ///< the sheet that is read is a hidden one
  std::uint64_t hidden_rows = 0;  ///< counted so far: rows() at its end knows them all
  std::uint64_t hidden_columns = 0;
  std::uint64_t merged_cells = 0;  ///< ranges; a value stands in their first cell alone
};

class TableFile {
 public:
  virtual ~TableFile() = default;
  /// Row numbers: of CSV, data rows from 1; of a workbook, as the spreadsheet counts them. Lifetime: the
  /// file's.
  [[nodiscard]] virtual RowSource& rows() = 0;
  [[nodiscard]] virtual const TableNotes& notes() const = 0;

  /// `bytes`: the whole file.
  ///
  /// Errors: malformed (neither a workbook nor text, with the place), too_large (limits.h), not_found (the
  /// sheet), refused (a file of another program: says how to save it).
  static Result<std::unique_ptr<TableFile>> open(std::string bytes, const TableRequest& request);
};

/// Text bytes as UTF-8 without a mark: UTF-16 by its mark, UTF-8 if it is valid, else GB18030; `encoding`
/// says which. Line ends stay, but a file with none but CR gets LF.
///
/// Errors: malformed (none of them, with the line).
[[nodiscard]] Result<std::string> decode_text(std::string bytes, std::string& encoding);

/// Comma, semicolon or tab: what stands most often in the heading outside of quotes.
[[nodiscard]] char separator_of(std::string_view text);

}  // namespace karez
