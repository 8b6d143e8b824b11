// Wall time: an instant with the UTC offset under which a person read it, as ISO 8601 text and back, and the
// working day on which it falls. Values; no thread rule.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karez {

/// An instant (milliseconds since 1970-01-01T00:00Z) and the offset in minutes east of UTC under which it was
/// written.
struct WallTime {
  std::int64_t ms = 0;
  int offset_minutes = 0;
  auto operator<=>(const WallTime&) const = default;
};

/// A UTC offset, "+08:00" or "Z".
[[nodiscard]] std::optional<int> parse_offset(std::string_view text);
[[nodiscard]] std::string format_offset(int minutes);

/// ISO 8601: "2022-07-14T08:01:26+08:00", with optional fraction of up to 3 digits; seconds and offset may be
/// absent
/// ("2022-07-14 08:01" is read under `default_offset`). Anything else gives nothing.
[[nodiscard]] std::optional<WallTime> parse_wall_time(std::string_view text, int default_offset);

/// The same form back; milliseconds are printed only if they are not zero.
[[nodiscard]] std::string format_wall_time(const WallTime& time);

/// A calendar day, counted from 1970-01-01 = 0.
struct Day {
  std::int64_t number = 0;
  auto operator<=>(const Day&) const = default;
};

[[nodiscard]] std::optional<Day> parse_day(std::string_view text);  ///< "2022-07-14"
[[nodiscard]] std::string format_day(Day day);
/// The day on which an instant falls under an offset.
[[nodiscard]] Day day_of(std::int64_t ms, int offset_minutes);
/// The first millisecond of a day under an offset.
[[nodiscard]] std::int64_t start_of(Day day, int offset_minutes);

}  // namespace karez
