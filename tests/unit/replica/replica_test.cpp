// What a person does on one or two replicas, and what must come of it.
#include "karez/replica/replica.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "karez/log/pack.h"
#include "karez/storage/database.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

Day test_day() { return day_of(kDayMs, 480); }

DayReport day_of_replica(Replica& replica) {
  auto report = replica.day(test_day());
  REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
  return std::move(*report);
}

Value field_of(Replica& replica, const RecordId& id, const std::string& name) {
  auto view = replica.show(id);
  REQUIRE_MESSAGE(view.ok(), (view ? "" : view.error().message));
  for (const FieldView& field : view->fields) {
    if (field.field == name) return field.value;
  }
  return {};
}

}  // namespace

TEST_CASE("Replica: a laptop records before headquarters knows it, and is counted once it is admitted") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 12, {{"W550", 24}, {"HXZQ", 3}});
  DayReport own = day_of_replica(fleet["l1"]);
  CHECK(own.visits == 0);
  CHECK(own.not_admitted.at("l1").figures.visits == 1);
  fleet.deliver("l1", "hq", order);
  DayReport merged = day_of_replica(fleet.hq());
  CHECK(merged.visits == 1);
  CHECK(merged.person_times == 12);
  CHECK(merged.items.at("W550") == 24);
  CHECK(merged.by_site.at("S001").items.at("HXZQ") == 3);
  CHECK(merged.by_trade.at("rider") == 12);
  CHECK(merged.unknown_sites == std::vector<std::string>{"S001"});
  fleet.deliver("hq", "l1", order);
  CHECK(day_of_replica(fleet["l1"]).visits == 1);
  CHECK(fleet.dump("l1") == fleet.dump("hq"));
}

TEST_CASE("Replica: two edits of one field both survive until somebody settles them") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  fleet.settle(order);
  REQUIRE(set_field(fleet["l1"], id, "note", Value::of(std::string("one"))).ok());
  REQUIRE(set_field(fleet["l2"], id, "note", Value::of(std::string("two"))).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    auto open = fleet[name].conflicts();
    REQUIRE(open.ok());
    REQUIRE(open->size() == 1);
    CHECK(open->front().field == "note");
    CHECK(open->front().siblings.size() == 2);
  }
  REQUIRE(fleet.hq().resolve(id, "note", Value::of(std::string("one"))).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(fleet[name].conflicts()->empty());
    CHECK(field_of(fleet[name], id, "note") == Value::of(std::string("one")));
    CHECK(is_proven(fleet[name]));
  }
  CHECK(fleet["l1"].resolve(id, "note", Value::of(std::string("x"))).error().code == ErrorCode::not_found);
}

TEST_CASE("Replica: an edit that saw the other wins whatever the clock says") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  fleet.clock("l1").set(4'070'908'800'000);  // 2099
  fleet.clock("l2").set(-86'400'000);        // before 1970
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  REQUIRE(set_field(fleet["l1"], id, "note", Value::of(std::string("from 2099"))).ok());
  fleet.settle(order);
  REQUIRE(set_field(fleet["l2"], id, "note", Value::of(std::string("later"))).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(field_of(fleet[name], id, "note") == Value::of(std::string("later")));
    CHECK(fleet[name].conflicts()->empty());
  }
}

TEST_CASE("Replica: an edit that meets an unaware void is listed, and both are visible") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {{"W550", 24}});
  fleet.settle(order);
  REQUIRE(fleet["l1"].void_record(id, "twice").ok());
  REQUIRE(set_field(fleet["l2"], id, "person_times", Value::of(std::int64_t{13})).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    auto open = fleet[name].conflicts();
    REQUIRE(open->size() == 1);
    CHECK(open->front().field == "void");
    REQUIRE(open->front().siblings.size() == 2);
    CHECK(open->front().siblings[0].value == Value::of(std::string("twice")));
    CHECK(open->front().siblings[1].value == Value::of(std::int64_t{13}));
    CHECK(field_of(fleet[name], id, "person_times") == Value::of(std::int64_t{13}));
    CHECK(day_of_replica(fleet[name]).items.empty());
  }
  REQUIRE(fleet.hq().resolve(id, "void", Value{}).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(fleet[name].conflicts()->empty());
    CHECK(day_of_replica(fleet[name]).person_times == 13);
    CHECK(day_of_replica(fleet[name]).items.at("W550") == 24);
  }
}

TEST_CASE("Replica: a void that knew of the edit is no conflict, and a void record refuses edits") {
  ReplicaFleet fleet;
  fleet.join("l1");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  REQUIRE(set_field(fleet["l1"], id, "note", Value::of(std::string("a"))).ok());
  REQUIRE(fleet["l1"].void_record(id, "error").ok());
  CHECK(fleet["l1"].conflicts()->empty());
  CHECK(set_field(fleet["l1"], id, "note", Value::of(std::string("b"))).error().code == ErrorCode::refused);
  CHECK(fleet["l1"].void_record(id, "again").error().code == ErrorCode::refused);
  REQUIRE(set_field(fleet["l1"], id, "void", Value{}).ok());
  CHECK(set_field(fleet["l1"], id, "note", Value::of(std::string("b"))).ok());
  CHECK(is_proven(fleet["l1"]));
}

TEST_CASE("Replica: counters add up and sets keep what a removal did not see") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  const RecordId id = record_visit(fleet["l1"], "S001", 12, {});
  using Kind = FieldSetting::Kind;
  REQUIRE(set_field(fleet["l1"], id, "tags", Value::of(std::string("hot")), Kind::put).ok());
  fleet.settle(order);
  REQUIRE(set_field(fleet["l1"], id, "tally", Value::of(std::int64_t{3}), Kind::add).ok());
  REQUIRE(set_field(fleet["l2"], id, "tally", Value::of(std::int64_t{4}), Kind::add).ok());
  REQUIRE(set_field(fleet["l1"], id, "tags", Value::of(std::string("hot")), Kind::drop).ok());
  REQUIRE(set_field(fleet["l2"], id, "tags", Value::of(std::string("noon")), Kind::put).ok());
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    CHECK(field_of(fleet[name], id, "tally") == Value::of(std::int64_t{7}));
    CHECK(field_of(fleet[name], id, "tags") ==
          Value(Value::Side(Value::List{Value::of(std::string("noon"))})));
  }
}

TEST_CASE("Replica: what a revoked laptop wrote before the cut counts, what came later does not") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  fleet.join("l2");
  record_visit(fleet["l1"], "S001", 10, {});
  fleet.settle(order);
  REQUIRE(fleet.hq().revoke("l1", std::nullopt, "lost").ok());
  record_visit(fleet["l1"], "S001", 5, {});
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    const DayReport report = day_of_replica(fleet[name]);
    CHECK(report.person_times == 10);
    CHECK(report.uncounted == 1);
  }
  CHECK(fleet.dump("l1") == fleet.dump("l2"));
  CHECK(fleet["l2"].revoke("hq", std::nullopt, "coup").error().code == ErrorCode::refused);
}

TEST_CASE("Replica: an invitation used twice settles for nobody until a coordinator chooses") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  const std::string code = fleet.invite();
  fleet.join("l1", code);
  fleet.join("l2", code);
  record_visit(fleet["l1"], "S001", 10, {});
  record_visit(fleet["l2"], "S001", 7, {});
  fleet.deliver("l2", "l1", order);
  fleet.deliver("l1", "hq", order);
  // Both arrived together in any order: the first sole claim was admitted, or nobody was.
  const DayReport report = day_of_replica(fleet.hq());
  CHECK(report.visits + static_cast<Total>(report.not_admitted.size()) == 2);
  fleet.settle(order);
  CHECK(fleet.dump("l1") == fleet.dump("hq"));
  CHECK(fleet.dump("l2") == fleet.dump("hq"));
}

TEST_CASE("Replica: a volunteer may not write reference lists, and nothing is recorded") {
  ReplicaFleet fleet;
  fleet.join("l1");
  const std::vector<NewRecord> site{{"site", {{"code", Value::of(std::string("S9"))}}}};
  CHECK(fleet["l1"].create(site).error().code == ErrorCode::refused);
  CHECK(fleet["l1"].status()->own_seq == 1);
  CHECK(fleet["l1"].invite("volunteer", "", 0).error().code == ErrorCode::refused);
}

TEST_CASE("Replica: a copied home becomes a laptop of its own before it writes, and both count") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 1, {});
  fleet.reopen("l1");
  std::filesystem::copy(fleet.home("l1"), fleet.home("copy"));
  record_visit(fleet["l1"], "S001", 2, {});
  fleet.reopen("copy");
  record_visit(fleet["copy"], "S001", 4, {});
  record_visit(fleet["l1"], "S001", 8, {});
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    const DayReport report = day_of_replica(fleet[name]);
    CHECK(report.person_times == 15);
    CHECK(report.by_laptop.count("l1#2") == 1);
  }
  CHECK(fleet["copy"].status()->notices.size() == 1);
  CHECK(fleet["l1"].status()->notices.empty());
}

TEST_CASE("Replica: a copied headquarters goes on as a coordinator") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.reopen("hq");
  std::filesystem::copy(fleet.home("hq"), fleet.home("copy"));
  record_visit(fleet.hq(), "S001", 2, {});
  fleet.reopen("copy");
  const std::vector<NewRecord> site{{"site", {{"code", Value::of(std::string("S1"))}}}};
  auto made = fleet["copy"].create(site);
  REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
  CHECK(fleet["copy"].status()->role == "coordinator");
  fleet.settle(order);
  CHECK(fleet.hq().show(made->front())->counts);
  CHECK(fleet.dump("copy") == fleet.dump("hq"));
}

TEST_CASE("Replica: reopening again and again, and an interrupted first write, make no clone") {
  ReplicaFleet fleet;
  fleet.join("l1");
  for (int i = 0; i < 5; ++i) {
    fleet.reopen("l1");
    record_visit(fleet["l1"], "S001", 1, {});
  }
  // As if the process had died between announcing the next nonce and committing it.
  fleet.reopen("l1");
  const FieldSetting nothing{"note", FieldSetting::Kind::set, Value{}};
  std::vector<RecordId> ids;
  REQUIRE(fleet["l1"]
              .list({"visit", {}, "", true, 1},
                    [&](const RecordView& view) {
                      ids.push_back(view.id);
                      return true;
                    })
              .ok());
  REQUIRE(fleet["l1"].edit(ids.front(), std::span(&nothing, 1)).ok());  // begins a write, commits nothing
  fleet.reopen("l1");
  record_visit(fleet["l1"], "S001", 1, {});
  CHECK(fleet["l1"].status()->device_name == "l1");
  CHECK(fleet["l1"].status()->notices.empty());
}

TEST_CASE("Replica: an older catalog carries an unknown field untouched and shows it after an upgrade") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  std::ifstream file(std::string(KAREZ_SOURCE_DIR) + "/schema/catalog.json");
  const std::string old_text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::string new_text = old_text;
  const std::string anchor =
      "{\"number\": 4, \"name\": \"trade\", \"type\": \"enum\", \"enum\": \"trade\", \"merge\": \"register\"";
  REQUIRE(new_text.find(anchor) != std::string::npos);
  new_text.insert(new_text.find(anchor),
                  "{\"number\": 90, \"name\": \"weather\", \"type\": \"text\", \"merge\": \"register\"},\n");
  fleet.join("l1");
  fleet.reopen("l1", new_text);
  const std::vector<NewRecord> visit{{"event",
                                      {{"type", Value::of(std::string("visit"))},
                                       {"time", Value(Value::Side(WallTime{kDayMs, 480}))},
                                       {"weather", Value::of(std::string("38 degrees"))}}}};
  auto made = fleet["l1"].create(visit);
  REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
  const RecordId id = made->front();
  fleet.deliver("l1", "hq", order);
  CHECK(field_of(fleet.hq(), id, "weather").is_null());
  CHECK(is_proven(fleet.hq()));
  fleet.reopen("hq", new_text);
  CHECK(field_of(fleet.hq(), id, "weather") == Value::of(std::string("38 degrees")));
  CHECK(is_proven(fleet.hq()));
}

TEST_CASE("Replica: verify names a changed cell, a removed row and a changed byte of the log") {
  ReplicaFleet fleet;
  const RecordId id = record_visit(fleet.hq(), "S001", 12, {{"W550", 24}});
  CHECK(is_proven(fleet.hq()));
  const auto damage = [&](const std::string& sql) {
    auto database = Database::open(fleet.home("hq") + "/replica.db");
    REQUIRE(database.ok());
    REQUIRE_MESSAGE(database->execute(sql).ok(), sql);
    auto report = fleet.reopen("hq").verify();
    REQUIRE(report.ok());
    REQUIRE_FALSE(report->ok);
    return report->where.front().where + ": " + report->where.front().message;
  };
  const std::string cell = damage("UPDATE event SET person_times=99");
  CHECK(cell.find(to_text(id) + " person_times") != std::string::npos);
  CHECK(cell.find("99") != std::string::npos);
  REQUIRE(fleet.hq().rebuild().ok());
  CHECK(is_proven(fleet.hq()));
  CHECK(damage("DELETE FROM move").find("missing") != std::string::npos);
  REQUIRE(fleet.hq().rebuild().ok());
  CHECK(damage("UPDATE change SET content=CAST(substr(content, 1, length(content)-1) || x'01' AS BLOB) WHERE "
               "id & 4294967295 = 2")
            .find("change 2") != std::string::npos);
}

TEST_CASE("Replica: the recovery key outranks the founder") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  fleet.join("l1");
  record_visit(fleet["l1"], "S001", 10, {});
  fleet.settle(order);
  const Status revoked = fleet.hq().revoke("hq", std::nullopt, "stolen", fleet.recovery_file());
  REQUIRE_MESSAGE(revoked.ok(), (revoked ? "" : revoked.error().message));
  fleet.settle(order);
  auto devices = fleet["l1"].devices();
  REQUIRE(devices.ok());
  const auto hq =
      std::find_if(devices->begin(), devices->end(), [](const Device& d) { return d.state.name == "hq"; });
  REQUIRE(hq != devices->end());
  CHECK(hq->state.cut.has_value());
  CHECK(hq->revoked_by == "recovery");
  CHECK(day_of_replica(fleet["l1"]).visits == 1);
  CHECK(fleet.dump("l1") == fleet.dump("hq"));
}

TEST_CASE("Replica: one code on two records resolves to the older and lists the other as its duplicate") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  const auto code = fleet.invite("coordinator");
  fleet.join("second", code);
  fleet.deliver("second", "hq", order);
  REQUIRE(fleet.hq().admit("second").ok());
  fleet.settle(order);
  fleet.clock("hq").advance(1000);
  fleet.clock("second").advance(60'000);
  const std::vector<NewRecord> site{{"site", {{"code", Value::of(std::string("S1"))}}}};
  const RecordId first = fleet.hq().create(site)->front();
  auto made = fleet["second"].create(site);
  REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
  fleet.settle(order);
  for (const std::string& name : fleet.names()) {
    auto holder = fleet[name].find_by_key("site", Value::of(std::string("S1")));
    REQUIRE((holder.ok() && holder->has_value()));
    CHECK(**holder == first);
    CHECK(fleet[name].show(made->front())->duplicate_of == first);
  }
  // Voided, it gives the code up.
  REQUIRE(fleet.hq().void_record(first, "wrong").ok());
  CHECK(**fleet.hq().find_by_key("site", Value::of(std::string("S1"))) == made->front());
  CHECK(is_proven(fleet.hq()));
}

TEST_CASE("Replica: many packs are taken in slices, and each is in the file before the next begins") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  std::vector<ReplicaStore::Incoming> packs;
  for (int i = 0; i < 4; ++i) {
    const std::string name = "l" + std::to_string(i);
    Replica& laptop = fleet.join(name);
    const std::vector<std::vector<NewRecord>> changes(
        1100,
        {{"event",
          {{"type", Value::of(std::string("visit"))}, {"time", Value(Value::Side(WallTime{kDayMs, 480}))}}}});
    REQUIRE(laptop.create_all(changes).ok());
    const AuthorKey author = laptop.status()->author;
    for (std::uint64_t after = 0;;) {
      auto pack = laptop.sync_store().next_pack(author, after);
      REQUIRE(pack.ok());
      if (!*pack) break;
      after = (*pack)->reached;
      packs.push_back({0, (*pack)->bytes});
    }
  }
  // Another connection looks on: while a later slice is applied, it sees the earlier ones.
  auto watcher = Database::open(fleet.home("hq") + "/replica.db");
  REQUIRE(watcher.ok());
  std::set<std::int64_t> seen;
  const auto look = [&](const std::string&, std::uint64_t, std::uint64_t) {
    auto sum = watcher->prepare("SELECT ifnull(sum(held_seq), 0) FROM author WHERE laptop LIKE 'l%'");
    REQUIRE(sum.ok());
    REQUIRE(*sum->step());
    seen.insert(sum->integer(0));
  };
  fleet.watch("hq", look);
  auto stored = fleet.hq().sync_store().store(packs, false);
  REQUIRE(stored.ok());
  CHECK(stored->size() == packs.size());
  REQUIRE(seen.size() >= 2);  // nothing yet, then a slice
  CHECK(*seen.rbegin() > 0);
  CHECK(fleet.hq().status()->changes_held >= 4 * 1101);
  CHECK(is_proven(fleet.hq()));
}

TEST_CASE("Replica: a pack that this replica cannot store leaves nothing behind, and comes again") {
  ReplicaFleet fleet;
  Replica& laptop = fleet.join("l1");
  record_visit(laptop, "S001", 3, {});
  const AuthorKey author = laptop.status()->author;
  const auto pack = laptop.sync_store().next_pack(author, 0);
  REQUIRE((pack.ok() && pack->has_value()));
  // A stray row stands where the pack's authority operation must go.
  auto database = Database::open(fleet.home("hq") + "/replica.db");
  REQUIRE(database.ok());
  REQUIRE(
      database
          ->execute(
              "CREATE TRIGGER full BEFORE INSERT ON authority_change BEGIN SELECT raise(ABORT, 'no'); END")
          .ok());
  const std::uint64_t before = fleet.hq().status()->changes_held;
  CHECK_FALSE(fleet.hq().sync_store().store({{0, (*pack)->bytes}}, false).ok());
  REQUIRE(database->execute("DROP TRIGGER full").ok());
  CHECK(fleet.hq().status()->changes_held == before);
  CHECK(is_proven(fleet.hq()));
  auto stored = fleet.hq().sync_store().store({{0, (*pack)->bytes}}, false);
  REQUIRE(stored.ok());
  CHECK(stored->front().outcome == PackOutcome::stored);
  CHECK(is_proven(fleet.hq()));
}

TEST_CASE("Replica: whatever a session tells its store fits into one commit of a frame") {
  ReplicaFleet fleet;
  Replica& laptop = fleet.join("l1");
  record_visit(laptop, "S001", 3, {});
  const auto pack = laptop.sync_store().next_pack(laptop.status()->author, 0);
  const auto said = laptop.sync_store().make_announcement(kDayMs);
  REQUIRE((pack.ok() && pack->has_value() && said.ok()));
  ReplicaStore& store = fleet.hq().sync_store();
  AuthorKey relay;
  relay.bytes.fill(7);
  const Incarnation life{8};
  REQUIRE(store.open_relay(relay, life).ok());
  store.begin_group();
  REQUIRE(store.store({{1, (*pack)->bytes}}, true).ok());
  CHECK(store.note_skew(5));
  CHECK(store.store_notes(1, {*said}, {}));
  CHECK(store.announcements_carried({*said}));
  CHECK(store.set_relay_heads(store.heads()));
  CHECK(store.advance_cursor(2));
  CHECK(store.make_holding().ok());
  CHECK(store.end_group());
  CHECK(store.open_relay(relay, life)->arrival == 2);
  CHECK(fleet.hq().status()->changes_held >= laptop.status()->changes_held);
  CHECK(is_proven(fleet.hq()));
}
