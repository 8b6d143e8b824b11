// The database's shape: the fixed tables by migrations (schema/sql), the collections' tables and the views
// from the catalog.
//
// One thread; upgrade() runs inside the caller's transaction.
#pragma once

#include "karez/model/catalog.h"
#include "karez/storage/statements.h"

namespace karez {

/// Brings the database to this program's level.
///
/// After a change the collections' tables must be rebuilt from the log; the caller does so.
/// Errors: refused if the database is of a newer level, or was never ours.
Status upgrade_schema(Database& database, const Catalog& catalog);

/// Whether upgrade_schema() would change nothing; writes nothing itself.
Result<bool> schema_is_current(Database& database, const Catalog& catalog);

/// A table's or column's name as SQL takes it. Names come from the catalog, which keeps them to letters,
/// digits and underscores.
[[nodiscard]] std::string quoted(const std::string& name);

/// The column names of a field in its collection's table: one, or ms and offset for a time.
[[nodiscard]] std::vector<std::string> columns_of(const Field& field);

/// Names of everything that verify() compares: the tables that the log alone determines, with their key
/// columns.
struct DerivedTable {
  std::string name;
  std::string order;  ///< ORDER BY list
};
[[nodiscard]] std::vector<DerivedTable> derived_tables(const Catalog& catalog);

/// Deletes every row of the derived tables.
Status clear_derived(Database& database, const Catalog& catalog);

}  // namespace karez
