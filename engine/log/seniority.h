// Seniority: the order in which authority is judged. Private to the log floor.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "karez/log/authority.h"

namespace karez {

struct Seniority {
  std::vector<AuthorKey> authors;  ///< the most senior first: an author's rank is its place
  std::size_t rooted = 0;          ///< the first so many descend from the founder or the recovery key
};

/// The recovery key, the founder, then breadth-first down the enrolment tree; at last, by key, those whose
/// introducers' logs are not all here.
///
/// Cost: O(n log n).
[[nodiscard]] Seniority seniority(const std::map<AuthorKey, AuthorityFacts>& facts);

}  // namespace karez
