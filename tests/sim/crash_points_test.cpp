// Every crash point of the steps that change a replica: the machine dies in the n-th operation of its disk,
// for every n, and what stands there afterwards is either the state before or the state after, never a third.
#include <doctest/doctest.h>

#include "catalogs.h"
#include "karez/replica/replica.h"
#include "relay.h"

namespace karez::sim {
namespace {

class HandClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override { return now; }
  std::int64_t now = kBeginMs;
};

/// One machine whose disk can be set back, so that each crash point begins from the same image.
class Machine {
 public:
  Machine(const std::string& name, std::uint64_t seed)
      : name_(name), disk_(seed), files_(disk_), dice_(seed) {
    plug_in(name, disk_);
  }
  ~Machine() { unplug(name_); }

  ReplicaOptions options(const std::string& catalog = {}) {
    ReplicaOptions out;
    out.home = "/" + name_ + "/home";
    out.state_folder = "/" + name_ + "/state";
    out.catalog_json = catalog;
    out.clock = &clock;
    out.random = &dice_;
    out.files = &files_;
    return out;
  }
  void set_back(const std::map<std::string, Bytes>& image) { disk_.restore(image, "/" + name_); }
  Disk& disk() { return disk_; }
  HandClock clock;

 private:
  std::string name_;
  Disk disk_;
  DiskFiles files_;
  Dice dice_;
};

std::string dump_of(Replica& replica) {
  std::string text;
  REQUIRE(replica.dump([&](std::string_view line) { text.append(line).append("\n"); }).ok());
  return text;
}

std::vector<NewRecord> a_visit() {
  NewRecord event;
  event.collection = "event";
  event.fields = {{"type", Value::of(std::string("visit"))},
                  {"time", Value(Value::Side(WallTime{kBeginMs, 480}))},
                  {"tally", Value::of(std::int64_t{4})},
                  {"person_times", Value::of(std::int64_t{12})}};
  return {event};
}

/// Lets the machine die in each operation of `step`, both ways; `check` looks at the replica that opens
/// afterwards. Gives the number of points.
template <typename Step, typename Check>
int at_every_point(Machine& machine, const std::map<std::string, Bytes>& image, Step&& step, Check&& check) {
  int points = 0;
  for (const bool power_is_cut : {false, true}) {
    for (std::uint64_t n = 1;; ++n) {
      machine.set_back(image);
      machine.disk().die_after(n);
      const bool succeeded = step();
      const bool died = machine.disk().is_dead();
      machine.disk().die();
      machine.disk().revive(power_is_cut);
      CAPTURE(n);
      CAPTURE(power_is_cut);
      check(succeeded);
      if (!died) break;
      ++points;
    }
  }
  return points;
}

struct Founded {
  Founded() {
    begin_vfs(1);
    std::string recovery;
    machine.emplace("crash", 1);
    auto made = Replica::init(machine->options(), {"sim", "hq", "", 480}, recovery);
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    REQUIRE(made->create(a_visit()).ok());
  }
  std::optional<Machine> machine;
};

}  // namespace

TEST_CASE("Replica: a record is whole or absent whatever operation of the disk the machine dies in") {
  Founded founded;
  Machine& machine = *founded.machine;
  const auto image = machine.disk().image();
  const int points = at_every_point(
      machine, image,
      [&] {
        auto replica = Replica::open(machine.options());
        return replica.ok() && replica->create(a_visit()).ok();
      },
      [&](bool succeeded) {
        auto replica = Replica::open(machine.options());
        REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
        const auto status = replica->status();
        REQUIRE(status.ok());
        if (succeeded) CHECK(status->own_seq == 3);
        CHECK((status->own_seq == 2 || status->own_seq == 3));
        CHECK(replica->verify()->ok);
        CHECK(status->notices.empty());  // an interrupted open is no clone
        REQUIRE(replica->create(a_visit()).ok());
      });
  CHECK(points > 20);
}

TEST_CASE(
    "Replica: an upgrade that is cut off anywhere leaves tables that the log gives, at the next start") {
  Founded founded;
  Machine& machine = *founded.machine;
  REQUIRE(Replica::open(machine.options(older_catalog())).ok());
  const auto image = machine.disk().image();
  std::string expected;
  const int points = at_every_point(
      machine, image, [&] { return Replica::open(machine.options()).ok(); },
      [&](bool) {
        auto replica = Replica::open(machine.options());
        REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
        const std::string dump = dump_of(*replica);
        if (expected.empty()) expected = dump;
        CHECK(dump == expected);
        CHECK(dump.find("\"tally\":4") != std::string::npos);
        CHECK(replica->verify()->ok);
      });
  CHECK(points > 20);
}

TEST_CASE("Replica: a workspace that was cut off in its founding can be founded again, or is there") {
  begin_vfs(1);
  Machine machine("crash", 1);
  const int points = at_every_point(
      machine, {},
      [&] {
        std::string recovery;
        return Replica::init(machine.options(), {"sim", "hq", "", 480}, recovery).ok();
      },
      [&](bool succeeded) {
        auto replica = Replica::open(machine.options());
        if (succeeded) REQUIRE(replica.ok());
        if (!replica) {
          CHECK(replica.error().code == ErrorCode::not_found);
          std::string recovery;
          replica = Replica::init(machine.options(), {"sim", "hq", "", 480}, recovery);
        }
        REQUIRE_MESSAGE(replica.ok(), (replica ? "" : replica.error().message));
        REQUIRE(replica->create(a_visit()).ok());
        CHECK(replica->verify()->ok);
      });
  CHECK(points > 20);
}

TEST_CASE("Relay: a disk that fails one read at its start is a failing disk, never a damaged database") {
  begin_vfs(1);
  Machine machine("crash", 1);
  relay::PackStoreOptions options;
  options.folder = "/crash/data";
  options.vfs = "karez-sim";
  Dice dice(3);
  REQUIRE(relay::PackStore::open(options, machine.clock, dice).ok());
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    CAPTURE(n);
    machine.disk().fail_read(n);
    const auto store = relay::PackStore::open(options, machine.clock, dice);
    if (!machine.disk().read_has_failed()) break;
    if (store.ok()) continue;
    ++failures;
    CHECK_MESSAGE(store.error().code == ErrorCode::io, store.error().message);
  }
  CHECK(failures > 3);
  machine.disk().fail_read(0);
  CHECK(relay::PackStore::open(options, machine.clock, dice).ok());
}

TEST_CASE("Replica: a join over one that was cut off says that the disk fails, not that somebody is there") {
  Founded founded;
  std::string code;
  {
    auto hq = Replica::open(founded.machine->options());
    const auto made = hq->invite("volunteer", "", kBeginMs + kDayMs);
    REQUIRE(made.ok());
    code = to_text(*made);
  }
  Machine laptop("laptop", 2);
  laptop.disk().die_after(25);  // after the file was made, before its first commit
  REQUIRE(!Replica::join(laptop.options(), code, "laptop-01").ok());
  laptop.disk().die();
  laptop.disk().revive(false);
  REQUIRE(laptop.options().files->exists("/laptop/home/replica.db"));
  const auto image = laptop.disk().image();
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    CAPTURE(n);
    laptop.set_back(image);
    laptop.disk().fail_read(n);
    const auto joined = Replica::join(laptop.options(), code, "laptop-01");
    const bool has_failed = laptop.disk().read_has_failed();
    laptop.disk().fail_read(0);
    if (!joined) {
      ++failures;
      CHECK_MESSAGE(joined.error().code == ErrorCode::io, joined.error().message);
    }
    if (!has_failed) break;
  }
  CHECK(failures > 0);
}

TEST_CASE("Replica: a disk that fails one read is a failing disk, never a damaged replica") {
  Founded founded;
  Machine& machine = *founded.machine;
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    CAPTURE(n);
    machine.disk().fail_read(n);
    auto replica = Replica::open(machine.options());
    const auto recorded =
        replica ? replica->create(a_visit()) : Result<std::vector<RecordId>>(replica.error());
    const bool has_failed = machine.disk().read_has_failed();
    machine.disk().fail_read(0);
    if (!recorded) {
      ++failures;
      CHECK_MESSAGE(recorded.error().code == ErrorCode::io, recorded.error().message);
    }
    if (!has_failed) break;
  }
  CHECK(failures > 3);
  CHECK(Replica::open(machine.options())->verify()->ok);
}

TEST_CASE("Replica: a slice of somebody else's packs is stored whole or not at all, whatever the disk does") {
  Founded founded;
  Machine& machine = *founded.machine;
  Machine other("other", 2);
  std::vector<ReplicaStore::Incoming> packs;
  {
    auto hq = Replica::open(machine.options());
    REQUIRE(hq.ok());
    const auto code = hq->invite("volunteer", "", kBeginMs + kDayMs);
    REQUIRE(code.ok());
    auto laptop = Replica::join(other.options(), to_text(*code), "laptop-01");
    REQUIRE(laptop.ok());
    for (int i = 0; i < 50; ++i) REQUIRE(laptop->create(a_visit()).ok());
    const AuthorKey author = laptop->sync_store().key_pair().author;
    const auto pack = laptop->sync_store().next_pack(author, 0);
    REQUIRE(pack.ok());
    packs.push_back({1, **pack});
  }
  const auto image = machine.disk().image();
  const int points = at_every_point(
      machine, image,
      [&] {
        auto hq = Replica::open(machine.options());
        if (!hq) return false;
        const auto stored = hq->sync_store().store(packs, false);
        return stored.ok() && stored->front().outcome == PackOutcome::stored;
      },
      [&](bool succeeded) {
        auto hq = Replica::open(machine.options());
        REQUIRE_MESSAGE(hq.ok(), (hq ? "" : hq.error().message));
        const auto status = hq->status();
        REQUIRE(status.ok());
        // Two of its own and the invitation; with the laptop's 51 comes the admission.
        CAPTURE(status->changes_held);
        const bool is_before = status->changes_held == 3;
        const bool is_after = status->changes_held == 3 + 51 + 1;
        if (succeeded) CHECK(is_after);
        CHECK((is_before || is_after));
        CHECK(hq->verify()->ok);
      });
  CHECK(points > 20);
}

}  // namespace karez::sim
