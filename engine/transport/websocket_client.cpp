#include "karez/transport/websocket_client.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "attempt.h"
#include "kernel_clock.h"

namespace karez {
namespace {

using transport::kernel_ms;
using transport::Outcome;

std::int64_t random_below(Random& random, std::int64_t bound) {
  FixedBytes<8> bytes{};
  random.fill(bytes);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return bound <= 0 ? 0 : static_cast<std::int64_t>(value % static_cast<std::uint64_t>(bound));
}

/// Full-jitter exponential back-off. Source: Brooker 2015, "Exponential Backoff And Jitter". Deviation: never
/// below a quarter second, and a relay's own wish is a lower bound with jitter on top.
class Backoff {
 public:
  Backoff(const SyncOptions& options, Random& random) : options_(options), random_(random) {}

  void reset() { ceiling_ms_ = 0; }
  std::int64_t next_ms(std::int64_t retry_after_ms) {
    ceiling_ms_ = std::clamp(ceiling_ms_ * 2, options_.backoff_min_ms, options_.backoff_max_ms);
    const std::int64_t jitter = std::max<std::int64_t>(options_.poll_ms, random_below(random_, ceiling_ms_));
    const std::int64_t wish = std::clamp<std::int64_t>(retry_after_ms, 0, options_.backoff_max_ms);
    return wish + std::min(jitter, options_.backoff_max_ms);
  }

 private:
  const SyncOptions& options_;
  Random& random_;
  std::int64_t ceiling_ms_ = 0;
};

bool must_stop(const SyncOptions& options) { return options.should_stop && options.should_stop(); }

/// False if it was told to stop while it waited.
bool wait(const SyncOptions& options, std::int64_t duration_ms) {
  const std::int64_t end = kernel_ms() + duration_ms;
  for (std::int64_t left = duration_ms; left > 0; left = end - kernel_ms()) {
    if (must_stop(options)) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(left, options.poll_ms)));
  }
  return !must_stop(options);
}

/// Errors that another try may heal; the others are told to the person at once.
bool may_pass(ErrorCode code) {
  switch (code) {
    case ErrorCode::unreachable:
    case ErrorCode::busy:
    case ErrorCode::malformed:
    case ErrorCode::protocol:
    case ErrorCode::too_large:
      return true;
    default:
      return false;
  }
}

/// The newest session's report, with the counts of those before it.
SyncReport joined(const SyncReport& before, SyncReport last) {
  last.sent_changes += before.sent_changes;
  last.received_changes += before.received_changes;
  last.bytes_sent += before.bytes_sent;
  last.bytes_received += before.bytes_received;
  last.round_trips += before.round_trips;
  return last;
}

Result<SyncReport> sync_once(ReplicaStore& store, const Clock& clock, Random& random,
                             const SyncOptions& options, const RelayUrl& url) {
  SyncReport sum;
  constexpr std::int64_t kFirstPauseMs = 200;
  const std::int64_t busy_end = kernel_ms() + options.busy_ms;
  for (std::int64_t pause = kFirstPauseMs;; pause *= 2) {
    const Outcome outcome = transport::run_attempt(store, clock, random, options, url);
    sum = joined(sum, outcome.report);
    if (outcome.status || outcome.stopped) return sum;
    Error error = outcome.status.error();
    if (error.code != ErrorCode::busy) return error;
    const std::int64_t wait_ms = std::max(outcome.retry_after_ms, pause / 2 + random_below(random, pause));
    if (kernel_ms() + wait_ms > busy_end) return Error{ErrorCode::unreachable, error.message};
    if (!wait(options, wait_ms)) return sum;
  }
}

Result<SyncReport> stay_in_sync(ReplicaStore& store, const Clock& clock, Random& random,
                                const SyncOptions& options, const RelayUrl& url) {
  SyncReport sum;
  Backoff backoff(options, random);
  while (!must_stop(options)) {
    const Outcome outcome = transport::run_attempt(store, clock, random, options, url);
    sum = joined(sum, outcome.report);
    if (outcome.stopped) break;
    if (outcome.report.in_sync) backoff.reset();
    const Error why = outcome.status ? Error{ErrorCode::unreachable, "the relay closed the connection"}
                                     : outcome.status.error();
    if (!may_pass(why.code)) return why;
    const std::int64_t retry_ms = backoff.next_ms(outcome.retry_after_ms);
    if (options.waiting) options.waiting(why, retry_ms);
    if (!wait(options, retry_ms)) break;
  }
  return sum;
}

}  // namespace

Result<SyncReport> run_sync(ReplicaStore& store, const Clock& clock, Random& random,
                            const SyncOptions& options) {
  KAREZ_ASSIGN(const RelayUrl url, parse_relay_url(options.url));
  return options.live ? stay_in_sync(store, clock, random, options, url)
                      : sync_once(store, clock, random, options, url);
}

}  // namespace karez
