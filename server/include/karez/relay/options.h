// What a relay is told when it starts: where to listen, where to store, and every limit with its reason.
// Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "karez/model/value.h"

namespace karez {

/// Every limit of a relay. All are options of `karez-relay`; the defaults suit one small machine.
struct RelayLimits {
  std::size_t sessions = 2000;                        ///< connections of any kind at one time
  std::size_t sessions_per_address_before_login = 8;  ///< a camp shares one address: only strangers count
  std::size_t outbound_bytes = 1024 * 1024;           ///< control frames that may wait for one slow reader
  std::size_t inbound_bytes = 64 * 1024 * 1024;       ///< packs that wait for the store, over all sessions
  std::size_t cache_bytes = 64 * 1024 * 1024;         ///< packs kept in memory for fan-out
  std::int64_t request_ms = 15'000;                   ///< from accept to the end of the HTTP header
  std::int64_t handshake_ms = 10'000;                 ///< from upgrade to login
  std::int64_t ping_ms = 25'000;                      ///< proxies drop idle sockets at 60 s
  std::int64_t idle_ms = 50'000;                      ///< nothing heard, or nothing could be written
  std::int64_t stop_ms = 3'500;                       ///< graceful part of a stop
  // Per author, as a delay of its packs (never a refusal). The burst lets a week of offline work pass at
  // once. Coordinators that nobody revoked are exempt: they re-supply a relay that lost its disk.
  std::int64_t changes_per_second = 20;
  std::int64_t changes_burst = 100'000;
  std::int64_t bytes_per_day = 50'000'000;
  std::int64_t bytes_burst = 50'000'000;
};

struct RelayOptions {
  std::string address = "127.0.0.1";     ///< numeric, IPv4 or IPv6
  std::uint16_t port = 8470;             ///< 0: any free port, see Relay::port()
  std::string data_dir;                  ///< made if it is missing
  std::optional<WorkspaceId> workspace;  ///< nothing: the first whose valid enrolment arrives
  bool new_incarnation = false;          ///< after a restore from a backup: earlier receipts no longer count
  RelayLimits limits;
  /// Takes one JSON object per call, without line end. Thread: called from the relay's threads, one at a
  /// time. Empty: nothing is logged.
  std::function<void(std::string_view)> log;
};

}  // namespace karez
