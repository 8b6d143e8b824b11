// Services: what every connection needs of its relay, passed as one reference. Lifetime: longer than any
// connection. Thread: the I/O thread.
#pragma once

#include "connections.h"
#include "event_log.h"
#include "host.h"
#include "metrics.h"

namespace karez::relay {

struct Services {
  Host& host;
  Connections& connections;
  Metrics& metrics;
  EventLog& log;
  const Clock& clock;
  Random& random;
  RelayLimits limits;
  std::string folder;           ///< for the sizes in /metrics
  std::int64_t started_ms = 0;  ///< wall clock
  bool stopping = false;
};

}  // namespace karez::relay
