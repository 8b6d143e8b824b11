#include <doctest/doctest.h>

#include "support/sync_link.h"

// Announcements that came by hand go along with the packs that they speak of.

namespace karez {
namespace {

using namespace karez::testing;

struct Carrying : World {
  FakeReplica& mule = bekir;

  /// What anna would have given the mule in a bundle.
  Announcement give_to_mule(int changes) {
    anna.write(changes);
    REQUIRE(mule.shelf.put(a.workspace(), anna.next_pack(a.author(), 0).value()->bytes).error ==
            std::nullopt);
    const Announcement said = anna.make_announcement(clock.now_ms()).value();
    mule.to_carry.push_back(said);
    return said;
  }
};

}  // namespace

TEST_CASE(
    "Carry: another author's announcement reaches the relay after his packs, and is not carried twice") {
  Carrying w;
  w.anna.max_changes = 100;
  const Announcement said = w.give_to_mule(3);
  Link link(w.mule, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK(link.report().in_sync);
  REQUIRE(w.relay.state.announcements.contains(w.a.author()));
  CHECK(w.relay.state.announcements.at(w.a.author()).second.seq == said.seq);
  CHECK(w.mule.to_carry.empty());
  CHECK(sync(w.mule, w.relay).in_sync);
}

TEST_CASE("Carry: an announcement that its author did not sign ends the session and is not kept") {
  Carrying w;
  w.anna.max_changes = 100;
  w.give_to_mule(3);
  w.mule.to_carry.front().now_ms += 1;
  Link link(w.mule, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK_FALSE(link.report().in_sync);
  CHECK_FALSE(w.relay.state.announcements.contains(w.a.author()));
  CHECK(w.mule.to_carry.size() == 1);
}

TEST_CASE("Carry: an author whose log is not at the relay is no name there") {
  Carrying w;
  w.anna.write(2);
  w.mule.to_carry.push_back(w.anna.make_announcement(w.clock.now_ms()).value());
  CHECK(sync(w.mule, w.relay).in_sync);
  CHECK_FALSE(w.relay.state.announcements.contains(w.a.author()));
}

}  // namespace karez
