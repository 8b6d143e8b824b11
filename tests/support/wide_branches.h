// A laptop and its unnoticed copy whose logs do not fit together in packs: what both share and the first pack
// of the copy's own are more than a pack holds, and the laptop's pack runs across the place where they part.
#pragma once

#include "support/noise.h"
#include "support/replica_fleet.h"

namespace karez::testing {

/// Headquarters has both logs, "l1" wrote the first and "copy" the other; "l2" has neither.
struct WideBranches {
  /// `goes_on`: the copy's log is the longer one, in a second pack of its own. Otherwise it ends below the
  /// end of the laptop's pack.
  explicit WideBranches(bool goes_on) {
    fleet.join("l1");
    fleet.join("l2");
    write("l1", 10, 16'000);
    fleet.clone("l1", "copy");
    key = fleet["l1"].status()->author;
    split = fleet["l1"].sync_store().heads().at(key).seq;
    write("l1", 18, 10);
    write("copy", 14, 16'000);
    give("l1", 0);
    give("copy", split);
    if (goes_on) {
      const std::uint64_t held = fleet["copy"].sync_store().heads().at(key).seq;
      write("copy", 6, 10);  // few enough to stay a pack of their own
      give("copy", held);
    }
    fleet.deliver("l2", "hq", dice);
    ReplicaStore& hq = fleet.hq().sync_store();
    const Head head = fleet["copy"].sync_store().heads().at(key);
    name = hq.branch_with(key, head.seq, head.link).value();
    REQUIRE_FALSE(name == key);
    REQUIRE(hq.heads().at(name) == head);
  }
  void write(const std::string& who, int count, std::size_t bytes) {
    for (int i = 0; i < count; ++i) {
      NewRecord note{"event",
                     {{"type", Value::of(std::string("note"))},
                      {"time", Value(Value::Side(WallTime{kDayMs, 480}))},
                      {"note", Value::of(noise(dice, bytes))}}};
      const auto made = fleet[who].create(std::span(&note, 1));
      REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    }
  }
  /// Hands the pack above `after`, which must be all that there is, to headquarters.
  void give(const std::string& who, std::uint64_t after) {
    const auto pack = fleet[who].sync_store().next_pack(key, after);
    REQUIRE((pack.ok() && pack->has_value()));
    const auto stored = fleet.hq().sync_store().store({{0, (*pack)->bytes}}, false);
    REQUIRE(stored.ok());
    REQUIRE(stored->front().outcome == PackOutcome::stored);
    REQUIRE(stored->front().seq == fleet[who].sync_store().heads().at(key).seq);
  }
  /// Without the dumps in the failure: they are long.
  bool is_same(const std::string& one, const std::string& other) {
    return fleet.dump(one) == fleet.dump(other);
  }

  std::mt19937_64 dice{1};
  ReplicaFleet fleet;
  AuthorKey key;
  AuthorKey name;           ///< of the copy's log, as headquarters calls it
  std::uint64_t split = 0;  ///< the last change that both share
};

}  // namespace karez::testing
