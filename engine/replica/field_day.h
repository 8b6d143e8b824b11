// A field day as its file tells it: rows become visits with their handouts. Knows no replica; import.cpp
// records it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "karez/replica/import.h"

namespace karez {

/// Values by the names of fields.
using Settings = std::map<std::string, Value>;

struct Line {
  std::uint64_t row = 0;
  Bytes key;  ///< source key of its handout
  Settings fields;
};

struct Visit {
  Bytes key;  ///< source key of its event
  Settings fields;
  std::vector<Line> lines;
  std::vector<std::uint64_t> plain_rows;  ///< accepted rows without a handout
};

struct FieldDay {
  std::vector<Visit> visits;  ///< in the order of their first rows
  std::vector<ImportReport::Refused> refused;
};

/// Errors: those of `rows`, refused (a column is missing, not known, or stands twice).
[[nodiscard]] Result<FieldDay> read_field_day(const Catalog& catalog, RowSource& rows,
                                              const std::string& source, int zone_minutes);

}  // namespace karez
