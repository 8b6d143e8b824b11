// A link between a fake replica and a fake relay, and a driver that lets many of them progress in an order
// drawn from a seed. Frames keep their order in each direction, as on a socket; everything else may happen in
// any order.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "support/sync_fakes.h"

namespace karez::testing {

class Link {
 public:
  struct Options {
    bool is_live = false;
    SyncLimits replica{};
    SyncLimits relay{};
    std::uint64_t seed = 1;
  };
  enum class Way { to_relay, to_replica };

  Link(FakeReplica& replica, FakeRelay& relay, const Clock& clock, Options options)
      : relay_(relay),
        random_(options.seed),
        replica_end(replica, clock, random_, options.is_live, options.replica),
        relay_end(std::make_unique<RelaySession>(relay, clock, random_, options.relay)) {
    relay_.sessions.insert(relay_end.get());
  }
  ~Link() { hang_up(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Takes one step of the kind `choice`; false if that kind is not possible now.
  bool step(unsigned choice) {
    if (!relay_end) return false;
    switch (choice % 4) {
      case 0:
        return emit(replica_end, to_relay);
      case 1:
        return emit(*relay_end, to_replica);
      case 2:
        return deliver(to_relay, Way::to_relay);
      default:
        return deliver(to_replica, Way::to_replica);
    }
  }
  /// The link breaks; frames on their way are lost.
  void hang_up() {
    if (!relay_end) return;
    relay_.sessions.erase(relay_end.get());
    relay_end.reset();
    to_relay.clear();
    to_replica.clear();
  }
  [[nodiscard]] bool is_up() const { return relay_end != nullptr; }
  [[nodiscard]] const SyncReport& report() const { return replica_end.report(); }

 private:
  FakeRelay& relay_;
  SeededRandom random_;

 public:
  ReplicaSession replica_end;
  std::unique_ptr<RelaySession> relay_end;
  std::deque<Frame> to_relay, to_replica;
  /// Sees every frame before it is delivered; may change it. Returns false to break the link instead.
  std::function<bool(Frame&, Way)> on_frame;
  std::vector<std::pair<Way, Frame>> seen;  ///< delivered
  Status replica_status;
  Status relay_status;
  std::size_t largest_relay_queue = 0;

 private:
  template <typename End>
  bool emit(End& end, std::deque<Frame>& queue) {
    auto frame = end.next_frame();
    if (relay_end) largest_relay_queue = std::max(largest_relay_queue, relay_end->queued_bytes());
    if (!frame) {
      close_if_over();
      return false;
    }
    const FrameView view = *frame;
    queue.push_back({view.is_binary, Bytes(view.bytes.begin(), view.bytes.end())});
    return true;
  }
  bool deliver(std::deque<Frame>& queue, Way way) {
    if (queue.empty()) return false;
    Frame frame = std::move(queue.front());
    queue.pop_front();
    if (on_frame && !on_frame(frame, way)) {
      hang_up();
      return true;
    }
    seen.emplace_back(way, frame);
    if (way == Way::to_relay) {
      const Status status = relay_end->receive(frame);
      if (!status && relay_status) relay_status = status;
    } else {
      const Status status = replica_end.receive(frame);
      if (!status && replica_status) replica_status = status;
    }
    return true;
  }
  /// As sockets do: who is finished closes, once its frames are through.
  void close_if_over() {
    if (replica_end.is_finished() && to_relay.empty()) return hang_up();
    if (relay_end->is_finished() && to_replica.empty()) {
      (void)replica_end.link_lost();
      hang_up();
    }
  }
};

/// A founder (coordinator) and two volunteers, each on a device of its own, and one relay.
struct World {
  Fleet fleet;
  Person& a = fleet.volunteer("a");
  Person& b = fleet.volunteer("b");
  FakeRelay relay;
  FakeReplica office{fleet.founder(), true};
  FakeReplica anna{a};
  FakeReplica bekir{b};
  HandClock clock{kStartMs};

  World() { relay.coordinators.insert(fleet.founder().author()); }
};

/// Lets links and the relay's commits happen in random order until nothing more can happen.
inline void run(FakeRelay& relay, std::vector<Link*> links, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int idle = 0; idle < 3;) {
    bool moved = false;
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t draw = random();
      if (draw % 7 == 0 && !relay.submitted.empty()) {
        relay.commit();
        moved = true;
      } else if (links[(draw >> 8) % links.size()]->step(static_cast<unsigned>(draw >> 32))) {
        moved = true;
      }
    }
    // Random misses are no proof of quiet: every kind of step is tried once.
    for (Link* link : links) {
      for (unsigned choice = 0; choice < 4; ++choice) moved = link->step(choice) || moved;
    }
    if (!relay.submitted.empty()) {
      relay.commit();
      moved = true;
    }
    relay.wake();
    idle = moved ? 0 : idle + 1;
  }
}

inline void run(FakeRelay& relay, Link& link, std::uint64_t seed = 1) {
  run(relay, std::vector<Link*>{&link}, seed);
}

/// One whole sync; the report.
inline SyncReport sync(FakeReplica& replica, FakeRelay& relay, std::uint64_t seed = 1,
                       Link::Options options = {}) {
  HandClock clock{kStartMs};
  options.seed = seed;
  Link link(replica, relay, clock, options);
  run(relay, link, seed);
  ENSURE(link.replica_end.is_finished());
  return link.report();
}

}  // namespace karez::testing
