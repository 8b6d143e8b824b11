#include "karez/storage/schema.h"

#include <set>

#include "karez/base/limits.h"
#include "karez/model/embedded.h"
#include "table_values.h"

namespace karez {
namespace {

/// "KARE" as SQLite's application id: a file of another program is never upgraded into ours.
constexpr std::int64_t kApplicationId = 0x4B415245;

std::string column_type(const Field& field) {
  if (field.merge == MergeKind::set) return "TEXT";
  switch (field.type) {
    case FieldType::text:
    case FieldType::enumeration:
    case FieldType::date:
    case FieldType::code:
      return "TEXT";
    case FieldType::bytes:
      return "BLOB";
    default:
      return "INTEGER";
  }
}

Result<std::int64_t> pragma(Database& database, const std::string& name) {
  KAREZ_ASSIGN(Statement statement, database.prepare("PRAGMA " + name));
  KAREZ_ASSIGN(const bool has_row, statement.step());
  return has_row ? statement.integer(0) : 0;
}

Status run_migrations(Database& database) {
  KAREZ_ASSIGN(const std::int64_t level, pragma(database, "user_version"));
  const auto migrations = embedded_migrations();
  const auto newest = static_cast<std::int64_t>(migrations.size());
  if (level > newest) {
    return Error{ErrorCode::refused,
                 "this replica was written by a newer karez; nothing was changed: use that version"};
  }
  if (level == 0) {
    KAREZ_ASSIGN(const std::int64_t application, pragma(database, "application_id"));
    KAREZ_ASSIGN(const std::int64_t tables, pragma(database, "schema_version"));
    if (application != kApplicationId && tables != 0) {
      return Error{ErrorCode::refused, "the database belongs to another program; nothing was changed"};
    }
    KAREZ_TRY(database.execute("PRAGMA application_id=" + std::to_string(kApplicationId)));
  }
  for (std::int64_t next = level; next < newest; ++next) {
    KAREZ_TRY(database.execute(std::string(migrations[static_cast<std::size_t>(next)].text)));
  }
  if (level < newest) KAREZ_TRY(database.execute("PRAGMA user_version=" + std::to_string(newest)));
  return {};
}

Result<std::set<std::string>> columns_in(Database& database, const std::string& table) {
  std::set<std::string> columns;
  KAREZ_ASSIGN(Statement info, database.prepare("SELECT name FROM pragma_table_info(?)"));
  info.bind(1, table);
  KAREZ_TRY(for_each_row(info, [&](Statement& row) { columns.emplace(row.text(0)); }));
  return columns;
}

Status make_table(Database& database, const Collection& collection) {
  std::string sql = "CREATE TABLE IF NOT EXISTS " + quoted(collection.name) + " (record INTEGER PRIMARY KEY";
  for (const Field& field : collection.fields) {
    for (const std::string& column : columns_of(field))
      sql += ", " + quoted(column) + " " + column_type(field);
  }
  sql += ", void TEXT, counted INTEGER NOT NULL DEFAULT 0, duplicate_of INTEGER) STRICT";
  KAREZ_TRY(database.execute(sql));
  KAREZ_ASSIGN(const std::set<std::string> have, columns_in(database, collection.name));
  for (const Field& field : collection.fields) {
    for (const std::string& column : columns_of(field)) {
      if (have.count(column) > 0) continue;
      KAREZ_TRY(database.execute("ALTER TABLE " + quoted(collection.name) + " ADD COLUMN " + quoted(column) +
                                 " " + column_type(field)));
    }
  }
  const auto index = [&](const std::string& column) {
    return database.execute("CREATE INDEX IF NOT EXISTS " + quoted(collection.name + "_by_" + column) +
                            " ON " + quoted(collection.name) + " (" + quoted(column) + ") WHERE " +
                            quoted(column) + " IS NOT NULL");
  };
  for (const NaturalKey& key : collection.keys) KAREZ_TRY(index(key.field));
  for (const Field& field : collection.fields) {
    // References are followed backwards (a visit's handouts), times select a day.
    const bool is_followed = field.type == FieldType::ref || field.type == FieldType::time;
    if (is_followed || field.indexed) KAREZ_TRY(index(field.name));
  }
  return {};
}

/// A record key as its public id: of a branch under its name.
std::string id_sql(const std::string& key) {
  const std::string seq = "((" + key + " >> 10) & 4294967295)";
  return "coalesce((SELECT s.public_name FROM stream AS s WHERE s.author = " + key +
         " >> 42 AND s.from_seq <= " + seq + " ORDER BY s.from_seq DESC LIMIT 1)," +
         " (SELECT a.name FROM author AS a WHERE a.id = " + key + " >> 42)) || '-' || " + seq +
         " || '-' || (" + key + " & 1023)";
}

std::string sign_sql(const std::string& offset) {
  return "CASE WHEN " + offset + " < 0 THEN '-' ELSE '+' END";
}

/// A time's two columns as ISO 8601.
std::string time_sql(const std::string& ms, const std::string& offset) {
  return "strftime('%Y-%m-%dT%H:%M:%S', (" + ms + " + " + offset + " * 60000 - ((" + ms +
         " % 1000 + 1000) % 1000)) / 1000, 'unixepoch') || " + sign_sql(offset) +
         " || printf('%02d:%02d', abs(" + offset + ") / 60, abs(" + offset + ") % 60)";
}

/// What a row needs to be in totals.
std::string counts_sql(const std::string& t) {
  return t + ".counted = 1 AND " + t + ".void IS NULL AND " + t + ".duplicate_of IS NULL";
}

/// Working day under the site's zone, else the workspace's: SiteZones (engine/ledger) in SQL. `site`: where
/// the site's code stands; empty: nowhere.
std::string day_sql(const std::string& ms, const std::string& site) {
  const std::string limit = std::to_string(limits::kOffsetMinutes);
  const std::string workspace = "(SELECT value FROM meta WHERE key = 'zone_minutes')";
  const std::string own = "(SELECT z.zone FROM site AS z WHERE z.code = " + site + " AND z.zone BETWEEN -" +
                          limit + " AND " + limit + " AND " + counts_sql("z") + ")";
  return "strftime('%Y-%m-%d', (" + ms + " + " +
         (site.empty() ? workspace : "coalesce(" + own + ", " + workspace + ")") +
         " * 60000) / 1000, 'unixepoch')";
}

std::string view_columns(const Collection& collection, const std::string& table) {
  std::string sql;
  for (const Field& field : collection.fields) {
    if (field.internal) continue;
    const std::string column = table + "." + quoted(field.name);
    std::string value = column;
    if (field.type == FieldType::time) value = time_sql(column, table + "." + quoted(field.name + "_offset"));
    if (field.type == FieldType::ref) value = id_sql(column);
    if (field.type == FieldType::degrees) value = column + " / 1e7";
    sql += ", " + value + " AS " + quoted(field.name);
  }
  return sql;
}

/// A move's columns: it stands at its event's site and time, for its event's people, unless it says
/// otherwise.
std::string move_columns(const Collection& event, const Collection& move) {
  std::string columns = view_columns(move, "t");
  const auto inherit = [&](const std::string& name, const std::string& own, const std::string& of_event) {
    const std::string alias = " AS " + quoted(name);
    const std::string from = ", " + own + alias;
    const std::size_t at = columns.find(from);
    if (at != std::string::npos)
      columns.replace(at, from.size(), ", coalesce(" + own + ", " + of_event + ")" + alias);
  };
  for (const char* name : {"site", "trade", "party", "campaign", "unit"}) {
    if (event.field(name) != nullptr) inherit(name, "t." + quoted(name), "e." + quoted(name));
  }
  inherit("time", time_sql("t.\"time\"", "t.\"time_offset\""), time_sql("e.time", "e.time_offset"));
  return columns;
}

std::string counted_view(const Collection& collection) { return "counted_" + collection.name; }

/// One readable view: id, laptop, the working day where there is a time, the fields as people read them.
Status make_view(Database& database, const Catalog& catalog, const Collection& collection,
                 const Collection* event) {
  const bool is_move = event != nullptr;
  const bool has_time = collection.field("time") != nullptr;
  std::string sql = "CREATE VIEW " + quoted(counted_view(collection)) + " AS SELECT " + id_sql("t.record") +
                    " AS id, (SELECT a.laptop FROM author AS a WHERE a.id = t.record >> 42) AS laptop";
  const Collection* site = catalog.collection("site");
  const bool has_site =
      collection.field("site") != nullptr && site != nullptr && site->field("zone") != nullptr;
  if (has_time) {
    sql += ", " +
           day_sql(is_move ? "coalesce(t.time, e.time)" : "t.time", !has_site ? ""
                                                                    : is_move ? "coalesce(t.site, e.site)"
                                                                              : "t.site") +
           " AS day";
  }
  sql += is_move ? move_columns(*event, collection) : view_columns(collection, "t");
  sql += " FROM " + quoted(collection.name) + " AS t";
  if (is_move) sql += " LEFT JOIN event AS e ON e.record = t.event";
  sql += " WHERE " + counts_sql("t");
  if (is_move) sql += " AND e.void IS NULL";
  return database.execute(sql);
}

/// Views name columns; they are made anew after the tables have theirs.
Status drop_views(Database& database, const Catalog& catalog) {
  KAREZ_TRY(database.execute(
      "DROP VIEW IF EXISTS visit; DROP VIEW IF EXISTS handout; DROP VIEW IF EXISTS own_value;"));
  for (const Collection& collection : catalog.collections()) {
    KAREZ_TRY(database.execute("DROP VIEW IF EXISTS " + quoted(counted_view(collection))));
  }
  return {};
}

/// Readable views of what counts: `counted_<collection>` of each, `visit` and `handout`.
Status make_views(Database& database, const Catalog& catalog) {
  const Collection* event = catalog.collection("event");
  const Collection* move = catalog.collection("move");
  for (const Collection& collection : catalog.collections()) {
    const Collection* events = &collection == move ? event : nullptr;
    KAREZ_TRY(make_view(database, catalog, collection, events));
  }
  if (event == nullptr || move == nullptr) return {};
  return database.execute(
      "CREATE VIEW visit AS SELECT * FROM counted_event WHERE type = 'visit';"
      "CREATE VIEW handout AS SELECT * FROM counted_move WHERE reason = 'give';");
}

/// Readable view of own fields: a row for each value of a record that counts. Not columns of the other views:
/// those would change whenever a coordinator adds a field, in the midst of a sync, under names in any script.
Status make_own_value_view(Database& database, const Catalog& catalog) {
  if (catalog.collection("field") == nullptr) return {};
  const bool has_events = catalog.collection("event") != nullptr;
  // Every opening reads the text of every view, so this one names each collection in its shortest form.
  std::string counts;
  for (const Collection& collection : catalog.collections()) {
    const bool is_move = has_events && collection.name == "move";
    counts += " WHEN '" + collection.name + "' THEN EXISTS (SELECT 1 FROM " + quoted(collection.name) +
              " AS t" + (is_move ? " LEFT JOIN event AS e ON e.record = t.event" : "") +
              " WHERE t.record = v.record AND " + counts_sql("t") + (is_move ? " AND e.void IS NULL" : "") +
              ")";
  }
  return database.execute(
      "CREATE VIEW own_value AS SELECT " + id_sql("v.record") + " AS id, f.collection, f.name AS field, " +
      id_sql("v.field") + " AS definition, CASE f.type WHEN 'time' THEN " +
      time_sql("v.value", "v.offset_minutes") +
      " ELSE v.value END AS value FROM own_field_value AS v JOIN \"field\" AS f ON f.record = v.field "
      "WHERE " +
      "f.counted = 1 AND f.void IS NULL AND CASE f.collection" + counts +
      " ELSE 0 END AND CASE f.type WHEN 'text' THEN typeof(v.value) = 'text'"
      " WHEN 'enumeration' THEN typeof(v.value) = 'text' WHEN 'date' THEN date(v.value) = v.value"
      " WHEN 'time' THEN v.offset_minutes IS NOT NULL"
      " WHEN 'boolean' THEN v.value IN (0, 1) AND v.offset_minutes IS NULL"
      " WHEN 'count' THEN typeof(v.value) = 'integer' AND v.value >= 0 AND v.offset_minutes IS NULL"
      " WHEN 'integer' THEN typeof(v.value) = 'integer' AND v.offset_minutes IS NULL ELSE 0 END");
}

Result<std::string> catalog_digest_in(Database& database) {
  std::string digest;
  KAREZ_ASSIGN(Statement find, database.prepare("SELECT value FROM meta WHERE key='catalog'"));
  KAREZ_TRY(for_each_row(find, [&](Statement& row) { digest = row.text(0); }));
  return digest;
}

}  // namespace

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::vector<std::string> columns_of(const Field& field) {
  if (field.type == FieldType::time) return {field.name, field.name + "_offset"};
  return {field.name};
}

Result<bool> schema_is_current(Database& database, const Catalog& catalog) {
  KAREZ_ASSIGN(const std::int64_t level, pragma(database, "user_version"));
  if (level != static_cast<std::int64_t>(embedded_migrations().size())) return false;
  KAREZ_ASSIGN(const std::string made_by, catalog_digest_in(database));
  return made_by == catalog.digest();
}

Status upgrade_schema(Database& database, const Catalog& catalog) {
  KAREZ_TRY(run_migrations(database));
  KAREZ_ASSIGN(const std::string made_by, catalog_digest_in(database));
  if (made_by == catalog.digest()) return {};
  KAREZ_TRY(drop_views(database, catalog));
  for (const Collection& collection : catalog.collections()) KAREZ_TRY(make_table(database, collection));
  KAREZ_TRY(make_views(database, catalog));
  KAREZ_TRY(make_own_value_view(database, catalog));
  KAREZ_ASSIGN(Statement keep, database.prepare("INSERT INTO meta (key, value) VALUES ('catalog', ?)"
                                                " ON CONFLICT (key) DO UPDATE SET value=excluded.value"));
  return keep.bind(1, catalog.digest()).run();
}

std::vector<DerivedTable> derived_tables(const Catalog& catalog) {
  std::vector<DerivedTable> tables;
  for (const Collection& collection : catalog.collections()) tables.push_back({collection.name, "record"});
  tables.push_back({"field_write", "record, field, author, seq"});
  tables.push_back({"counter_add", "record, field, author, seq"});
  tables.push_back({"set_operation", "record, field, value, author, seq"});
  tables.push_back({"conflict", "record, field"});
  tables.push_back({"own_field_value", "record, field"});
  tables.push_back({"same_verdict", "verdict"});
  tables.push_back({"orphan", "record, author, seq"});
  tables.push_back({"branch_pin", "author, other, seq"});
  return tables;
}

Status clear_derived(Database& database, const Catalog& catalog) {
  for (const DerivedTable& table : derived_tables(catalog)) {
    KAREZ_TRY(database.execute("DELETE FROM " + quoted(table.name)));
  }
  return {};
}

}  // namespace karez
