#include "cli/measure_text.h"

#include <algorithm>

#include "cli/texts_figures.h"

namespace karez::cli {
namespace {

constexpr std::size_t kWanDigits = 4;  ///< 万: 10^4
constexpr std::size_t kYiDigits = 8;   ///< 亿: 10^8
constexpr std::size_t kFenDigits = 2;  ///< a yuan: 10^2 fen

/// A number's digits in the unit of 10^`shift`, with a point where some are left; zeros at its end go.
std::string in_units(std::string digits, std::size_t shift) {
  if (digits.size() <= shift) digits.insert(0, shift + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - shift);
  digits.resize(digits.size() - shift);
  fraction.resize(fraction.find_last_not_of('0') + 1);
  return fraction.empty() ? digits : digits + "." + fraction;
}

/// How many zeros a number of these digits ends in.
std::size_t zeros_of(const std::string& digits) { return digits.size() - 1 - digits.find_last_not_of('0'); }

/// Of ten thousand and more in 万, of a hundred million in 亿 where that takes at most two decimals.
std::string chinese(const std::string& digits, std::size_t unit_digits) {
  const std::size_t wan = kWanDigits + unit_digits, yi = kYiDigits + unit_digits;
  if (digits.size() > yi && zeros_of(digits) + 2 >= yi) return in_units(digits, yi) + "亿";
  if (digits.size() > wan) return in_units(digits, wan) + "万";
  return in_units(digits, unit_digits);
}

std::string english(const std::string& digits, std::size_t unit_digits) {
  std::string text = in_units(digits, unit_digits);
  std::size_t end = std::min(text.find('.'), text.size());
  while (end > 3) text.insert(end -= 3, ",");
  // Money has no or two decimals.
  const std::size_t point = text.find('.');
  if (unit_digits == kFenDigits && point != std::string::npos && point + 2 == text.size()) text += '0';
  return text;
}

const Text& mark_of(Precision precision) {
  switch (precision) {
    case Precision::over:
      return say::kMarkOver;
    case Precision::near:
      return say::kMarkNear;
    case Precision::about:
      return say::kMarkAbout;
    case Precision::plan:
      return say::kMarkPlan;
    case Precision::exact:
      break;
  }
  return say::kMarkExact;
}

std::string marked(Language language, Total total, Precision precision, std::size_t unit_digits) {
  std::string digits = to_text(total);
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  const std::string number =
      language == Language::zh ? chinese(digits, unit_digits) : english(digits, unit_digits);
  // Nothing is neither about nor more than nothing.
  const Precision shown = total == 0 ? Precision::exact : precision;
  return fill(mark_of(shown), language, {(negative ? "-" : "") + number});
}

}  // namespace

std::string number_phrase(Language language, Total total, Precision precision) {
  return marked(language, total, precision, 0);
}

std::string phrase(Language language, const Fen& value) {
  return fill(say::kInYuan, language, {marked(language, value.total(), value.precision(), kFenDigits)});
}

std::string phrase(Language language, const Persons& persons) {
  return fill(say::kInPersons, language, {number_phrase(language, persons.total(), persons.precision())});
}

std::string phrase(Language language, const PersonTimes& person_times) {
  return fill(say::kInPersonTimes, language,
              {number_phrase(language, person_times.total(), person_times.precision())});
}

std::string phrase(Language language, const Pieces& pieces, const std::string& unit) {
  const std::string number = number_phrase(language, pieces.total(), pieces.precision());
  if (unit.empty()) return fill(say::kInPieces, language, {number});
  return language == Language::zh ? number + unit : number + " " + unit;
}

std::string yuan_text(Total fen) {
  std::string digits = to_text(fen);
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  if (digits.size() <= kFenDigits) digits.insert(0, kFenDigits + 1 - digits.size(), '0');
  digits.insert(digits.size() - kFenDigits, ".");
  return (negative ? "-" : "") + digits;
}

std::string cell_text(Language language, const Fen& value) {
  if (value.precision() == Precision::exact) return yuan_text(value.total());
  return marked(language, value.total(), value.precision(), kFenDigits);
}

}  // namespace karez::cli
