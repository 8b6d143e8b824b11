#include "steps.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "catalogs.h"
#include "karez/storage/schema.h"
#include "support/store_host.h"
#include "support/temporary_folder.h"

namespace karez::sim {
namespace {

std::vector<NewRecord> a_visit() {
  NewRecord event;
  event.collection = "event";
  event.fields = {{"type", Value::of(std::string("visit"))},
                  {"time", Value(Value::Side(WallTime{kBeginMs, 480}))},
                  {"tally", Value::of(std::int64_t{4})},
                  {"person_times", Value::of(std::int64_t{12})}};
  NewRecord move;
  move.collection = "move";
  move.fields = {{"event", Value(Value::Side(RecordId{{}, 0, 1}))},
                 {"item", Value::of(std::string("W550"))},
                 {"qty", Value::of(std::int64_t{24})},
                 {"reason", Value::of(std::string("give"))}};
  return {event, move};
}

std::string dump_of(Replica& replica) {
  std::string text;
  REQUIRE(replica.dump([&](std::string_view line) { text.append(line).append("\n"); }).ok());
  return text;
}

Status status_of(const auto& result) { return result ? Status() : Status(result.error()); }

Replica must_open(Machine& machine) {
  auto replica = Replica::open(machine.options());
  REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
  return std::move(*replica);
}

/// Headquarters, a laptop, and what they have in common.
struct World {
  World() {
    std::string recovery;
    auto made = Replica::init(hq.options(), {"sim", "hq", "", 480}, recovery);
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    REQUIRE(made->create(a_visit()).ok());
    const auto invitation = made->invite("volunteer", "", kBeginMs + kDayMs);
    REQUIRE(invitation.ok());
    code = to_text(*invitation);
  }
  /// The laptop joins and records.
  void join(int visits) {
    auto joined = Replica::join(laptop.options(), code, "laptop-01");
    REQUIRE_MESSAGE(joined.ok(), (joined ? "" : joined.error().message));
    for (int i = 0; i < visits; ++i) REQUIRE(joined->create(a_visit()).ok());
  }
  void keep() {
    hq.keep();
    laptop.keep();
    relay.keep();
  }
  void set_back() {
    hq.set_back();
    laptop.set_back();
    relay.set_back();
  }
  Machine hq{"hq", 1}, laptop{"laptop", 2}, relay{"relay", 3};
  std::string code;
};

class InWorld : public Step {
 public:
  void set_back() override { world_.set_back(); }

 protected:
  World world_;
};

class Founding final : public Step {
 public:
  void set_back() override { machine_.set_back(); }
  Disk& disk() override { return machine_.disk(); }
  Status run() override { return status_of(found()); }
  void check(bool succeeded) override {
    auto replica = Replica::open(machine_.options());
    if (succeeded) REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    if (!replica) {
      CHECK(replica.error().code == ErrorCode::not_found);
      replica = found();
    }
    REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    REQUIRE(replica->create(a_visit()).ok());
    check_sound(*replica);
  }

 private:
  Result<Replica> found() {
    std::string recovery;
    return Replica::init(machine_.options(), {"sim", "hq", "", 480}, recovery);
  }
  Machine machine_{"hq", 1};
};

class Joining final : public InWorld {
 public:
  Joining() { world_.keep(); }
  Disk& disk() override { return world_.laptop.disk(); }
  Status run() override { return status_of(join()); }
  void check(bool succeeded) override {
    auto replica = Replica::open(world_.laptop.options());
    if (succeeded) REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    if (!replica) {
      CHECK(replica.error().code == ErrorCode::not_found);
      replica = join();
    }
    REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
    REQUIRE(replica->create(a_visit()).ok());
    check_sound(*replica);
  }

 private:
  Result<Replica> join() { return Replica::join(world_.laptop.options(), world_.code, "laptop-01"); }
};

class Recording final : public InWorld {
 public:
  Recording() { world_.keep(); }
  Disk& disk() override { return world_.hq.disk(); }
  Status run() override {
    saved_ = kBefore;
    KAREZ_ASSIGN(Replica replica, Replica::open(world_.hq.options()));
    std::vector<RecordId> ids;
    const FieldSetting note{"note", FieldSetting::Kind::set, Value::of(std::string("seen"))};
    KAREZ_TRY(one([&] {
      auto made = replica.create(a_visit());
      if (made) ids = *made;
      return status_of(made);
    }));
    KAREZ_TRY(one([&] { return replica.edit(ids.front(), std::span(&note, 1)); }));
    return one([&] { return replica.void_record(ids.front(), "twice"); });
  }
  void check(bool) override {
    Replica replica = must_open(world_.hq);
    const auto status = replica.status();
    REQUIRE(status.ok());
    CAPTURE(saved_);
    CHECK(status->own_seq >= saved_);      // nothing that was saved is missing,
    CHECK(status->own_seq <= saved_ + 1);  // and of the change under way all or nothing is there
    CHECK(status->notices.empty());        // an interrupted open is no clone
    check_sound(replica);
    REQUIRE(replica.create(a_visit()).ok());
  }

 private:
  static constexpr std::uint64_t kBefore = 3;
  template <typename Write>
  Status one(Write&& write) {
    const Status done = attempt(write);
    if (done) ++saved_;
    return done;
  }
  std::uint64_t saved_ = kBefore;
};

/// `older`: whether the schema of the files is older too, or only the catalog.
class Upgrading final : public InWorld {
 public:
  explicit Upgrading(bool older_schema) {
    REQUIRE(Replica::open(world_.hq.options(older_catalog())).ok());
    if (older_schema) take_back();
    world_.keep();
    expected_ = dump_of(*std::make_unique<Replica>(must_open(world_.hq)));
    CHECK(expected_.find("\"tally\":4") != std::string::npos);
  }
  Disk& disk() override { return world_.hq.disk(); }
  Status run() override { return status_of(Replica::open(world_.hq.options())); }
  void check(bool) override {
    Replica replica = must_open(world_.hq);
    CHECK(dump_of(replica) == expected_);
    check_sound(replica);
    REQUIRE(replica.create(a_visit()).ok());
  }

 private:
  /// The tables of the first schema level, as far as upgrading reads them.
  void take_back() {
    DatabaseOptions options;
    options.vfs = "karez-sim";
    auto database = Database::open("/hq/home/replica.db", options);
    REQUIRE(database.ok());
    std::string views;  // they name tables, and SQLite minds those that are gone
    auto find = database->prepare("SELECT name FROM sqlite_schema WHERE type='view'");
    REQUIRE(find.ok());
    const auto drop = [&](Statement& row) { views += "DROP VIEW " + quoted(std::string(row.text(0))) + ";"; };
    REQUIRE(for_each_row(*find, drop).ok());
    const Status done = database->execute(
        "BEGIN;" + views +
        "DROP TABLE own_field_value; DROP TABLE known; DROP TABLE same_verdict; DROP TABLE erased;"
        "DROP TABLE relay; DROP TABLE relay_head; DROP TABLE holder_head;"
        "DROP TABLE stream; DROP TABLE branch_pin; DROP TABLE relay_head_apart; DROP TABLE aside;"
        "CREATE TABLE aside (author INTEGER NOT NULL, first_seq INTEGER NOT NULL, pack BLOB NOT NULL, "
        "PRIMARY KEY (author, first_seq)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE author_1 AS SELECT id, key, name, laptop, role, standing, rank, counted_through, "
        "held_seq, held_link, applied_seq, touches_others, time FROM author;"
        "DROP TABLE author; ALTER TABLE author_1 RENAME TO author;"
        "ALTER TABLE announcement DROP COLUMN carried;"
        "CREATE TABLE relay (id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL, incarnation BLOB NOT "
        "NULL, arrival INTEGER NOT NULL DEFAULT 0, notes INTEGER NOT NULL DEFAULT 0, last_sync_ms INTEGER,"
        " skew_ms INTEGER, stated INTEGER NOT NULL DEFAULT 0) STRICT;"
        "CREATE TABLE relay_head (author INTEGER PRIMARY KEY, seq INTEGER NOT NULL, link BLOB NOT NULL) "
        "STRICT;"
        "PRAGMA user_version = 1; COMMIT;");
    REQUIRE_MESSAGE(done.ok(), (done ? "" : done.error().message));
  }
  std::string expected_;
};

class StoringPacks final : public InWorld {
 public:
  StoringPacks() {
    world_.join(50);
    Replica laptop = must_open(world_.laptop);
    const AuthorKey author = laptop.sync_store().key_pair().author;
    const auto pack = laptop.sync_store().next_pack(author, 0);
    REQUIRE(pack.ok());
    packs_.push_back({1, (*pack)->bytes});
    world_.keep();
  }
  Disk& disk() override { return world_.hq.disk(); }
  Status run() override {
    KAREZ_ASSIGN(Replica hq, Replica::open(world_.hq.options()));
    return attempt([&] { return store(hq); });
  }
  void check(bool succeeded) override {
    Replica hq = must_open(world_.hq);
    const auto status = hq.status();
    REQUIRE(status.ok());
    // Two of its own and the invitation; with the laptop's 51 comes the admission.
    CAPTURE(status->changes_held);
    const bool is_before = status->changes_held == 3;
    const bool is_after = status->changes_held == 3 + 51 + 1;
    if (succeeded) CHECK(is_after);
    CHECK((is_before || is_after));
    check_sound(hq);
    CHECK(store(hq).ok());
  }

 private:
  Status store(Replica& hq) {
    KAREZ_ASSIGN(const auto stored, hq.sync_store().store(packs_, false));
    return stored.front().outcome == PackOutcome::refused ? Status(stored.front().error) : Status();
  }
  std::vector<ReplicaStore::Incoming> packs_;
};

/// The stick itself is a file of the machine that runs the test: its faults are those of bundle_faults_test.
class PackingBundle final : public InWorld {
 public:
  PackingBundle() {
    world_.join(30);
    world_.keep();
  }
  Disk& disk() override { return world_.laptop.disk(); }
  Status run() override {
    std::filesystem::remove(stick());
    KAREZ_ASSIGN(Replica laptop, Replica::open(world_.laptop.options()));
    return attempt([&] { return status_of(laptop.pack_bundle(stick(), "")); });
  }
  void check(bool succeeded) override {
    const auto there = read_bundle(stick());
    if (succeeded) REQUIRE(there.ok());
    if (there) CHECK(there->fault == BundleFault::none);
    if (!there) CHECK(there.error().code == ErrorCode::not_found);
    Replica laptop = must_open(world_.laptop);
    const auto packed = laptop.pack_bundle(stick(), "");
    REQUIRE_MESSAGE(packed.ok(), (packed ? "" : packed.error().message));
    CHECK(packed->changes == 31);
    check_sound(laptop);
  }

 private:
  [[nodiscard]] std::string stick() const { return folder_.path() + "/stick.karez"; }
  testing::TemporaryFolder folder_;
};

class ApplyingBundle final : public InWorld {
 public:
  ApplyingBundle() {
    world_.join(30);
    REQUIRE(must_open(world_.laptop).pack_bundle(stick(), "").ok());
    world_.keep();
  }
  Disk& disk() override { return world_.hq.disk(); }
  Status run() override {
    KAREZ_ASSIGN(Replica hq, Replica::open(world_.hq.options()));
    return attempt([&] { return status_of(hq.apply_bundle(stick())); });
  }
  void check(bool succeeded) override {
    Replica hq = must_open(world_.hq);
    check_sound(hq);
    const auto before = hq.status();
    REQUIRE(before.ok());
    CHECK(before->own_seq >= 3);
    if (succeeded) CHECK(before->changes_held == 3 + 31 + 1);
    const auto applied = hq.apply_bundle(stick());
    REQUIRE_MESSAGE(applied.ok(), (applied ? "" : applied.error().message));
    CHECK(applied->is_complete());
    CHECK(hq.status()->changes_held == 3 + 31 + 1);
    CHECK(hq.apply_bundle(stick())->new_changes == 0);
  }

 private:
  [[nodiscard]] std::string stick() const { return folder_.path() + "/stick.karez"; }
  testing::TemporaryFolder folder_;
};

class InRelay : public InWorld {
 protected:
  InRelay() {
    FixedBytes<32> seed{};
    world_.relay.dice().fill(seed);
    key_ = key_pair_from_seed(seed);
  }
  Status open(testing::RelayBox& box) {
    relay::PackStoreOptions options;
    options.folder = "/relay/data";
    options.vfs = "karez-sim";
    return box.open(options, world_.relay.dice());
  }
  testing::RelayBox box() { return testing::RelayBox(world_.relay.clock, key_); }
  /// One session. Errors: io if it did not come to its end.
  Status sync(testing::RelayBox& box, Machine& machine) {
    KAREZ_ASSIGN(Replica replica, Replica::open(machine.options()));
    return sync(box, machine, replica);
  }
  Status sync(testing::RelayBox& box, Machine& machine, Replica& replica) {
    const SyncReport report = box.sync(replica.sync_store(), machine.clock, machine.dice());
    return report.in_sync ? Status() : Status(Error{ErrorCode::io, "not in sync"});
  }
  /// Headquarters and the laptop meet the relay until nothing moves; then all hold the same.
  void check_syncs(std::uint64_t changes) {
    testing::RelayBox relay = box();
    const Status opened = open(relay);
    REQUIRE_MESSAGE(opened.ok(), (opened ? "" : opened.error().message));
    Replica hq = must_open(world_.hq);
    Replica laptop = must_open(world_.laptop);
    // Whatever the laptop was given a receipt for is there.
    for (const auto& [author, head] : laptop.sync_store().relay_heads()) {
      const auto there = relay.head_of(author);
      REQUIRE(there.has_value());
      CHECK(there->seq >= head.seq);
    }
    for (int round = 0; round < 2; ++round) {
      CHECK(sync(relay, world_.laptop, laptop).ok());
      CHECK(sync(relay, world_.hq, hq).ok());
    }
    CHECK(sync(relay, world_.laptop, laptop).ok());
    check_sound(hq);
    check_sound(laptop);
    CHECK(laptop.sync_store().heads() == relay.state().heads.all());
    CHECK(hq.sync_store().heads() == relay.state().heads.all());
    CHECK(laptop.status()->unsent == 0);
    CHECK(laptop.status()->changes_held == changes);
    CHECK(dump_of(laptop) == dump_of(hq));
  }
  KeyPair key_;
};

class Committing final : public InRelay {
 public:
  Committing() {
    world_.join(40);
    testing::RelayBox relay = box();
    REQUIRE(open(relay).ok());
    REQUIRE(sync(relay, world_.hq).ok());
    Replica laptop = must_open(world_.laptop);
    workspace_ = laptop.sync_store().workspace();
    pack_ = (*laptop.sync_store().next_pack(laptop.sync_store().key_pair().author, 0))->bytes;
    relay.close();
    world_.keep();
  }
  Disk& disk() override { return world_.relay.disk(); }
  Status run() override {
    relay::PackStoreOptions options;
    options.folder = "/relay/data";
    options.vfs = "karez-sim";
    KAREZ_ASSIGN(const auto store, relay::PackStore::open(options, world_.relay.clock, world_.relay.dice()));
    return attempt([&] {
      relay::Batch batch;
      batch.packs.emplace_back();
      batch.packs.front().workspace = workspace_;
      batch.packs.front().pack = std::make_shared<const Bytes>(pack_);
      const relay::Commit commit = store->store(batch);
      const SubmitResult& result = commit.answers.front().result;
      return result.stored ? Status() : Status(result.error);
    });
  }
  void check(bool succeeded) override {
    {
      testing::RelayBox relay = box();
      REQUIRE(open(relay).ok());
      const std::uint64_t changes = relay.state().changes;
      CAPTURE(changes);
      if (succeeded) CHECK(changes == 3 + 41);
      CHECK((changes == 3 || changes == 3 + 41));
    }
    check_syncs(3 + 41 + 1);
  }

 private:
  WorkspaceId workspace_;
  Bytes pack_;
};

class Syncing final : public InRelay {
 public:
  explicit Syncing(bool relay_fails) : relay_fails_(relay_fails) {
    world_.join(20);
    testing::RelayBox relay = box();
    REQUIRE(open(relay).ok());
    REQUIRE(sync(relay, world_.hq).ok());
    REQUIRE(must_open(world_.hq).create(a_visit()).ok());
    REQUIRE(sync(relay, world_.hq).ok());
    relay.close();
    world_.keep();
  }
  Disk& disk() override { return (relay_fails_ ? world_.relay : world_.laptop).disk(); }
  Status run() override {
    testing::RelayBox relay = box();
    KAREZ_TRY(open(relay));
    KAREZ_ASSIGN(Replica laptop, Replica::open(world_.laptop.options()));
    return attempt([&] { return sync(relay, world_.laptop, laptop); });
  }
  void check(bool) override { check_syncs(4 + 21 + 1); }

 private:
  bool relay_fails_;
};

template <typename T, typename... Arguments>
StepKind kind(const char* name, Arguments... arguments) {
  return {name, [arguments...]() -> std::unique_ptr<Step> {
            begin_vfs(1);
            return std::make_unique<T>(arguments...);
          }};
}

}  // namespace

void Step::check_sound(Replica& replica) const {
  if (!is_thorough) return;
  const auto report = replica.verify();
  REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
  CHECK_MESSAGE(report->ok, report->where.front().message);
}

Status Step::attempt(const std::function<Status()>& work) {
  const Status done = work();
  if (done || !tries_again) return done;
  ++failures;
  // A relay says of its own disk that it is to be tried again later.
  const bool is_told = done.error().code == ErrorCode::io || done.error().code == ErrorCode::busy;
  CHECK_MESSAGE(is_told, done.error().message);
  (void)disk().heal();
  const Status again = work();
  CHECK_MESSAGE(again.ok(), (again ? "" : "the next try in the same process: " + again.error().message));
  return again;
}

std::unique_ptr<Step> make_step(const std::string& name) {
  const auto& kinds = step_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const StepKind& one) { return one.name == name; });
  REQUIRE(found != kinds.end());
  return found->make();
}

const std::vector<StepKind>& step_kinds() {
  static const std::vector<StepKind> all{
      kind<Founding>("founding"),
      kind<Joining>("joining"),
      kind<Recording>("recording"),
      kind<Upgrading>("upgrading the catalog", false),
      kind<Upgrading>("upgrading the schema", true),
      kind<StoringPacks>("storing packs"),
      kind<PackingBundle>("packing a bundle"),
      kind<ApplyingBundle>("applying a bundle"),
      kind<Committing>("a relay's commit"),
      kind<Syncing>("a sync, the laptop's disk", false),
      kind<Syncing>("a sync, the relay's disk", true),
  };
  return all;
}

}  // namespace karez::sim
