// Metrics: what a person running a relay watches, as Prometheus text. Counts and sizes only: no names, no
// addresses. Thread: the I/O thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "karez/base/error.h"

namespace karez::relay {

/// Upper bounds in milliseconds of the commit histogram: a good SSD commits in 1-5 ms, an old disk in 20-100.
inline constexpr std::array<double, 10> kCommitBoundsMs{1, 2, 5, 10, 20, 50, 100, 250, 1000, 5000};

struct Metrics {
  // Counters.
  std::uint64_t connections = 0;
  std::uint64_t connections_refused = 0;  ///< over a limit
  std::uint64_t logins = 0;
  std::uint64_t sessions_replaced = 0;  ///< the same author logged in again
  std::uint64_t slow_readers_closed = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t packs_stored = 0;
  std::uint64_t packs_repeated = 0;
  std::uint64_t changes_stored = 0;
  std::uint64_t bytes_stored = 0;              ///< of packs
  std::map<ErrorCode, std::uint64_t> refused;  ///< packs, by reason
  std::uint64_t packs_delayed = 0;             ///< over an author's rate
  std::uint64_t commits = 0;
  std::uint64_t commits_failed = 0;
  std::array<std::uint64_t, kCommitBoundsMs.size() + 1>
      commit_ms{};  ///< not cumulative; the last is beyond all bounds
  std::int64_t commit_us_sum = 0;
  std::int64_t check_us_sum = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t packs_sent = 0;  ///< fan-out
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;

  void count_commit(std::int64_t commit_us);
};

/// What is measured at the moment of asking.
struct Gauges {
  std::uint64_t connections = 0;
  std::uint64_t sessions = 0;  ///< logged in
  std::uint64_t authors = 0;
  std::uint64_t arrivals_end = 0;
  std::uint64_t changes_held = 0;
  std::uint64_t queue_packs = 0;
  std::uint64_t queue_bytes = 0;
  std::uint64_t delayed_packs = 0;
  std::uint64_t cache_bytes = 0;
  std::uint64_t store_bytes = 0;
  std::uint64_t free_disk_bytes = 0;
  std::int64_t oldest_announcement_ms = 0;  ///< age; 0 if there is none
  std::int64_t started_ms = 0;
  bool is_writable = true;
};

[[nodiscard]] std::string prometheus_text(const Metrics& metrics, const Gauges& gauges);

}  // namespace karez::relay
