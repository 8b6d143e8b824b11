// Clock and randomness as values that arrive from outside, so that a simulator can hold both in its hand.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace karez {

/// Where time comes from. Thread: `now_ms` may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z as this machine believes; may jump, may be negative.
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
};

/// Where random bytes come from. Thread: as the implementation says; the system one is safe everywhere.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// The machine's own wall clock and its cryptographic generator (libsodium).
[[nodiscard]] Clock& system_clock();
[[nodiscard]] Random& system_random();

}  // namespace karez
