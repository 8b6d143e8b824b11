// The columns that an export adds to a record's fields, so that an import knows its own files again.
// Constants; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace karez {

struct ExportColumn {
  std::string_view name, zh, en;
  [[nodiscard]] constexpr bool is_headed(std::string_view heading) const {
    return heading == name || heading == zh || heading == en;
  }
};

/// The record's id (to_text()): what a row is known again by.
inline constexpr ExportColumn kIdColumn{"record_id", "记录号", "record id"};
/// What follows from other columns or records; it is for readers, and an import passes over it.
inline constexpr ExportColumn kSiteColumn{"at_site", "所在站点", "at site"};
inline constexpr ExportColumn kDayColumn{"working_day", "工作日", "working day"};
inline constexpr ExportColumn kLaptopColumn{"recorded_on", "记录电脑", "recorded on"};
inline constexpr ExportColumn kOutsideColumn{"outside_because", "不计入原因", "outside totals because"};
inline constexpr ExportColumn kVoidColumn{"void_reason", "作废原因", "void reason"};
inline constexpr std::array kDerivedColumns{kSiteColumn, kDayColumn, kLaptopColumn, kOutsideColumn,
                                            kVoidColumn};

/// Whether an import passes over a column with this heading.
[[nodiscard]] constexpr bool is_derived_column(std::string_view heading) {
  return std::any_of(kDerivedColumns.begin(), kDerivedColumns.end(),
                     [heading](const ExportColumn& column) { return column.is_headed(heading); });
}

}  // namespace karez
