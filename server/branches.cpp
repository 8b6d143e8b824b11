#include "branches.h"

#include <algorithm>
#include <map>

namespace karez::relay {
namespace {

Error wrong_branches() {
  return {ErrorCode::corrupt,
          "the branches of a log do not fit together in the relay's database; nothing was changed in it: "
          "restore a backup"};
}

/// Nothing where no later branch tells: then `seq` is no place at which this one diverges from another.
const Hash* link_at_split(const Branches& branches, std::size_t branch, std::uint64_t seq) {
  const std::size_t owner = owner_of(branches, branch, seq);
  if (owner != 0 && branches[owner].from_seq == seq) return &branches[owner].first_link;
  // Of several branches that diverge here the earliest is the parent of all others.
  const auto left = std::find_if(branches.begin() + 1, branches.end(), [&](const Branch& one) {
    return one.parent == owner && one.from_seq == seq;
  });
  return left == branches.end() ? nullptr : &left->parent_link;
}

bool fit_together(const Branches& branches) {
  for (std::size_t i = 1; i < branches.size(); ++i) {
    const Branch& one = branches[i];
    if (one.parent >= i) return false;
    const Branch& parent = branches[one.parent];
    // All branches may differ from the first change on; otherwise each shares more with its parent than that
    // one with its own.
    const std::uint64_t above = one.parent == 0 ? 0 : parent.from_seq;
    if (one.from_seq <= above || one.head.seq < one.from_seq || parent.head.seq < one.from_seq) return false;
  }
  return !branches.empty() && branches.front().parent == 0 && branches.front().from_seq == 1;
}

}  // namespace

std::size_t owner_of(const Branches& branches, std::size_t branch, std::uint64_t seq) {
  while (branch != 0 && seq < branches[branch].from_seq) branch = branches[branch].parent;
  return branch;
}

std::uint64_t shared_by(const Branches& branches, std::size_t a, std::size_t b) {
  std::uint64_t shared = branches[a].head.seq;
  // The later one leaves for its parent, until both are one.
  while (a != b) {
    std::size_t& later = a < b ? b : a;
    shared = std::min(shared, branches[later].from_seq - 1);
    later = branches[later].parent;
  }
  return shared;
}

Status name_branches(const AuthorKey& author, Branches& branches) {
  if (!fit_together(branches)) return wrong_branches();
  bool is_whole = true;
  StreamLogs logs;
  logs.count = branches.size();
  logs.common = [&](std::size_t a, std::size_t b) { return shared_by(branches, a, b); };
  logs.link = [&](std::size_t branch, std::uint64_t seq) {
    const Hash* link = link_at_split(branches, branch, seq);
    is_whole = is_whole && link != nullptr;
    return link == nullptr ? Hash{} : *link;
  };
  std::vector<StreamPlace> places = place_streams(author, logs);
  if (!is_whole) return wrong_branches();
  for (std::size_t i = 0; i < branches.size(); ++i) branches[i].segments = std::move(places[i].segments);
  return {};
}

const AuthorKey& name_of(const AuthorKey& author, const Branch& branch) {
  return branch.segments.empty() ? author : branch.segments.back().name;
}

std::vector<PackRange> ranges_named(const AuthorKey& author, const Branches& branches,
                                    const AuthorKey& name) {
  std::map<std::size_t, std::uint64_t> below;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const std::vector<StreamSegment>& segments = branches[i].segments;
    const bool bears_it = name == author || std::any_of(segments.begin(), segments.end(),
                                                        [&](const auto& one) { return one.name == name; });
    if (!bears_it) continue;
    below[i] = PackRange{}.below;
    for (std::size_t at = i; at != 0; at = branches[at].parent) {
      std::uint64_t& limit = below[branches[at].parent];
      limit = std::max(limit, branches[at].from_seq);
    }
  }
  std::vector<PackRange> ranges;
  for (const auto& [branch, limit] : below) ranges.push_back({branch, limit});
  return ranges;
}

}  // namespace karez::relay
