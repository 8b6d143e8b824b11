// What is behind a number: the records that a figure of a report is the sum of. A pure reading of the tables.
#pragma once

#include <string>
#include <vector>

#include "karez/ledger/campaign.h"
#include "karez/storage/authors.h"

namespace karez {

/// A record's part in a figure.
struct FigurePart {
  RecordKey record = 0;
  bool is_visit = false;  ///< else a handout
  Day day;
  Total amount = 0;
  Precision precision = Precision::exact;
};

struct FigureParts {
  std::string measure;  ///< visits, lines, person_times, persons, items, value, records
  Total total = 0;      ///< of all parts: the figure
  Precision precision = Precision::exact;
  std::vector<FigurePart> parts;  ///< in the order of the tables
};

/// `figure` is named by its path in the report's document (schema/figures.md): "items.W550",
/// "by_site.S001.person_times", "by_laptop.laptop-01.lines", "by_day.2022-07-14.visits", "targets.P1",
/// "voided"; and "by_laptop.laptop-01" for all that laptop's records. Where a code has points of its own, the
/// reading that has records is taken.
///
/// Errors: usage (no report has such a figure).
[[nodiscard]] Result<FigureParts> explain_figure(const DaySource& source, const ReportScope& scope,
                                                 const std::string& figure);

}  // namespace karez
