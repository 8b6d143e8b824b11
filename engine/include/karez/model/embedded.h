// What the build embeds from schema/: the catalog and the SQL migrations. Not parsed here. Constant data, any
// thread.
#pragma once

#include <span>
#include <string_view>

namespace karez {

/// The bytes of schema/catalog.json. Lifetime: the process.
[[nodiscard]] std::string_view embedded_catalog();

struct EmbeddedSql {
  std::string_view name;  ///< the file name, "0001_start.sql"
  std::string_view text;
};

/// The files of schema/sql in the order of their names. Lifetime: the process.
[[nodiscard]] std::span<const EmbeddedSql> embedded_migrations();

}  // namespace karez
