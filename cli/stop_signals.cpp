#include "cli/stop_signals.h"

#include <atomic>

namespace karez::cli {
namespace {

std::atomic<bool> is_stop_asked{false};

void ask_to_stop(int) { is_stop_asked = true; }

}  // namespace

StopSignals::StopSignals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

bool StopSignals::is_asked() { return is_stop_asked.load(); }

}  // namespace karez::cli
