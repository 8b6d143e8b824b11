// The three merge kinds as pure functions: the order in which operations are listed never changes what is
// shown.
#include <algorithm>
#include <random>

#include "karez/crdt/counter.h"
#include "karez/crdt/register.h"
#include "karez/crdt/set.h"
#include "support/property.h"

using namespace karez;

namespace {

Dot dot_of(unsigned author, std::uint64_t seq) {
  Dot dot;
  dot.author.bytes[0] = static_cast<std::uint8_t>(author);
  dot.seq = seq;
  return dot;
}

/// A random history: every write replaces some of the earlier ones, so the relation has no cycles, as in a
/// log.
std::vector<RegisterWrite> history(std::mt19937_64& dice) {
  std::vector<RegisterWrite> writes;
  const std::size_t count = 1 + dice() % 10;
  for (std::size_t i = 0; i < count; ++i) {
    RegisterWrite write;
    write.dot = dot_of(static_cast<unsigned>(dice() % 3), i + 1);
    write.time.ms = dice() % 4;  // ties happen
    write.value = Value::of(static_cast<std::int64_t>(dice() % 3));
    write.counts = dice() % 4 != 0;
    for (const RegisterWrite& earlier : writes) {
      if (dice() % 3 == 0) write.replaces.push_back(earlier.dot);
    }
    writes.push_back(std::move(write));
  }
  return writes;
}

std::vector<Dot> visible_dots(const std::vector<RegisterWrite>& writes) {
  std::vector<Dot> dots;
  for (std::size_t i : visible_writes(writes)) dots.push_back(writes[i].dot);
  return dots;
}

/// The definition, word for word and slowly: reachable by a path of replaces from a counted write.
bool is_hidden(const std::vector<RegisterWrite>& writes, const Dot& dot) {
  std::vector<Dot> frontier{dot};
  for (std::size_t step = 0; step < writes.size(); ++step) {
    for (const RegisterWrite& write : writes) {
      const bool replaces_one = std::any_of(
          write.replaces.begin(), write.replaces.end(),
          [&](const Dot& one) { return std::find(frontier.begin(), frontier.end(), one) != frontier.end(); });
      if (!replaces_one) continue;
      if (write.counts) return true;
      if (std::find(frontier.begin(), frontier.end(), write.dot) == frontier.end())
        frontier.push_back(write.dot);
    }
  }
  return false;
}

}  // namespace

KAREZ_PROPERTY("Register: what is visible does not depend on the order of the writes",
               [](std::uint64_t seed) {
                 std::mt19937_64 dice(seed);
                 std::vector<RegisterWrite> writes = history(dice);
                 const std::vector<Dot> expected = visible_dots(writes);
                 std::shuffle(writes.begin(), writes.end(), dice);
                 RC_ASSERT(visible_dots(writes) == expected);
               });

KAREZ_PROPERTY("Register: visible are the counted writes that no counted write reaches",
               [](std::uint64_t seed) {
                 std::mt19937_64 dice(seed);
                 const std::vector<RegisterWrite> writes = history(dice);
                 const std::vector<Dot> visible = visible_dots(writes);
                 for (const RegisterWrite& write : writes) {
                   const bool is_visible =
                       std::find(visible.begin(), visible.end(), write.dot) != visible.end();
                   RC_ASSERT(is_visible == (write.counts && !is_hidden(writes, write.dot)));
                 }
               });

KAREZ_PROPERTY("Register: a write that names all visible ones stands alone", [](std::uint64_t seed) {
  std::mt19937_64 dice(seed);
  std::vector<RegisterWrite> writes = history(dice);
  RegisterWrite last;
  last.dot = dot_of(200, 1);
  last.replaces = visible_dots(writes);
  writes.push_back(last);
  RC_ASSERT(visible_dots(writes) == std::vector<Dot>{last.dot});
});

KAREZ_PROPERTY("Counter: any order gives one sum, and uncounted deltas add nothing",
               [](std::vector<std::int64_t> deltas, std::uint64_t seed) {
                 std::mt19937_64 dice(seed);
                 std::vector<CounterDelta> all;
                 __extension__ __int128 sum = 0;
                 for (std::int64_t delta : deltas) {
                   all.push_back({delta % 1000, dice() % 3 != 0});
                   if (all.back().counts) sum += all.back().delta;
                 }
                 std::shuffle(all.begin(), all.end(), dice);
                 RC_ASSERT(counter_value(all) == static_cast<std::int64_t>(sum));
               });

TEST_CASE("Counter: a sum beyond 64 bits is shown clamped and never wraps") {
  const std::int64_t most = INT64_MAX;
  const std::vector<CounterDelta> up{{most, true}, {most, true}};
  CHECK(counter_value(up) == most);
  const std::vector<CounterDelta> back{{most, true}, {most, true}, {-most, true}, {-most, true}, {5, true}};
  CHECK(counter_value(back) == 5);
}

KAREZ_PROPERTY(
    "Set: order and repetition change nothing, and an addition that no removal saw wins",
    [](std::uint64_t seed) {
      std::mt19937_64 dice(seed);
      std::vector<SetAddition> additions;
      std::vector<SetRemoval> removals;
      for (std::uint64_t i = 1; i <= 1 + dice() % 10; ++i) {
        const Value value = Value::of("v" + std::to_string(dice() % 3));
        if (dice() % 3 != 0 || additions.empty()) {
          additions.push_back({dot_of(static_cast<unsigned>(dice() % 3), i), value, dice() % 5 != 0});
          continue;
        }
        SetRemoval removal{value, {}, dice() % 5 != 0};
        for (const SetAddition& seen : additions) {
          if (seen.value == value && dice() % 2 == 0) removal.seen.push_back(seen.dot);
        }
        removals.push_back(std::move(removal));
      }
      const auto values = [&] {
        std::vector<Value> out;
        for (const SetElement& element : set_elements(additions, removals)) out.push_back(element.value);
        return out;
      };
      const std::vector<Value> expected = values();
      for (const SetAddition& addition : additions) {
        const bool is_removed = std::any_of(removals.begin(), removals.end(), [&](const SetRemoval& r) {
          return r.counts && r.value == addition.value &&
                 std::count(r.seen.begin(), r.seen.end(), addition.dot) > 0;
        });
        if (addition.counts && !is_removed)
          RC_ASSERT(std::count(expected.begin(), expected.end(), addition.value) == 1);
      }
      const std::vector<SetAddition> twice = additions;
      additions.insert(additions.end(), twice.begin(), twice.end());
      std::shuffle(additions.begin(), additions.end(), dice);
      std::shuffle(removals.begin(), removals.end(), dice);
      RC_ASSERT(values() == expected);
    });
