// Laws of sync: whatever the order, the sizes and the breaks, everybody comes to hold the same; and no bytes
// from a peer do more than end a session.
#include "support/property.h"
#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

SyncLimits some_limits(std::mt19937_64& random) {
  const std::size_t credit = std::size_t{1} << (random() % 14);
  return {credit, std::size_t{1} << (random() % 14)};
}

struct Fellows {
  explicit Fellows(int count) {
    replicas.push_back(std::make_unique<FakeReplica>(fleet.founder(), true));
    for (int i = 1; i < count; ++i) {
      replicas.push_back(std::make_unique<FakeReplica>(fleet.volunteer("volunteer " + std::to_string(i))));
    }
    relay.coordinators.insert(fleet.founder().author());
  }
  [[nodiscard]] FakeReplica& any(std::mt19937_64& random) { return *replicas[random() % replicas.size()]; }

  Fleet fleet;
  FakeRelay relay;
  HandClock clock{kStartMs};
  std::vector<std::unique_ptr<FakeReplica>> replicas;
};

/// Two devices sync at the same time; both links break somewhere, or not.
void meet(Fellows& all, std::mt19937_64& random) {
  FakeReplica& one = all.any(random);
  FakeReplica& other = all.any(random);
  const auto options = [&] {
    return Link::Options{random() % 4 == 0, some_limits(random), some_limits(random), random()};
  };
  Link first(one, all.relay, all.clock, options());
  std::vector<Link*> links{&first};
  std::optional<Link> second;
  if (&one != &other) links.push_back(&second.emplace(other, all.relay, all.clock, options()));
  for (Link* link : links) {
    const std::uint64_t breaks_at = random() % 60;
    link->on_frame = [breaks_at, frames = std::uint64_t{0}](Frame&, Link::Way) mutable {
      return frames++ != breaks_at;
    };
  }
  run(all.relay, links, random());
  for (Link* link : links) {
    RC_ASSERT(link->replica_status.ok());
    RC_ASSERT(link->relay_status.ok());
  }
}

/// Random bytes, JSON-like text, or a genuine frame with changed bytes.
Frame noise(std::mt19937_64& random, const std::vector<Frame>& genuine) {
  Frame frame;
  if (random() % 3 == 0 || genuine.empty()) {
    frame.is_binary = random() % 2 == 0;
    frame.bytes.resize(random() % 200);
    const std::string_view alphabet = R"({}[]":,0123456789typewanthsdcrei \u)";
    for (std::uint8_t& byte : frame.bytes) {
      byte = frame.is_binary ? static_cast<std::uint8_t>(random())
                             : static_cast<std::uint8_t>(alphabet[random() % alphabet.size()]);
    }
    return frame;
  }
  frame = genuine[random() % genuine.size()];
  const std::uint64_t changes = random() % 3;
  for (std::uint64_t i = 0; i < changes && !frame.bytes.empty(); ++i) {
    frame.bytes[random() % frame.bytes.size()] = static_cast<std::uint8_t>(random());
  }
  return frame;
}

}  // namespace

KAREZ_PROPERTY("Sync: whatever broke before, a quiet round of syncs makes everybody hold the same",
               [](std::uint64_t seed) {
                 std::mt19937_64 random(seed);
                 Fellows all(2 + static_cast<int>(random() % 3));
                 for (std::uint64_t i = random() % 8; i-- > 0;) {
                   FakeReplica& replica = all.any(random);
                   replica.write(static_cast<int>(random() % 10));
                   replica.max_changes = 1 + random() % 5;
                   if (random() % 5 == 0) replica.writes_when_it_receives = 1;
                   if (random() % 9 == 0) all.relay.identity[0] ^= 1;
                   meet(all, random);
                 }
                 for (int round = 0; round < 2; ++round) {
                   for (auto& replica : all.replicas) {
                     replica->writes_when_it_receives = 0;
                     RC_ASSERT(sync(*replica, all.relay, random()).in_sync);
                   }
                 }
                 for (auto& replica : all.replicas) {
                   RC_ASSERT(replica->heads() == all.relay.state.shelf.heads());
                   RC_ASSERT(replica->cursor.arrival == all.relay.end());
                   RC_ASSERT(sync(*replica, all.relay, random()).round_trips == 1u);
                 }
               })

KAREZ_PROPERTY("Sync: no bytes of a peer do more than end a session", [](std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Fellows all(2);
  FakeReplica& replica = *all.replicas[1];
  replica.write(4);
  RC_ASSERT(sync(*all.replicas[0], all.relay).in_sync);
  std::vector<Frame> to_relay, to_replica;
  Link link(replica, all.relay, all.clock, {true, {}, {}, random()});
  link.on_frame = [&](Frame& frame, Link::Way way) {
    (way == Link::Way::to_relay ? to_relay : to_replica).push_back(frame);
    return true;
  };
  run(all.relay, link, random());
  for (int i = 0; i < 20 && link.is_up(); ++i) {
    (void)link.replica_end.receive(noise(random, to_replica));
    while (const auto frame = link.replica_end.next_frame()) (void)link.relay_end->receive(*frame);
    (void)link.relay_end->receive(noise(random, to_relay));
    if (!all.relay.submitted.empty()) all.relay.commit();
    while (const auto frame = link.relay_end->next_frame()) (void)link.replica_end.receive(*frame);
  }
  link.hang_up();
  (void)sync(replica, all.relay);
  RC_ASSERT((sync(replica, all.relay).in_sync || replica.shared.has_value()));
})

}  // namespace karez
