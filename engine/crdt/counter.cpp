#include "karez/crdt/counter.h"

#include <algorithm>
#include <limits>

#include "karez/base/int128.h"
#include "karez/base/mutants.h"

namespace karez {

std::int64_t counter_value(std::span<const CounterDelta> deltas) {
  Int128 sum = 0;
  for (const CounterDelta& one : deltas) {
    if (one.counts) sum += one.delta;
    if (one.counts && is_mutant(Mutant::add_counter_twice)) sum += one.delta;
  }
  const Int128 low = std::numeric_limits<std::int64_t>::min();
  const Int128 high = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(sum, low, high));
}

}  // namespace karez
