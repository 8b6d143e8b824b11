// Private to storage: how values stand in columns.
#pragma once

#include "karez/model/catalog.h"
#include "karez/storage/authors.h"
#include "karez/storage/schema.h"
#include "karez/storage/statements.h"
#include "karez/storage/tables.h"

namespace karez {

/// INSERT for a collection: record, the fields' columns in order, counted.
[[nodiscard]] std::string insert_sql(const Collection& collection);

/// Binds a natural key's value (text or bytes).
void bind_key(Statement& statement, int position, const Value& value);

/// Whether a collection has a field of that key and merge kind that operations may change (the void field is a
/// register of every one, and so are own fields).
[[nodiscard]] bool takes(const Collection& collection, FieldKey field, MergeKind merge);

/// Drops operations that were stored before their record's collection was known and that do not fit it.
Status forget_foreign_operations(Statements& statements, const Collection& collection, RecordKey key);

}  // namespace karez
