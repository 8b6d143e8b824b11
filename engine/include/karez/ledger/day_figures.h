// The figures of a day as bytes: what its digest covers and what a close keeps. Canonical: the compact JSON
// with sorted keys (UTF-8, nothing escaped that need not be) of visits, person_times, items, by_trade,
// by_site and by_laptop, and of persons, value_fen, by_trade_persons and precision where there are any, as
// `karez day --json` shows them. Pure functions; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "karez/ledger/day.h"

namespace karez {

/// The marks of figures that are not exact, by the figure's path in the report: "person_times", "items.W550",
/// "by_site.S001.W550" (schema/figures.md).
[[nodiscard]] std::map<std::string, Precision> marks_of(const DayReport& report);

/// What a site's figures are called beside its items: no item may have such a code there.
[[nodiscard]] bool is_site_figure(std::string_view name);

/// The canonical JSON of a report's figures.
[[nodiscard]] std::string figures_json(const DayReport& report);

/// BLAKE2b-256 of figures_json(), as hex.
[[nodiscard]] std::string day_digest(const DayReport& report);
[[nodiscard]] std::string digest_of_figures(std::string_view json);

/// The figures again, into a report of that day; what they do not say stays as it is in `report`. Laptops
/// have their name, and whether their log was complete. Errors: malformed (a peer wrote something else).
[[nodiscard]] Status read_figures(std::string_view json, DayReport& report);

}  // namespace karez
