// Single steps of a session, with the other end played by hand: what the loopback meets only by chance.
#include <doctest/doctest.h>

#include "../../../engine/sync/control_json.h"
#include "../../../engine/sync/pack_frames.h"
#include "../../../engine/sync/range_frames.h"
#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

/// A relay's frame of one pack, with `turned` bits turned in its last byte.
SharedFrame one_pack(std::uint64_t arrival, Bytes pack, std::uint8_t turned = 0) {
  pack.back() ^= turned;
  RelayedPack relayed;
  relayed.arrival = arrival;
  relayed.bytes = std::make_shared<const Bytes>(std::move(pack));
  return control::packs_frame({&relayed, 1});
}

/// Anna's replica, logged in at a relay that is played by hand and holds her log and 6 changes of Bekir.
struct Played {
  Fleet fleet;
  Person& a = fleet.volunteer("a");
  Person& b = fleet.volunteer("b");
  FakeRelay relay;
  FakeReplica anna{a};
  HandClock clock{kStartMs};
  SeededRandom random{1};
  RelaySession login_only{relay, clock, random};
  ReplicaSession replica;

  explicit Played(SyncLimits limits = {}) : replica(anna, clock, random, false, limits) {
    relay.seed(a.pack(), fleet.workspace());
    while (b.seq() < 6) b.add({Invite{1, 0, a.author(), ""}});
    REQUIRE(replica.receive(*login_only.next_frame()));
    REQUIRE(login_only.receive(*replica.next_frame()));
    REQUIRE(replica.receive(*login_only.next_frame()));
    CHECK(sent() == std::vector<std::string>{"announce", "want"});
  }

  void says(const FrameView& frame) { REQUIRE(replica.receive(frame)); }
  void gives(std::uint64_t arrival, std::uint64_t from, std::uint64_t to) {
    says(one_pack(arrival, b.pack(from, to)));
  }
  [[nodiscard]] Head head(const Person& person, std::uint64_t seq) const { return {seq, person.link(seq)}; }
  [[nodiscard]] SharedFrame at(std::uint64_t end, const Heads& heads) const {
    return control::packs_frame({}, control::At{end, fingerprint_of(heads).bytes()});
  }
  /// All the relay's heads, in answer to any question about so few.
  [[nodiscard]] Frame all_heads(const Heads& heads) const {
    const control::Range all{end_bound(), control::RangeMode::heads, 0, {heads.begin(), heads.end()}};
    return control::ranges_frame({&all, 1});
  }
  [[nodiscard]] Frame fetches_are_done() const { return control::ranges_frame({}); }
  /// The types of the frames that the replica sends now.
  std::vector<std::string> sent() {
    std::vector<std::string> types;
    while (const auto frame = replica.next_frame()) {
      const std::string text(text_of(frame->bytes));
      if (!frame->is_binary) {
        types.push_back(text.substr(9, text.find('"', 9) - 9));
      } else {
        types.push_back(text == "R" ? "end of fetches" : text[0] == 'R' ? "ranges" : "pack");
      }
      last = *frame;
    }
    return types;
  }
  using Types = std::vector<std::string>;
  Frame last;
};

}  // namespace

TEST_CASE("Session: a refused pack holds the cursor before it, also when the link breaks right after") {
  Played p({1000, 1});  // every pack is a commit
  p.gives(2, 1, 2);
  const SharedFrame damaged = one_pack(3, p.b.pack(3, 4), 1);
  p.says(damaged);
  p.gives(4, 5, 6);
  CHECK(p.anna.commits == 3);
  CHECK(p.anna.cursor.arrival == 2);
  CHECK(p.anna.aside.size() == 1);
  CHECK(p.replica.report().refused.size() == 1);
}

TEST_CASE("Session: a refused pack in the middle of a batch holds the cursor before it") {
  Played p;
  p.gives(2, 1, 2);
  const SharedFrame damaged = one_pack(3, p.b.pack(3, 4), 1);
  p.says(damaged);
  p.gives(4, 5, 6);
  CHECK(p.replica.link_lost());
  CHECK(p.anna.commits == 1);
  CHECK(p.anna.cursor.arrival == 2);
}

TEST_CASE(
    "Session: the end of the stream does not move the cursor past a refused pack before the heads prove it") {
  Played p;
  const SharedFrame damaged = one_pack(2, p.b.pack(1, 6), 1);
  p.says(damaged);
  const Heads heads{{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 6)}};
  p.anna.on_relay[{p.a.author(), 0}] = p.head(p.a, 1);
  p.says(p.at(2, heads));
  CHECK(p.anna.cursor.arrival == 0);
  CHECK(p.sent() == Played::Types{"ranges"});
  p.says(p.all_heads(heads));
  CHECK(p.sent() == Played::Types{"fetch", "end of fetches"});
  p.gives(2, 1, 6);
  p.says(p.fetches_are_done());
  CHECK(p.sent().empty());
  CHECK(p.anna.cursor.arrival == 2);
  CHECK(p.replica.is_finished());
  CHECK_FALSE(p.replica.is_in_sync());  // something was refused: said, although it is healed
}

TEST_CASE("Session: packs that were fetched by author do not move the cursor, and a newer end is asked for") {
  Played p;
  const Heads heads{{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 2)}};
  p.anna.on_relay[{p.a.author(), 0}] = p.head(p.a, 1);
  p.says(p.at(1, heads));
  CHECK(p.sent() == Played::Types{"ranges"});
  p.says(p.all_heads({{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 6)}}));
  CHECK(p.sent() == Played::Types{"fetch", "end of fetches"});
  p.gives(2, 1, 2);
  p.gives(9, 3, 6);  // arrivals 3 to 8 are not here
  p.says(p.fetches_are_done());
  CHECK(p.anna.heads().at(p.b.author()).seq == 6);
  CHECK(p.anna.cursor.arrival == 1);
  CHECK(p.sent() == Played::Types{"want"});
  const auto want = control::decode_from_replica(p.last.bytes);
  CHECK(std::get<control::Want>(*want).since == 1);
  CHECK_FALSE(p.replica.is_finished());
  p.says(p.at(9, p.anna.heads()));
  CHECK(p.sent().empty());
  CHECK(p.replica.is_finished());
  CHECK(p.replica.is_in_sync());
  CHECK(p.anna.cursor.arrival == 9);
}

TEST_CASE("Session: what arrives while heads are compared is newer than the answer") {
  Played p({100'000, 1});
  p.says(p.at(1, {{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 2)}}));
  CHECK(p.sent() == Played::Types{"ranges"});
  p.gives(2, 1, 4);
  p.says(p.all_heads({{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 2)}}));
  CHECK(p.anna.relay_heads().at(p.b.author()).seq == 4);
  CHECK(p.sent().empty());
  p.says(p.at(2, p.anna.heads()));
  CHECK(p.sent().empty());
  CHECK(p.replica.is_in_sync());
}

TEST_CASE("Session: a relay without credit takes one pack at a time") {
  Fleet fleet;
  FakeRelay relay;
  FakeReplica founder(fleet.founder(), true);
  founder.write(10);
  Link::Options none;
  none.relay.credit_bytes = 0;
  const SyncReport report = sync(founder, relay, 1, none);
  CHECK(report.in_sync);
  CHECK(report.sent_changes == 11);
}

TEST_CASE("Session: a coordinator says that it holds everything only when it does") {
  Fleet fleet;
  Person& b = fleet.volunteer("b");
  FakeRelay relay;
  FakeReplica office(fleet.founder(), true);
  relay.coordinators.insert(fleet.founder().author());
  CHECK(sync(office, relay).in_sync);
  const std::uint64_t held = office.held_through;
  relay.seed(b.pack(), fleet.workspace());
  relay.state.arrivals.back().bytes =
      std::make_shared<const Bytes>(Bytes{'K', 'Z', 'P'});  // its disk is damaged
  const SyncReport report = sync(office, relay);
  CHECK_FALSE(report.in_sync);
  CHECK(report.refused.size() >= 1);
  CHECK(office.held_through == held);
}

TEST_CASE("Session: notes, packs and the holding share a commit, and nothing leaves before it") {
  Played p;
  p.anna.is_coordinator = true;
  p.anna.on_relay[{p.a.author(), 0}] = p.head(p.a, 1);
  const auto finish = [&] {
    control::Notes notes;
    notes.end = 4;
    p.says(control::encode(notes));
    CHECK(p.anna.calls.empty());
    p.gives(2, 1, 6);
    CHECK(p.anna.calls.empty());
    return p.replica.receive(p.at(2, {{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 6)}}));
  };
  SUBCASE("which succeeds") {
    REQUIRE(finish());
    CHECK(p.anna.calls == Played::Types{"notes", "packs", "holding"});
    CHECK(p.anna.cursor.notes == 4);
    CHECK(p.sent() == Played::Types{"holding"});
  }
  SUBCASE("which fails") {
    p.anna.at_group_end = Error{ErrorCode::io, "the disk is full"};
    p.anna.calls.clear();
    const Status status = p.replica.receive(p.at(1, {}));
    CHECK(status.error().code == ErrorCode::io);
    CHECK(p.sent().empty());
    CHECK_FALSE(p.replica.is_in_sync());
  }
  SUBCASE("and notes that come after everything are stored at once") {
    REQUIRE(finish());
    ReplicaSession live(p.anna, p.clock, p.random, true);
    RelaySession login(p.relay, p.clock, p.random);
    REQUIRE(live.receive(*login.next_frame()));
    REQUIRE(login.receive(*live.next_frame()));
    REQUIRE(live.receive(*login.next_frame()));
    while (live.next_frame()) {
    }
    REQUIRE(live.receive(p.at(2, {{p.a.author(), p.head(p.a, 1)}, {p.b.author(), p.head(p.b, 6)}})));
    control::Notes notes;
    notes.end = 9;
    REQUIRE(live.receive(control::encode(notes)));
    CHECK(p.anna.calls == Played::Types{"notes"});
    CHECK(p.anna.cursor.notes == 9);
  }
}

TEST_CASE("Relay session: the end is not told before the receipts of what the peer sent") {
  Played p;
  RelaySession session(p.relay, p.clock, p.random);
  ReplicaSession other(p.anna, p.clock, p.random, false);
  REQUIRE(other.receive(*session.next_frame()));
  REQUIRE(session.receive(*other.next_frame()));
  REQUIRE(session.next_frame());
  p.relay.sessions.insert(&session);
  REQUIRE(session.receive(control::pack_frame(p.b.pack())));
  REQUIRE(session.receive(control::encode(control::Want{p.relay.identity, 1, 0, 1000})));
  CHECK_FALSE(session.next_frame());
  p.relay.commit();
  const auto ack = control::decode_from_relay(*session.next_frame()->bytes);
  CHECK(std::get<control::Ack>(*ack).receipt.seq == 6);
  const auto last = control::packs_from_relay(*session.next_frame()->bytes);
  REQUIRE(last->at.has_value());
  CHECK(last->packs.empty());
  CHECK(last->at->end == 2);
  CHECK(last->at->fingerprint == p.relay.fingerprint().bytes());
  CHECK_FALSE(session.next_frame());
}

}  // namespace karez
