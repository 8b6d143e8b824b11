// Sessions between a replica and a relay's real store about an author whose log forked.
#include <doctest/doctest.h>

#include "support/store_host.h"
#include "support/streams.h"
#include "support/sync_fakes.h"
#include "support/temporary_folder.h"

using namespace karez;
using namespace karez::testing;

namespace {

struct Box {
  Grove grove;
  Person& a = grove.fleet.volunteer("a");
  Person& b = grove.fleet.volunteer("b");
  FakeReplica office{grove.fleet.founder(), true};
  FakeReplica anna{a};
  FakeReplica bekir{b};
  TemporaryFolder folder;
  HandClock clock{kStartMs};
  SeededRandom random{1};
  RelayBox relay{clock, key_of("relay")};

  Box() { open(); }
  void open() {
    relay::PackStoreOptions options;
    options.folder = folder.path();
    REQUIRE(relay.open(options, random).ok());
  }
  SyncReport sync(FakeReplica& replica, std::uint64_t frames = RelayBox::kAll) {
    return relay.sync(replica, clock, random, frames);
  }
  void give(FakeReplica& replica, unsigned logs) {
    for (std::size_t i = 0; i < grove.logs.size(); ++i) {
      if ((logs >> i & 1) == 0) continue;
      REQUIRE_FALSE(replica.shelf.put(grove.fleet.workspace(), grove.logs[i].pack()).error.has_value());
    }
  }
  [[nodiscard]] bool has(const FakeReplica& replica, unsigned logs) const {
    for (std::size_t i = 0; i < grove.logs.size(); ++i) {
      const Person& log = grove.logs[i];
      const bool is_there =
          replica.shelf.branch_with(log.author(), log.seq(), log.link(log.seq())).has_value();
      if ((logs >> i & 1) != 0 && !is_there) return false;
    }
    return true;
  }
};

}  // namespace

TEST_CASE(
    "Relay and streams: two replicas that know different branches, and one that knows none, come to all") {
  for (unsigned one = 1; one < 32; ++one) {
    for (const unsigned other : {1u, 2u, 6u, 9u, 20u, 30u}) {
      CAPTURE(one);
      CAPTURE(other);
      Box box;
      box.give(box.anna, one);
      box.give(box.bekir, other);
      CHECK(box.sync(box.anna).in_sync);
      CHECK(box.sync(box.bekir).in_sync);
      CHECK(box.has(box.bekir, one | other));
      CHECK(box.bekir.heads() == box.relay.state().heads.all());
      box.relay.close();
      box.open();
      CHECK(box.bekir.heads() == box.relay.state().heads.all());
      CHECK(box.sync(box.anna).in_sync);
      CHECK(box.sync(box.office).in_sync);
      CHECK(box.has(box.anna, one | other));
      CHECK(box.has(box.office, one | other));
      CHECK(box.office.heads() == box.relay.state().heads.all());
    }
  }
}

TEST_CASE("Relay and streams: a replica that must compare heads fetches branches by name") {
  for (const unsigned there : {3u, 12u, 19u, 31u}) {
    for (const unsigned here : {0u, 1u, 2u, 5u, 16u}) {
      CAPTURE(there);
      CAPTURE(here);
      Box box;
      box.give(box.bekir, there);
      CHECK(box.sync(box.bekir).in_sync);
      box.give(box.anna, here);
      REQUIRE_FALSE(box.anna.shelf.put(box.grove.fleet.workspace(), box.b.pack()).error.has_value());
      // She holds logs of others and has no cursor: what came before is found by ranges.
      CHECK(box.sync(box.anna).in_sync);
      CHECK(box.has(box.anna, there | here));
      CHECK(box.anna.heads() == box.relay.state().heads.all());
    }
  }
}

TEST_CASE("Relay and streams: a link that breaks at any frame loses nothing") {
  for (std::uint64_t frames = 1; frames < 40; ++frames) {
    CAPTURE(frames);
    Box box;
    box.give(box.bekir, 0b01001);
    CHECK(box.sync(box.bekir).in_sync);
    box.give(box.anna, 0b10110);
    REQUIRE_FALSE(box.anna.shelf.put(box.grove.fleet.workspace(), box.b.pack()).error.has_value());
    (void)box.sync(box.anna, frames);
    (void)box.sync(box.anna);
    CHECK(box.sync(box.anna).in_sync);
    CHECK(box.has(box.anna, 31));
    CHECK(box.anna.heads() == box.relay.state().heads.all());
  }
}
