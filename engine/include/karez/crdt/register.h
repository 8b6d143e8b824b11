// The multi-value register: what a field shows, and which concurrent values stand beside it.
//
// Source: Shapiro et al. 2011, "A comprehensive study of CRDTs", section 3.2.2 (MV-register). Deviation: a
// write names the dots that it replaces instead of carrying a version vector, and writes that do not count
// still pass the replaces relation on, so that revoking the middle of a history does not bring its beginning
// back. Pure values; any thread. Laws: order- and repetition-independent (tests/property/register_laws.cpp).
#pragma once

#include <span>
#include <vector>

#include "karez/model/hybrid_time.h"
#include "karez/model/value.h"

namespace karez {

struct RegisterWrite {
  Dot dot;
  HybridTime time;
  Value value;
  std::vector<Dot> replaces;
  bool counts = true;
};

/// Which of two visible writes is shown: the one of the greater (time, author, seq).
[[nodiscard]] bool shows_before(const RegisterWrite& a, const RegisterWrite& b);

/// Indexes into `writes` of the visible ones, the shown one first: a write is visible iff it counts and no
/// counted write reaches it through the replaces relation over all writes. In the order of shows_before().
[[nodiscard]] std::vector<std::size_t> visible_writes(std::span<const RegisterWrite> writes);

/// Every dot that `from` reaches through the replaces relation over `writes` (without `from` itself).
[[nodiscard]] std::vector<Dot> reached_dots(std::span<const RegisterWrite> writes, std::span<const Dot> from);

}  // namespace karez
