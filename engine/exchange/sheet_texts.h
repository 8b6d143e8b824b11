// What the writers of sheets share. Private to exchange. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "karez/exchange/sheet.h"

namespace karez {

/// Whether a spreadsheet, whose numbers are doubles, holds the number exactly.
[[nodiscard]] bool is_exact_number(std::int64_t number);

/// Lifetime: of the argument.
[[nodiscard]] const std::string& heading_of(const Column& column, Headings headings);
[[nodiscard]] const std::string& title_of(const Sheet& sheet, Headings headings);

/// 12345 with 2 decimals is "123.45".
[[nodiscard]] std::string scaled_text(std::int64_t number, int decimals);

/// The text with U+FFFD for every byte that is no UTF-8.
[[nodiscard]] std::string without_bad_bytes(std::string_view text);

}  // namespace karez
