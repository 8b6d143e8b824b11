// A change that holds every kind of operation and value, as a start for tests that bend one thing.
#pragma once

#include <algorithm>

#include "support/fleet.h"

namespace karez::testing {

inline Change plain_change(std::vector<Operation> operations, std::uint64_t seq = 7) {
  Change change;
  change.author = key_of("author").author;
  change.seq = seq;
  change.time = {static_cast<std::uint64_t>(kStartMs), 3};
  change.wall = {kStartMs, 480};
  change.operations = std::move(operations);
  collect_authors(change);
  return change;
}

inline FieldName defined_field(const AuthorKey& author, std::uint64_t seq, std::uint32_t k) {
  FieldName name;
  name.definition = {author, seq, k};
  return name;
}

/// Every known operation that may stand outside change 1, an unknown one, and every type of value.
inline Change rich_change() {
  const AuthorKey own = key_of("author").author;
  const AuthorKey ben = key_of("ben").author;
  const AuthorKey carla = key_of("carla").author;
  const RecordId record{ben, 3, 1};
  Create create;
  create.collection = 6;
  create.fields = {
      {FieldName::catalog(1), Value::of("取水点 1")},
      {FieldName::catalog(2), Value::of(std::int64_t{-41})},
      {FieldName::catalog(3), Value(Bytes{0, 255})},
      {FieldName::catalog(4), Value(RecordId{key_of("dana").author, 9, 2})},
      {FieldName::catalog(5), Value(WallTime{-631'152'000'000, -210})},
      {defined_field(ben, 2, 1), Value(Value::List{Value(), Value(record), Value(Value::List{})})}};
  std::vector<Dot> dots{{own, 6}, {ben, 3}, {ben, 300}, {carla, 2}};
  std::sort(dots.begin(), dots.end());
  Change change = plain_change({
      create,
      Write{record, FieldName::catalog(2), Value::of(std::int64_t{5}), dots},
      Write{record, FieldName::catalog(kVoidField), Value::of("entered twice"), {{ben, 3}}},
      Add{record, FieldName::catalog(8), -limits::kQuantity},
      Put{record, FieldName::catalog(9), Value::of("a")},
      Drop{record, FieldName::catalog(9), Value::of("b"), dots},
      Erase{{carla, 4}},
      Invite{kVolunteer, kStartMs, key_of("one-time").author, "for Li Na"},
      Admit{carla, {own, 5}},
      Revoke{key_of("eve").author, 0, Hash{}, "laptop lost"},
      Unknown{99, {1, 2, 3}},
      Unknown{0, {}},
  });
  change.pins = {{ben, 300, blake2b({view_of("a link")})}};
  change.private_commitment = private_commitment(FixedBytes<16>{1}, view_of("part"));
  collect_authors(change);
  return change;
}

}  // namespace karez::testing
