#include "karez/model/wall_time.h"

#include <cstdlib>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

struct CivilDay {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
};

constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
/// Source: Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms": years begin in March, eras have 400
/// years.
constexpr std::int64_t day_number(const CivilDay& civil) {
  const std::int64_t year = civil.year - (civil.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divided(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (civil.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

constexpr CivilDay civil_of(std::int64_t number) {
  const std::int64_t shifted = number + 719'468;
  const std::int64_t era = floor_divided(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

int days_in_month(std::int64_t year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Takes text from the front, piece by piece.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Exactly `count` digits as a number.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<Day> scan_day(Scanner& scanner) {
  const auto year = scanner.digits(4);
  if (!year || *year < 1 || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.digits(2);
  if (!month || *month < 1 || *month > 12 || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.digits(2);
  if (!day || *day < 1 || *day > days_in_month(*year, *month)) return std::nullopt;
  return Day{day_number({*year, *month, *day})};
}

/// "08:01", "08:01:26" or "08:01:26.5" as milliseconds of the day; digits below a millisecond are cut off.
std::optional<std::int64_t> scan_clock(Scanner& scanner) {
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 23 || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t ms = (*hour * 60 + *minute) * kMinuteMs;
  if (!scanner.take(':')) return ms;
  const auto second = scanner.digits(2);
  if (!second || *second > 59) return std::nullopt;
  ms += *second * 1000;
  if (!scanner.take('.')) return ms;
  if (!scanner.at_digit()) return std::nullopt;
  for (int unit = 100; scanner.at_digit(); unit /= 10) ms += *scanner.digits(1) * unit;
  return ms;
}

std::optional<int> scan_offset(Scanner& scanner) {
  if (scanner.take('Z')) return 0;
  const bool is_west = scanner.take('-');
  if (!is_west && !scanner.take('+')) return std::nullopt;
  const auto hours = scanner.digits(2);
  if (!hours) return std::nullopt;
  scanner.take(':');
  const auto minutes = scanner.digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const int total = *hours * 60 + *minutes;
  if (total > limits::kOffsetMinutes) return std::nullopt;
  return is_west ? -total : total;
}

std::string zero_padded(std::int64_t number, std::size_t digits) {
  std::string text = std::to_string(std::abs(number));
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return number < 0 ? "-" + text : text;
}

}  // namespace

std::optional<int> parse_offset(std::string_view text) {
  Scanner scanner(text);
  const auto offset = scan_offset(scanner);
  return scanner.at_end() ? offset : std::nullopt;
}

std::string format_offset(int minutes) {
  if (minutes == 0) return "Z";
  const int size = std::abs(minutes);
  return (minutes < 0 ? "-" : "+") + zero_padded(size / 60, 2) + ":" + zero_padded(size % 60, 2);
}

std::optional<WallTime> parse_wall_time(std::string_view text, int default_offset) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  if (!day || (!scanner.take('T') && !scanner.take(' '))) return std::nullopt;
  const auto clock = scan_clock(scanner);
  if (!clock) return std::nullopt;
  const auto offset = scanner.at_end() ? std::optional<int>(default_offset) : scan_offset(scanner);
  if (!offset || !scanner.at_end()) return std::nullopt;
  return WallTime{start_of(*day, *offset) + *clock, *offset};
}

std::string format_wall_time(const WallTime& time) {
  const Day day = day_of(time.ms, time.offset_minutes);
  const std::int64_t ms = time.ms - start_of(day, time.offset_minutes);
  std::string text = format_day(day) + "T" + zero_padded(ms / (60 * kMinuteMs), 2) + ":" +
                     zero_padded(ms / kMinuteMs % 60, 2) + ":" + zero_padded(ms / 1000 % 60, 2);
  if (ms % 1000 != 0) text += "." + zero_padded(ms % 1000, 3);
  return text + format_offset(time.offset_minutes);
}

std::optional<Day> parse_day(std::string_view text) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  return scanner.at_end() ? day : std::nullopt;
}

std::string format_day(Day day) {
  const CivilDay civil = civil_of(day.number);
  return zero_padded(civil.year, 4) + "-" + zero_padded(civil.month, 2) + "-" + zero_padded(civil.day, 2);
}

Day day_of(std::int64_t ms, int offset_minutes) {
  if (is_mutant(Mutant::ignore_time_zone)) offset_minutes = 0;
  return {floor_divided(ms + offset_minutes * kMinuteMs, kDayMs)};
}

std::int64_t start_of(Day day, int offset_minutes) {
  return day.number * kDayMs - offset_minutes * kMinuteMs;
}

}  // namespace karez
