// What an XLSX workbook says beside its sheets: their names and parts, the date system, number formats,
// shared texts. Private to exchange; one thread. Source: ISO/IEC 29500-1, 18.2, 18.4, 18.8.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "karez/exchange/table_file.h"
#include "xlsx_numbers.h"
#include "zip_archive.h"

namespace karez {

struct XlsxBook {
  struct SheetPart {
    std::string name, part;
    bool is_hidden = false;
  };
  std::vector<SheetPart> sheets;
  bool is_1904 = false;
  std::vector<NumberKind> kinds;  ///< by cell style
  std::string texts;              ///< the shared texts, one behind the other
  std::vector<std::size_t> ends;  ///< where each of them ends

  /// Errors: malformed, too_large.
  static Result<XlsxBook> read(const ZipArchive& archive);
  [[nodiscard]] NumberKind kind(std::uint64_t style) const {
    return style < kinds.size() ? kinds[style] : NumberKind::plain;
  }
  [[nodiscard]] std::optional<std::string_view> text(std::uint64_t index) const;
};

/// "_x000D_" as Excel writes what XML cannot hold.
[[nodiscard]] std::string without_escapes(std::string text);

/// The rows of one sheet; `archive` and `book` outlive them, `notes` takes what they say.
/// Errors: malformed, too_large.
[[nodiscard]] Result<std::unique_ptr<RowSource>> xlsx_rows(const ZipArchive& archive, const XlsxBook& book,
                                                           const XlsxBook::SheetPart& sheet,
                                                           std::uint64_t header_row, TableNotes& notes);

}  // namespace karez
