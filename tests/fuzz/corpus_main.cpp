// Runs a target over folders of files, without libFuzzer: `PROGRAM FOLDER...`. Names the file at which it
// stops. Fails also if a folder is empty, if no file of all was taken or none refused, and if one takes long.
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz.h"

namespace karez::fuzz {
namespace {

namespace fs = std::filesystem;

/// The slowest input, of those that build a database, takes 0.2 s under sanitizers; a hang is minutes.
constexpr std::chrono::seconds kLongest{20};

const char* current = "";

void say_where(int signal) {
  const auto say = [](const char* text) { (void)!::write(2, text, std::strlen(text)); };
  say("fuzz: stopped at ");
  say(current);
  say("\n");
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Bytes bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int run(const std::vector<std::string>& folders) {
  std::size_t taken = 0;
  std::size_t refused = 0;
  std::chrono::steady_clock::duration slowest{};
  for (const std::string& folder : folders) {
    const auto files = files_in(folder);
    if (files.empty()) {
      std::fprintf(stderr, "fuzz: nothing is in %s\n", folder.c_str());
      return 1;
    }
    for (const std::string& file : files) {
      current = file.c_str();
      const Bytes bytes = bytes_of(file);
      const auto started = std::chrono::steady_clock::now();
      ++(fuzz_one(bytes) == Verdict::taken ? taken : refused);
      const auto lasted = std::chrono::steady_clock::now() - started;
      slowest = std::max(slowest, lasted);
      if (lasted > kLongest) {
        std::fprintf(stderr, "fuzz: %s takes too long\n", file.c_str());
        return 1;
      }
    }
  }
  const auto slowest_ms = std::chrono::duration_cast<std::chrono::milliseconds>(slowest).count();
  std::printf("%zu taken, %zu refused, the slowest in %lld ms\n", taken, refused,
              static_cast<long long>(slowest_ms));
  if (taken > 0 && refused > 0) return 0;
  std::fprintf(stderr, "fuzz: a corpus holds both what is taken and what is refused\n");
  return 1;
}

}  // namespace
}  // namespace karez::fuzz

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    std::signal(signal, karez::fuzz::say_where);
  }
  if (argc > 1) return karez::fuzz::run({argv + 1, argv + argc});
  std::fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
  return 2;
}
