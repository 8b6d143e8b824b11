// Measures as people write them. A table shows an exact number as it is; a sentence writes the way the papers
// do: 14.5万, 3万余, 约600, 近100, 预计2万; in English 145,000, more than 30,000, about 600, nearly 100,
// planned 20,000. Integer arithmetic only, and no digit is lost. Pure functions; any thread.
#pragma once

#include <string>

#include "cli/texts.h"
#include "karez/ledger/measure.h"

namespace karez::cli {

/// A number with its mark, without a unit: "14.5万", "more than 30,000".
[[nodiscard]] std::string number_phrase(Language language, Total total, Precision precision);
/// Money with its mark, in yuan: "30.4852万元", "123.45 yuan".
[[nodiscard]] std::string phrase(Language language, const Fen& value);
[[nodiscard]] std::string phrase(Language language, const Persons& persons);           ///< "约600人"
[[nodiscard]] std::string phrase(Language language, const PersonTimes& person_times);  ///< "3万余人次"
/// `unit`: what the item is counted in ("瓶"); empty: 件, items.
[[nodiscard]] std::string phrase(Language language, const Pieces& pieces, const std::string& unit = {});

/// Fen as yuan with two decimals: "304852.00".
[[nodiscard]] std::string yuan_text(Total fen);

/// In a table: the digits of what is exact, the phrase of what is not.
template <typename Kind>
[[nodiscard]] std::string cell_text(Language language, const Measure<Kind>& measure) {
  return measure.precision() == Precision::exact
             ? to_text(measure.total())
             : number_phrase(language, measure.total(), measure.precision());
}
[[nodiscard]] std::string cell_text(Language language, const Fen& value);

}  // namespace karez::cli
