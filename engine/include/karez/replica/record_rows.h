// Records of a kind one after the other, as rows of plain values: for whoever takes all of them somewhere
// else. What Replica::list() says beside them (where a record has arrived, which values conflict) costs
// several questions a record and is not asked here. Thread: that of the Replica.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "karez/replica/replica.h"

namespace karez {

struct RowsRequest {
  std::string collection;  ///< or "visit", "handout"
  /// Working days at the records' sites, both included. Where either is given, records without a time are
  /// left out.
  std::optional<Day> first, last;
  std::string site;
  bool include_outside = false;  ///< also what does not count
  /// Of moves: those of events alone, or of visits alone.
  enum class Parents { any, event, visit } parents = Parents::any;
};

struct RecordRow {
  RecordId id;
  std::string laptop;         ///< of its author
  std::vector<Value> values;  ///< by the position of the field in the collection
  std::vector<Value> own;     ///< by the position of the coordinators' own field
  std::optional<std::string> void_reason;
  std::string outside_because;  ///< as RecordView has it; empty: the record counts
  /// Where and when it stands in reports: a move without a site or time of its own has its event's.
  std::string site;
  std::optional<Day> day;
  int zone_minutes = 0;  ///< of that site
};

struct RowsOverview {
  std::uint64_t rows = 0;     ///< at most; where sites have zones of their own, a day may hold fewer
  std::uint64_t outside = 0;  ///< that do not count: among `rows` only where they were asked for
  std::vector<bool> used;     ///< by the position of the field: some row has a value
};

/// One state of the database for several of the calls below, whatever others write meanwhile, until the last
/// copy goes. Lifetime: within the Replica's. Errors: io, corrupt.
[[nodiscard]] Result<std::shared_ptr<void>> hold_state(Replica& replica);

/// What each_row() will give. Errors: usage (no such collection; it has no day or no site), io, corrupt.
[[nodiscard]] Result<RowsOverview> overview_of_rows(Replica& replica, const RowsRequest& request);

/// Gives the rows, in one state of the database whatever others write meanwhile, until `row` says false.
/// Errors: as above. Memory: one row.
[[nodiscard]] Status each_row(Replica& replica, const RowsRequest& request,
                              const std::function<bool(const RecordRow&)>& row);

}  // namespace karez
