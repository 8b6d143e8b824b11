// Numbers of a workbook as texts: what a number format makes of them, days counted in either system. Pure
// functions. Source: ISO/IEC 29500-1, 18.8.30 (number formats) and 18.17.4 (dates).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karez {

enum class NumberKind { plain, date, datetime, clock };

/// What a built-in format shows, by its number.
[[nodiscard]] NumberKind number_kind(std::uint64_t built_in);
/// What a format code shows: "yyyy\"年\"m\"月\"d\"日\"" is a date, "0.00" is plain.
[[nodiscard]] NumberKind number_kind(std::string_view code);

/// Days since the beginning of a system as "2022-07-14", "2022-07-14T08:30:00" or "08:30:00": what the number
/// holds, whatever the format would hide of it. Nothing if there is no such day (29 February 1900, a
/// negative number).
[[nodiscard]] std::optional<std::string> serial_text(double serial, NumberKind kind, bool is_1904);

/// The shortest text of a number, whole ones without a point. Nothing if it is none, or if it is a whole one
/// of more than 15 digits: a spreadsheet keeps no more, the rest is lost.
[[nodiscard]] std::optional<std::string> number_text(double number);

}  // namespace karez
