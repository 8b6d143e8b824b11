// What a replica takes from a session, pack by pack: only what continues a log, only when it is that change's
// turn, and the cursor with it.
#include "karez/log/change.h"
#include "karez/log/pack.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

ReplicaStore::Stored store_one(Replica& replica, const Bytes& pack) {
  const auto stored = replica.sync_store().store({{0, pack}}, false);
  REQUIRE_MESSAGE(stored.ok(), (stored ? "" : stored.error().message));
  return stored->front();
}

Bytes log_of(Replica& replica) {
  const auto pack = replica.sync_store().next_pack(replica.status()->author, 0);
  REQUIRE((pack.ok() && pack->has_value()));
  return (*pack)->bytes;
}

}  // namespace

TEST_CASE("Replica: a log is continued only by what links to it") {
  ReplicaFleet fleet;
  Replica& laptop = fleet.join("l1");
  record_visit(laptop, "S001", 3, {});
  REQUIRE(store_one(fleet.hq(), log_of(laptop)).outcome == PackOutcome::stored);
  // The laptop's next change, under its own key and signature, linked to the given place.
  const KeyPair key = laptop.sync_store().key_pair();
  const Head head = fleet.hq().sync_store().heads().at(key.author);
  Create visit;
  visit.collection = 5;
  visit.fields = {{FieldName::catalog(1), Value::of(std::string("visit"))}};
  Change change;
  change.author = key.author;
  change.seq = head.seq + 1;
  change.time = {static_cast<std::uint64_t>(kDayMs) + 7'200'000, 0};
  change.wall = {kDayMs + 7'200'000, 480};
  change.operations = {visit};
  collect_authors(change);
  const WorkspaceId workspace = fleet.hq().sync_store().workspace();
  const Bytes content = *encode(change);
  const auto after = [&](const Hash& link) {
    const PackHeader header{workspace,  key.author,
                            change.seq, 1,
                            link,       sign_head(key, workspace, change.seq, next_link(link, content))};
    return *encode_pack(header, std::vector<PackEntry>{{content, std::nullopt}});
  };
  const ReplicaStore::Stored foreign = store_one(fleet.hq(), after(Hash{1}));
  CHECK(foreign.outcome == PackOutcome::aside);  // it may go on from a branch that is not here
  CHECK(fleet.hq().sync_store().heads().at(key.author) == head);
  CHECK(is_proven(fleet.hq()));
  CHECK(store_one(fleet.hq(), after(head.link)).outcome == PackOutcome::stored);
  CHECK(fleet.hq().sync_store().heads().at(key.author).seq == head.seq + 1);
  CHECK(is_proven(fleet.hq()));
}

TEST_CASE("Replica: a change on another's record waits for that record") {
  ReplicaFleet fleet;
  Replica& first = fleet.join("l1");
  Replica& second = fleet.join("l2");
  const RecordId id = record_visit(first, "S001", 3, {});
  REQUIRE(store_one(second, log_of(first)).outcome == PackOutcome::stored);
  REQUIRE(set_field(second, id, "person_times", Value::of(std::int64_t{5})).ok());
  // Headquarters hears of the edit first: it holds it, and shows nothing of it.
  const std::uint64_t before = fleet.hq().status()->changes_held;
  REQUIRE(store_one(fleet.hq(), log_of(second)).outcome == PackOutcome::stored);
  REQUIRE(fleet.hq().status()->changes_held > before);
  const auto waiting = fleet.hq().status()->waiting;
  REQUIRE(waiting.size() == 1);
  CHECK(waiting.front().who == "l2");
  CHECK(waiting.front().seq == 2);
  CHECK(is_proven(fleet.hq()));
  REQUIRE(store_one(fleet.hq(), log_of(first)).outcome == PackOutcome::stored);
  CHECK(fleet.hq().status()->waiting.empty());
  const auto view = fleet.hq().show(id);
  REQUIRE(view.ok());
  for (const FieldView& field : view->fields) {
    if (field.field == "person_times") CHECK(field.value == Value::of(std::int64_t{5}));
  }
  CHECK(is_proven(fleet.hq()));
}

TEST_CASE("Replica: the cursor lies at the last pack of a batch, in the same commit") {
  ReplicaFleet fleet;
  fleet.join("l1");
  fleet.join("l2");
  AuthorKey relay;
  relay.bytes.fill(7);
  const Incarnation life{8};
  const auto cursor = [&] { return fleet.hq().sync_store().open_relay(relay, life)->arrival; };
  REQUIRE(cursor() == 0);
  REQUIRE(fleet.hq().sync_store().store({{4, log_of(fleet["l1"])}}, true).ok());
  CHECK(cursor() == 4);
  // What is fetched by author lies anywhere in the stream.
  REQUIRE(fleet.hq().sync_store().store({{9, log_of(fleet["l2"])}}, false).ok());
  CHECK(cursor() == 4);
  record_visit(fleet["l1"], "S001", 3, {});
  record_visit(fleet["l2"], "S001", 4, {});
  const std::vector<ReplicaStore::Incoming> batch{{5, log_of(fleet["l1"])}, {7, log_of(fleet["l2"])}};
  REQUIRE(fleet.hq().sync_store().store(batch, true).ok());
  CHECK(cursor() == 7);
  fleet.reopen("hq");
  CHECK(cursor() == 7);
  // Before a pack that is refused it stops.
  record_visit(fleet["l1"], "S001", 5, {});
  const std::vector<ReplicaStore::Incoming> torn{
      {8, log_of(fleet["l1"])}, {10, Bytes{1, 2, 3}}, {11, log_of(fleet["l2"])}};
  REQUIRE(fleet.hq().sync_store().store(torn, true).ok());
  CHECK(cursor() == 8);
}

TEST_CASE("Replica: what an earlier incarnation of the relay held is saved here again, until it says so") {
  ReplicaFleet fleet;
  Replica& laptop = fleet.join("l1");
  const RecordId id = record_visit(laptop, "S001", 3, {});
  const KeyPair relay = key_pair_from_seed(FixedBytes<32>{7});
  const auto acknowledge_in = [&](const Incarnation& life) {
    ReplicaStore& store = laptop.sync_store();
    REQUIRE(store.open_relay(relay.author, life).ok());
    const AuthorKey author = laptop.status()->author;
    const Head head = store.heads().at(author);
    Receipt receipt{author, head.seq, head.link, relay.author, life, 5, {}};
    receipt.signature = sign(relay, Purpose::receipt, receipt_message(store.workspace(), receipt));
    REQUIRE(store.store_receipt(receipt).ok());
  };
  acknowledge_in(Incarnation{1});
  CHECK(laptop.show(id)->state == RecordState::on_relay);
  CHECK(laptop.status()->unsent == 0);
  // The link breaks right after the greeting of the relay that was set back.
  REQUIRE(laptop.sync_store().open_relay(relay.author, Incarnation{2}).ok());
  CHECK(laptop.sync_store().relay_heads().empty());
  CHECK(laptop.show(id)->state == RecordState::saved_here);
  CHECK(laptop.status()->unsent == laptop.status()->changes_held);
  acknowledge_in(Incarnation{2});
  CHECK(laptop.show(id)->state == RecordState::on_relay);
  CHECK(laptop.status()->unsent == 0);
}

TEST_CASE("Replica: what was voided stays void for a laptop that was away for any number of days") {
  for (const int days : {1, 19, 120, 400}) {
    CAPTURE(days);
    ReplicaFleet fleet;
    std::mt19937_64 order(1);
    fleet.join("l1");
    fleet.join("l2");
    const RecordId untouched = record_visit(fleet["l1"], "S001", 3, {{"W550", 2}});
    const RecordId edited = record_visit(fleet["l1"], "S002", 4, {});
    fleet.settle(order);
    REQUIRE(fleet.hq().void_record(untouched, "twice").ok());
    REQUIRE(fleet.hq().void_record(edited, "twice").ok());
    fleet.deliver("hq", "l2", order);
    // Away, and at work, with a clock that went on.
    REQUIRE(set_field(fleet["l1"], edited, "note", Value::of(std::string("still true"))).ok());
    for (const char* name : {"hq", "l1", "l2"})
      fleet.clock(name).advance(std::int64_t{days} * 24 * 3'600'000);
    REQUIRE(set_field(fleet["l1"], untouched, "note", Value::of(std::string("a year later"))).ok());
    fleet.settle(order);
    for (const std::string& name : fleet.names()) {
      CHECK(fleet[name].show(untouched)->void_reason == "twice");
      CHECK(fleet[name].show(edited)->void_reason == "twice");
      CHECK(fleet[name].conflicts()->size() == 2);  // the edits stand beside the voids, for a person to see
      CHECK(fleet.dump(name) == fleet.dump("hq"));
    }
    CHECK(is_proven(fleet.hq()));
  }
}
