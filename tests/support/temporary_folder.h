// A folder that vanishes at the end of scope, in memory where the machine has such a place: these tests check logic, not
// disks.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "karez/base/result.h"

namespace karez::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool has_memory = ::access(memory.c_str(), R_OK | W_OK | X_OK) == 0;
    path_ = ((has_memory ? memory : std::filesystem::temp_directory_path()) / "karez-test-XXXXXX").string();
    ENSURE(::mkdtemp(path_.data()) != nullptr);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace karez::testing
