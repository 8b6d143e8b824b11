// Timeline: virtual time, what happens when, and the trace of it. Two events at one moment happen in the
// order in which they were planned. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <queue>
#include <stdexcept>
#include <string>
#include <vector>

#include "dice.h"
#include "karez/base/bytes.h"

namespace karez::sim {

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
inline constexpr std::int64_t kBeginMs = 1'657'756'800'000;  ///< 2022-07-14T00:00Z

/// An invariant does not hold. Thrown anywhere in a run; it ends the run.
struct Violation : std::runtime_error {
  Violation(std::string name, const std::string& what)
      : std::runtime_error(what), invariant(std::move(name)) {}
  std::string invariant;  ///< "I1" to "I14", "G8", or "engine"
};

class Timeline {
 public:
  [[nodiscard]] std::int64_t now_ms() const { return now_; }

  void at(std::int64_t ms, std::function<void()> what) {
    events_.push({std::max(ms, now_), ++count_, std::move(what)});
  }
  void after(std::int64_t ms, std::function<void()> what) { at(now_ + ms, std::move(what)); }
  /// Runs everything up to `end_ms`.
  void run_to(std::int64_t end_ms) {
    while (!events_.empty() && events_.top().at <= end_ms) (void)step();
    now_ = std::max(now_, end_ms);
  }
  [[nodiscard]] bool step() {
    if (events_.empty()) return false;
    Event event = std::move(const_cast<Event&>(events_.top()));
    events_.pop();
    now_ = event.at;
    ++done_;
    event.what();
    return true;
  }
  void forget_all() { events_ = {}; }

  /// Adds to the trace: what happened (a short word), to whom, and a figure.
  void trace(const char* what, std::uint64_t who, std::uint64_t figure) {
    if (is_told) {
      std::printf("%10.4f  %-14s %3llu %llu\n", static_cast<double>(now_ - kBeginMs) / kDayMs, what,
                  static_cast<unsigned long long>(who), static_cast<unsigned long long>(figure));
    }
    for (; *what != 0; ++what) hash_ = (hash_ ^ static_cast<std::uint8_t>(*what)) * 0x100000001B3u;
    hash_ = mixed(hash_ ^ static_cast<std::uint64_t>(now_) ^ mixed(who) ^ mixed(figure + 77));
  }
  void trace(ByteView bytes) {
    for (const std::uint8_t byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001B3u;
  }
  [[nodiscard]] std::uint64_t trace_hash() const { return hash_; }
  bool is_told = false;  ///< prints the trace as it grows
  [[nodiscard]] std::uint64_t events_done() const { return done_; }

 private:
  struct Event {
    std::int64_t at;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;  // the queue's top is the earliest
    }
  };
  std::priority_queue<Event> events_;
  std::int64_t now_ = kBeginMs;
  std::uint64_t count_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t hash_ = 0xCBF29CE484222325u;
};

}  // namespace karez::sim
