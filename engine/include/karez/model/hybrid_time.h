// Hybrid logical time: wall milliseconds and a counter, so that a replica's changes have a total order that
// never runs backwards, whatever its clock does.
//
// Source: Kulkarni et al. 2014, "Logical Physical Clocks". Deviations: 48-bit milliseconds and a 16-bit
// counter; an overflowing counter carries into the milliseconds; a received time more than
// limits::kClockAheadMs ahead of the own clock is not merged (the record is accepted all the same). The
// high-water mark is persisted by the log.
#pragma once

#include <compare>
#include <cstdint>

namespace karez {

struct HybridTime {
  std::uint64_t ms = 0;  ///< < 2^48
  std::uint16_t counter = 0;
  auto operator<=>(const HybridTime&) const = default;
};

/// The time of a new local change: later than `last`, and the clock's if the clock is ahead.
/// Errors: none; a clock before 1970 counts as 0, and at the end of 48 bits the last value repeats with its
/// counter saturated (order inside an author's log then rests on seq alone).
[[nodiscard]] HybridTime next_hybrid_time(HybridTime last, std::int64_t now_ms);

/// The high-water mark after receiving `seen`: the greater of both, unless `seen` is too far ahead of the own
/// clock.
[[nodiscard]] HybridTime merged_hybrid_time(HybridTime last, HybridTime seen, std::int64_t now_ms);

}  // namespace karez
