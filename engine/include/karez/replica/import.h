// Import of CSV files: records of any collection, and field days (one row a handout line). A file
// brought in twice, grown by a line, or on two replicas counts each row once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/replica/row_source.h"
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
  std::string token;                 ///< names this import for undo_import(); empty if it made nothing
  std::vector<NewRecord> samples;    ///< with ImportOptions::samples: the first records that it makes
};

/// Hears of long work: visits or rows done, of how many. May be empty.
using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;

struct ImportOptions {
  std::string source;         ///< names the file (its base name, or --source) for the rows' source keys
  bool is_preview = false;    ///< everything is done but the saving
  std::size_t samples = 0;    ///< how many records the report shows
  std::string key_column;     ///< rows are known by this column's text instead of by all their cells
  std::string parent_column;  ///< holds the key_column text of the event that the row belongs to
  std::string id_column;      ///< holds a record's id where the row came out of an export: it is compared
  ImportProgress progress;
};

/// Columns visit,time,site,trade,person_times,item,qty,voucher,note; further catalog fields of event and move
/// are taken by their names. Rows with one visit number are one visit; its person_times and note stand on its
/// first row. Errors: refused if a column is missing (imports nothing), malformed.
///
/// Memory: the file's visits; import_records holds a few bytes a row.
[[nodiscard]] Result<ImportReport> import_handouts(Replica& replica, RowSource& rows,
                                                   const ImportOptions& options);
[[nodiscard]] Result<ImportReport> import_handouts(Replica& replica, std::string_view csv,
                                                   const std::string& source,
                                                   const ImportProgress& progress = {});

/// One row a record, columns by the catalog's names. A reference list has codes: one that is there already is
/// compared, equal rows are repeated, changed fields edited. Events and moves have none: a row is known again
/// by `source`, its cells and its place among equal rows (or by its key column), and never edited. The rows
/// are gone through twice: nothing is recorded of a source that breaks off.
///
/// Errors: usage (rows of this collection have neither), refused (a column is missing, not known, or stands
/// twice: nothing is imported), malformed.
[[nodiscard]] Result<ImportReport> import_records(Replica& replica, const std::string& collection,
                                                  RowSource& rows, const ImportOptions& options);
[[nodiscard]] Result<ImportReport> import_records(Replica& replica, const std::string& collection,
                                                  std::string_view csv, const std::string& source,
                                                  const ImportProgress& progress = {});

/// An import as it was noted with its records (collection `import`, one record a commit).
struct ImportState {
  std::string token, source, of;
  std::string who;  ///< the laptop that imported
  WallTime when;    ///< of its first commit
  std::uint64_t records = 0, voided = 0;
};
/// All imports whose notes are held here, the newest first.
[[nodiscard]] Result<std::vector<ImportState>> list_imports(Replica& replica);

struct UndoReport {
  std::string token;
  std::uint64_t records = 0;  ///< made by the import and held here
  std::uint64_t missing = 0;  ///< made by the import and not held here
  std::uint64_t voided = 0;   ///< by this undo
  std::uint64_t was_void = 0;
  struct Kept {
    RecordId id;
    std::string collection;
    std::string reason;
  };
  std::vector<Kept> kept;  ///< edited since, or voiding them is refused
};
/// Voids what an import made and nobody edited since; with `all` also what was edited. A visit stands or goes
/// with its handouts: if one of them was edited, or something else was recorded for it, all stay. Some
/// hundred records a commit: killed in the middle it goes on when called again.
///
/// Errors: not_found (no import begins with `token`), usage (several do), refused (not the role's right).
[[nodiscard]] Result<UndoReport> undo_import(Replica& replica, const std::string& token,
                                             const std::string& reason, bool all,
                                             const ImportProgress& progress = {});

}  // namespace karez
