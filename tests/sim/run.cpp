#include "run.h"

#include "checks.h"

namespace karez::sim {

RunResult run_seed(std::uint64_t seed, std::uint64_t device_days,
                   const std::function<void(const Figures&)>& on_day, bool told, bool has_ways) {
  RunResult result;
  const Options options = draw(seed, device_days, has_ways);
  result.options = options.text();
  Fleet fleet(options);
  fleet.on_day = on_day;
  fleet.timeline().is_told = told;
  try {
    fleet.live();
    fleet.settle();
    check_end(fleet);
  } catch (const Violation& violation) {
    result.invariant = violation.invariant;
    result.what = violation.what();
  }
  result.figures = fleet.figures();
  result.figures.disk_faults = fleet.relay().disk().faults_given();
  for (const auto& laptop : fleet.laptops()) result.figures.disk_faults += laptop->disk().faults_given();
  result.trace_hash = fleet.timeline().trace_hash();
  result.events = fleet.timeline().events_done();
  return result;
}

}  // namespace karez::sim
