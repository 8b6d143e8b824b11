#include <doctest/doctest.h>

#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

std::size_t bytes_after_login(const Link& link) {
  std::size_t bytes = 0;
  bool logged_in = false;
  for (const auto& [way, frame] : link.seen) {
    logged_in = logged_in || text_of(frame.bytes).starts_with(R"({"type":"welcome")");
    if (logged_in) bytes += frame.bytes.size();
  }
  return bytes;
}

std::size_t count(const Link& link, std::string_view start) {
  return static_cast<std::size_t>(std::count_if(link.seen.begin(), link.seen.end(), [&](const auto& one) {
    return text_of(one.second.bytes).starts_with(start);
  }));
}

}  // namespace

TEST_CASE("Session: a device that the relay does not know shows its log before it asks") {
  World w;
  w.anna.write(7);
  Link link(w.anna, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK(link.replica_end.is_finished());
  CHECK(link.report().in_sync);
  CHECK(link.report().sent_changes == 8);
  CHECK(w.relay.state.shelf.heads() == w.anna.heads());
  CHECK(w.anna.receipts.back().seq == 8);
  CHECK(count(link, R"({"type":"error")") == 0);
  CHECK(w.relay.state.announcements.contains(w.a.author()));
  CHECK(w.relay.state.announcements.at(w.a.author()).second.relay_ms == w.clock.now_ms());
}

TEST_CASE("Session: nothing to do costs one round trip and less than 1 kB") {
  World w;
  w.anna.write(5);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.office, w.relay).in_sync);
  for (FakeReplica* replica : {&w.anna, &w.office}) {
    CHECK(sync(*replica, w.relay).in_sync);
    Link link(*replica, w.relay, w.clock, {});
    run(w.relay, link);
    CHECK(link.report().in_sync);
    CHECK(link.report().round_trips == 1);
    CHECK(link.report().sent_changes == 0);
    CHECK(bytes_after_login(link) < 1000);
    MESSAGE("a session with nothing to do: " << bytes_after_login(link) << " bytes after login, "
                                             << link.report().bytes_sent + link.report().bytes_received
                                             << " in all");
  }
}

TEST_CASE("Session: two devices come to hold the same through one relay") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    World w;
    w.anna.write(11);
    w.bekir.write(4);
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    CHECK(sync(w.bekir, w.relay, seed).received_changes == 12);
    const SyncReport report = sync(w.anna, w.relay, seed);
    CHECK(report.in_sync);
    CHECK(report.received_changes == 5);
    CHECK(w.anna.heads() == w.bekir.heads());
    CHECK(w.anna.heads() == w.relay.state.shelf.heads());
  }
}

TEST_CASE("Session: many packs share one commit") {
  World w;
  w.anna.max_changes = 1;
  w.anna.write(100);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.bekir, w.relay).received_changes == 101);
  CHECK(w.bekir.commits == 1);
}

TEST_CASE("Session: on a slow link what came is stored after a second") {
  World w;
  w.anna.write(20);
  CHECK(sync(w.anna, w.relay).in_sync);
  w.relay.most_packs = 1;
  Link link(w.bekir, w.relay, w.clock, {});
  link.on_frame = [&](Frame&, Link::Way) {
    w.clock.advance(1500);
    return true;
  };
  run(w.relay, link);
  CHECK(w.bekir.commits >= 2);
  CHECK(link.report().in_sync);
}

TEST_CASE("Session: a device forwards others' logs to a relay that has never seen them") {
  World w;
  w.anna.write(5);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.bekir, w.relay).in_sync);
  FakeRelay second("second relay");
  w.bekir.pinned.reset();
  const SyncReport report = sync(w.bekir, second);
  CHECK(report.in_sync);
  CHECK(second.state.shelf.heads() == w.bekir.heads());
}

TEST_CASE("Session: both directions flow with the smallest credit") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    World w;
    w.anna.write(20);
    w.bekir.write(20);
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    Link::Options tiny;
    tiny.seed = seed;
    tiny.replica.credit_bytes = 1;
    tiny.relay.credit_bytes = 1;
    Link link(w.bekir, w.relay, w.clock, tiny);
    run(w.relay, link, seed);
    CHECK(link.report().in_sync);
    CHECK(link.report().received_changes == 21);
    CHECK(link.report().sent_changes == 21);
    CHECK(count(link, R"({"type":"credit")") >= 7);
  }
}

TEST_CASE("Session: the relay never has more packs in flight than the credit and one frame") {
  World w;
  w.anna.write(200);
  CHECK(sync(w.anna, w.relay).in_sync);
  Link::Options small;
  small.replica.credit_bytes = 4000;
  Link link(w.bekir, w.relay, w.clock, small);
  std::int64_t in_flight = 0, most = 0;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    if (way == Link::Way::to_replica && frame.is_binary)
      in_flight += static_cast<std::int64_t>(frame.bytes.size());
    most = std::max(most, in_flight);
    const std::string_view text = text_of(frame.bytes);
    if (text.starts_with(R"({"type":"credit")"))
      in_flight -= std::stoll(std::string(text.substr(text.rfind(':') + 1)));
    return true;
  };
  run(w.relay, link);
  CHECK(link.report().in_sync);
  CHECK(most < 4000 + 1000);
  CHECK(link.largest_relay_queue < 6000);
}

TEST_CASE(
    "Session: what is new leaves as one buffer for all who wait for it, without what a receiver sent "
    "itself") {
  World w;
  for (FakeReplica* one : {&w.anna, &w.bekir, &w.office}) CHECK(sync(*one, w.relay).in_sync);
  for (FakeReplica* one : {&w.anna, &w.bekir, &w.office}) CHECK(sync(*one, w.relay).in_sync);
  Link::Options live;
  live.is_live = true;
  Link anna(w.anna, w.relay, w.clock, live), bekir(w.bekir, w.relay, w.clock, live),
      office(w.office, w.relay, w.clock, live);
  run(w.relay, {&anna, &bekir, &office}, 1);
  w.anna.write(7);  // three packs
  CHECK(anna.replica_end.local_change());
  while (anna.step(0) || anna.step(2)) {
  }
  w.relay.commit();
  const auto to_bekir = bekir.relay_end->next_frame();
  auto to_office = office.relay_end->next_frame();
  while (to_office && !to_office->is_binary) to_office = office.relay_end->next_frame();  // notes come first
  REQUIRE((to_bekir && to_office));
  CHECK(to_bekir->packs == 3);
  CHECK(to_bekir->bytes == to_office->bytes);  // the same buffer, not an equal one
  CHECK_FALSE(bekir.relay_end->next_frame());
  std::uint32_t packs_to_anna = 0;
  while (const auto frame = anna.relay_end->next_frame()) packs_to_anna += frame->packs;
  CHECK(packs_to_anna == 0);
  CHECK(bekir.replica_end.receive(*to_bekir));
  CHECK(w.bekir.heads() == w.anna.heads());
}

TEST_CASE("Session: a relay that cannot read its packs says so, and never that it has sent them") {
  World w;
  w.anna.write(7);
  CHECK(sync(w.bekir, w.relay).in_sync);
  const std::uint64_t before = w.bekir.cursor.arrival;
  CHECK(sync(w.anna, w.relay).in_sync);
  w.relay.cannot_read = true;
  Link link(w.bekir, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK_FALSE(link.report().in_sync);
  CHECK(link.replica_status.error().code == ErrorCode::busy);
  CHECK(w.bekir.cursor.arrival == before);
  w.relay.cannot_read = false;
  CHECK(sync(w.bekir, w.relay).in_sync);
  CHECK(w.bekir.heads() == w.relay.state.shelf.heads());
}

TEST_CASE("Session: what receiving led to is sent before the sync is complete") {
  World w;
  w.anna.write(3);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.office, w.relay).in_sync);
  w.anna.write(2);
  CHECK(sync(w.anna, w.relay).in_sync);
  w.office.writes_when_it_receives = 2;
  const SyncReport report = sync(w.office, w.relay);
  CHECK(report.in_sync);
  CHECK(report.sent_changes == 2);
  CHECK(w.relay.state.announcements.at(w.fleet.founder().author()).second.seq == w.fleet.founder().seq());
}

TEST_CASE("Session: a relay that was wiped gets everything again from whoever comes") {
  World w;
  w.anna.write(5);
  w.bekir.write(5);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.bekir, w.relay).in_sync);
  w.relay.state = {};
  w.relay.identity.fill(2);
  CHECK(sync(w.bekir, w.relay).in_sync);
  CHECK(w.bekir.receipts.back().incarnation == w.relay.identity);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.relay.state.shelf.heads() == w.anna.heads());
}

TEST_CASE("Session: announcements go to coordinators, holdings to everyone, nobody gets its own") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.bekir, w.relay).in_sync);
  CHECK(sync(w.office, w.relay).in_sync);
  CHECK(w.office.announcements.size() == 2);
  CHECK(w.office.holdings.empty());
  CHECK(w.relay.state.holdings.at(w.fleet.founder().author()).second.arrival == w.relay.end());
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.announcements.empty());
  REQUIRE(w.anna.holdings.size() == 1);
  CHECK(w.anna.holdings[0].author == w.fleet.founder().author());
  // Said once: the next session of the office holds nothing new.
  CHECK(sync(w.office, w.relay).in_sync);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.holdings.size() == 1);
}

TEST_CASE("Session: more notes than one frame holds come in pages") {
  World w;
  CHECK(sync(w.office, w.relay).in_sync);
  const KeyPair key = key_of("many");
  for (int i = 0; i < 1000; ++i) {
    Announcement a{key.author, static_cast<std::uint64_t>(i), {}, 0, 0, 0, {}};
    a.signature = sign(key, Purpose::announcement, announcement_message(w.fleet.workspace(), a));
    AuthorKey slot = key.author;
    slot.bytes[0] = static_cast<std::uint8_t>(i);
    slot.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    w.relay.state.announcements[slot] = {++w.relay.state.notes, a};
  }
  CHECK(sync(w.office, w.relay).in_sync);
  CHECK(w.office.announcements.size() == 1000);
  CHECK(w.office.cursor.notes == w.relay.state.notes);
}

TEST_CASE("Session: live, what one device writes reaches the others") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    World w;
    Link::Options live;
    live.is_live = true;
    live.seed = seed;
    Link office(w.office, w.relay, w.clock, live), anna(w.anna, w.relay, w.clock, live);
    Link bekir(w.bekir, w.relay, w.clock, live);
    const std::vector<Link*> links{&office, &anna, &bekir};
    run(w.relay, links, seed);
    for (int round = 0; round < 3; ++round) {
      w.anna.write(4);
      CHECK(anna.replica_end.local_change());
      CHECK_FALSE(anna.replica_end.is_in_sync());
      w.bekir.write(2);
      CHECK(bekir.replica_end.local_change());
      run(w.relay, links, seed);
      for (Link* link : links) {
        CHECK(link->replica_end.is_in_sync());
        CHECK_FALSE(link->replica_end.is_finished());
        CHECK(link->is_up());
      }
      CHECK(w.office.heads() == w.anna.heads());
      CHECK(w.office.heads() == w.bekir.heads());
    }
    CHECK(w.office.held_through == w.relay.end());
    // Nobody got back what it had sent itself.
    CHECK(anna.report().received_changes == w.office.heads().at(w.b.author()).seq + w.fleet.founder().seq());
  }
}

TEST_CASE("Session: a live device renews its announcement") {
  World w;
  Link::Options live;
  live.is_live = true;
  Link link(w.anna, w.relay, w.clock, live);
  run(w.relay, link);
  CHECK(count(link, R"({"type":"announce")") == 1);
  CHECK(link.replica_end.local_change());
  run(w.relay, link);
  CHECK(count(link, R"({"type":"announce")") == 1);
  w.clock.advance(11 * 60 * 1000);
  CHECK(link.replica_end.local_change());
  run(w.relay, link);
  CHECK(count(link, R"({"type":"announce")") == 2);
}

TEST_CASE("Session: a revoked author delivers and receives nothing") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  w.bekir.write(3);
  CHECK(sync(w.bekir, w.relay).in_sync);
  w.relay.revoked[w.a.author()] = {1, "lost"};
  w.anna.write(2);
  const SyncReport report = sync(w.anna, w.relay);
  CHECK(report.revoked);
  CHECK_FALSE(report.in_sync);
  CHECK(report.sent_changes == 2);
  CHECK(report.received_changes == 0);
  CHECK(w.relay.head_of(w.a.author())->seq == 3);
}

TEST_CASE("Session: an author that is revoked in a live session is told and cut off") {
  World w;
  Link::Options live;
  live.is_live = true;
  Link anna(w.anna, w.relay, w.clock, live);
  run(w.relay, anna);
  CHECK(anna.replica_end.is_in_sync());
  w.relay.revoked[w.a.author()] = {1, "lost"};
  w.bekir.write(3);
  Link bekir(w.bekir, w.relay, w.clock, {});
  run(w.relay, {&anna, &bekir}, 1);
  CHECK(anna.report().revoked);
  CHECK_FALSE(anna.replica_end.is_in_sync());
  CHECK_FALSE(w.anna.heads().contains(w.b.author()));
  CHECK(count(anna, R"({"type":"revoked")") == 1);
  w.anna.write(1);
  CHECK(anna.replica_end.local_change());
  run(w.relay, anna);
  CHECK(w.relay.head_of(w.a.author())->seq == 2);
}

TEST_CASE("Session: the skew is our clock minus the relay's") {
  World w;
  SeededRandom random(1);
  HandClock ahead{kStartMs + 5000};
  ReplicaSession replica(w.anna, ahead, random, false);
  RelaySession relay(w.relay, w.clock, random);
  CHECK(replica.receive(*relay.next_frame()));
  CHECK(w.anna.skew == 5000);
  CHECK(replica.report().skew_ms == 5000);
}

}  // namespace karez
