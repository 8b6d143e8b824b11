// What both kinds of import share: a cell as a value, the value of a record's field, what a row is known by.
// Pure functions.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "karez/replica/import.h"

namespace karez {

/// What a commit of an import says of itself, so that the import can be undone.
struct ImportBatch {
  std::string token, source, of;
  bool is_preview = false;  ///< nothing is committed
};
[[nodiscard]] ImportBatch new_import(Replica& replica, const ImportOptions& options, const std::string& of);

/// Goes through all rows once and comes back to the first: how many there are. Errors: those of the source.
[[nodiscard]] Result<std::uint64_t> count_rows(RowSource& rows);

/// create_unblocked() as a commit of an import.
[[nodiscard]] Result<JudgedRecords> record_batch(Replica& replica,
                                                 const std::vector<std::vector<NewRecord>>& changes,
                                                 const std::set<std::size_t>& keep_first,
                                                 const ImportBatch& import);

/// A cell as a field's value; an empty one is null, a set's is a list whose elements ';' or '|' parts.
[[nodiscard]] Result<Value> parse_cell(const Catalog& catalog, const Field& field, std::string_view cell,
                                       int zone_minutes);

/// Source key of a row, so that it is recognised whenever its file comes again. `kind` parts the records that
/// one row makes; `ordinal` counts the rows before it that are equal byte for byte.
[[nodiscard]] Bytes source_key(const std::string& source, std::string_view kind,
                               const std::vector<std::string>& cells, std::uint64_t ordinal);
/// The same of a row that has a key of its own (a submission's id): its other cells may change.
[[nodiscard]] Bytes keyed_source_key(const std::string& source, std::string_view kind, std::string_view key);

/// Imports begin the next change here: half of limits::kChangeBytes, since sizes are estimated.
inline constexpr std::size_t kChangeBytesAimed = 32 * 1024;

/// Why a file cannot be used: `what` is wrong with `column`.
[[nodiscard]] Error column_error(const char* what, const std::string& column);

/// The shown value; null if the field is absent. Lifetime: as long as `view`.
[[nodiscard]] const Value* find_value(const RecordView& view, std::string_view field);

/// Tells in `report` what rules said of recorded rows, and refuses those that they blocked or that the ledger
/// refused; gives how many.
/// `rows`: where each record stands in its file.
std::uint64_t add_breaches(const JudgedRecords& judged, const std::vector<std::vector<std::uint64_t>>& rows,
                           ImportReport& report);

}  // namespace karez
