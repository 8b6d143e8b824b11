// The files of the source tree as text, for the tests that read them. Reads the disk, changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karez::tidy {

struct SourceFile {
  std::string path;  ///< from the top of the tree, with '/'
  std::string text;
};

/// All our files under the top-level folders and beside them, sorted by path. Left out: field data and stored
/// bytes (tests/fixtures, tests/fuzz/corpus), and whatever a build made.
[[nodiscard]] std::vector<SourceFile> tree();

[[nodiscard]] bool is_cpp(std::string_view path);  ///< .cpp or .h
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace karez::tidy
