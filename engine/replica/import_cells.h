// What both kinds of import share: a cell as a value, and the value of a record's field. Pure functions.
#pragma once

#include <string_view>

#include "karez/replica/replica.h"

namespace karez {

/// A cell as a field's value; an empty one is null, a set's is a list whose elements ';' or '|' parts.
[[nodiscard]] Result<Value> parse_cell(const Catalog& catalog, const Field& field, std::string_view cell,
                                       int zone_minutes);

/// Why a file cannot be used: `what` is wrong with `column`.
[[nodiscard]] Error column_error(const char* what, const std::string& column);

/// The shown value; null if the field is absent. Lifetime: as long as `view`.
[[nodiscard]] const Value* find_value(const RecordView& view, std::string_view field);

}  // namespace karez
