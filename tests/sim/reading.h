// Reading a change's content as schema/log-format.md section 2 has it, with a decoder of our own: the
// reference model's eyes. For contents that are known to be well-formed; anything else throws
// std::out_of_range. Values; no thread rule.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
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
  std::int64_t number = 0;  ///< of i
  bool operator==(const Plain&) const = default;
};

/// A change as pins, cuts and introductions name it.
struct Place {
  AuthorKey author;
  std::uint64_t seq = 0;
  Hash link{};
  auto operator<=>(const Place&) const = default;
};

/// One operation; which members mean something depends on its kind.
struct Op {
  std::uint64_t kind = 0, collection = 0, role = 0, basis = 0;
  RecordId record{};                        ///< that it is about; of a create its own
  std::map<std::uint64_t, Plain> fields{};  ///< of a set lists of elements; a create has no nulls
  std::set<Dot> dots{};
  Place place{};         ///< of an enrolment its introduction, of a revocation its cut
  Dot invitation{};      ///< of an admission
  AuthorKey claimant{};  ///< likewise
};

/// One change.
struct Step {
  Dot dot;
  Time time;
  std::vector<Place> pins;
  std::vector<Op> ops;
};

/// The author's key of a dot or record in an operation, or another name that stands for it (section 9).
using Naming = std::function<AuthorKey(const AuthorKey& author, std::uint64_t seq)>;

/// Without a naming the keys stand as they are written.
[[nodiscard]] Step read_change(const Bytes& content, const Naming& name = {});

}  // namespace karez::sim
