// Import of CSV files: records of any collection, and field days (one row a handout line). A file
// brought in twice, grown by a line, or on two replicas counts each row once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/replica/rules.h"

namespace karez {

/// RFC 4180 rows: BOM, either line end, quoted cells with commas, quotes and line breaks. Bytes must be
/// UTF-8.
struct CsvRow {
  std::uint64_t line = 0;    ///< line of the file where the row begins, from 1
  std::uint64_t number = 0;  ///< data row, from 1 (the header is not one)
  std::vector<std::string> cells;
};
struct CsvTable {
  std::vector<std::string> header;
  std::vector<CsvRow> rows;
  struct BadRow {
    std::uint64_t number;
    std::string reason;
  };
  std::vector<BadRow> bad_rows;  ///< wrong number of cells, bad UTF-8, U+0000
};
/// Errors: malformed (no header, an unclosed quote at the end of the file: says in which row it began).
[[nodiscard]] Result<CsvTable> parse_csv(std::string_view text);

struct ImportReport {
  std::uint64_t visits = 0;    ///< newly recorded
  std::uint64_t lines = 0;     ///< newly recorded handouts
  std::uint64_t records = 0;   ///< newly recorded reference records
  std::uint64_t updated = 0;   ///< reference records with a changed field
  std::uint64_t repeated = 0;  ///< rows that were there already
  struct Refused {
    std::uint64_t row;
    std::string reason;
  };
  std::vector<Refused> refused;
  std::vector<RuleBreach> breaches;  ///< of recorded rows: what they broke as far as this laptop knows
};

/// Hears of long work: visits or rows done, of how many. May be empty.
using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;

/// Columns visit,time,site,trade,person_times,item,qty,voucher,note; further catalog fields of event and move
/// are taken by their names. Rows with one visit number are one visit; its person_times and note stand on its
/// first row. `source` names the file (its base name, or --source) for the rows' source keys. Errors: refused
/// if a column is missing (imports nothing), malformed.
[[nodiscard]] Result<ImportReport> import_handouts(Replica& replica, std::string_view csv,
                                                   const std::string& source,
                                                   const ImportProgress& progress = {});

/// One row a record, columns by the catalog's names. A reference list has codes: one that is there already is
/// compared, equal rows are repeated, changed fields edited. Events and moves have none: a row is known again
/// by `source`, its cells and its place among equal rows, and never edited.
///
/// Errors: usage (rows of this collection have neither), refused (a column is missing, not known, or stands
/// twice: nothing is imported), malformed.
[[nodiscard]] Result<ImportReport> import_records(Replica& replica, const std::string& collection,
                                                  std::string_view csv, const std::string& source,
                                                  const ImportProgress& progress = {});

}  // namespace karez
