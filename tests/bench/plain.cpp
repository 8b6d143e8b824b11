#include "bench/plain.h"

#include <random>

#include "karez/base/result.h"

namespace karez::bench {
namespace {

constexpr auto kSchema =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE visit (id BLOB PRIMARY KEY, site TEXT, volunteer TEXT, started_at INTEGER, people TEXT, "
    "note TEXT,"
    " voided INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE handout (id BLOB PRIMARY KEY, visit BLOB NOT NULL, item TEXT, qty INTEGER, category TEXT,"
    " voucher TEXT, voided INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX handout_by_visit ON handout (visit);";
constexpr auto kUpsertVisit =
    "INSERT INTO visit (id, site, volunteer, started_at, people, note, voided) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET site=excluded.site, volunteer=excluded.volunteer,"
    " started_at=excluded.started_at, people=excluded.people, note=excluded.note, voided=excluded.voided";
constexpr auto kUpsertHandout =
    "INSERT INTO handout (id, visit, item, qty, category, voucher, voided) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET visit=excluded.visit, item=excluded.item, qty=excluded.qty,"
    " category=excluded.category, voucher=excluded.voucher, voided=excluded.voided";
constexpr auto kSums = "SELECT item, sum(qty) FROM handout WHERE voided=0 GROUP BY item";

void bind_text(sqlite3_stmt* statement, int position, const std::string& text) {
  ENSURE(sqlite3_bind_text(statement, position, text.data(), static_cast<int>(text.size()), SQLITE_STATIC) ==
         SQLITE_OK);
}
void bind_id(sqlite3_stmt* statement, int position, const PlainId& id) {
  ENSURE(sqlite3_bind_blob(statement, position, id.data(), static_cast<int>(id.size()), SQLITE_STATIC) ==
         SQLITE_OK);
}

}  // namespace

std::vector<PlainId> plain_ids(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<PlainId> ids(rows);
  for (PlainId& id : ids) {
    for (std::uint8_t& byte : id) byte = static_cast<std::uint8_t>(random());
  }
  return ids;
}

PlainStore::PlainStore(const std::string& path) {
  ENSURE(sqlite3_open(path.c_str(), &database_) == SQLITE_OK);
  ENSURE(sqlite3_exec(database_, kSchema, nullptr, nullptr, nullptr) == SQLITE_OK);
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  visit_ = prepare(kUpsertVisit);
  handout_ = prepare(kUpsertHandout);
  void_visit_ = prepare("UPDATE visit SET voided=1 WHERE id=?");
  void_handout_ = prepare("UPDATE handout SET voided=1 WHERE id=?");
  edits_ = {prepare("UPDATE visit SET note=?2 WHERE id=?1"),
            prepare("UPDATE visit SET people=?2 WHERE id=?1"),
            prepare("UPDATE visit SET site=?2 WHERE id=?1"), prepare("UPDATE handout SET qty=?2 WHERE id=?1"),
            prepare("UPDATE handout SET category=?2 WHERE id=?1")};
}

PlainStore::~PlainStore() {
  for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

sqlite3_stmt* PlainStore::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  ENSURE(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK);
  statements_.push_back(statement);
  return statement;
}

void PlainStore::run(sqlite3_stmt* statement) {
  ENSURE(sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_reset(statement);
}

void PlainStore::begin() { run(begin_); }
void PlainStore::commit() { run(commit_); }

void PlainStore::upsert_visit(const PlainId& id, const Visit& visit, bool is_void) {
  bind_id(visit_, 1, id);
  bind_text(visit_, 2, visit.site);
  bind_text(visit_, 3, visit.volunteer);
  sqlite3_bind_int64(visit_, 4, visit.started_ms);
  bind_text(visit_, 5, visit.people);
  bind_text(visit_, 6, visit.note);
  sqlite3_bind_int(visit_, 7, is_void ? 1 : 0);
  run(visit_);
}

void PlainStore::upsert_handout(const PlainId& id, const PlainId& visit, const Handout& handout,
                                bool is_void) {
  bind_id(handout_, 1, id);
  bind_id(handout_, 2, visit);
  bind_text(handout_, 3, handout.item);
  sqlite3_bind_int64(handout_, 4, handout.quantity);
  bind_text(handout_, 5, handout.category);
  if (handout.voucher.empty()) {
    sqlite3_bind_null(handout_, 6);
  } else {
    bind_text(handout_, 6, handout.voucher);
  }
  sqlite3_bind_int(handout_, 7, is_void ? 1 : 0);
  run(handout_);
}

void PlainStore::apply(const Action& action, const std::vector<PlainId>& ids) {
  const PlainId& id = ids[action.row];
  switch (action.kind) {
    case ActionKind::visit:
      return upsert_visit(id, action.visit, false);
    case ActionKind::handout:
      return upsert_handout(id, ids[action.handout.visit], action.handout, false);
    case ActionKind::edit: {
      sqlite3_stmt* edit = edits_[static_cast<std::size_t>(action.column)];
      bind_id(edit, 1, id);
      if (action.column == Column::quantity) {
        sqlite3_bind_int64(edit, 2, action.quantity);
      } else {
        bind_text(edit, 2, action.text);
      }
      return run(edit);
    }
    case ActionKind::voiding: {
      sqlite3_stmt* voiding = action.is_handout ? void_handout_ : void_visit_;
      bind_id(voiding, 1, id);
      return run(voiding);
    }
  }
}

void PlainStore::upsert(const std::vector<FinalRow>& rows, const std::vector<PlainId>& ids) {
  begin();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const FinalRow& row = rows[i];
    if (row.is_handout) {
      upsert_handout(ids[i], ids[row.handout.visit], row.handout, row.is_void);
    } else {
      upsert_visit(ids[i], row.visit, row.is_void);
    }
  }
  commit();
}

std::map<std::string, std::int64_t> PlainStore::sums() {
  std::map<std::string, std::int64_t> out;
  sqlite3_stmt* statement = prepare(kSums);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    out[reinterpret_cast<const char*>(sqlite3_column_text(statement, 0))] =
        sqlite3_column_int64(statement, 1);
  }
  sqlite3_reset(statement);
  return out;
}

}  // namespace karez::bench
