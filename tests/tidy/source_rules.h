// Rules about the text of one file, as pure functions; each gives one sentence for each thing that is wrong.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tidy/tree.h"

namespace karez::tidy {

inline constexpr std::size_t kLineColumns = 120;

[[nodiscard]] std::vector<std::string> long_lines(const SourceFile& file);  ///< characters, not bytes
[[nodiscard]] std::vector<std::string> leftover_marks(
    const SourceFile& file);  ///< words that promise later work
[[nodiscard]] std::vector<std::string> machine_paths(const SourceFile& file);  ///< folders of one machine
[[nodiscard]] std::vector<std::string> bad_case_names(
    const SourceFile& file);  ///< a ';' in the name of a test

/// The .cpp files that no CMakeLists.txt beside or above them names.
[[nodiscard]] std::vector<std::string> unlisted_files(const std::vector<SourceFile>& files);

}  // namespace karez::tidy
