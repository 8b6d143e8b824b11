// The day report as a document and as a page that a coordinator can read aloud. Pure functions.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"
#include "karez/ledger/day.h"

namespace karez::cli {

/// Totals by their names, as numbers.
template <typename Measured>
[[nodiscard]] Document totals_document(const std::map<std::string, Measured>& totals) {
  Document out = Document::object();
  for (const auto& [name, measure] : totals) out.set(name, Document::of_total(measure.total()));
  return out;
}

/// The report with its `digest` (karez/ledger/day_figures.h), which covers visits, person_times, items,
/// by_trade, by_site and by_laptop exactly as they stand in the document.
[[nodiscard]] Document day_document(const DayReport& report);

/// What codes are called in the lists that are here; a code without a name stands for itself.
struct DayNames {
  std::map<std::string, std::string> items, sites;
};
[[nodiscard]] std::string day_text(const Context& context, const DayReport& report,
                                   const DayNames& names = {});

}  // namespace karez::cli
