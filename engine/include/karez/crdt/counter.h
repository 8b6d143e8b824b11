// The counter: a sum of signed deltas, each named by its dot, so that a repeated delivery adds nothing (the
// log holds each change once).
//
// Source: Shapiro et al. 2011, section 3.1 (op-based counter). Pure values; any thread.
#pragma once

#include <cstdint>
#include <span>

namespace karez {

struct CounterDelta {
  std::int64_t delta = 0;
  bool counts = true;
};

/// The sum of the counted deltas, in 128 bits, shown clamped to 64.
[[nodiscard]] std::int64_t counter_value(std::span<const CounterDelta> deltas);

}  // namespace karez
