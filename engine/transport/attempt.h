// One connection to a relay, from name to close, around one ReplicaSession. Behind this header, so that Beast
// is compiled in one place. The caller's thread.
#pragma once

#include "karez/transport/websocket_client.h"

namespace karez::transport {

struct Outcome {
  SyncReport report;
  Status status;                    ///< why it ended, if not as it should
  bool stopped = false;             ///< should_stop() said so
  std::int64_t retry_after_ms = 0;  ///< the relay's wish
};

/// Connects and runs the session to its end. Blocks.
[[nodiscard]] Outcome run_attempt(ReplicaStore& store, const Clock& clock, Random& random,
                                  const SyncOptions& options, const RelayUrl& url);

}  // namespace karez::transport
