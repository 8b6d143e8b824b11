// Verdicts about double entries: what looks like one thing recorded twice, and a coordinator's word about it.
// A verdict is a record; voiding it takes it back (Replica::void_record). Thread and errors: as Replica.
#pragma once

#include <string>

#include "karez/ledger/doubles.h"
#include "karez/replica/replica.h"

namespace karez {

/// Possible double entries of a day, at most `most` of them. Errors: of Replica::day().
[[nodiscard]] Result<DoubleEntries> possible_doubles(Replica& replica, Day day, std::size_t most);

/// Says that `id` and `same_as` are one thing recorded twice: `id` leaves totals as a duplicate of `same_as`,
/// a visit with its handouts. Gives the verdict's id.
///
/// Errors: refused (not a coordinator's right; void already; records that are no visits, handouts or the
/// like, or of two kinds; one and the same record), not_found. Nothing is recorded then.
[[nodiscard]] Result<RecordId> judge_same(Replica& replica, const RecordId& id, const RecordId& same_as,
                                          const std::string& reason);
/// Says that both are real: they are suggested no more. Gives the verdict's id. Errors: as judge_same().
[[nodiscard]] Result<RecordId> judge_both(Replica& replica, const RecordId& a, const RecordId& b,
                                          const std::string& reason);

}  // namespace karez
