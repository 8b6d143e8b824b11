// Formula injection: a spreadsheet that opens a CSV file runs a cell that begins like a formula. Both
// directions of our answer, so that a file that comes back says what the record said. Pure functions.
//
// Source: OWASP, "CSV Injection".
#pragma once

#include <string>
#include <string_view>

namespace karez {

/// `text` as it may stand in a CSV file: one that begins with = + - @, a tab, a line break, one of the four
/// signs in full width, or with apostrophes before any of these gets an apostrophe in front.
///
/// Law: unescape_formula(escape_formula(text)) == text for every text (tests/unit/exchange).
[[nodiscard]] std::string escape_formula(std::string_view text);

/// The text behind a cell of such a file. A text that escape_formula() never makes is given as it stands.
[[nodiscard]] std::string unescape_formula(std::string_view cell);

}  // namespace karez
