#include "karez/model/hybrid_time.h"

#include <algorithm>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::uint16_t kLastCounter = 0xFFFF;

/// The clock within 48 bits; a clock before 1970 counts as 0.
std::uint64_t usable_ms(std::int64_t now_ms) {
  return now_ms <= 0 ? 0 : std::min(static_cast<std::uint64_t>(now_ms), limits::kHybridMs);
}

}  // namespace

HybridTime next_hybrid_time(HybridTime last, std::int64_t now_ms) {
  const std::uint64_t now = usable_ms(now_ms);
  if (now > last.ms || is_mutant(Mutant::step_clock_back)) return {now, 0};
  if (last.counter < kLastCounter) return {last.ms, static_cast<std::uint16_t>(last.counter + 1)};
  if (last.ms < limits::kHybridMs) return {last.ms + 1, 0};
  return {limits::kHybridMs, kLastCounter};
}

HybridTime merged_hybrid_time(HybridTime last, HybridTime seen, std::int64_t now_ms) {
  const std::uint64_t latest = usable_ms(now_ms) + static_cast<std::uint64_t>(limits::kClockAheadMs);
  return seen.ms > latest && !is_mutant(Mutant::merge_future_clock) ? last : std::max(last, seen);
}

}  // namespace karez
