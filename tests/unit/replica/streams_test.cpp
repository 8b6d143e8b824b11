// Laptops that were copied without knowing it: both go on under one key, and everything that either recorded
// counts, once, on every replica and by every route.
#include <algorithm>

#include "karez/log/change.h"
#include "karez/log/pack.h"
#include "karez/storage/database.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

void check_proven(ReplicaFleet& fleet) {
  for (const std::string& name : fleet.names()) {
    const auto report = fleet[name].verify();
    REQUIRE(report.ok());
    CHECK_MESSAGE(report->ok, name);
    for (const VerifyFinding& finding : report->where)
      MESSAGE(name << ": " << finding.where << ": " << finding.message);
  }
}

/// Everybody has everything, says the same, and can prove it.
void settle(ReplicaFleet& fleet, std::mt19937_64& order) {
  for (int round = 0; round < 3; ++round) fleet.settle(order);
  const std::string expected = fleet.dump("hq");
  for (const std::string& name : fleet.names()) CHECK_MESSAGE(fleet.dump(name) == expected, name);
  check_proven(fleet);
}

Total person_times(Replica& replica) {
  const auto report = replica.day(Day{kDayMs / 86'400'000});
  REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
  return report->person_times.total();
}

Value shown(Replica& replica, const RecordId& id, const std::string& field) {
  const auto view = replica.show(id);
  REQUIRE_MESSAGE(view.ok(), (view ? "" : view.error().message));
  for (const FieldView& one : view->fields) {
    if (one.field == field) return one.value;
  }
  return {};
}

/// A laptop with some records, and a copy of the whole machine; both have recorded since.
struct Copied {
  Copied() {
    fleet.join("l1");
    fleet.join("l2");
    stem = record_visit(fleet["l1"], "S001", 1, {{"W550", 2}});
    fleet.settle(order);
    fleet.clone("l1", "copy");
    first = record_visit(fleet["l1"], "S002", 10, {});
    second = record_visit(fleet["copy"], "S003", 100, {});
  }
  std::mt19937_64 order{7};
  ReplicaFleet fleet;
  RecordId stem, first, second;
};

}  // namespace

TEST_CASE("Streams: what a laptop and its unnoticed copy recorded counts, and what they share counts once") {
  Copied c;
  // Both say the same of their records as long as nobody has seen both.
  REQUIRE(c.first == c.second);
  settle(c.fleet, c.order);
  for (const std::string& name : c.fleet.names()) {
    CHECK(person_times(c.fleet[name]) == 111);
    CHECK(c.fleet[name].status()->laptops.size() ==
          6);  // two branches, and both laptops go on under new keys
  }
}

TEST_CASE("Streams: whoever hears first of the other branch goes on under a key of its own, and is told") {
  Copied c;
  const AuthorKey before = c.fleet["copy"].status()->author;
  c.fleet.deliver("l1", "copy", c.order);
  CHECK_FALSE(c.fleet["copy"].status()->author == before);
  REQUIRE(c.fleet["copy"].status()->notices.size() == 1);
  CHECK(c.fleet["copy"].status()->notices.front().text.find("name of its own") != std::string::npos);
  record_visit(c.fleet["copy"], "S003", 1000, {});
  settle(c.fleet, c.order);
  CHECK(person_times(c.fleet["l2"]) == 1111);
}

TEST_CASE("Streams: records of branches are edited and voided by everybody, and everybody sees the same") {
  Copied c;
  REQUIRE(set_field(c.fleet["l1"], c.stem, "note", Value::of(std::string("by one"))).ok());
  REQUIRE(set_field(c.fleet["copy"], c.stem, "note", Value::of(std::string("by the other"))).ok());
  REQUIRE(set_field(c.fleet["l1"], c.first, "person_times", number(20)).ok());
  settle(c.fleet, c.order);
  CHECK(person_times(c.fleet.hq()) == 121);
  // No one change can name both branches; who settles it need not know that.
  const auto open = c.fleet.hq().conflicts();
  REQUIRE(open->size() == 1);
  CHECK(open->front().siblings.size() == 2);
  REQUIRE(c.fleet.hq().resolve(c.stem, "note", Value::of(std::string("by both"))).ok());
  settle(c.fleet, c.order);
  CHECK(c.fleet["l2"].conflicts()->empty());
  CHECK(shown(c.fleet["copy"], c.stem, "note") == Value::of(std::string("by both")));
  // Records of both branches, named by whoever has both.
  std::vector<RecordId> ids;
  REQUIRE(c.fleet["l2"]
              .list({"event", {}, "", false, 0},
                    [&](const RecordView& view) {
                      ids.push_back(view.id);
                      return true;
                    })
              .ok());
  REQUIRE(ids.size() == 3);
  for (const RecordId& id : ids) {
    const auto found = c.fleet.hq().find(to_text(id));
    REQUIRE(found.ok());
    CHECK(*found == id);
    REQUIRE(set_field(c.fleet["l2"], id, "person_times", number(7)).ok());
    CHECK(shown(c.fleet["l2"], id, "person_times") == number(7));
  }
  settle(c.fleet, c.order);
  for (const std::string& name : c.fleet.names()) {
    CHECK(person_times(c.fleet[name]) == 21);
    for (const RecordId& id : ids) CHECK(shown(c.fleet[name], id, "person_times") == number(7));
  }
  for (const RecordId& id : ids) REQUIRE(c.fleet["l2"].void_record(id, "twice").ok());
  settle(c.fleet, c.order);
  CHECK(person_times(c.fleet.hq()) == 0);
  CHECK(c.fleet.hq().conflicts()->empty());
}

TEST_CASE("Streams: a void of what both branches edited knows both edits") {
  Copied c;
  REQUIRE(set_field(c.fleet["l1"], c.stem, "note", Value::of(std::string("by one"))).ok());
  REQUIRE(set_field(c.fleet["copy"], c.stem, "note", Value::of(std::string("by the other"))).ok());
  REQUIRE(set_field(c.fleet["copy"], c.stem, "trade", Value::of(std::string("courier"))).ok());
  settle(c.fleet, c.order);
  const auto voided = c.fleet["l2"].void_record(c.stem, "twice");
  REQUIRE_MESSAGE(voided.ok(), (voided ? "" : voided.error().message));
  settle(c.fleet, c.order);
  CHECK(c.fleet.hq().conflicts()->empty());
  CHECK(person_times(c.fleet.hq()) == 110);
}

TEST_CASE("Streams: one change does not name records of both branches, and says so") {
  Copied c;
  settle(c.fleet, c.order);
  std::vector<NewRecord> moves;
  REQUIRE(c.fleet.hq()
              .list({"event", {}, "", false, 0},
                    [&](const RecordView& view) {
                      if (view.id == c.stem) return true;
                      moves.push_back({"move",
                                       {{"event", Value(Value::Side(view.id))},
                                        {"item", Value::of(std::string("W550"))},
                                        {"qty", number(1)},
                                        {"reason", Value::of(std::string("give"))}}});
                      return true;
                    })
              .ok());
  REQUIRE(moves.size() == 2);
  const auto both = c.fleet.hq().create(moves);
  REQUIRE_FALSE(both.ok());
  CHECK(both.error().code == ErrorCode::refused);
  for (const NewRecord& one : moves) CHECK(c.fleet.hq().create(std::span(&one, 1)).ok());
  settle(c.fleet, c.order);
  CHECK(c.fleet["l2"].day(Day{kDayMs / 86'400'000})->items.at("W550") == 4);
}

TEST_CASE("Streams: a cut of one branch keeps of the other what both share") {
  Copied c;
  settle(c.fleet, c.order);
  std::string branch;
  REQUIRE(c.fleet.hq()
              .list({"event", {}, "S003", false, 0},
                    [&](const RecordView& view) {
                      branch = view.who;
                      return true;
                    })
              .ok());
  const auto revoked = c.fleet.hq().revoke(branch, std::nullopt, "copied");
  REQUIRE_MESSAGE(revoked.ok(), (revoked ? "" : revoked.error().message));
  settle(c.fleet, c.order);
  for (const std::string& name : c.fleet.names()) CHECK(person_times(c.fleet[name]) == 101);
}

TEST_CASE("Streams: both copies of headquarters invite and admit, and whoever came by either counts") {
  std::mt19937_64 order(5);
  ReplicaFleet fleet;
  fleet.clone("hq", "copy");
  // Two invitations at one seq of one author, told apart by their links.
  fleet.join("l1", fleet.invite("volunteer", "hq"));
  fleet.join("l2", fleet.invite("volunteer", "copy"));
  record_visit(fleet["l1"], "S001", 1, {});
  record_visit(fleet["l2"], "S001", 10, {});
  fleet.deliver("l1", "hq", order);
  fleet.deliver("l2", "copy", order);
  CHECK(person_times(fleet.hq()) == 1);
  CHECK(person_times(fleet["copy"]) == 10);
  settle(fleet, order);
  for (const std::string& name : fleet.names()) {
    CHECK(person_times(fleet[name]) == 11);
    const auto devices = fleet[name].devices();
    REQUIRE(devices.ok());
    for (const Device& device : *devices) {
      if (device.state.role == "volunteer") CHECK(device.state.standing == "admitted");
    }
  }
  CHECK(fleet["l1"].invitations()->size() == 2);
  // And both go on: each under its own name, with the rights of a coordinator.
  fleet.join("l3", fleet.invite("volunteer", "copy"));
  record_visit(fleet["l3"], "S001", 100, {});
  fleet.deliver("l3", "copy", order);
  settle(fleet, order);
  CHECK(person_times(fleet.hq()) == 111);
}

TEST_CASE("Streams: packs of a branch wait for what they go on from, whichever comes first") {
  Copied c;
  record_visit(c.fleet["copy"], "S004", 1000, {});
  const AuthorKey key = c.fleet["copy"].status()->author;
  ReplicaStore& source = c.fleet["copy"].sync_store();
  const std::uint64_t last = source.heads().at(key).seq;
  const Bytes whole = (*source.next_pack(key, 0))->bytes;
  const Bytes after = (*source.next_pack(key, last - 1))->bytes;
  const Bytes before = (*source.next_pack(key, last - 2))->bytes;
  c.fleet.deliver("l1", "hq", c.order);
  ReplicaStore& hq = c.fleet.hq().sync_store();
  const auto store_one = [&](const Bytes& pack) {
    const auto stored = hq.store({{0, pack}}, false);
    REQUIRE(stored.ok());
    return stored->front();
  };
  CHECK(store_one(after).outcome == PackOutcome::aside);
  CHECK(hq.heads().count(key) == 1);
  const ReplicaStore::Stored came = store_one(before);
  CHECK(came.outcome == PackOutcome::stored);
  CHECK(came.is_renamed);
  CHECK(came.changes == 2);
  CHECK(came.author == key);
  CHECK(hq.heads().count(key) == 0);
  CHECK(hq.heads().at(came.name).seq == last);
  const ReplicaStore::Stored again = store_one(whole);
  CHECK(again.outcome == PackOutcome::repeated);
  CHECK(again.name == came.name);
  CHECK_FALSE(again.is_renamed);
  CHECK(hq.branch_with(key, last, again.link) == came.name);
  CHECK_FALSE(hq.branch_with(key, last, Hash{1}).has_value());
  settle(c.fleet, c.order);
  CHECK(person_times(c.fleet.hq()) == 1111);
}

TEST_CASE("Streams: what a relay holds is known by branch, also where it bore another name there") {
  Copied c;
  const AuthorKey key = c.fleet["l1"].status()->author;
  ReplicaStore& hq = c.fleet.hq().sync_store();
  AuthorKey relay;
  relay.bytes.fill(7);
  REQUIRE(hq.open_relay(relay, Incarnation{1}).ok());
  const Head first = c.fleet["l1"].sync_store().heads().at(key);
  const Head second = c.fleet["copy"].sync_store().heads().at(key);
  REQUIRE_FALSE(first == second);
  c.fleet.deliver("l1", "hq", c.order);
  // The relay has the other branch only, and calls it as we call ours.
  REQUIRE(hq.set_relay_heads({{key, second}}).ok());
  CHECK(hq.relay_heads() == Heads{{key, second}});
  c.fleet.deliver("copy", "hq", c.order);
  const AuthorKey one = *hq.branch_with(key, first.seq, first.link);
  const AuthorKey other = *hq.branch_with(key, second.seq, second.link);
  CHECK(hq.relay_heads() == Heads{{other, second}});
  CHECK(hq.link_at(one, first.seq) == first.link);
  CHECK(hq.link_at(other, second.seq) == second.link);
  CHECK(hq.link_at(other, 1) == hq.link_at(one, 1));
  // It still says the author's name for the first branch alone, and then a name that nobody here knows.
  REQUIRE(hq.set_relay_heads({{key, first}}).ok());
  CHECK(hq.relay_heads() == Heads{{one, first}});
  // A name of what two branches share stands for the one that is meant, too.
  REQUIRE(hq.set_relay_heads({{key, Head{1, *hq.link_at(one, 1)}}}).ok());
  CHECK(hq.relay_heads().size() == 1);
  CHECK(hq.relay_heads().begin()->second.seq == 1);
  REQUIRE(hq.set_relay_heads({{key, first}}).ok());
  const Head unknown{first.seq, Hash{9}};
  REQUIRE(hq.set_relay_heads({{key, unknown}, {one, first}}).ok());
  CHECK(hq.relay_heads() == Heads{{key, unknown}, {one, first}});
  REQUIRE(hq.set_relay_heads({{one, first}, {other, second}}).ok());
  CHECK(hq.relay_heads().size() == 2);
}

TEST_CASE("Streams: what was said of a branch that is not here yet is that branch's when it comes") {
  Copied c;
  const AuthorKey key = c.fleet["l1"].status()->author;
  const AuthorKey relay = key_pair_from_seed(FixedBytes<32>{7}).author;
  const AuthorKey serving = key_pair_from_seed(FixedBytes<32>{8}).author;
  const auto head_of = [&](const char* name) { return c.fleet[name].sync_store().heads().at(key); };
  // What comes from a laptop that serves says nothing about the relay.
  const auto bring = [&](const char* name) {
    const auto pack = c.fleet[name].sync_store().next_pack(key, 0);
    REQUIRE((pack.ok() && pack->has_value()));
    ReplicaStore& near = c.fleet.hq().near_store();
    REQUIRE(near.open_relay(serving, Incarnation{2}).ok());
    REQUIRE(near.store({{0, (*pack)->bytes}}, false).ok());
    (void)c.fleet.hq().sync_store();
  };
  // Above what is here of the only log under this key it may well be that log's.
  const Head first = head_of("l1");
  const auto announced = c.fleet["l1"].sync_store().make_announcement(kDayMs);
  REQUIRE(announced.ok());
  ReplicaStore& hq = c.fleet.hq().sync_store();
  REQUIRE(hq.heads().at(key).seq < first.seq);
  REQUIRE(hq.open_relay(relay, Incarnation{1}).ok());
  REQUIRE(hq.set_relay_heads({{key, first}}).ok());
  REQUIRE(hq.store_notes(1, {*announced}, {}).ok());
  bring("copy");
  bring("l1");
  const auto one = hq.branch_with(key, first.seq, first.link);
  REQUIRE(one.has_value());
  CHECK_FALSE(*one == key);
  CHECK(hq.relay_heads() == Heads{{*one, first}});
  const auto status = c.fleet.hq().status();
  REQUIRE(status.ok());
  for (const LaptopState& laptop : status->laptops) {
    CHECK(laptop.announced.has_value() == (laptop.author == *one));
  }
  // Of a third the relay, which has no other, says a name that stands for none of those here.
  c.fleet.clone("l1", "third");
  record_visit(c.fleet["l1"], "S004", 1000, {});
  record_visit(c.fleet["third"], "S005", 10'000, {});
  bring("l1");
  const Head third = head_of("third");
  REQUIRE(hq.set_relay_heads({{key, third}}).ok());
  CHECK(hq.relay_heads() == Heads{{key, third}});
  bring("third");
  const auto other = hq.branch_with(key, third.seq, third.link);
  REQUIRE(other.has_value());
  CHECK(hq.relay_heads() == Heads{{*other, third}});
}

TEST_CASE("Streams: a cut finds its branch when the branch has grown that far") {
  Copied c;
  c.fleet.deliver("l1", "hq", c.order);
  c.fleet.deliver("copy", "hq", c.order);
  c.fleet.deliver("hq", "l2", c.order);
  const Head before = c.fleet["copy"].sync_store().heads().at(c.first.author);
  record_visit(c.fleet["copy"], "S004", 1000, {});
  c.fleet.deliver("copy", "hq", c.order);
  const AuthorKey branch = *c.fleet.hq().sync_store().branch_with(c.first.author, before.seq, before.link);
  REQUIRE(c.fleet.hq().revoke(public_name(branch), std::nullopt, "copied").ok());
  CHECK(person_times(c.fleet.hq()) == 1101);
  c.fleet.deliver_author("hq", "l2", c.fleet.hq().status()->author);
  CHECK(person_times(c.fleet["l2"]) == 1);  // the cut is in a branch that is not here: what all share counts
  CHECK(c.fleet["l2"].verify()->ok);
  c.fleet.deliver_author("hq", "l2", branch);
  CHECK(person_times(c.fleet["l2"]) == 1101);
  CHECK(c.fleet["l2"].verify()->ok);
  CHECK(c.fleet.dump("l2") == c.fleet.dump("hq"));
}

TEST_CASE("Streams: a branch waits until what it shares is applied") {
  std::mt19937_64 order(5);
  ReplicaFleet fleet;
  fleet.join("l1");
  fleet.join("l2");
  fleet.deliver("l1", "hq", order);
  fleet.deliver("l2", "hq", order);
  const RecordId id = record_visit(fleet["l2"], "S001", 1, {});
  fleet.deliver("l2", "l1", order);
  REQUIRE(set_field(fleet["l1"], id, "person_times", number(3)).ok());
  fleet.clone("l1", "copy");
  record_visit(fleet["l1"], "S001", 10, {});
  record_visit(fleet["copy"], "S001", 100, {});
  const AuthorKey key = fleet["l1"].status()->author;
  fleet.deliver_author("l1", "hq", key);
  fleet.deliver_author("copy", "hq", key);
  CHECK(fleet.hq().status()->waiting.size() == 2);
  CHECK(person_times(fleet.hq()) == 0);
  fleet.deliver("l2", "hq", order);
  CHECK(fleet.hq().status()->waiting.empty());
  CHECK(person_times(fleet.hq()) == 113);
  settle(fleet, order);
}

TEST_CASE("Streams: branches come by bundle, and what is lacking of them is named") {
  Copied c;
  const std::string stick = c.fleet.home("stick.kzb");
  const auto carry = [&](const std::string& from, const std::string& to, const std::string& addressee = {}) {
    const auto packed = c.fleet[from].pack_bundle(stick, addressee);
    REQUIRE_MESSAGE(packed.ok(), (packed ? "" : packed.error().message));
    auto applied = c.fleet[to].apply_bundle(stick);
    REQUIRE_MESSAGE(applied.ok(), (applied ? "" : applied.error().message));
    return std::move(*applied);
  };
  CHECK(carry("l1", "hq").is_complete());
  const BundleApplied second = carry("copy", "hq");
  CHECK(second.is_complete());
  CHECK(second.refused.empty());
  CHECK(person_times(c.fleet.hq()) == 111);
  CHECK(carry("copy", "hq").new_changes == 0);
  CHECK(carry("hq", "l2").is_complete());
  CHECK(c.fleet.dump("l2") == c.fleet.dump("hq"));
  // Addressed: what l2 stated to have does not come again, what is new does.
  CHECK(carry("l2", "hq").is_complete());
  record_visit(c.fleet["copy"], "S004", 1000, {});
  CHECK(carry("copy", "hq").is_complete());
  const BundleApplied rest = carry("hq", "l2", "l2");
  CHECK(rest.is_complete());
  CHECK(rest.repeated_packs == 0);
  CHECK(person_times(c.fleet["l2"]) == 1111);
  // The copy hears of the other branch on a stick, and both go on.
  CHECK(carry("hq", "copy").is_complete());
  CHECK(carry("copy", "l1").is_complete());
  CHECK(carry("l1", "hq").is_complete());
  settle(c.fleet, c.order);
  CHECK(person_times(c.fleet["l1"]) == 1111);
}

TEST_CASE("Streams: verify finds branches that stand, are named or were meant otherwise than the logs say") {
  Copied c;
  settle(c.fleet, c.order);
  std::vector<RecordId> ids;
  REQUIRE(c.fleet.hq()
              .list({"event", {}, "", false, 0},
                    [&](const RecordView& view) {
                      ids.push_back(view.id);
                      return true;
                    })
              .ok());
  for (const RecordId& id : ids) REQUIRE(set_field(c.fleet["l2"], id, "person_times", number(7)).ok());
  c.fleet.deliver("l2", "hq", c.order);
  const std::string file = c.fleet.home("hq") + "/replica.db";
  for (const std::string sql :
       {"UPDATE stream SET from_seq=from_seq+1", "UPDATE stream SET name=randomblob(32)",
        "UPDATE stream SET public_name='other'", "DELETE FROM stream", "UPDATE branch_pin SET pinned_seq=1",
        "DELETE FROM branch_pin", "UPDATE author SET parent=0 WHERE parent>0",
        "UPDATE author SET parent=parent+1 WHERE parent>0",
        "UPDATE author SET from_seq=from_seq-1 WHERE parent>0",
        "UPDATE author SET from_seq=from_seq+1 WHERE parent>0",
        "UPDATE author SET from_seq=held_seq+1 WHERE parent>0",
        "UPDATE author SET key=randomblob(32) WHERE parent>0"}) {
    CAPTURE(sql);
    REQUIRE(c.fleet.hq().verify()->ok);
    const std::string kept = file + ".kept";
    c.fleet.reopen("hq");
    {
      Database database = *Database::open(file, {});
      REQUIRE(database.execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
      std::filesystem::copy_file(file, kept, std::filesystem::copy_options::overwrite_existing);
      REQUIRE(database.execute(sql).ok());
    }
    const auto report = c.fleet.reopen("hq").verify();
    CHECK((!report.ok() || !report->ok));
    // Whoever reads such a file gets an answer or an error.
    (void)c.fleet.hq().day(Day{kDayMs / 86'400'000}).ok();
    (void)c.fleet.hq().conflicts().ok();
    for (const RecordId& id : ids) (void)c.fleet.hq().show(id).ok();
    Database database = *Database::open(file, {});
    Database whole = *Database::open(kept, {});
    REQUIRE(database.copy_from(whole).ok());
    c.fleet.reopen("hq");
  }
}
