// The rows of the benchmark's table, in groups that share their preparation. Each gives figures; nothing
// prints.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/fleet.h"
#include "bench/report.h"

namespace karez::bench {

struct RunOptions {
  std::string disk;    ///< scratch folder on the disk that is measured
  std::string memory;  ///< scratch folder for what is prepared and not measured
  int repeats = 5;
  bool is_large = false;
  std::function<void(const std::string&)> say;  ///< progress, for people
};

/// Rows 1 to 3: one laptop records, beside plain SQLite.
[[nodiscard]] std::vector<Figure> local_rows(const RunOptions& options);

/// Everything that needs a recorded workload: rows 4, 6, 7, 9 (or 13 for L) and, with `has_wire`, 5, 8, 10
/// to 12.
struct MergeRun {
  const RunOptions& options;
  const Workload& workload;
  RecordedFleet& fleet;
  std::string merged;  ///< folder of a headquarters that holds the workload, closed; set by merge_rows
};
[[nodiscard]] std::vector<Figure> merge_rows(MergeRun& run);
[[nodiscard]] std::vector<Figure> large_merge_rows(MergeRun& run);
/// Row 12 at the merged headquarters at `root`.
[[nodiscard]] std::vector<Figure> open_rows(const std::string& root, int repeats);
[[nodiscard]] std::vector<Figure> wire_rows(const MergeRun& run);
/// Row 10 for a workload of whatever size.
[[nodiscard]] std::vector<Figure> idle_rows(const MergeRun& run, const std::string& size);

/// The part of rows 4, 7, 9 that runs in a process of its own: merges packs from a file into the headquarters
/// at `root` and prints what it took.
int merge_process(const std::string& root, const std::string& packs_file);
/// A process that records a visit every few milliseconds until `end_file` is there; prints how many, and the
/// longest wait in milliseconds.
int record_process(const std::string& root, const std::string& end_file);
/// Row 12 alone, for a profiler.
int open_process(const std::string& root, int repeats);

}  // namespace karez::bench
