#include "karez/replica/record_rows.h"

#include <map>

#include "karez/ledger/site_zones.h"
#include "karez/storage/row_reader.h"
#include "outside.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kCountedRow = "t.counted=1 AND t.void IS NULL AND t.duplicate_of IS NULL";

/// A request in SQL.
struct RowsQuery {
  const Collection* collection = nullptr;
  bool is_move = false;
  std::string from;         ///< FROM ...
  std::string where;        ///< WHERE ..., without what counts
  std::string counts;       ///< a condition
  std::string time, site;   ///< expressions; "NULL" where the collection has none
  bool has_window = false;  ///< ?1 and ?2
  SiteZones::Window window;
  SiteZones zones{0};
};

std::string column_or_null(const Collection& collection, bool is_move, const std::string& name) {
  const bool has_it = collection.field(name) != nullptr;
  if (is_move && has_it) return "coalesce(t." + quoted(name) + ", e." + quoted(name) + ")";
  return has_it ? "t." + quoted(name) : "NULL";
}

Result<RowsQuery> query_for(Replica::Impl& self, const RowsRequest& request) {
  RowsQuery query;
  const bool is_visit = request.collection == "visit";
  const bool is_handout = request.collection == "handout";
  query.collection = self.catalog.collection(is_visit     ? "event"
                                             : is_handout ? "move"
                                                          : std::string_view(request.collection));
  if (query.collection == nullptr)
    return Error{ErrorCode::usage, "there is no collection " + request.collection};
  const Collection& collection = *query.collection;
  query.is_move = collection.name == "move";
  query.time = column_or_null(collection, query.is_move, "time");
  query.site = column_or_null(collection, query.is_move, "site");
  query.has_window = request.first || request.last;
  const bool lacks_time = query.has_window && collection.field("time") == nullptr;
  const bool lacks_site = !request.site.empty() && collection.field("site") == nullptr;
  if (lacks_time || lacks_site)
    return Error{ErrorCode::usage, collection.name + " has no " + (lacks_time ? "day" : "site")};
  KAREZ_ASSIGN(query.zones, SiteZones::load(self.statements, self.catalog, self.zone_minutes));
  query.from = " FROM " + quoted(collection.name) + " AS t";
  if (query.is_move) query.from += " LEFT JOIN event AS e ON e.record = t.event";
  query.counts = kCountedRow;
  if (query.is_move) query.counts += " AND e.void IS NULL";
  query.where = " WHERE 1=1";
  if (is_visit) query.where += " AND t.type='visit'";
  if (is_handout) query.where += " AND t.reason='give'";
  if (query.is_move && request.parents != RowsRequest::Parents::any)
    query.where += " AND e.record IS NOT NULL";
  if (query.is_move && request.parents == RowsRequest::Parents::visit) query.where += " AND e.type='visit'";
  if (query.has_window) {
    constexpr Day kFirst{-719'162}, kLast{2'932'896};  // the years 1 to 9999
    query.window = query.zones.window(request.first.value_or(kFirst), request.last.value_or(kLast));
    query.where += " AND " + query.time + ">=?1 AND " + query.time + "<?2";
  }
  if (!request.site.empty()) query.where += " AND " + query.site + "=?3";
  return query;
}

void bind_request(Statement& statement, const RowsQuery& query, const RowsRequest& request) {
  if (query.has_window) statement.bind(1, query.window.from_ms).bind(2, query.window.to_ms);
  if (!request.site.empty()) statement.bind(3, request.site);
}

std::vector<const Field*> fields_of(const Collection& collection) {
  std::vector<const Field*> fields;
  for (const Field& field : collection.fields) fields.push_back(&field);
  return fields;
}

bool lies_in(const std::optional<Day>& day, const RowsRequest& request) {
  if (!request.first && !request.last) return true;
  return day && (!request.first || *day >= *request.first) && (!request.last || *day <= *request.last);
}

/// Adds what coordinators' own fields of a record show.
Status read_own(Replica::Impl& self, const Collection& collection, RecordKey key, RecordRow& row) {
  row.own.assign(collection.own.size(), Value());
  if (collection.own.empty()) return {};
  KAREZ_ASSIGN(const auto values, self.tables.own_values(key));
  for (std::size_t i = 0; i < collection.own.size() && !values.empty(); ++i) {
    const auto at = self.tables.find_field(collection.own[i]->key());
    const auto value = at ? values.find(*at) : values.end();
    if (value != values.end() && fits(self.catalog, *collection.own[i], value->second)) {
      row.own[i] = value->second;
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<void>> hold_state(Replica& replica) {
  KAREZ_ASSIGN(auto reading, replica.impl().begin_reading());
  return std::shared_ptr<void>(std::shared_ptr<Replica::Impl::Reading>(std::move(reading)));
}

Result<RowsOverview> overview_of_rows(Replica& replica, const RowsRequest& request) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const RowsQuery query, query_for(self, request));
  const std::vector<const Field*> fields = fields_of(*query.collection);
  const std::string counted = "(" + query.counts + ")";
  const std::string is_given = request.include_outside ? "1" : counted;
  std::string sql = "SELECT count(*), sum(" + counted + ")";
  for (const Field* field : fields) {
    sql += ", max(" + is_given + " AND t." + quoted(columns_of(*field).front()) + " IS NOT NULL)";
  }
  KAREZ_ASSIGN(Statement all, self.database.prepare(sql + query.from + query.where));
  bind_request(all, query, request);
  KAREZ_ASSIGN(const bool has_row, all.step());
  RowsOverview overview;
  if (!has_row) return overview;
  const auto total = static_cast<std::uint64_t>(all.integer(0));
  const auto counting = static_cast<std::uint64_t>(all.integer(1));
  overview.outside = total - counting;
  overview.rows = request.include_outside ? total : counting;
  for (std::size_t i = 0; i < fields.size(); ++i)
    overview.used.push_back(all.integer(static_cast<int>(i) + 2) == 1);
  return overview;
}

Status each_row(Replica& replica, const RowsRequest& request,
                const std::function<bool(const RecordRow&)>& give) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const RowsQuery query, query_for(self, request));
  const Collection& collection = *query.collection;
  const std::vector<const Field*> fields = fields_of(collection);
  const std::string parent_void = query.is_move ? "e.void" : "NULL";
  std::string sql = "SELECT t.record, t.void, t.counted, t.duplicate_of, " + parent_void + ", " + query.time +
                    ", " + query.site + ", " + columns_sql(fields, "t") + query.from + query.where;
  if (!request.include_outside) sql += " AND " + query.counts;
  KAREZ_ASSIGN(Statement in, self.database.prepare(sql + " ORDER BY t.record"));
  bind_request(in, query, request);
  RecordRow row;
  TableRow standing;
  for (;;) {
    KAREZ_ASSIGN(const bool has_row, in.step());
    if (!has_row) return {};
    row.site = in.text(6);
    row.zone_minutes = query.zones.zone_of(row.site);
    row.day.reset();
    if (!in.is_null(5)) row.day = day_of(in.integer(5), row.zone_minutes);
    if (!lies_in(row.day, request)) continue;
    const RecordKey key = in.integer(0);
    const AuthorRow* author = self.authors.find(author_of(key));
    if (author == nullptr) {
      return Error{ErrorCode::corrupt,
                   "a record of " + collection.name +
                       " names an author that is not here; nothing was changed: run karez verify"};
    }
    row.id = id_of(key, self.authors);
    row.laptop = author->laptop;
    standing.void_reason.reset();
    if (!in.is_null(1)) standing.void_reason = in.text(1);
    standing.counted = in.integer(2) == 1;
    standing.duplicate_of.reset();
    if (!in.is_null(3)) standing.duplicate_of = in.integer(3);
    row.outside_because =
        why_outside(*author, standing, self.catalog.may_write(author->role, collection.number));
    // A handout of a visit that is void stands outside with it.
    if (row.outside_because.empty() && !in.is_null(4)) row.outside_because = "void";
    row.void_reason = standing.void_reason;
    row.values.clear();
    int position = 7;
    for (const Field* field : fields) row.values.push_back(read_column(in, position, *field, self.authors));
    KAREZ_TRY(read_own(self, collection, key, row));
    if (!give(row)) return {};
  }
}

}  // namespace karez
