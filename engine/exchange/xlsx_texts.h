// How text stands in an XLSX workbook: what a cell and a sheet's name may hold. Private to exchange. Pure
// functions.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace karez {

inline constexpr std::size_t kXlsxCellUnits = 32'767;  ///< UTF-16 code units: Excel's own limit
inline constexpr std::size_t kXlsxNameUnits = 31;

/// The text of a cell: what XML cannot hold as "_xHHHH_" (ISO/IEC 29500-1, 22.9.2.19), and a text that reads
/// like such an escape with its underscore escaped. A longer one is cut and ends in "…": `is_shortened`.
[[nodiscard]] std::string xlsx_cell_text(std::string_view text, bool& is_shortened);

/// A name for a sheet beside those `taken` (in small letters, to which it is added): Excel's forbidden
/// characters become "_", a long one is cut, one that is taken gets " 2", " 3".
[[nodiscard]] std::string xlsx_sheet_name(std::string_view wanted, std::set<std::string>& taken);

}  // namespace karez
