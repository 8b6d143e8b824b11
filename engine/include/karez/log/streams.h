// Streams: what an author's log becomes when two programs wrote under one key. Two links at one seq split it;
// each branch counts in place, and what the branches share is there once.
//
// A *stem* is what every log of the author has in common: it keeps the author's name. From the first seq at
// which logs differ, each has a name of its own, made from the author and from its first link there, so it is
// the same on every machine that knows the same logs, whichever came first. Logs may split again: then what
// the new branches share keeps the name of their common branch. Layout: schema/log-format.md section 9.
// Values; no thread rule.
#pragma once

#include <functional>
#include <vector>

#include "karez/log/chain.h"

namespace karez {

/// The name of the branch of `author` whose first diverging link is this one: H("karez/stream/1" | author |
/// link). It stands where an author's key stands in record ids, dots and heads; nothing is signed by it.
[[nodiscard]] AuthorKey stream_name(const AuthorKey& author, const Hash& first_diverging_link);

/// From `from_seq` on, until the next segment of the same log, changes are named by `name`.
struct StreamSegment {
  std::uint64_t from_seq = 0;
  AuthorKey name;
  bool operator==(const StreamSegment&) const = default;
};

/// Where one of several logs of an author stands among them.
struct StreamPlace {
  std::size_t parent = 0;               ///< an earlier log that shares most with it; of the first one itself
  std::uint64_t from_seq = 1;           ///< its first change that no earlier log has
  std::vector<StreamSegment> segments;  ///< ascending; below the first of them changes bear the author's name
  /// The name of its change at `seq`.
  [[nodiscard]] const AuthorKey& name_at(const AuthorKey& author, std::uint64_t seq) const;
  bool operator==(const StreamPlace&) const = default;
};

/// How two logs compare.
///
/// common: of two logs, by their places in the list (the first below the second), how many changes they share
/// from
///         the first on. Neither is the beginning of the other: the shorter one would not be a log of its
///         own.
/// link:   of a log, by its place, the link at a seq at which it diverges from another one.
struct StreamLogs {
  std::size_t count = 0;
  std::function<std::uint64_t(std::size_t, std::size_t)> common;
  std::function<Hash(std::size_t, std::uint64_t)> link;
};

/// The places of all logs of an author. Segments are a function of the set of logs alone; parent and from_seq
/// depend on the order of the list, in which each log stands for what no log before it has.
[[nodiscard]] std::vector<StreamPlace> place_streams(const AuthorKey& author, const StreamLogs& logs);

}  // namespace karez
