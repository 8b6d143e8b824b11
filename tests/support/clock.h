// Clock and randomness in a test's hand: time stands still until it is moved, and a seed gives the same bytes
// in every run.
#pragma once

#include <atomic>
#include <random>

#include "karez/base/clock.h"

namespace karez::testing {

/// Thread: any may read and set it.
class HandClock final : public Clock {
 public:
  explicit HandClock(std::int64_t now_ms) : now_ms_(now_ms) {}
  [[nodiscard]] std::int64_t now_ms() const override { return now_ms_; }
  void set(std::int64_t now_ms) { now_ms_ = now_ms; }
  void advance(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::atomic<std::int64_t> now_ms_;
};

/// One thread. Not for keys of anything real.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace karez::testing
