// Which floor may include what: the table of the layers as code. Pure functions of a path and a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karez::tidy {

/// The floor that a file belongs to ("base" ... "transport", "relay" for server/, "cli"); empty for any other
/// file.
[[nodiscard]] std::string floor_of(std::string_view path);

/// One sentence for each #include in `text` that the file at `path` may not have.
[[nodiscard]] std::vector<std::string> include_problems(std::string_view path, std::string_view text);

}  // namespace karez::tidy
