#include "karez/ledger/measure.h"

#include <array>
#include <limits>
#include <utility>

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::array<std::pair<std::string_view, Precision>, 5> kCodes{{{"exact", Precision::exact},
                                                                        {"over", Precision::over},
                                                                        {"about", Precision::about},
                                                                        {"near", Precision::near},
                                                                        {"plan", Precision::plan}}};

}  // namespace

std::string to_text(Total total) {
  if (total == 0) return "0";
  const bool negative = total < 0;
  std::string digits;
  // One digit at a time from the low end; the sign is taken off digit by digit, so the lowest value works
  // too.
  for (; total != 0; total /= 10) {
    const int digit = static_cast<int>(total % 10);
    digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  return (negative ? "-" : "") + digits;
}

std::optional<Total> parse_total(std::string_view text) {
  constexpr std::size_t kDigits = 38;  // one less than the greatest number has: none of them overflows
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > kDigits) return std::nullopt;
  Total total = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    total = total * 10 + (digit - '0');
  }
  return negative ? -total : total;
}

bool is_beyond_64_bits(Total total) {
  return total > std::numeric_limits<std::int64_t>::max() || total < std::numeric_limits<std::int64_t>::min();
}

Precision precision_of(std::string_view code) {
  if (code.empty() || is_mutant(Mutant::forget_mark)) return Precision::exact;
  for (const auto& [known, precision] : kCodes) {
    if (known == code) return precision;
  }
  return Precision::about;
}

std::string_view name_of(Precision precision) {
  for (const auto& [code, known] : kCodes) {
    if (known == precision) return code;
  }
  return "about";  // no other union exists
}

}  // namespace karez
