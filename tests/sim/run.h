// One run: a seed becomes figures, a trace, and perhaps a violation. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "figures.h"

namespace karez::sim {

struct RunResult {
  Figures figures;
  std::string options;
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  std::string invariant;  ///< empty: all held
  std::string what;
};

[[nodiscard]] RunResult run_seed(std::uint64_t seed, std::uint64_t device_days,
                                 const std::function<void(const Figures&)>& on_day = {}, bool told = false,
                                 bool has_ways = false);

}  // namespace karez::sim
