// Ctrl-C and SIGTERM as a question instead of an end, for commands that go on until they are stopped. One at
// a time.
#pragma once

#include <csignal>

namespace karez::cli {

/// Until the end of scope SIGINT and SIGTERM ask to stop instead of stopping.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// Whether a signal came. Thread: any.
  [[nodiscard]] static bool is_asked();

 private:
  struct sigaction old_interrupt_ {
  }, old_terminate_{};
};

}  // namespace karez::cli
