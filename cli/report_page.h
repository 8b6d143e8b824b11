// A report in sections as a document, as text, as a page to print, as a workbook: one writer of each for all
// reports. Pure functions but for write_report_workbook().
#pragma once

#include <string>

#include "cli/context.h"
#include "karez/ledger/report_table.h"

namespace karez::cli {

/// Keys: report, scope, facts, sections (key, about, columns, rows, sum), flags, adds_up, waiting, heads. A
/// row is an object by the columns' keys; what is not exact has its mark under `precision` there.
/// schema/figures.md, section 6.
[[nodiscard]] Document report_document(const Report& report);
/// What does not add up, as `flags` of the document.
[[nodiscard]] Document flags_document(const Report& report);

/// The same as lines that follow another page; empty if all adds up.
[[nodiscard]] std::string flags_text(const Context& context, const Report& report);

/// The page for a terminal: at most 60 rows of a table.
[[nodiscard]] std::string report_text(const Context& context, const Report& report);
/// A self-contained HTML page for A4 in black and white: nothing from outside, no script, every text escaped.
/// The paragraph to paste is Chinese, with an English one below it where the language is English.
[[nodiscard]] std::string report_html(const Catalog& catalog, const Report& report, Language language,
                                      const std::string& made_at);
/// A workbook with a sheet for each section. Errors: of write_xlsx().
[[nodiscard]] Status write_report_workbook(const Catalog& catalog, const Report& report, Language language,
                                           const std::string& path);

}  // namespace karez::cli
