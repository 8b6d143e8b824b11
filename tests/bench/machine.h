// What a figure depends on besides the code: the machine's processor, its disk, the clock and memory of a
// process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace karez::bench {

struct Machine {
  std::string processor, compiler;
  unsigned cores = 0;
  /// One 4 KiB append and fdatasync after the other, on the disk that is measured: before and after the rows.
  double fdatasync_per_s = 0, fdatasync_per_s_after = 0;
};
[[nodiscard]] Machine look_at_machine(const std::string& folder);
[[nodiscard]] double fdatasync_rate(const std::string& folder);

/// User and system time of this process, in seconds.
[[nodiscard]] double cpu_seconds();

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Bytes of all files in a folder and below.
[[nodiscard]] std::uint64_t folder_bytes(const std::string& folder);
/// Empties and makes a folder.
void fresh_folder(const std::string& folder);
void copy_folder(const std::string& from, const std::string& to);

/// Peak resident memory of this process since the last reset, in bytes; 0 where the kernel does not say.
[[nodiscard]] std::uint64_t peak_memory();
void reset_peak_memory();

/// Runs this program again with other arguments and gives what it prints; stops the process if it fails.
[[nodiscard]] std::string run_self(const std::vector<std::string>& arguments);

[[nodiscard]] double median(std::vector<double> values);

}  // namespace karez::bench
