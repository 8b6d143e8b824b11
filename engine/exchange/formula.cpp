#include "karez/exchange/formula.h"

#include <algorithm>
#include <array>

namespace karez {
namespace {

bool begins_like_formula(std::string_view text) {
  constexpr std::array<std::string_view, 11> kBeginnings{"=",  "+",  "-",  "@",  "\t", "\r",
                                                         "\n", "＝", "＋", "－", "＠"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view one) { return text.starts_with(one); });
}

std::string_view behind_apostrophes(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  return text;
}

}  // namespace

std::string escape_formula(std::string_view text) {
  // Whoever wrote the apostrophe himself gets one more: else the way back would take his away.
  return begins_like_formula(behind_apostrophes(text)) ? "'" + std::string(text) : std::string(text);
}

std::string unescape_formula(std::string_view cell) {
  const bool is_escaped = cell.starts_with('\'') && begins_like_formula(behind_apostrophes(cell));
  return std::string(is_escaped ? cell.substr(1) : cell);
}

}  // namespace karez
