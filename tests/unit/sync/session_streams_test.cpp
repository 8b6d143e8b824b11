// Sessions about an author whose log forked: whoever knows which branches, in the end all know all of them.
#include <doctest/doctest.h>

#include "support/streams.h"
#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

/// A relay and three replicas, none of which belongs to the author whose key was cloned.
struct Forked {
  Grove grove;
  Person& a = grove.fleet.volunteer("a");
  Person& b = grove.fleet.volunteer("b");
  FakeRelay relay;
  FakeReplica office{grove.fleet.founder(), true};
  FakeReplica anna{a};
  FakeReplica bekir{b};

  Forked() { relay.coordinators.insert(grove.fleet.founder().author()); }

  using Logs = std::vector<std::size_t>;  ///< of the grove
  /// In packs of at most three changes, so that many begin or end where logs diverge, and many do not.
  [[nodiscard]] std::vector<Bytes> packs(std::size_t i, std::uint64_t less = 0) const {
    const Person& log = grove.logs[i];
    std::vector<Bytes> packs;
    for (std::uint64_t first = 1; first + less <= log.seq(); first += 3) {
      packs.push_back(log.pack(first, std::min(log.seq() - less, first + 2)));
    }
    return packs;
  }
  void give(FakeReplica& replica, const Logs& logs, std::uint64_t less = 0) {
    for (const std::size_t i : logs) {
      for (const Bytes& pack : packs(i, less)) {
        REQUIRE_FALSE(replica.shelf.put(grove.fleet.workspace(), pack).error.has_value());
      }
    }
  }
  void give_relay(const Logs& logs) {
    for (const std::size_t i : logs) {
      for (const Bytes& pack : packs(i)) relay.seed(pack, grove.fleet.workspace());
    }
  }
  [[nodiscard]] bool has(const FakeReplica& replica, const Logs& logs) const {
    return has(replica.shelf, logs);
  }
  [[nodiscard]] bool has(const Shelf& shelf, const Logs& logs) const {
    return std::all_of(logs.begin(), logs.end(), [&](std::size_t i) {
      const Person& log = grove.logs[i];
      return shelf.branch_with(log.author(), log.seq(), log.link(log.seq())).has_value();
    });
  }
};

std::string said(const Forked::Logs& logs) {
  std::string text;
  for (const std::size_t i : logs) text += std::to_string(i);
  return text;
}

std::vector<Forked::Logs> all_sets() {
  std::vector<Forked::Logs> sets;
  for (unsigned bits = 0; bits < 32; ++bits) {
    Forked::Logs logs;
    for (std::size_t i = 0; i < 5; ++i) {
      if (bits >> i & 1) logs.push_back(i);
    }
    sets.push_back(logs);
  }
  return sets;
}

}  // namespace

TEST_CASE(
    "Streams: whatever branches a relay and a replica know, after two syncs each both know all of them") {
  const auto sets = all_sets();
  int rest = 0;
  for (const auto& there : sets) {
    for (const auto& here : sets) {
      CAPTURE(said(there));
      CAPTURE(said(here));
      Forked w;
      w.give_relay(there);
      w.give(w.anna, here);
      const std::uint64_t seed = 1 + there.size() * 7 + here.size();
      if (seed % 2 == 0) w.relay.most_packs = 1;  // of a page
      w.anna.gives_across = seed % 3 == 0;
      for (FakeReplica* one : {&w.anna, &w.bekir}) {  // the second one knows neither
        rest += sync(*one, w.relay, seed).in_sync ? 0 : 1;
        CHECK(sync(*one, w.relay, seed).in_sync);
        CHECK(w.has(*one, there));
        CHECK(w.has(*one, here));
        CHECK(one->heads() == w.relay.state.shelf.heads());
        CHECK(one->cursor.arrival == w.relay.end());
      }
    }
  }
  MESSAGE(rest << " of " << 2 * sets.size() * sets.size() << " needed the second sync");
}

TEST_CASE("Streams: a relay that was put back, or a replica without a cursor, comes to the same") {
  const auto sets = all_sets();
  for (const auto& there : sets) {
    for (const auto& here : sets) {
      CAPTURE(said(there));
      CAPTURE(said(here));
      Forked w;
      // Something else is at the relay that Anna holds too, so that the heads are compared.
      w.relay.seed(w.b.pack(), w.grove.fleet.workspace());
      CHECK(sync(w.anna, w.relay).in_sync);
      w.relay.identity.fill(2);
      w.give_relay(there);
      const std::uint64_t less = (there.size() + here.size()) % 3;
      w.give(w.anna, here, less);
      (void)sync(w.anna, w.relay);
      CHECK(sync(w.anna, w.relay).in_sync);
      CHECK(w.has(w.anna, there));
      CHECK(w.anna.shelf.heads() == w.relay.state.shelf.heads());
      for (const std::size_t i : here) {
        const Person& log = w.grove.logs[i];
        const std::uint64_t seq = log.seq() - less;
        CHECK(w.relay.state.shelf.branch_with(log.author(), seq, log.link(seq)));
      }
    }
  }
}

TEST_CASE("Streams: a branch that appears at the relay comes with the stream, without a comparison") {
  Forked w;
  w.give_relay({0});
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.heads().contains(w.grove.author()));
  w.give_relay({1});
  HandClock clock{kStartMs};
  Link link(w.anna, w.relay, clock, {});
  run(w.relay, link);
  CHECK(link.report().in_sync);
  CHECK(link.report().round_trips == 1);
  CHECK(link.report().received_changes == 5);  // 4 to 8
  CHECK_FALSE(w.anna.heads().contains(w.grove.author()));
  CHECK(w.anna.heads() == w.relay.state.shelf.heads());
}

TEST_CASE(
    "Streams: only what is not there is sent, if the relay has one of the logs under the author's name") {
  Forked w;
  w.give_relay({0});
  CHECK(sync(w.anna, w.relay).in_sync);
  w.relay.identity.fill(2);
  w.give(w.anna, {1});
  HandClock clock{kStartMs};
  Link link(w.anna, w.relay, clock, {});
  std::size_t sent = 0;
  std::size_t came = 0;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    const bool is_packs = frame.is_binary && frame.bytes.front() == 'P';
    (way == Link::Way::to_relay ? sent : came) += is_packs ? 1 : 0;
    return true;
  };
  run(w.relay, link);
  CHECK(link.report().in_sync);
  CHECK(sent == w.packs(1).size());  // from its beginning on: one repetition
  CHECK(came == 0);
}

TEST_CASE("Streams: two logs under one name cross in one comparison") {
  Forked w;
  w.relay.seed(w.b.pack(), w.grove.fleet.workspace());
  CHECK(sync(w.anna, w.relay).in_sync);
  w.relay.identity.fill(2);
  w.give_relay({0});
  w.give(w.anna, {2});  // longer: she sees that the relay's is another one
  HandClock clock{kStartMs};
  Link link(w.anna, w.relay, clock, {});
  int questions = 0;
  link.on_frame = [&](Frame& frame, Link::Way way) {
    const bool asks = way == Link::Way::to_relay && frame.is_binary && frame.bytes.front() == 'R';
    questions += asks && frame.bytes.size() > 1 ? 1 : 0;
    return true;
  };
  run(w.relay, link);
  CHECK(link.report().in_sync);
  CHECK(questions == 1);
}

TEST_CASE("Streams: a replica that brings a branch makes the relay and all others know it") {
  Forked w;
  w.give_relay({0});
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(sync(w.bekir, w.relay).in_sync);
  w.give(w.bekir, {1, 2, 3});  // by hand
  CHECK(sync(w.bekir, w.relay).in_sync);
  CHECK(sync(w.anna, w.relay).in_sync);
  CHECK(w.anna.heads() == w.bekir.heads());
  CHECK(sync(w.office, w.relay).in_sync);
  CHECK(w.has(w.office, {0, 1, 2, 3}));
  // What all know is not sent again.
  const std::size_t packs = w.relay.state.arrivals.size();
  CHECK(sync(w.bekir, w.relay).in_sync);
  CHECK(w.relay.state.arrivals.size() == packs);
}

TEST_CASE("Streams: links that break anywhere lose nothing") {
  bool broke = true;
  for (std::size_t k = 0; broke; ++k) {
    CAPTURE(k);
    Forked w;
    w.relay.seed(w.b.pack(), w.grove.fleet.workspace());
    CHECK(sync(w.anna, w.relay).in_sync);
    w.relay.identity.fill(2);
    w.give_relay({0, 3});
    w.give(w.anna, {1, 2, 4});
    Link::Options small;
    small.replica = {300, 300};
    small.relay = {300, 300};
    HandClock clock{kStartMs};
    {
      Link link(w.anna, w.relay, clock, small);
      std::size_t frames = 0;
      broke = false;
      link.on_frame = [&](Frame&, Link::Way) {
        broke = broke || frames == k;
        return frames++ != k;
      };
      run(w.relay, link, k);
      CHECK(link.replica_end.link_lost());
    }
    (void)sync(w.anna, w.relay, k);
    CHECK(sync(w.anna, w.relay, k).in_sync);
    CHECK(w.has(w.anna, {0, 1, 2, 3, 4}));
    CHECK(w.has(w.relay.state.shelf, {0, 1, 2, 3, 4}));
    CHECK(w.anna.heads() == w.relay.state.shelf.heads());
    REQUIRE(k < 500);
  }
}

TEST_CASE("Streams: packs of two branches of one author are never on their way at once") {
  for (const bool gives_across : {false, true}) {
    CAPTURE(gives_across);
    Forked w;
    w.anna.gives_across = gives_across;
    w.give(w.anna, {0, 1, 2, 4});
    HandClock clock{kStartMs};
    Link link(w.anna, w.relay, clock, {});
    std::vector<Head> open;  // where packs end that were not answered yet
    const auto have_one_log = [&] {
      return std::any_of(w.grove.logs.begin(), w.grove.logs.end(), [&](const Person& log) {
        return std::all_of(open.begin(), open.end(), [&](const Head& head) {
          return head.seq <= log.seq() && log.link(head.seq) == head.link;
        });
      });
    };
    std::size_t most = 0;
    link.on_frame = [&](Frame& frame, Link::Way way) {
      if (way == Link::Way::to_relay && frame.is_binary && frame.bytes.front() == 'P') {
        const auto pack = open_pack(ByteView(frame.bytes).subspan(1));
        REQUIRE(pack.ok());
        if (pack->header.author == w.grove.author())
          open.push_back({pack->header.last_seq(), pack->last_link()});
        most = std::max(most, open.size());
        CHECK(have_one_log());
      }
      const std::string text(karez::text_of(frame.bytes));
      if (text.find(R"("type":"ack")") != std::string::npos) {
        // One receipt stands for all packs of the author that lie below it.
        const auto told = std::find_if(open.begin(), open.end(), [&](const Head& one) {
          return text.find(to_hex(one.link)) != std::string::npos;
        });
        if (told != open.end()) open.erase(open.begin(), std::next(told));
      }
      return true;
    };
    run(w.relay, link);
    CHECK(link.report().in_sync);
    CHECK(open.empty());
    CHECK(most > 1);
    CHECK(w.has(w.relay.state.shelf, {0, 1, 2, 4}));
  }
}

TEST_CASE("Streams: live, two branches of one author grow side by side") {
  Forked w;
  w.give_relay({0, 1});
  HandClock clock{kStartMs};
  Link::Options live;
  live.is_live = true;
  Link bekir(w.bekir, w.relay, clock, live);
  Link anna(w.anna, w.relay, clock, live);
  run(w.relay, {&anna, &bekir}, 3);
  for (int i = 0; i < 6; ++i) {
    Person& log = w.grove.logs[static_cast<std::size_t>(i % 2)];
    const std::uint64_t from = log.seq() + 1;
    grow(log, 1, "live");
    REQUIRE_FALSE(w.bekir.shelf.put(w.grove.fleet.workspace(), log.pack(from)).error.has_value());
    CHECK(bekir.replica_end.local_change());
    run(w.relay, {&anna, &bekir}, 5);
    CHECK(w.has(w.anna, {0, 1}));
    CHECK(anna.replica_end.is_in_sync());
    CHECK(bekir.replica_end.is_in_sync());
  }
  CHECK(w.anna.heads() == w.relay.state.shelf.heads());
}

TEST_CASE(
    "Streams: a laptop whose key was copied goes on under another one, in the session that finds it out") {
  int told_by_welcome = 0;
  for (int i = 0; i < 12; ++i) {
    CAPTURE(i);
    World w;
    w.anna.write(2);
    CHECK(sync(w.anna, w.relay).in_sync);
    Person copy = w.a;
    grow(copy, 3, "clone " + std::to_string(i));
    FakeReplica clone(copy);
    CHECK(sync(clone, w.relay).in_sync);
    grow(w.a, i % 3, "anna");  // with nothing of her own yet, she is only behind
    w.anna.shelf.add_own(w.a);
    if (i % 2 == 0) {
      // Somebody else brings her branch: the relay has both before she comes.
      FakeReplica mule(w.b);
      REQUIRE_FALSE(mule.shelf.put(w.fleet.workspace(), w.a.pack()).error.has_value());
      CHECK(sync(mule, w.relay).in_sync);
    }
    Person& again = w.fleet.succeed(w.a, w.a.seq(), "a again");
    w.anna.successor = &again;
    CHECK(sync(w.anna, w.relay).in_sync);
    CHECK(w.anna.me == &again);
    told_by_welcome += w.anna.shared ? 1 : 0;
    CHECK(w.relay.head_of(again.author()) == Head{1, again.link(1)});
    CHECK(w.relay.state.shelf.logs.at(w.a.author()).size() == (i % 3 == 0 ? 1 : 2));
    CHECK(w.anna.heads() == w.relay.state.shelf.heads());
    CHECK(sync(w.anna, w.relay).in_sync);
    CHECK(sync(w.office, w.relay).in_sync);
    CHECK(w.office.shelf.logs.at(w.a.author()).size() == (i % 3 == 0 ? 1 : 2));
  }
  // The others learn it from the stream: the relay's head of this key was theirs.
  CHECK(told_by_welcome > 0);
  CHECK(told_by_welcome < 12);
}

TEST_CASE(
    "Streams: a live session goes on after a branch of its own log came, and announces nothing under its "
    "key") {
  World w;
  w.anna.write(2);
  CHECK(sync(w.anna, w.relay).in_sync);
  Person& again = w.fleet.succeed(w.a, w.a.seq(), "a again");
  w.anna.successor = &again;
  Link::Options live;
  live.is_live = true;
  Link link(w.anna, w.relay, w.clock, live);
  run(w.relay, link);
  Person copy = w.a;
  grow(copy, 3, "clone");
  grow(w.a, 1, "anna");
  w.anna.shelf.add_own(w.a);
  w.relay.seed(copy.pack(), w.fleet.workspace());
  w.relay.wake();
  run(w.relay, link);
  CHECK(w.anna.me == &again);
  w.clock.advance(11 * 60 * 1000);
  CHECK(link.replica_end.local_change());
  run(w.relay, link);
  CHECK(link.relay_status);
  CHECK(link.is_up());
  CHECK(link.replica_end.is_in_sync());
  CHECK(w.relay.state.shelf.logs.at(w.a.author()).size() == 2);
}

TEST_CASE("Streams: one branch more than a relay takes is refused, and everything else goes on") {
  Forked w;
  Person base = w.grove.logs[4];
  for (std::size_t i = 0; i < limits::kBranches; ++i) {
    Person log = base;
    grow(log, 1, "branch " + std::to_string(i));
    w.relay.seed(log.pack(), w.grove.fleet.workspace());
  }
  Person one_more = base;
  grow(one_more, 1, "one more");
  REQUIRE_FALSE(w.anna.shelf.put(w.grove.fleet.workspace(), one_more.pack()).error.has_value());
  const SyncReport report = sync(w.anna, w.relay);
  CHECK_FALSE(report.in_sync);
  REQUIRE_FALSE(report.refused.empty());
  CHECK(report.refused[0].error.code == ErrorCode::fork);
  CHECK(report.refused[0].author == w.grove.author());
  CHECK(w.relay.state.shelf.logs.at(w.grove.author()).size() == limits::kBranches);
  CHECK(w.relay.head_of(w.a.author())->seq == w.a.seq());
  CHECK(w.anna.cursor.arrival == w.relay.end());
}

}  // namespace karez
