// Reading a change's content as schema/log-format.md section 2 has it, with a decoder of our own: the
// reference model's eyes. For contents that are known to be well-formed; anything else throws
// std::out_of_range. Values; no thread rule.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "karez/base/hash.h"
#include "karez/model/value.h"

namespace karez::sim {

using Time = std::pair<std::uint64_t, std::uint64_t>;  ///< hybrid time: milliseconds, counter

/// A value as a kind and a text: n null, i integer, t text, b bytes, r record, w wall time, l list.
struct Plain {
  char tag = 'n';
  std::string text;
  std::vector<Plain> list;
  std::optional<RecordId> record;  ///< of r
  bool operator==(const Plain&) const = default;
};

/// One operation; which members mean something depends on its kind.
struct Op {
  std::uint64_t kind = 0, collection = 0, field = 0, role = 0, seq = 0, basis = 0;
  RecordId record;
  std::map<std::uint64_t, Plain> fields;
  Plain value;
  std::int64_t delta = 0;
  std::set<Dot> dots;
  AuthorKey author;  ///< introducer, claimant, or who is revoked
  Hash link{};       ///< of the introduction, or of the cut
  Dot invitation;
};

/// One change.
struct Step {
  Dot dot;
  Time time;
  std::vector<std::tuple<AuthorKey, std::uint64_t, Hash>> pins;
  std::vector<Op> ops;
};

[[nodiscard]] Step read_change(const Bytes& content);

}  // namespace karez::sim
