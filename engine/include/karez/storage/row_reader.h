// Rows of a collection's table one after the other: what readers of whole tables select, and what they find
// there. One thread.
#pragma once

#include <string>
#include <vector>

#include "karez/model/catalog.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {

/// The columns of these fields in the table named `alias`, as a SELECT lists them.
[[nodiscard]] std::string columns_sql(const std::vector<const Field*>& fields, const std::string& alias);

/// The value of a field that begins in column `position`, which moves on to the next field's. A reference to
/// an author who is not here is null.
[[nodiscard]] Value read_column(const Statement& in, int& position, const Field& field, Authors& authors);

/// The public id behind a local key.
[[nodiscard]] RecordId id_of(RecordKey key, Authors& authors);

}  // namespace karez
