// Dice: the one source of chance of a simulated run. Everything drawn follows from a 64-bit seed, by
// arithmetic of our own, so that a run is the same on every machine and with every standard library. One
// thread.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "karez/base/clock.h"

namespace karez::sim {

/// SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"): also a good mixer.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

class Dice final : public Random {
 public:
  explicit Dice(std::uint64_t seed) : state_(mixed(seed)) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    return mixed(state_);
  }
  /// 0 <= n < `end`; 0 if `end` is 0.
  std::uint64_t below(std::uint64_t end) { return end == 0 ? 0 : next() % end; }
  /// Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  bool chance(double p) { return unit() < p; }
  /// Both ends above 0; every order of magnitude is equally likely.
  double log_between(double low, double high) { return low * std::pow(high / low, unit()); }
  /// Irwin-Hall sum of twelve: near enough to a normal distribution, without a library's own.
  double normal(double sigma) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum * sigma;
  }
  double log_normal(double median, double sigma) { return median * std::exp(normal(sigma)); }
  template <typename T>
  T& one_of(std::vector<T>& all) {
    return all[static_cast<std::size_t>(below(all.size()))];
  }
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(below(all.size()))];
  }
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next() >> 32);
  }
  /// Dice of a part of the run: what one part draws moves nothing in another.
  Dice split(std::uint64_t name) { return Dice(next() ^ mixed(name)); }

 private:
  std::uint64_t state_;
};

}  // namespace karez::sim
