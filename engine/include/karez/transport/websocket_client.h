// The WebSocket client: carries a ReplicaSession to a relay over ws://. It knows sockets and deadlines and
// nothing of the protocol; everything runs on the caller's thread. There is no TLS in this version: a `wss`
// address is refused, and the place for a channel binding is login_message().
//
// Deadlines are measured by the kernel's monotonic clock, read past the C library: a laptop whose clock
// stands still or is thirty years off still gives up in time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "karez/sync/replica_session.h"

namespace karez {

struct SyncOptions {
  std::string url;    ///< ws://host:port[/path]; path "/sync", port 8470 if absent
  bool live = false;  ///< stay until should_stop(); reconnect when the relay is lost

  // Deadlines in milliseconds. Not live, the relay counts as lost after `hello_ms` without its first message,
  // or `answer_ms` without any sign of life; a slow line that still moves bytes is alive. A relay that
  // answers pings and for `stall_ms` nothing else is given up too: a message may have been damaged on its
  // way.
  std::int64_t connect_ms = 5'000;
  std::int64_t hello_ms = 9'000;
  std::int64_t answer_ms = 8'000;
  std::int64_t stall_ms = 30'000;
  std::int64_t busy_ms = 9'000;           ///< not live: how long to come back to a relay that says it is busy
  std::int64_t ping_ms = 25'000;          ///< live: proxies drop idle sockets at 60 s
  std::int64_t idle_ms = 50'000;          ///< live: nothing heard
  std::int64_t backoff_min_ms = 1'000;    ///< live: full jitter from here...
  std::int64_t backoff_max_ms = 300'000;  ///< ...doubling up to here
  std::int64_t poll_ms = 250;             ///< how often should_stop and has_local_change are asked

  /// After every message that came in. The report is the current session's.
  std::function<void(const SyncReport&)> progress;
  std::function<bool()> should_stop;
  /// Live: true if something was written locally since the last question.
  std::function<bool()> has_local_change;
  /// Live: the relay is lost, and will be tried again after so many milliseconds.
  std::function<void(const Error& why, std::int64_t retry_ms)> waiting;
};

/// Syncs once, or stays in sync until stopped. The counts of the report are sums over all sessions of this
/// call.
///
/// Errors: unreachable (also for a relay that stays busy), usage (the address), and whatever ends a session:
/// refused,
///         wrong_workspace, stranger, malformed, ... A partial sync is not an error: see SyncReport::in_sync.
/// Thread: calls `store` and the callbacks on the calling thread only.
/// Persists: what the store kept stays kept, whatever the result says.
[[nodiscard]] Result<SyncReport> run_sync(ReplicaStore& store, const Clock& clock, Random& random,
                                          const SyncOptions& options);

/// The parts of a relay's address.
struct RelayUrl {
  std::string host;
  std::uint16_t port = 8470;
  std::string path = "/sync";
};
/// Errors: usage, saying what an address looks like.
[[nodiscard]] Result<RelayUrl> parse_relay_url(const std::string& url);

}  // namespace karez
