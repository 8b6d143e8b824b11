// Double entries: records of a day that look like one thing written down twice. Suggested to people, never
// merged by themselves: a coordinator's verdict decides. One thread; reads the tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "karez/ledger/day.h"
#include "karez/storage/tables.h"

namespace karez {

struct DoubleEntry {
  std::vector<RecordId> ids;         ///< ascending; all of one collection
  std::vector<std::string> reasons;  ///< "same_amount" (and trade), "same_person"; ascending
  std::string collection, site;
  std::int64_t minute_ms = 0;  ///< the minute in which all of them lie begins here
};

struct DoubleEntries {
  std::vector<DoubleEntry> shown;  ///< by (minute, site, first id)
  std::uint64_t count = 0;         ///< of all of them
};

/// Records of the day in totals of one site and minute that have the same trade, item and amount, or the same
/// person, in one pass. Rows that one laptop imported from a file are rows of a file and no double entries;
/// pairs of which a verdict says that both are real are left out.
///
/// `most`: how many are shown. Memory: some 32 bytes a record of the day.
[[nodiscard]] Result<DoubleEntries> double_entries(const DaySource& source, Tables& tables, Day day,
                                                   std::size_t most);

}  // namespace karez
