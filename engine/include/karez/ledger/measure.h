// Measures: how many persons, person-times, items or how much money, and how sure that is. Each is a type of
// its own, so that nobody adds persons to person-times, or bottles to yuan; a sum keeps the least sure mark
// of its parts. Values; no thread rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "karez/base/int128.h"

namespace karez {

/// Totals are summed in 128 bits and never wrap.
using Total = Int128;
[[nodiscard]] std::string to_text(Total total);
/// The same back; nothing for anything else, or beyond 128 bits.
[[nodiscard]] std::optional<Total> parse_total(std::string_view text);
/// Whether a reader with 64 bits would get it wrong.
[[nodiscard]] bool is_beyond_64_bits(Total total);

/// How sure a number is, as the field's papers mark theirs: 3万余 (over), 近100 (near), 约600 (about),
/// 预计2万 (plan). The values are sets of what a mark gives away, so that the mark of a sum is their union: a
/// sum of "over" and "near" is only "about", and nothing planned becomes a fact by being added to.
enum class Precision : std::uint8_t { exact = 0, over = 1, near = 2, about = 3, plan = 7 };

/// The mark of a sum. Laws: commutative, associative, idempotent; `exact` is neutral, `plan` absorbs
/// (tests/unit/ledger/measure_test.cpp).
[[nodiscard]] constexpr Precision joined(Precision a, Precision b) {
  return static_cast<Precision>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
/// Of the catalog's code; no code is exact, a code that this version does not know is `about`.
[[nodiscard]] Precision precision_of(std::string_view code);
[[nodiscard]] std::string_view name_of(Precision precision);  ///< the catalog's code

/// An amount of one kind with its mark. Measures of different kinds have no sum and no comparison.
template <typename Kind>
class Measure {
 public:
  constexpr Measure() = default;
  constexpr explicit Measure(Total total, Precision precision = Precision::exact)
      : total_(total), precision_(precision) {}

  [[nodiscard]] constexpr Total total() const { return total_; }
  [[nodiscard]] constexpr Precision precision() const { return precision_; }

  constexpr Measure& operator+=(const Measure& other) {
    total_ += other.total_;
    precision_ = joined(precision_, other.precision_);
    return *this;
  }
  friend constexpr Measure operator+(Measure a, const Measure& b) { return a += b; }
  friend constexpr bool operator==(const Measure& a, const Measure& b) = default;
  /// Compares the number alone.
  friend constexpr bool operator==(const Measure& a, Total b) { return a.total_ == b; }

 private:
  Total total_ = 0;
  Precision precision_ = Precision::exact;
};

using Persons = Measure<struct PersonsKind>;          ///< 人: heads
using PersonTimes = Measure<struct PersonTimesKind>;  ///< 人次: one head as often as it came
using Pieces = Measure<struct PiecesKind>;            ///< 件, 瓶, 份: of one item, in its base unit
using Fen = Measure<struct FenKind>;                  ///< money in 分, a hundredth of a yuan

template <typename Kind>
[[nodiscard]] std::string to_text(const Measure<Kind>& measure) {
  return to_text(measure.total());
}

}  // namespace karez
