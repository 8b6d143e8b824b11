// Whole files in the folders of a test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz.h"

namespace karez::fuzz {

namespace fs = std::filesystem;

/// Empty if there is none.
inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  FUZZ_CHECK(static_cast<bool>(out.flush()));
}

}  // namespace karez::fuzz
