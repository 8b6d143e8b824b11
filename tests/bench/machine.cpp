#include "bench/machine.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "karez/base/result.h"

namespace karez::bench {
namespace {

/// The value behind the first line that begins with `name`, of a file of "name : value" lines.
std::string value_in(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.compare(0, name.size(), name) != 0 || colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

}  // namespace

double fdatasync_rate(const std::string& folder) {
  constexpr int kRounds = 400;
  const std::string path = folder + "/fdatasync";
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  ENSURE(file >= 0);
  const std::vector<char> page(4096, 'x');
  const Stopwatch watch;
  for (int i = 0; i < kRounds; ++i) {
    ENSURE(::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size()));
    ENSURE(::fdatasync(file) == 0);
  }
  const double seconds = watch.seconds();
  ::close(file);
  std::filesystem::remove(path);
  return kRounds / seconds;
}

Machine look_at_machine(const std::string& folder) {
  Machine machine;
  machine.processor = value_in("/proc/cpuinfo", "model name");
  machine.cores = std::thread::hardware_concurrency();
#if defined(__clang__)
  machine.compiler = "clang " __clang_version__;
#else
  machine.compiler = "g++ " __VERSION__;
#endif
  machine.fdatasync_per_s = fdatasync_rate(folder);
  return machine;
}

double cpu_seconds() {
  rusage usage{};
  ENSURE(::getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t folder_bytes(const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

void fresh_folder(const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
}

void copy_folder(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

std::uint64_t peak_memory() {
  const std::string text = value_in("/proc/self/status", "VmHWM");
  return text.empty() ? 0 : std::stoull(text) * 1024;
}

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::string run_self(const std::vector<std::string>& arguments) {
  int ends[2];
  ENSURE(::pipe2(ends, O_CLOEXEC) == 0);  // another child must not hold them open
  const pid_t child = ::fork();
  ENSURE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    std::vector<char*> words{const_cast<char*>("karez-bench")};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv("/proc/self/exe", words.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string output;
  char part[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;) {
    output.append(part, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  ENSURE(::waitpid(child, &status, 0) == child);
  ENSURE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return output;
}

double median(std::vector<double> values) {
  ENSURE(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace karez::bench
