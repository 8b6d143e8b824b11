// Text: strict UTF-8 and the width of text on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace karez {

/// True for well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF). U+0000 is allowed here.
/// Source: Unicode 15, table 3-7.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Columns that `text` takes on a terminal: wide East Asian characters and emoji take 2, combining marks 0.
/// Bytes that are not UTF-8 count 1 each.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` padded with spaces to `columns` (never cut).
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns);

}  // namespace karez
