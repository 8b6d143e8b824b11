// TokenBucket: a rate with a burst, for two resources at once (changes and bytes). What is over the rate
// waits; it is never refused. Source: the leaky bucket as a meter (Turner 1986), counted in whole tokens of
// 1/1000. A value.
#pragma once

#include <algorithm>
#include <cstdint>

#include "karez/relay/options.h"

namespace karez::relay {

class TokenBucket {
 public:
  TokenBucket(const RelayLimits& limits, std::int64_t now_ms)
      : changes_(limits.changes_burst * kScale), bytes_(limits.bytes_burst * kScale), last_ms_(now_ms) {}

  /// Takes the cost if both resources are above zero. A cost greater than what is left makes a debt, so that
  /// a pack larger than the burst still passes once.
  [[nodiscard]] bool take(const RelayLimits& limits, std::uint64_t changes, std::uint64_t bytes,
                          std::int64_t now_ms) {
    refill(limits, now_ms);
    if (changes_ <= 0 || bytes_ <= 0) return false;
    changes_ -= static_cast<std::int64_t>(changes) * kScale;
    bytes_ -= static_cast<std::int64_t>(bytes) * kScale;
    return true;
  }

 private:
  static constexpr std::int64_t kScale = 1000;
  static constexpr std::int64_t kDayMs = 86'400'000;

  void refill(const RelayLimits& limits, std::int64_t now_ms) {
    // A day refills everything worth having; bounding the interval keeps the products small.
    const std::int64_t passed = std::clamp<std::int64_t>(now_ms - last_ms_, 0, kDayMs);
    last_ms_ = now_ms;
    changes_ = std::min(changes_ + passed * limits.changes_per_second, limits.changes_burst * kScale);
    // Tokens of 1/1000 byte per ms: bytes_per_day * 1000 / 86,400,000. The remainder is carried, so that
    // short intervals do not round to nothing.
    const std::int64_t product = passed * limits.bytes_per_day + remainder_;
    bytes_ = std::min(bytes_ + product / (kDayMs / kScale), limits.bytes_burst * kScale);
    remainder_ = product % (kDayMs / kScale);
  }

  std::int64_t changes_;
  std::int64_t bytes_;
  std::int64_t remainder_ = 0;
  std::int64_t last_ms_;
};

}  // namespace karez::relay
