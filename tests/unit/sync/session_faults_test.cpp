// What links, backups and copies do to a session, and that a later one makes it good.
#include <doctest/doctest.h>

#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

bool is_pack_to(Link::Way wanted, const Frame& frame, Link::Way way) {
  return frame.is_binary && way == wanted;
}

/// Breaks what the frame says without breaking its form: another value for the hex digit at `position`.
void change_digit(Frame& frame, std::size_t position) {
  frame.bytes[position] = frame.bytes[position] == '0' ? '1' : '0';
}

}  // namespace

TEST_CASE("Session: a link may break at any frame, the next session completes") {
  bool broke = true;
  for (std::size_t k = 0; broke; ++k) {
    CAPTURE(k);
    World w;
    w.anna.write(8);
    w.bekir.write(8);
    CHECK(sync(w.anna, w.relay).in_sync);
    w.bekir.writes_when_it_receives = 1;
    Link::Options small;
    small.replica = {300, 300};
    small.relay = {300, 300};
    Link link(w.bekir, w.relay, w.clock, small);
    std::size_t frames = 0;
    broke = false;
    link.on_frame = [&](Frame&, Link::Way) {
      broke = broke || frames == k;
      return frames++ != k;
    };
    run(w.relay, link, k);
    CHECK(link.replica_end.is_finished() == !broke);
    CHECK(link.replica_end.link_lost());
    CHECK(sync(w.bekir, w.relay, k).in_sync);
    CHECK(sync(w.anna, w.relay, k).in_sync);
    CHECK(w.anna.heads() == w.bekir.heads());
    CHECK(w.anna.heads() == w.relay.state.shelf.heads());
    REQUIRE(k < 500);
  }
}

TEST_CASE("Session: a broken link keeps the packs that came before it") {
  World w;
  w.anna.write(8);
  CHECK(sync(w.anna, w.relay).in_sync);
  w.relay.most_packs = 1;
  Link link(w.bekir, w.relay, w.clock, {});
  int packs = 0;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    packs += is_pack_to(Link::Way::to_replica, frame, way) ? 1 : 0;
    return packs < 3;
  };
  run(w.relay, link);
  CHECK(w.bekir.commits == 0);
  CHECK(link.replica_end.link_lost());
  CHECK(link.replica_end.is_finished());
  CHECK(w.bekir.commits == 1);
  CHECK(w.bekir.cursor.arrival == 2);
  CHECK(link.replica_end.receive({}).error().code == ErrorCode::unreachable);
}

TEST_CASE("Session: one changed byte anywhere in a pack that comes in costs nothing but that pack") {
  std::size_t size = 1;
  for (std::size_t position = 0; position < size; ++position) {
    CAPTURE(position);
    World w;
    w.anna.write(8);
    CHECK(sync(w.anna, w.relay).in_sync);
    w.relay.most_packs = 1;
    Link link(w.bekir, w.relay, w.clock, {});
    int packs = 0;
    link.on_frame = [&](Frame& frame, Link::Way way) {
      if (is_pack_to(Link::Way::to_replica, frame, way) && ++packs == 2) {
        size = frame.bytes.size();
        frame.bytes[position] ^= 0x41;
      }
      return true;
    };
    run(w.relay, link, position);
    CHECK(link.replica_end.is_finished());
    // The kind of a frame, arrivals and sizes are not part of what is signed; a wrong size ends the session.
    if (position >= 2) CHECK_FALSE(link.report().in_sync);
    if (position >= 4) CHECK(link.report().refused.size() == 1);
    CHECK(sync(w.bekir, w.relay).in_sync);
    CHECK(w.bekir.heads() == w.relay.state.shelf.heads());
  }
}

TEST_CASE("Session: one changed byte anywhere in a pack that goes out is refused and sent again later") {
  std::size_t size = 1;
  for (std::size_t position = 0; position < size; ++position) {
    CAPTURE(position);
    World w;
    CHECK(sync(w.anna, w.relay).in_sync);
    w.anna.write(8);
    Link link(w.anna, w.relay, w.clock, {});
    int packs = 0;
    link.on_frame = [&](Frame& frame, Link::Way way) {
      if (is_pack_to(Link::Way::to_relay, frame, way) && ++packs == 1) {
        size = frame.bytes.size();
        frame.bytes[position] ^= 0x41;
      }
      return true;
    };
    run(w.relay, link, position);
    CHECK(link.replica_end.is_finished());
    CHECK_FALSE(link.report().in_sync);
    CHECK(sync(w.anna, w.relay).in_sync);
    CHECK(w.relay.head_of(w.a.author())->seq == 9);
  }
}

TEST_CASE("Session: a changed byte in a control frame ends the session at worst, and loses nothing") {
  bool changed = true;
  for (std::size_t k = 0; changed; ++k) {
    for (std::size_t part = 1; part < 8; ++part) {
      CAPTURE(k);
      CAPTURE(part);
      World w;
      CHECK(sync(w.anna, w.relay).in_sync);
      CHECK(sync(w.office, w.relay).in_sync);
      w.anna.write(4);
      Link link(w.anna, w.relay, w.clock, {});
      std::size_t frames = 0;
      changed = false;
      link.on_frame = [&](Frame& frame, Link::Way) {
        if (frame.is_binary || frames++ != k) return true;
        changed = true;
        frame.bytes[frame.bytes.size() * part / 8] ^= 0x02;
        return true;
      };
      run(w.relay, link, k);
      link.hang_up();
      (void)sync(w.anna, w.relay);  // repairs what a false `at` or cursor may have left
      const SyncReport report = sync(w.anna, w.relay);
      CHECK((report.in_sync || w.anna.shared));  // a false `have` is believed: it looks like a copied key
      if (!w.anna.shared) CHECK(w.anna.heads() == w.relay.state.shelf.heads());
    }
    REQUIRE(k < 100);
  }
}

TEST_CASE("Session: a relay that was put back from a backup gets again what it lost") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    World w;
    w.anna.write(8);
    w.bekir.write(3);
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    const FakeRelay::State backup = w.relay.state;
    w.anna.write(5);
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    CHECK(sync(w.bekir, w.relay, seed).in_sync);
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    w.relay.state = backup;  // same incarnation: nobody told the replicas
    w.bekir.write(1);
    CHECK(sync(w.bekir, w.relay, seed).in_sync);
    CHECK(w.relay.state.shelf.heads() == w.bekir.heads());
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    CHECK(w.relay.state.shelf.heads() == w.anna.heads());
    CHECK(w.bekir.cursor.arrival == w.relay.end());
  }
}

TEST_CASE("Session: a relay that lacks less than it should is repaired both ways at once") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    World w;
    w.anna.write(8);
    w.bekir.write(8);
    CHECK(sync(w.anna, w.relay, seed).in_sync);
    CHECK(sync(w.bekir, w.relay, seed).in_sync);
    // Bekir forgets Anna's last changes and believes that he has seen everything.
    auto& log = w.bekir.shelf.logs.at(w.a.author()).front();
    log.entries.resize(3);
    log.links.resize(4);
    std::erase_if(log.signatures, [](const auto& one) { return one.first > 3; });
    // The relay forgets the end of Bekir's log.
    auto& lost = w.relay.state.shelf.logs.at(w.b.author()).front();
    lost.entries.resize(6);
    lost.links.resize(7);
    std::erase_if(w.relay.state.arrivals,
                  [&](const RelayedPack& pack) { return pack.author == w.b.author() && pack.last_seq > 6; });
    Link link(w.bekir, w.relay, w.clock, {});
    run(w.relay, link, seed);
    CHECK(link.report().in_sync);
    CHECK(link.report().received_changes == 6);
    CHECK(w.bekir.heads() == w.relay.state.shelf.heads());
    CHECK(w.relay.head_of(w.b.author())->seq == 9);
    CHECK(link.report().round_trips <= 6);
  }
}

TEST_CASE("Session: a fingerprint that never fits ends in a partial sync") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  Link link(w.anna, w.relay, w.clock, {});
  std::size_t questions = 0;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    if (way == Link::Way::to_relay && frame.is_binary && frame.bytes.front() == 'R') ++questions;
    // The fingerprint of an `at` without packs.
    if (frame.is_binary && frame.bytes.front() == 'A') frame.bytes.back() ^= 1;
    return true;
  };
  run(w.relay, link);
  CHECK(link.replica_end.is_finished());
  CHECK_FALSE(link.report().in_sync);
  CHECK(questions >= 1);
  CHECK(questions <= 3);
  CHECK(link.replica_status);
}

TEST_CASE("Session: a relay with many logs that are not here is asked for each, in groups") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  // 1,500 authors that the relay holds and whose packs it has lost: the fetches take many groups.
  const Hash link_of_nobody = blake2b({view_of("nobody")});
  for (int i = 0; i < 1500; ++i) {
    Shelf::Log log;
    log.entries.resize(1);
    log.links = {link_of_nobody, link_of_nobody};
    w.relay.state.shelf.logs[key_of("nobody " + std::to_string(i)).author] = {log};
  }
  Link link(w.anna, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK(link.replica_end.is_finished());
  CHECK(link.replica_status);
  CHECK(link.relay_status);
  CHECK_FALSE(link.report().in_sync);
  CHECK(w.anna.relay_heads() == w.relay.state.shelf.heads());
}

TEST_CASE("Session: a copied key is noticed, and both logs under it come to the relay") {
  for (const bool relay_is_ahead : {false, true}) {
    CAPTURE(relay_is_ahead);
    World w;
    w.bekir.write(4);
    CHECK(sync(w.bekir, w.relay).in_sync);
    Person copy = w.a;
    FakeReplica clone(copy);
    w.anna.write(relay_is_ahead ? 1 : 5);
    clone.me->add({Invite{1, 0, w.b.author(), "another branch"}});
    clone.shelf.add_own(*clone.me);
    clone.write(2);
    CHECK(sync(clone, w.relay).in_sync);
    const SyncReport report = sync(w.anna, w.relay);
    CHECK(report.in_sync);
    REQUIRE(w.anna.shared);
    CHECK(w.anna.shared->seq == 4);
    CHECK(w.anna.heads().contains(w.b.author()));
    CHECK(w.anna.heads() == w.relay.state.shelf.heads());
    CHECK(w.relay.state.shelf.logs.at(w.a.author()).size() == 2);
    CHECK(sync(w.bekir, w.relay).in_sync);
    CHECK(w.bekir.heads() == w.anna.heads());
  }
}

TEST_CASE("Session: a device that was put back from a backup is told by the relay") {
  World w;
  Person backup = w.a;
  w.anna.write(4);
  CHECK(sync(w.anna, w.relay).in_sync);
  FakeReplica restored(backup);
  CHECK(sync(restored, w.relay).in_sync);
  REQUIRE(restored.shared);
  CHECK(restored.shared->seq == 5);
  CHECK(restored.heads().at(w.a.author()).seq == 5);  // its own lost records come back as others' do
}

TEST_CASE("Session: a false receipt is a refusal") {
  World w;
  w.anna.write(2);
  Link link(w.anna, w.relay, w.clock, {});
  link.on_frame = [](Frame& frame, Link::Way) {
    const std::size_t at = text_of(frame.bytes).find(R"("signature":")");
    if (text_of(frame.bytes).starts_with(R"({"type":"ack")")) change_digit(frame, at + 20);
    return true;
  };
  run(w.relay, link);
  CHECK(link.replica_end.is_finished());
  CHECK_FALSE(link.report().in_sync);
  REQUIRE(link.report().refused.size() == 1);
  CHECK(link.report().refused[0].error.code == ErrorCode::bad_signature);
  CHECK(w.anna.receipts.empty());
  CHECK(sync(w.anna, w.relay).in_sync);
}

TEST_CASE("Session: a note that its author did not sign is not stored") {
  World w;
  w.relay.coordinators.insert(w.fleet.founder().author());
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.bekir, w.relay).in_sync);
  w.relay.state.announcements.at(w.a.author()).second.seq = 99;
  const SyncReport report = sync(w.office, w.relay);
  CHECK_FALSE(report.in_sync);
  CHECK(w.office.announcements.size() == 1);
  CHECK(w.office.cursor.notes == 0);
}

TEST_CASE("Session: a stranger's log is refused, and the session says so") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  Fleet elsewhere("somebody else");
  Person& stranger = elsewhere.volunteer("stranger");
  // A stranger that pretends to belong here: right workspace, a path that leads to another founder.
  Person pretender("pretender", w.fleet.workspace());
  pretender.add({std::get<Enrol>(stranger.change(1).operations[0])});
  FakeReplica replica(pretender);
  const SyncReport report = sync(replica, w.relay);
  CHECK_FALSE(report.in_sync);
  REQUIRE(report.refused.size() == 1);
  CHECK(report.refused[0].by_relay);
  CHECK_FALSE(w.relay.head_of(pretender.author()));
  CHECK(replica.heads().size() == 1);
}

TEST_CASE("Session: another relay key than the pinned one is refused before login") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  FakeRelay other("other relay");
  Link link(w.anna, other, w.clock, {});
  run(other, link);
  CHECK(link.replica_end.is_finished());
  CHECK(link.replica_status.error().code == ErrorCode::refused);
  CHECK(link.report().bytes_sent == 0);
}

TEST_CASE("Session: the relay of another workspace says so") {
  World w;
  CHECK(sync(w.anna, w.relay).in_sync);
  Fleet elsewhere("somebody else");
  FakeReplica replica(elsewhere.volunteer("c"));
  Link link(replica, w.relay, w.clock, {});
  run(w.relay, link);
  CHECK(link.replica_status.error().code == ErrorCode::wrong_workspace);
  CHECK_FALSE(link.is_up());
}

}  // namespace karez
