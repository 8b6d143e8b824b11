// Sessions that reconcile heads: what a large fleet costs, and a relay whose incarnation changed.
#include <doctest/doctest.h>

#include "../../../engine/sync/burst.h"
#include "../../../engine/sync/pack_frames.h"
#include "support/head_tables.h"
#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

/// Anna's replica and a relay that was put back: both hold the logs of ten others, but for what a test takes
/// away from one of them.
struct Restored {
  Fleet fleet;
  Person& a = fleet.volunteer("a");
  std::vector<Person*> others;
  FakeRelay relay;
  FakeReplica anna{a};
  HandClock clock{kStartMs};

  Restored() {
    for (int i = 0; i < 10; ++i) {
      Person& other = fleet.volunteer("other " + std::to_string(i));
      while (other.seq() < 5) other.add({Invite{1, 0, a.author(), ""}});
      others.push_back(&other);
      relay.seed(other.pack(), fleet.workspace());
    }
    anna.write(5);
    ENSURE(sync(anna, relay).in_sync);
    ENSURE(anna.heads().size() == 11);
    relay.identity.fill(2);
  }

  static void lose(Shelf& shelf, const AuthorKey& author, std::uint64_t keep) {
    if (keep == 0) {
      shelf.logs.erase(author);
      return;
    }
    auto& log = shelf.logs.at(author).front();
    log.entries.resize(keep);
    log.links.resize(keep + 1);
    log.signatures.clear();
  }
  void relay_loses(const Person& person) {
    lose(relay.state.shelf, person.author(), 0);
    std::erase_if(relay.state.arrivals,
                  [&](const RelayedPack& pack) { return pack.author == person.author(); });
  }
  void anna_loses(const Person& person) { lose(anna.shelf, person.author(), 0); }

  /// Logs of one change that both hold and nobody can read.
  void add_strangers(std::size_t count) {
    std::mt19937_64 random(count);
    for (const auto& [author, head] : random_heads(count, random)) {
      Shelf::Log log;
      log.entries.resize(1);
      log.links = {Hash{}, head.link};
      relay.state.shelf.logs[author] = {log};
      anna.shelf.logs[author] = {log};
    }
  }
};

std::size_t packs_sent(const Link& link, Link::Way way) {
  std::size_t packs = 0;
  for (const auto& [sent, frame] : link.seen) {
    if (sent != way || !frame.is_binary || frame.bytes.front() == 'R') continue;
    const auto read = control::packs_from_relay(frame.bytes);
    packs += way == Link::Way::to_relay ? 1 : read->packs.size();
  }
  return packs;
}

struct Traffic {
  std::size_t ranges = 0;   ///< bytes of frames of ranges
  std::size_t control = 0;  ///< bytes of everything after login but packs
};
Traffic traffic(const Link& link) {
  Traffic out;
  bool logged_in = false;
  for (const auto& [way, frame] : link.seen) {
    const std::string_view text = text_of(frame.bytes);
    logged_in = logged_in || text.starts_with(R"({"type":"welcome")");
    const bool is_ranges = frame.is_binary && text[0] == 'R';
    const bool is_bare_at = frame.is_binary && text[0] == 'A' && text.size() < 60;
    if (is_ranges) out.ranges += text.size();
    if (logged_in && (!frame.is_binary || is_ranges || is_bare_at)) out.control += text.size();
  }
  return out;
}

}  // namespace

TEST_CASE("Session: 100,000 authors and ten differences, both ways, take under 20 kB and 6 round trips") {
  Restored w;
  w.add_strangers(99'989);
  for (std::size_t i = 0; i < 5; ++i) w.relay_loses(*w.others[i]);
  for (std::size_t i = 5; i < 10; ++i) w.anna_loses(*w.others[i]);
  Link link(w.anna, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK(link.report().in_sync);
  CHECK(w.anna.heads().size() == 100'000);
  CHECK(w.anna.heads() == w.relay.state.shelf.heads());
  CHECK(link.report().round_trips < 6);
  CHECK(traffic(link).control < 20'000);
  CHECK(packs_sent(link, Link::Way::to_relay) == 5);
  CHECK(packs_sent(link, Link::Way::to_replica) == 5);
  MESSAGE("ranges " << traffic(link).ranges << " bytes, all but packs " << traffic(link).control << " bytes, "
                    << link.report().round_trips << " round trips");

  w.relay.identity.fill(3);
  Link again(w.anna, w.relay, w.clock, {});
  run(w.relay, again);
  CHECK(again.report().in_sync);
  CHECK(again.report().round_trips == 1);
  CHECK(traffic(again).ranges == 0);
  CHECK(traffic(again).control < 1000);
}

TEST_CASE("Session: a new incarnation that holds the same costs one round trip and no packs") {
  Restored w;
  Link link(w.anna, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK(link.report().in_sync);
  CHECK(link.report().round_trips == 1);
  CHECK(packs_sent(link, Link::Way::to_relay) == 0);
  CHECK(packs_sent(link, Link::Way::to_replica) == 0);
  CHECK(w.anna.cursor.arrival == w.relay.end());
  CHECK(w.anna.relay_heads() == w.anna.heads());
}

TEST_CASE(
    "Session: a restored relay and a replica give each other exactly what each lacks, wherever links break") {
  bool broke = true;
  for (std::size_t k = 0; broke; ++k) {
    CAPTURE(k);
    REQUIRE(k < 60);
    Restored w;
    w.relay_loses(*w.others[1]);
    w.relay_loses(w.a);
    w.anna_loses(*w.others[8]);
    Link link(w.anna, w.relay, w.clock, {});
    std::size_t frames = 0;
    broke = false;
    link.on_frame = [&](Frame&, Link::Way) {
      broke = broke || frames == k;
      return frames++ != k;
    };
    run(w.relay, link, k);
    // Until the relay's heads are known the cursor says that they are not.
    if (w.anna.relay_heads().size() < 10) CHECK(w.anna.cursor.arrival == 0);
    Link next(w.anna, w.relay, w.clock, {});
    run(w.relay, next, k);
    CHECK(next.report().in_sync);
    CHECK(w.anna.heads() == w.relay.state.shelf.heads());
    CHECK(w.anna.heads().size() == 11);
    CHECK(w.anna.cursor.arrival == w.relay.end());
    CHECK(packs_sent(link, Link::Way::to_relay) + packs_sent(next, Link::Way::to_relay) <= 8);
    CHECK(packs_sent(link, Link::Way::to_replica) + packs_sent(next, Link::Way::to_replica) <= 2);
  }
}

TEST_CASE("Session: what arrives at a restored relay meanwhile is not lost, and moves no cursor too early") {
  Restored w;
  w.anna_loses(*w.others[8]);
  Link link(w.anna, w.relay, w.clock, {});
  bool was_seeded = false;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    if (way == Link::Way::to_relay && frame.is_binary && frame.bytes.front() == 'R' &&
        !std::exchange(was_seeded, true)) {
      CHECK(w.anna.cursor.arrival == 0);
      Person& late = w.fleet.volunteer("late");
      w.relay.seed(late.pack(), w.fleet.workspace());
      w.relay.wake();
    }
    return true;
  };
  run(w.relay, link);
  CHECK(was_seeded);
  CHECK(w.anna.heads().size() == 12);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.cursor.arrival == w.relay.end());
}

TEST_CASE("Session: a relay that cannot read what is fetched ends the session, and no cursor passes it") {
  Restored w;
  w.anna_loses(*w.others[8]);
  w.relay.cannot_read = true;
  Link link(w.anna, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK_FALSE(link.report().in_sync);
  CHECK(w.anna.cursor.arrival == 0);
  w.relay.cannot_read = false;
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.heads() == w.relay.state.shelf.heads());
  CHECK(w.anna.cursor.arrival == w.relay.end());
}

TEST_CASE("Session: a fetch that a relay leaves out keeps the cursor where it is") {
  Restored w;
  w.anna_loses(*w.others[8]);
  bool is_dropped = false;
  Link link(w.anna, w.relay, w.clock, {});
  link.on_frame = [&](Frame& frame, Link::Way way) {
    if (way == Link::Way::to_replica && frame.is_binary && frame.bytes.front() == 'P' &&
        !std::exchange(is_dropped, true)) {
      RelayedPack known;
      known.arrival = 1;
      known.bytes = std::make_shared<const Bytes>(w.others[0]->pack());
      frame.bytes = *control::packs_frame({&known, 1}).bytes;
    }
    return true;
  };
  run(w.relay, link);
  CHECK(is_dropped);
  CHECK(w.anna.heads().size() == 10);
  CHECK(w.anna.cursor.arrival == 0);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.heads().size() == 11);
}

TEST_CASE("Burst: what was made before the stream went on is not given again, though the heads are equal") {
  Fleet fleet;
  FakeRelay relay;
  relay.seed(fleet.founder().pack(), fleet.workspace());
  const std::uint64_t before = relay.end();
  CHECK(relay.burst_after(before, 1 << 20)->to == before);
  RelayedPack again = relay.state.arrivals.back();
  again.arrival = before + 1;
  relay.state.arrivals.push_back(again);
  REQUIRE(relay.end() == before + 1);
  CHECK(relay.burst_after(before, 1 << 20)->to == before + 1);
}

TEST_CASE("Session: a restored relay that has revoked an author gets everything from it all the same") {
  Restored w;
  w.relay_loses(*w.others[1]);
  w.relay.revoked[w.a.author()] = {3, "lost"};
  const SyncReport report = sync(w.anna, w.relay);
  CHECK(report.revoked);
  CHECK(w.relay.state.shelf.heads() == w.anna.heads());
}

TEST_CASE("Session: a relay that says falsely that nothing differs is not believed") {
  Restored w;
  w.relay_loses(*w.others[1]);
  w.add_strangers(40);  // more than are listed at once
  Link link(w.anna, w.relay, w.clock, {});
  std::size_t answers = 0;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    if (way == Link::Way::to_replica && frame.is_binary && frame.bytes.front() == 'R') {
      frame =
          control::ranges_frame(std::vector<control::Range>{{end_bound(), control::RangeMode::skip, 0, {}}});
      ++answers;
    }
    return true;
  };
  run(w.relay, link);
  CHECK(link.replica_end.is_finished());
  CHECK(link.replica_status);
  CHECK_FALSE(link.report().in_sync);
  CHECK(answers == 1);  // the next `at` would be compared again
  CHECK(sync(w.anna, w.relay).in_sync);
}

}  // namespace karez
