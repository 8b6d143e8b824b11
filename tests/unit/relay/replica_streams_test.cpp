// Copied laptops that sync with a relay's real store: real replicas at one end, real sessions between them.
#include <doctest/doctest.h>

#include "support/replica_acts.h"
#include "support/store_host.h"
#include "support/wide_branches.h"

using namespace karez;
using namespace karez::testing;

namespace {

struct Workspace {
  explicit Workspace(std::uint64_t seed) : dice(seed), fleet(seed), random(seed) {
    relay::PackStoreOptions options;
    options.folder = folder.path();
    REQUIRE(box.open(options, random).ok());
  }
  SyncReport sync(const std::string& name) {
    return box.sync(fleet[name].sync_store(), fleet.clock(name), random);
  }
  std::mt19937_64 dice;
  ReplicaFleet fleet;
  TemporaryFolder folder;
  SeededRandom random;
  HandClock clock{kDayMs};
  RelayBox box{clock, key_pair_from_seed(FixedBytes<32>{7})};
};

}  // namespace

TEST_CASE("Relay and replicas: copied laptops that sync in any order end in one state, the relay's too") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Workspace field(seed);
    std::vector<std::string> names{"hq", "l0", "l1"};
    field.fleet.join("l0");
    field.fleet.join("l1");
    for (int step = 0; step < 40; ++step) {
      const std::string who = names[field.dice() % names.size()];
      switch (field.dice() % 6) {
        case 0:
        case 1:
          (void)field.sync(who);
          break;
        case 2:
          if (field.dice() % 3 == 0) field.fleet.deliver(who, names[field.dice() % names.size()], field.dice);
          if (names.size() >= 6 || field.dice() % 2 == 0) break;
          names.push_back("c" + std::to_string(names.size()));
          field.fleet.clone(who, names.back());
          break;
        default:
          act(field.fleet, who, field.dice);
      }
    }
    for (int round = 0; round < 4; ++round) {
      for (const std::string& name : names) (void)field.sync(name);
    }
    const std::string expected = field.fleet.dump("hq");
    for (const std::string& name : names) {
      CAPTURE(name);
      const SyncReport report = field.sync(name);
      CHECK(report.in_sync);
      CHECK(report.refused.empty());
      CHECK(report.sent_changes == 0);
      CHECK(report.received_changes == 0);
      CHECK(field.fleet.dump(name) == expected);
      CHECK(field.fleet[name].status()->heads == field.box.state().heads.fingerprint());
      CHECK(field.fleet[name].status()->unsent == 0);
      CHECK(field.fleet[name].verify()->ok);
    }
  }
}

TEST_CASE(
    "Relay and replicas: a log comes whole although the pack across its split holds changes of another") {
  for (const bool goes_on : {false, true}) {
    CAPTURE(goes_on);
    WideBranches w(goes_on);
    TemporaryFolder folder;
    SeededRandom random(1);
    HandClock clock{kDayMs};
    RelayBox box{clock, key_pair_from_seed(FixedBytes<32>{7})};
    relay::PackStoreOptions options;
    options.folder = folder.path();
    REQUIRE(box.open(options, random).ok());
    const auto sync = [&](const std::string& name) {
      return box.sync(w.fleet[name].sync_store(), w.fleet.clock(name), random);
    };
    const SyncReport sent = sync("hq");
    CHECK(sent.in_sync);
    CHECK(sent.refused.empty());
    CHECK(w.fleet.hq().status()->heads == box.state().heads.fingerprint());
    CHECK(w.fleet.hq().status()->unsent == 0);
    CHECK(sync("hq").sent_changes == 0);
    CHECK(sync("l2").in_sync);
    CHECK(sync("hq").in_sync);
    CHECK(sync("l2").in_sync);
    CHECK(w.is_same("l2", "hq"));
  }
}
