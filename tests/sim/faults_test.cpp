// A disk that fails: the n-th call of the VFS returns an error, for every n, in every step that changes a
// replica or a relay. The step says so in plain words, nothing that was saved is lost, and the next try
// succeeds, in the same process and in a new one. And a disk that fails one read is never called a damaged
// file.
#include <doctest/doctest.h>

#include <iostream>

#include "relay.h"
#include "steps.h"

namespace karez::sim {
namespace {

std::vector<NewRecord> an_event() {
  NewRecord event;
  event.collection = "event";
  event.fields = {{"type", Value::of(std::string("visit"))},
                  {"time", Value(Value::Side(WallTime{kBeginMs, 480}))}};
  return {event};
}

struct Founded {
  Founded() {
    begin_vfs(1);
    std::string recovery;
    machine.emplace("crash", 1);
    auto made = Replica::init(machine->options(), {"sim", "hq", "", 480}, recovery);
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    REQUIRE(made->create(an_event()).ok());
  }
  std::optional<Machine> machine;
};

void fail_at_every_call(const std::string& name, Disk::Fault fault, int least) {
  const auto step = make_step(name);
  step->tries_again = true;
  int calls = 0;
  int told = 0;
  for (std::uint64_t n = 1;; n += kStride) {
    step->set_back();
    step->disk().fail_call(n, fault);
    const Status done = step->run();
    const bool had_come = step->disk().heal();
    CAPTURE(n);
    if (!done) {
      ++told;
      CAPTURE(done.error().message);
      CHECK(!done.error().message.empty());
      CHECK(done.error().code == ErrorCode::io);
    }
    // What an fsync lost is seen once the power fails; a full disk is as good a moment for that.
    step->disk().die();
    step->disk().revive(fault != Disk::Fault::eio);
    step->check(done.ok());
    if (!had_come) break;
    ++calls;
  }
  std::cout << calls << " calls failed in " << name << ", " << told + step->failures
            << " times it had to say so\n";
  CHECK(calls >= least / static_cast<int>(kStride));
}

}  // namespace

TEST_CASE("Faults: founding, whichever call of the VFS fails") {
  fail_at_every_call("founding", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: joining, whichever call of the VFS fails") {
  fail_at_every_call("joining", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: recording, whichever call of the VFS fails") {
  fail_at_every_call("recording", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: upgrading the catalog, whichever call of the VFS fails") {
  fail_at_every_call("upgrading the catalog", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: upgrading the schema, whichever call of the VFS fails") {
  fail_at_every_call("upgrading the schema", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: storing packs, whichever call of the VFS fails") {
  fail_at_every_call("storing packs", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: packing a bundle, whichever call of the VFS fails") {
  fail_at_every_call("packing a bundle", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: applying a bundle, whichever call of the VFS fails") {
  fail_at_every_call("applying a bundle", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: a relay's commit, whichever call of the VFS fails") {
  fail_at_every_call("a relay's commit", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: a sync, the laptop's disk, whichever call of the VFS fails") {
  fail_at_every_call("a sync, the laptop's disk", Disk::Fault::eio, 20);
}
TEST_CASE("Faults: a sync, the relay's disk, whichever call of the VFS fails") {
  fail_at_every_call("a sync, the relay's disk", Disk::Fault::eio, 20);
}

TEST_CASE("Faults: founding, on a disk that is full from the n-th call on") {
  fail_at_every_call("founding", Disk::Fault::full, 20);
}
TEST_CASE("Faults: joining, on a disk that is full from the n-th call on") {
  fail_at_every_call("joining", Disk::Fault::full, 20);
}
TEST_CASE("Faults: recording, on a disk that is full from the n-th call on") {
  fail_at_every_call("recording", Disk::Fault::full, 20);
}
TEST_CASE("Faults: upgrading the catalog, on a disk that is full from the n-th call on") {
  fail_at_every_call("upgrading the catalog", Disk::Fault::full, 20);
}
TEST_CASE("Faults: upgrading the schema, on a disk that is full from the n-th call on") {
  fail_at_every_call("upgrading the schema", Disk::Fault::full, 20);
}
TEST_CASE("Faults: storing packs, on a disk that is full from the n-th call on") {
  fail_at_every_call("storing packs", Disk::Fault::full, 20);
}
TEST_CASE("Faults: packing a bundle, on a disk that is full from the n-th call on") {
  fail_at_every_call("packing a bundle", Disk::Fault::full, 20);
}
TEST_CASE("Faults: applying a bundle, on a disk that is full from the n-th call on") {
  fail_at_every_call("applying a bundle", Disk::Fault::full, 20);
}
TEST_CASE("Faults: a relay's commit, on a disk that is full from the n-th call on") {
  fail_at_every_call("a relay's commit", Disk::Fault::full, 20);
}
TEST_CASE("Faults: a sync, the laptop's disk, on a disk that is full from the n-th call on") {
  fail_at_every_call("a sync, the laptop's disk", Disk::Fault::full, 20);
}
TEST_CASE("Faults: a sync, the relay's disk, on a disk that is full from the n-th call on") {
  fail_at_every_call("a sync, the relay's disk", Disk::Fault::full, 20);
}
TEST_CASE("Faults: every step, whichever fsync fails and loses what it was to confirm") {
  for (const StepKind& kind : step_kinds()) fail_at_every_call(kind.name, Disk::Fault::fsync_loss, 1);
}

/// A change is lost with its fsync, the process is killed, and the next one saves another. `opening_fails`:
/// its disk lets it read at first, and change nothing. Power fails; what was saved must be there.
void save_behind_lost_frames(bool opening_fails) {
  Founded founded;
  Machine& machine = *founded.machine;
  machine.keep();
  int lost = 0;
  for (std::uint64_t n = 1;; ++n) {
    CAPTURE(n);
    machine.set_back();
    bool had_come = false;
    {
      auto replica = Replica::open(machine.options());
      REQUIRE(replica.ok());
      REQUIRE(replica->create(an_event()).ok());
      machine.disk().fail_call(n, Disk::Fault::fsync_loss);
      const auto recorded = replica->create(an_event());
      had_come = machine.disk().heal();
      lost += recorded.ok() ? 0 : 1;
      machine.disk().die();
    }
    machine.disk().revive(false);  // a killed process: what it wrote is still read
    std::vector<RecordId> saved;
    {
      if (opening_fails) machine.disk().fail_call(1, Disk::Fault::full);
      auto replica = Replica::open(machine.options());
      REQUIRE(replica.ok());
      (void)machine.disk().heal();
      auto recorded = replica->create(an_event());
      REQUIRE(recorded.ok());
      saved = *recorded;
      machine.disk().die();
    }
    machine.disk().revive(true);
    auto replica = Replica::open(machine.options());
    REQUIRE(replica.ok());
    CHECK(replica->show(saved.front()).ok());
    CHECK(replica->verify()->ok);
    if (!had_come) break;
  }
  CHECK(lost > 0);
}

TEST_CASE("Faults: what is saved behind frames that a failed fsync lost survives the power cut") {
  save_behind_lost_frames(false);
}
TEST_CASE("Faults: the same where a full disk kept the opening from moving them") {
  save_behind_lost_frames(true);
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
  laptop.keep();
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    CAPTURE(n);
    laptop.set_back();
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
        replica ? replica->create(an_event()) : Result<std::vector<RecordId>>(replica.error());
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

}  // namespace karez::sim
