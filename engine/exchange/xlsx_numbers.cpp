#include "xlsx_numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "karez/model/wall_time.h"

namespace karez {
namespace {

constexpr double kSecondsADay = 86400;
constexpr double kSerialsEnd = 2958466;  // 9999-12-31 and the day after

std::string clock_text(std::int64_t seconds) {
  std::array<char, 24> text{};
  const auto part = [](std::int64_t n) { return static_cast<int>(n); };
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", part(seconds / 3600 % 24),
                part(seconds / 60 % 60), part(seconds % 60));
  return text.data();
}

}  // namespace

NumberKind number_kind(std::uint64_t built_in) {
  if (built_in == 22) return NumberKind::datetime;
  if ((built_in >= 14 && built_in <= 17) || (built_in >= 27 && built_in <= 31) || built_in == 36 ||
      (built_in >= 50 && built_in <= 54) || built_in == 57 || built_in == 58)
    return NumberKind::date;
  if ((built_in >= 18 && built_in <= 21) || (built_in >= 32 && built_in <= 35) ||
      (built_in >= 45 && built_in <= 47) || built_in == 55 || built_in == 56)
    return NumberKind::clock;
  return NumberKind::plain;
}

NumberKind number_kind(std::string_view code) {
  bool has_day = false, has_month = false, has_clock = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const std::size_t close = std::min(code.find(']', i), code.size());
      const std::string_view inside = code.substr(i + 1, close - i - 1);
      // [h] and [mm] count hours and minutes; [Red] and [$-804] are colours and languages.
      has_clock = has_clock || inside.find_first_not_of("hmsHMS") == std::string_view::npos;
      i = close;
    } else if (c == ';') {
      break;  // further sections say how negative numbers look
    } else if (code.substr(i).starts_with("General") || code.substr(i).starts_with("@")) {
      return NumberKind::plain;
    } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') {
      has_day = true;
    } else if (c == 'h' || c == 'H' || c == 's' || c == 'S') {
      has_clock = true;
    } else if (c == 'm' || c == 'M') {
      has_month = true;
    }
  }
  if (has_day) return has_clock ? NumberKind::datetime : NumberKind::date;
  if (has_clock) return NumberKind::clock;
  return has_month ? NumberKind::date : NumberKind::plain;
}

std::optional<std::string> serial_text(double serial, NumberKind kind, bool is_1904) {
  if (!(serial >= 0) || serial >= kSerialsEnd) return std::nullopt;
  auto seconds = static_cast<std::int64_t>(std::llround(serial * kSecondsADay));
  std::int64_t day = seconds / 86400;
  seconds %= 86400;
  if (kind == NumberKind::clock && day == 0) return clock_text(seconds);
  // The 1900 system counts a 29 February 1900 that never was: day 60.
  if (!is_1904 && (day == 0 || day == 60)) return std::nullopt;
  const auto epoch = is_1904 ? parse_day("1904-01-01") : parse_day("1899-12-31");
  if (!epoch) return std::nullopt;
  if (!is_1904 && day > 60) --day;
  const std::string date = format_day(Day{epoch->number + day});
  return kind == NumberKind::date && seconds == 0 ? date : date + "T" + clock_text(seconds);
}

std::optional<std::string> number_text(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  if (number == std::floor(number)) {
    if (std::abs(number) >= 1e15) return std::nullopt;
    return std::to_string(static_cast<std::int64_t>(number));
  }
  // Fifteen digits are what a spreadsheet shows and people mean: 0.1 + 0.2 is 0.3.
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.15g", number);
  double shown = 0;
  const std::string_view digits(text.data());
  std::from_chars(digits.data(), digits.data() + digits.size(), shown);
  std::array<char, 400> fixed{};
  const auto end = std::to_chars(fixed.data(), fixed.data() + fixed.size(), shown, std::chars_format::fixed);
  return end.ec == std::errc() ? std::optional(std::string(fixed.data(), end.ptr)) : std::nullopt;
}

}  // namespace karez
