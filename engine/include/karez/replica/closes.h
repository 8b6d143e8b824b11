// Headquarters' day: closing it, what came after the close, what was known at a time, and computing closed
// figures again from the log. Thread and errors: as Replica.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "karez/ledger/check.h"
#include "karez/ledger/day_close.h"
#include "karez/ledger/doubles.h"
#include "karez/ledger/late.h"
#include "karez/replica/replica.h"

namespace karez {

/// Possible double entries that a statement lists; the rest is counted.
inline constexpr std::size_t kDoublesShown = 1000;

struct CloseRequest {
  Day day;
  std::string note;
  bool despite_gaps = false;  ///< also if the day is not whole; the close then names who was missing
  bool again = false;         ///< in place of the close that the day has
};

/// States the day's figures and the heads they were computed from, as a record of this coordinator's.
///
/// Errors: refused (not a coordinator's right; closed already and not `again`; changes wait for others, so
/// that the figures would not be those of the heads; not whole and not `despite_gaps`), too_large (more
/// laptops than one close can name). Nothing is recorded then.
[[nodiscard]] Result<DayClose> close_day(Replica& replica, const CloseRequest& request);

/// A late change as people read it.
struct LateEntry {
  LateChange change;
  WallTime made;  ///< when, by its author's clock
};

/// A day as headquarters reads it.
struct DayStatement {
  /// The closed figures if the day is closed, else the present ones. All that is no figure is of now.
  DayReport report;
  std::optional<DayClose> closed;
  std::vector<DayClose> rivals;  ///< closes that count as well: somebody has to replace them
  DayReport addendum;            ///< present figures minus closed ones
  std::vector<LateEntry> late;
  DoubleEntries doubles;  ///< none where the day is too large to search it beside the report
  bool has_searched_doubles = true;
  std::vector<Check> checks;  ///< ascending
};
/// Errors: of Replica::day().
[[nodiscard]] Result<DayStatement> day_statement(Replica& replica, Day day);

/// Days that have several closes which do not know of each other, ascending, with all of each day's.
[[nodiscard]] Result<std::vector<ChosenClose>> rival_closes(Replica& replica);

/// The close of this id. Errors: not_found (no such record, or it is no close).
[[nodiscard]] Result<DayClose> find_close(Replica& replica, const RecordId& id);

/// The figures of a close as it states them; recomputed where it does not keep them. Errors: as
/// replay_close().
[[nodiscard]] Result<DayReport> closed_figures(Replica& replica, const DayClose& close);

/// Figures of a day as this replica would have shown them at `time_ms` of its clock, from the changes that it
/// held then. Errors: refused (nothing is noted from before that time: only coordinators' replicas keep
/// notes).
[[nodiscard]] Result<DayReport> day_as_of(Replica& replica, Day day, std::int64_t time_ms);

/// What computing closed figures again gave.
struct Replay {
  bool ok = false;            ///< every order gave the close's digest
  std::uint64_t orders = 0;   ///< tried
  std::uint64_t changes = 0;  ///< applied in each
  std::string digest;         ///< of the first order that differed, else the close's
  DayReport figures;          ///< of the same order
  DayReport difference;       ///< those minus the close's, as far as the close keeps figures
};
/// Computes a close's figures anew, from nothing but the packs up to its heads, in `orders` random orders of
/// arrival.
///
/// Errors: gap (packs up to its heads are not here: names how many laptops'), refused (the meaning of a newer
/// program), malformed (the close does not follow its format).
[[nodiscard]] Result<Replay> replay_close(Replica& replica, const DayClose& close, std::uint64_t orders,
                                          std::uint64_t seed);

}  // namespace karez
