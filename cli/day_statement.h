// A day as headquarters reads it, as a document and as a page: the report, its close, what came after it, and
// what is to be looked at. Pure functions.
#pragma once

#include <string>

#include "cli/day_report.h"
#include "karez/replica/closes.h"

namespace karez::cli {

/// day_document() with `closed`, `rivals`, `addendum`, `late` and `checks`.
[[nodiscard]] Document statement_document(const Context& context, const DayStatement& statement);
[[nodiscard]] Document close_document(const DayClose& close);
/// The list "duplicates".
[[nodiscard]] Document doubles_document(const std::vector<DoubleEntry>& doubles, int zone_minutes);
/// Figures that differ: day_document()'s keys, those of a map only where they are not zero.
[[nodiscard]] Document difference_document(const DayReport& difference);

/// What follows the report's page.
[[nodiscard]] std::string statement_text(const Context& context, const DayStatement& statement);
[[nodiscard]] std::string check_text(const Context& context, const Check& check);

}  // namespace karez::cli
