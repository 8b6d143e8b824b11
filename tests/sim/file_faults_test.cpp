// Files of this machine, in and outside of SQLite: the n-th call that changes one fails, or kills the
// process, for every n: packing a bundle onto a stick, backing up a relay, restoring it.
#include <doctest/doctest.h>

#include <filesystem>
#include <iostream>

#include "karez/relay/backup.h"
#include "server/data_dir.h"
#include "support/replica_fleet.h"
#include "support/store_host.h"
#include "trouble.h"

namespace karez::sim {
namespace {

namespace fs = std::filesystem;
using testing::ReplicaFleet;
using testing::TemporaryFolder;

/// A relay's folder that holds what headquarters recorded.
struct RelayFolder {
  RelayFolder() {
    for (int i = 0; i < 60; ++i) testing::record_visit(fleet.hq(), "S1", i, {{"W550", i + 1}});
    const auto made = relay::DataDir::open(data(), random);
    REQUIRE(made.ok());
    testing::RelayBox relay(clock, (*made)->key());
    relay::PackStoreOptions options;
    options.folder = data();
    REQUIRE(relay.open(options, random).ok());
    REQUIRE(relay.sync(fleet.hq().sync_store(), clock, random).in_sync);
    changes = relay.state().changes;
  }
  [[nodiscard]] std::string data() const { return folder.path() + "/relay"; }

  ReplicaFleet fleet;
  testing::HandClock clock{testing::kDayMs};
  testing::SeededRandom random{1};
  TemporaryFolder folder;
  std::uint64_t changes = 0;
};

using CopyRelay = Result<RelayBackup> (*)(const std::string&, const std::string&, const Clock&, Random&);

/// Copies a relay's folder with trouble at every call, and looks at what is there afterwards.
void copy_in_trouble(const char* name, CopyRelay copy, const RelayFolder& relay, const std::string& from) {
  const std::string to = relay.folder.path() + "/copy";
  const TroubledVfs vfs;
  int points = 0;
  for (const How how : {How::eio, How::full, How::dies}) {
    for (std::uint64_t n = 1;; ++n) {
      CAPTURE(n);
      fs::remove_all(to);
      testing::SeededRandom random(n);
      const testing::HandClock clock(testing::kDayMs);
      const auto work = [&]() -> Status {
        const auto copied = copy(from, to, clock, random);
        return copied ? Status() : Status(copied.error());
      };
      const auto [succeeded, had_come] = with_trouble(how, n, work);
      // Whole or not at all. Only who was killed right after may find it there without having been told.
      if (succeeded) CHECK(fs::exists(to));
      if (how != How::dies && !succeeded) CHECK_FALSE(fs::exists(to));
      if (how != How::dies && !succeeded) CHECK_FALSE(fs::exists(to + ".part"));
      if (!fs::exists(to)) {
        const Status again = work();
        CHECK_MESSAGE(again.ok(), (again ? "" : again.error().message));
        CHECK_FALSE(fs::exists(to + ".part"));
      }
      const auto told = copy(to, to + "-2", clock, random);
      REQUIRE_MESSAGE(told.ok(), (told ? "" : told.error().message));
      CHECK(told->changes == relay.changes);
      fs::remove_all(to + "-2");
      if (!had_come) break;
      ++points;
    }
  }
  // The source is what it was.
  const testing::HandClock clock(testing::kDayMs);
  testing::SeededRandom random(1);
  fs::remove_all(to);
  CHECK(copy(from, to, clock, random)->changes == relay.changes);
  std::cout << points << " faults and deaths in " << name << "\n";
  CHECK(points >= 100);
}

}  // namespace

TEST_CASE("Faults: a relay's backup is there whole or not at all, whichever call fails or kills") {
  const RelayFolder relay;
  copy_in_trouble("backing up a relay", back_up_relay, relay, relay.data());
}

TEST_CASE("Faults: a relay is restored whole or not at all, whichever call fails or kills") {
  RelayFolder relay;
  const std::string backup = relay.folder.path() + "/backup";
  REQUIRE(back_up_relay(relay.data(), backup, relay.clock, relay.random).ok());
  copy_in_trouble("restoring a relay", restore_relay, relay, backup);
}

TEST_CASE("Faults: a bundle is there whole or not at all, whichever call of its file fails or kills") {
  ReplicaFleet fleet;
  for (int i = 0; i < 200; ++i) testing::record_visit(fleet.hq(), "S1", i, {{"W550", i + 1}});
  TemporaryFolder folder;
  const std::string stick = folder.path() + "/stick.karez";
  int points = 0;
  for (const How how : {How::eio, How::full, How::dies}) {
    for (std::uint64_t n = 1;; ++n) {
      CAPTURE(n);
      std::filesystem::remove(stick);
      const auto pack = [&]() -> Status {
        const auto packed = fleet.hq().pack_bundle(stick, "");
        return packed ? Status() : Status(packed.error());
      };
      const auto [succeeded, had_come] = with_trouble(how, n, pack);
      const auto there = read_bundle(stick);
      if (succeeded) REQUIRE(there.ok());
      if (there) CHECK(there->fault == BundleFault::none);
      if (how != How::dies && !succeeded) CHECK_FALSE(std::filesystem::exists(stick + ".part"));
      const Status again = pack();
      CHECK_MESSAGE(again.ok(), (again ? "" : again.error().message));
      CHECK(read_bundle(stick)->fault == BundleFault::none);
      CHECK_FALSE(std::filesystem::exists(stick + ".part"));
      if (!had_come) break;
      ++points;
    }
  }
  std::cout << points << " faults and deaths in packing a bundle's file\n";
  CHECK(points >= 9);
  CHECK(fleet.hq().verify()->ok);
}

}  // namespace karez::sim
