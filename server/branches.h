// Branches of an author whose log forked (schema/log-format.md section 9), as a relay keeps them: in the
// order in which they came, each standing for the changes that none before it has. What two of them share,
// and how their changes are named, follows from where each left an earlier one, so no pack is opened for it.
//
// Values; no thread rule. Invariant: the parent of a branch comes before it, and left its own parent earlier.
#pragma once

#include <cstdint>
#include <vector>

#include "karez/base/limits.h"
#include "karez/base/result.h"
#include "karez/log/heads.h"
#include "karez/log/streams.h"

namespace karez::relay {

/// One branch. The first one (number 0) has itself as parent, and from_seq 1.
struct Branch {
  std::size_t parent = 0;
  std::uint64_t from_seq = 1;  ///< its first change that no earlier branch has
  Hash first_link{};           ///< its own link there; unused in the first branch
  Hash parent_link{};          ///< its parent's link at the same seq
  Head head;
  std::vector<StreamSegment> segments;  ///< set by name_branches()
  bool operator==(const Branch&) const = default;
};
using Branches = std::vector<Branch>;

/// The branch that stands for a change of another one: the earliest that has it.
[[nodiscard]] std::size_t owner_of(const Branches& branches, std::size_t branch, std::uint64_t seq);

/// How many changes two branches share, from the first on.
[[nodiscard]] std::uint64_t shared_by(const Branches& branches, std::size_t a, std::size_t b);

/// Names the changes of all branches. Errors: corrupt if they are not branches of one log.
Status name_branches(const AuthorKey& author, Branches& branches);

/// What stands for a branch in heads: the name of its newest change.
[[nodiscard]] const AuthorKey& name_of(const AuthorKey& author, const Branch& branch);

/// Packs of a branch that begin below a seq.
struct PackRange {
  std::size_t branch = 0;
  std::uint64_t below = limits::kSeq + 1;
  bool operator==(const PackRange&) const = default;
};

/// Where the packs of all branches lie that have changes of this name, the author's own key for all of them:
/// theirs, and of others what those share with them. Ascending by branch; nothing if no change bears it.
[[nodiscard]] std::vector<PackRange> ranges_named(const AuthorKey& author, const Branches& branches,
                                                  const AuthorKey& name);

}  // namespace karez::relay
