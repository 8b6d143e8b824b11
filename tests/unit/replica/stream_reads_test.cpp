// After a laptop was copied without knowing it: ids on paper, what refers to a record, what people call a
// branch, what the laptop is told when it goes on under a name of its own, what a day waits for, and how many
// branches there may be.
#include <algorithm>
#include <set>

#include "karez/base/limits.h"
#include "karez/log/change.h"
#include "karez/log/pack.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// Rebuilding tells of its progress once in a thousand changes: a test that waits for it needs more.
void record_1500(Replica& replica) {
  const std::vector<NewRecord> visit{
      {"event",
       {{"type", Value::of(std::string("visit"))}, {"time", Value(Value::Side(WallTime{kDayMs, 480}))}}}};
  REQUIRE(replica.create_all(std::vector<std::vector<NewRecord>>(1500, visit)).ok());
}

/// A laptop with a visit and its handout, and a copy of the whole machine; both have recorded since, the copy
/// more.
struct CopiedAtReading {
  CopiedAtReading() {
    fleet.join("l1");
    stem = record_visit(fleet["l1"], "S001", 1, {{"W550", 2}});
    fleet.settle(order);
    fleet.clone("l1", "copy");
    first = record_visit(fleet["l1"], "S002", 10, {{"W550", 20}});
    second = record_visit(fleet["copy"], "S003", 100, {{"W550", 200}});
    give(fleet["l1"], stem, 3);
    give(fleet["copy"], stem, 4);
    alone = record_visit(fleet["copy"], "S004", 1000, {{"W550", 2000}});
  }

  static void give(Replica& replica, const RecordId& visit, std::int64_t quantity) {
    const NewRecord handout{"move",
                            {{"event", Value(Value::Side(visit))},
                             {"item", Value::of(std::string("W550"))},
                             {"qty", Value::of(quantity)},
                             {"reason", Value::of(std::string("give"))}}};
    const auto made = replica.create(std::span(&handout, 1));
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
  }

  std::mt19937_64 order{7};
  ReplicaFleet fleet;
  RecordId stem, first, second, alone;
};

RecordId visit_at(Replica& replica, const std::string& site) {
  std::vector<RecordId> found;
  const Status listed = replica.list({"event", {}, site, true, 0}, [&](const RecordView& view) {
    found.push_back(view.id);
    return true;
  });
  REQUIRE_MESSAGE(listed.ok(), (listed ? "" : listed.error().message));
  REQUIRE(found.size() == 1);
  return found.front();
}

std::vector<std::int64_t> quantities_of(Replica& replica, const RecordId& visit) {
  const auto handouts = replica.referring("move", "event", visit);
  REQUIRE_MESSAGE(handouts.ok(), (handouts ? "" : handouts.error().message));
  std::vector<std::int64_t> quantities;
  for (const RecordId& id : *handouts) {
    const auto view = replica.show(id);
    REQUIRE_MESSAGE(view.ok(), (view ? "" : view.error().message));
    for (const FieldView& field : view->fields) {
      if (field.field == "qty") quantities.push_back(std::get<std::int64_t>(field.value.side));
    }
  }
  std::sort(quantities.begin(), quantities.end());
  return quantities;
}

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code;
}

}  // namespace

TEST_CASE("Stream reads: an id from before the branches were known is good where one branch has the record") {
  CopiedAtReading c;
  const std::string both = to_text(c.first);
  const std::string one = to_text(c.alone);
  REQUIRE(both == to_text(c.second));
  c.fleet.settle(c.order);
  for (const std::string& name : c.fleet.names()) {
    CAPTURE(name);
    Replica& replica = c.fleet[name];
    CHECK(*replica.find(to_text(c.stem)) == c.stem);
    const RecordId alone = visit_at(replica, "S004");
    REQUIRE_FALSE(alone == c.alone);
    for (const std::string& text : {one, one.substr(0, 10) + one.substr(26)}) {
      const auto found = replica.find(text);
      REQUIRE_MESSAGE(found.ok(), (found ? "" : found.error().message));
      CHECK(*found == alone);
    }
    const auto several = replica.find(both);
    CHECK(code_of(several) == ErrorCode::usage);
    CHECK(several.error().message.find("fits several laptops") != std::string::npos);
    for (const char* site : {"S002", "S003"}) {
      const std::string named = to_text(visit_at(replica, site));
      CHECK(several.error().message.find(named) != std::string::npos);
      CHECK(to_text(*replica.find(named)) == named);
    }
    // Neither a change that no branch has nor a record that a change has not.
    for (const RecordId& none :
         {RecordId{c.alone.author, c.alone.seq + 50, 1}, RecordId{c.alone.author, c.alone.seq, 9},
          RecordId{alone.author, c.stem.seq, c.stem.k}})
      CHECK(code_of(replica.find(to_text(none))) == ErrorCode::not_found);
  }
}

TEST_CASE("Stream reads: an id outlives that the branch which it names parts once more") {
  CopiedAtReading c;
  c.fleet.clone("copy", "third");
  const RecordId more = record_visit(c.fleet["copy"], "S005", 10'000, {});
  record_visit(c.fleet["third"], "S006", 100'000, {});
  record_visit(c.fleet["copy"], "S007", 1, {});
  c.fleet.deliver("l1", "hq", c.order);
  c.fleet.deliver("copy", "hq", c.order);
  const RecordId early = visit_at(c.fleet.hq(), "S004");
  const RecordId parted = visit_at(c.fleet.hq(), "S005");
  const RecordId late = visit_at(c.fleet.hq(), "S007");
  REQUIRE(early.author == late.author);
  REQUIRE(parted.seq == more.seq);
  c.fleet.deliver("third", "hq", c.order);
  REQUIRE_FALSE(visit_at(c.fleet.hq(), "S007") == late);
  CHECK(*c.fleet.hq().find(to_text(early)) == early);
  CHECK(*c.fleet.hq().find(to_text(late)) == visit_at(c.fleet.hq(), "S007"));
  CHECK(code_of(c.fleet.hq().find(to_text(parted))) == ErrorCode::usage);
  CHECK(*c.fleet.hq().find(to_text(RecordId{c.first.author, late.seq, 1})) == visit_at(c.fleet.hq(), "S007"));
}

TEST_CASE("Stream reads: what refers to a record is found whichever branch either of them stands in") {
  CopiedAtReading c;
  c.fleet.settle(c.order);
  for (const std::string& name : c.fleet.names()) {
    CAPTURE(name);
    Replica& replica = c.fleet[name];
    CHECK(quantities_of(replica, c.stem) == std::vector<std::int64_t>{2, 3, 4});
    CHECK(quantities_of(replica, visit_at(replica, "S002")) == std::vector<std::int64_t>{20});
    CHECK(quantities_of(replica, visit_at(replica, "S003")) == std::vector<std::int64_t>{200});
    CHECK(*replica.referring("move", "event", c.stem) == *c.fleet.hq().referring("move", "event", c.stem));
  }
  Replica& hq = c.fleet.hq();
  CHECK(code_of(hq.referring("move", "event", c.first)) == ErrorCode::not_found);
  CHECK(code_of(hq.referring("move", "item", c.stem)) == ErrorCode::usage);
  CHECK(code_of(hq.referring("move", "nothing", c.stem)) == ErrorCode::usage);
  CHECK(code_of(hq.referring("nothing", "event", c.stem)) == ErrorCode::usage);
}

TEST_CASE("Stream reads: a laptop is called by its name under its key and under its branches' names") {
  CopiedAtReading c;
  REQUIRE(c.fleet.hq().laptop_names()->at(c.first.author) == "l1");
  c.fleet.settle(c.order);
  const auto names = c.fleet.hq().laptop_names();
  REQUIRE(names.ok());
  const auto status = c.fleet.hq().status();
  REQUIRE(status.ok());
  for (const LaptopState& laptop : status->laptops) CHECK(names->at(laptop.author) == laptop.name);
  REQUIRE(names->contains(c.first.author));
  CHECK(names->at(c.first.author).substr(0, 2) == "l1");
  CHECK(names->size() == status->laptops.size() + 1);
}

TEST_CASE("Stream reads: rebuilding reports as many changes to come as it applies") {
  std::mt19937_64 order(5);
  ReplicaFleet fleet;
  fleet.join("l1");
  record_1500(fleet["l1"]);  // what the branches share is the most of them
  fleet.deliver("l1", "hq", order);
  fleet.clone("l1", "copy");
  record_visit(fleet["l1"], "S001", 1, {});
  record_visit(fleet["copy"], "S002", 2, {});
  fleet.deliver("l1", "hq", order);
  fleet.deliver("copy", "hq", order);
  std::uint64_t expected = 0;
  fleet.watch("hq", [&](const std::string& what, std::uint64_t, std::uint64_t total) {
    if (what == "rebuild") expected = total;
  });
  REQUIRE(fleet.hq().rebuild().ok());
  const std::uint64_t enrolment = 1;
  CHECK(expected == fleet.hq().status()->own_seq + enrolment + 1500 + 2);
}

TEST_CASE("Stream reads: who goes on under a name of its own hears of its open invitations") {
  std::mt19937_64 order(5);
  ReplicaFleet fleet;
  const std::string used = fleet.invite();
  const std::string open = fleet.invite();
  REQUIRE(fleet.hq().invite("volunteer", "an old one", kDayMs).ok());  // it expires before anybody asks
  fleet.join("l1", used);
  fleet.deliver("l1", "hq", order);
  fleet.deliver("hq", "l1", order);
  fleet.clone("hq", "copy");
  record_visit(fleet.hq(), "S001", 1, {});
  record_visit(fleet["copy"], "S002", 2, {});
  CHECK(fleet.hq().status()->stranded_invitations == 0);
  fleet.deliver("copy", "hq", order);
  fleet.deliver("hq", "copy", order);
  CHECK(fleet.hq().status()->stranded_invitations == 1);
  CHECK(fleet["copy"].status()->stranded_invitations == 1);
  CHECK(fleet["l1"].status()->stranded_invitations == 0);
  // It is so: who comes by the old one is admitted nowhere, who comes by a new one is.
  fleet.join("l2", open);
  fleet.join("l3", fleet.invite());
  fleet.settle(order);
  const auto devices = fleet.hq().devices();
  REQUIRE(devices.ok());
  for (const Device& device : *devices) {
    if (device.state.name == "l2") CHECK(device.state.standing == "not_admitted");
    if (device.state.name == "l3") CHECK(device.state.standing == "admitted");
  }
  CHECK(fleet.hq().status()->stranded_invitations == 1);
  // When it has expired nothing is left to be done about it.
  for (const std::string& name : fleet.names()) fleet.clock(name).advance(std::int64_t{8} * 24 * 3600 * 1000);
  CHECK(fleet.hq().status()->stranded_invitations == 0);
}

TEST_CASE("Streams: a relay that has another branch has not what this laptop recorded on its own") {
  CopiedAtReading c;
  Replica& l1 = c.fleet["l1"];
  const AuthorKey key = l1.status()->author;
  ReplicaStore& store = l1.sync_store();
  const RelayCursor home = *store.open_relay(AuthorKey{}, Incarnation{1});
  // The copy was there first, with more; its log is not here yet.
  Heads heads = store.heads();
  const Head own = heads.at(key);
  heads[key] = c.fleet["copy"].sync_store().heads().at(key);
  REQUIRE(heads[key].seq > own.seq);
  REQUIRE(store.set_relay_heads(heads).ok());
  CHECK(l1.status()->unsent == own.seq);
  CHECK(l1.show(c.first)->state == RecordState::saved_here);
  // A name that nobody here knows makes no author.
  const auto authors = [&] {
    std::int64_t count = 0;
    REQUIRE(l1.query(
                  "SELECT count(*) FROM author", [](const std::vector<std::string>&) {},
                  [&](const std::vector<Replica::QueryCell>& row) {
                    count = row.front().integer;
                    return true;
                  })
                .ok());
    return count;
  };
  const std::int64_t before = authors();
  heads[AuthorKey{{9}}] = {3, Hash{9}};
  REQUIRE(store.set_relay_heads(heads).ok());
  CHECK(store.relay_heads() == heads);
  CHECK(authors() == before);
  // What the relay gave a receipt for is there all the same.
  REQUIRE(store.store_receipt({key, own.seq, own.link, home.relay, home.incarnation, 9, {}}).ok());
  REQUIRE(store.set_relay_heads(heads).ok());
  CHECK(l1.status()->unsent == 0);
  CHECK(l1.show(c.first)->state == RecordState::on_relay);
}

TEST_CASE("Streams: a bundle names what a branch lacks, however long the other one is") {
  CopiedAtReading c;
  c.fleet.deliver("l1", "hq", c.order);
  ReplicaStore& copy = c.fleet["copy"].sync_store();
  ReplicaStore& hq = c.fleet.hq().sync_store();
  const AuthorKey key = c.fleet["copy"].status()->author;
  const Head own = copy.heads().at(key);
  const auto last = copy.next_pack(key, own.seq - 1);
  REQUIRE((last.ok() && last->has_value()));
  REQUIRE(own.seq - 1 <= hq.heads().at(key).seq);  // of the other branch headquarters has as much
  REQUIRE(hq.store({{0, (*last)->bytes}}, false)->front().outcome == PackOutcome::aside);
  const std::string stick = c.fleet.home("stick.kzb");
  REQUIRE(c.fleet["l1"].pack_bundle(stick, "").ok());
  const auto applied = c.fleet.hq().apply_bundle(stick);
  REQUIRE_MESSAGE(applied.ok(), (applied ? "" : applied.error().message));
  CHECK_FALSE(applied->is_complete());
  REQUIRE(applied->lacks.size() == 1);
  CHECK(applied->lacks.front().why == BundleLack::Why::log);
  CHECK(applied->lacks.front().last == own.seq - 1);
}

TEST_CASE("Streams: a day waits for no branch whose laptop went on, and for every laptop that did") {
  CopiedAtReading c;
  c.fleet.join("l2");
  const auto waiting = [&] {
    auto report = c.fleet.hq().day(Day{kDayMs / 86'400'000});
    REQUIRE(report.ok());
    return report->waiting;
  };
  c.fleet.deliver("l1", "hq", c.order);
  CHECK(waiting().size() == 2);
  // Both branches are here, and nobody knows yet whether more comes on either.
  c.fleet.deliver("copy", "hq", c.order);
  CHECK(waiting().size() == 3);
  for (int round = 0; round < 3; ++round) c.fleet.settle(c.order);
  std::vector<std::string> names;
  const auto status = c.fleet.hq().status();
  REQUIRE(status.ok());
  for (const LaptopState& state : status->laptops) {
    if (state.role == "volunteer") names.push_back(state.name);
  }
  REQUIRE(names == std::vector<std::string>{"l1", "l1#2", "l1#3", "l1#4", "l2"});
  const std::string one = c.fleet["l1"].status()->device_name;
  const std::string other = c.fleet["copy"].status()->device_name;
  REQUIRE_FALSE(one == other);
  CHECK(waiting() == std::vector<std::string>{std::min(one, other), std::max(one, other), "l2"});
}

TEST_CASE("Streams: of one author a replica keeps as many branches as the limit says") {
  CopiedAtReading c;
  const KeyPair key = c.fleet["l1"].sync_store().key_pair();
  record_1500(c.fleet["l1"]);
  c.fleet.deliver("l1", "hq", c.order);
  std::set<std::uint64_t> rebuilt_from;  // the branches that cost a rebuild, by how many came before
  std::uint64_t came = 0;
  c.fleet.watch("hq", [&](const std::string& what, std::uint64_t, std::uint64_t) {
    if (what == "rebuild") rebuilt_from.insert(came);
  });
  ReplicaStore& hq = c.fleet.hq().sync_store();
  const WorkspaceId workspace = hq.workspace();
  const Head at = hq.heads().at(key.author);
  const auto branch = [&](int n) {
    Create visit;
    visit.collection = 5;
    visit.fields = {{FieldName::catalog(5), Value::of(std::int64_t{n})}};
    Change change;
    change.author = key.author;
    change.seq = at.seq + 1;
    change.time = {static_cast<std::uint64_t>(kDayMs) + 7'200'000, 0};
    change.wall = {kDayMs + 7'200'000, 480};
    change.operations = {visit};
    const Bytes content = *encode(change);
    const PackHeader header{workspace,  key.author,
                            change.seq, 1,
                            at.link,    sign_head(key, workspace, change.seq, next_link(at.link, content))};
    const auto stored =
        hq.store({{0, *encode_pack(header, std::vector<PackEntry>{{content, std::nullopt}})}}, false);
    REQUIRE(stored.ok());
    return stored->front();
  };
  for (; came < limits::kBranches; ++came)
    REQUIRE(branch(static_cast<int>(came) + 1).outcome == PackOutcome::stored);
  // The second one gives the first another name; none after it changes what is there.
  CHECK(rebuilt_from == std::set<std::uint64_t>{1});
  const ReplicaStore::Stored refused = branch(0);
  CHECK(refused.outcome == PackOutcome::refused);
  CHECK(refused.error.code == ErrorCode::fork);
  CHECK(branch(7).outcome == PackOutcome::repeated);
  CHECK(c.fleet.hq().verify()->ok);
}
