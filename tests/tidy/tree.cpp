#include "tidy/tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace karez::tidy {
namespace {

namespace fs = std::filesystem;

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_left_out(std::string_view path) {
  return path.starts_with("tests/fixtures") || path.starts_with("tests/fuzz/corpus") ||
         path.find("__pycache__") != std::string_view::npos || path.ends_with("~") || path.ends_with(".swp");
}

}  // namespace

std::vector<SourceFile> tree() {
  const fs::path top = KAREZ_SOURCE_DIR;
  std::vector<SourceFile> files;
  const auto add = [&](const fs::path& path) {
    const std::string name = path.lexically_relative(top).generic_string();
    if (!is_left_out(name)) files.push_back({name, file_text(path)});
  };
  for (const auto& entry : fs::directory_iterator(top)) {
    if (entry.is_regular_file()) add(entry.path());
  }
  for (const char* folder : {"engine", "cli", "server", "schema", "tests", ".ci"}) {
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      if (entry.is_regular_file()) add(entry.path());
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

bool is_cpp(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".h"); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace karez::tidy
