// Records as files that people take away: XLSX and CSV for spreadsheets, JSON lines for programs, GeoJSON of
// sites for maps. Rows are streamed; a file appears whole or not at all. Thread: that of the Replica.
//
// Sealed fields and internal ones never leave by here, whoever asks: a kind of field that this file does not
// know is left out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "karez/exchange/sheet.h"
#include "karez/replica/replica.h"

namespace karez {

struct ExportRequest {
  /// Or "visit", "handout". Empty: whatever has a code or a source key, and records. Events bring the moves
  /// that are theirs along, on a sheet of their own with the event's id.
  std::vector<std::string> collections;
  std::optional<Day> first, last;  ///< working days at the records' sites
  std::string site;
  bool include_outside = false;  ///< also what does not count, with the reason beside it
  /// Labels of a language for headings, choices, yes and no; money in yuan. Names: the catalog's names and
  /// codes, money in fen, which no later label changes.
  Headings headings = Headings::en;
};

struct ExportSummary {
  struct Sheet {
    std::string name;  ///< the collection, or "visit", "handout"
    std::uint64_t rows = 0;
  };
  std::vector<Sheet> sheets;
  std::vector<WorkbookSummary::File> files;
  std::uint64_t outside = 0;        ///< records left out because they do not count
  std::uint64_t shortened = 0;      ///< texts that did not fit a cell of XLSX
  std::uint64_t without_place = 0;  ///< sites left out of GeoJSON: no coordinates, or none on the earth
};

/// Hears how many rows are done, of about how many; false: stop, and nothing is left behind.
using ExportProgress = std::function<bool(std::uint64_t done, std::uint64_t of)>;

/// Whether export_records() knows the ending of such a name.
[[nodiscard]] bool is_export_name(const std::string& path);

/// Writes the records into a file of the kind that its ending says: .xlsx, .csv, .jsonl, .geojson (sites
/// alone). Several collections are several CSV files (write_csv()).
///
/// Errors: usage (an ending or a collection that is not known, or that has no day or site where one is asked
/// for), not_found (the folder), busy, io, refused (stopped).
[[nodiscard]] Result<ExportSummary> export_records(Replica& replica, const std::string& path,
                                                   const ExportRequest& request,
                                                   const ExportProgress& progress = {});

}  // namespace karez
