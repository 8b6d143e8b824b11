// Rows of a table of texts, one after the other, wherever they come from: a CSV text, a sheet of a workbook,
// another source whose columns are mapped. Nothing is collected. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/base/result.h"

namespace karez {

struct SourceRow {
  std::uint64_t number = 0;  ///< as people find it: see the source
  std::vector<std::string> cells;
  std::string problem;  ///< why the row cannot be used; empty if it can: then it has a cell for each column
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  [[nodiscard]] virtual const std::vector<std::string>& header() const = 0;
  /// The next row that is not blank; nothing at the end. Errors: malformed, too_large, io.
  [[nodiscard]] virtual Result<std::optional<SourceRow>> next() = 0;
  /// Begins again before the first row. Errors: as next.
  virtual Status rewind() = 0;
};

/// RFC 4180 rows of a UTF-8 text: BOM, either line end, quoted cells with separators, quotes and line breaks.
/// A row's number counts data rows from 1. Errors: malformed (no header, an unclosed quote: says where).
/// Lifetime: `text` outlives the source.
[[nodiscard]] Result<std::unique_ptr<RowSource>> csv_rows(std::string_view text, char separator = ',');

}  // namespace karez
