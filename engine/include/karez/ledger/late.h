// What came after a close: records of a day, and words about them, by changes beyond the close's heads. One
// thread; reads the tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "karez/ledger/close_heads.h"
#include "karez/ledger/day.h"
#include "karez/storage/tables.h"

namespace karez {

struct LateChange {
  RecordId id;                   ///< the record; of a verdict the verdict
  std::string laptop;            ///< whose change it is
  std::string site;              ///< of the record, as it shows now
  std::optional<WallTime> time;  ///< when the record says it happened
  Dot dot;                       ///< the change
  std::string what;              ///< "visit", "event", "handout", "move", "edit", "void", "unvoid", "verdict"
};

/// Every record of the day that a change beyond `covered` made, and every edit, voiding and verdict beyond it
/// about a record that is of the day, or was before the edit. What stands outside totals by itself (not
/// admitted, a row imported again) is left out. Ascending by (time, record, change).
[[nodiscard]] Result<std::vector<LateChange>> late_changes(const DaySource& source, Tables& tables, Day day,
                                                           const CoveredLogs& covered);

}  // namespace karez
