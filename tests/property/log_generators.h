// Random values of the log: changes that keep every rule of form. Private to the property tests.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "karez/base/limits.h"
#include "support/fleet.h"
#include "support/property.h"

namespace karez::testing {

inline AuthorKey any_author() { return key_of("person " + std::to_string(any_in(0, 5))).author; }
inline Hash any_hash() { return blake2b({big_endian(any_in<std::uint64_t>(0, 1'000'000))}); }
inline Bytes any_bytes(std::size_t max) {
  const auto size = any_in<std::size_t>(0, max);
  return *rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>());
}
inline std::string any_text(std::size_t max_pieces, bool may_be_empty = true) {
  static const std::vector<std::string> kPieces{"a",  "Z",      "0", " ",    "\n",   "é",
                                                "井", "潘家园", "🐫", "\x7F", "=1+1", "e\u0301"};
  std::string text;
  const auto pieces = any_in<std::size_t>(may_be_empty ? 0 : 1, max_pieces);
  for (std::size_t i = 0; i < pieces; ++i) text += *rc::gen::elementOf(kPieces);
  return text;
}
inline std::uint64_t any_seq() {
  return any_chance(80) ? any_in<std::uint64_t>(1, 300) : any_in<std::uint64_t>(1, limits::kSeq);
}
inline RecordId any_record() {
  return {any_author(), any_seq(), any_in<std::uint32_t>(1, limits::kRecordsPerChange)};
}
inline FieldName any_field(bool may_be_void) {
  if (any_chance(20)) return {0, any_record()};
  const std::uint32_t last = any_chance(90) ? 40 : static_cast<std::uint32_t>(limits::kCatalogNumber - 1);
  return FieldName::catalog(any_in<std::uint32_t>(may_be_void ? 0 : 1, last));
}
inline std::int64_t any_quantity() { return any_in(-limits::kQuantity, limits::kQuantity); }
inline WallTime any_wall() {
  return {any_in(-limits::kTimeMs, limits::kTimeMs), any_in(-limits::kOffsetMinutes, limits::kOffsetMinutes)};
}
inline std::vector<Dot> any_dots() {
  std::set<Dot> dots;
  const auto count = any_in(1, 6);
  for (int i = 0; i < count; ++i) dots.insert({any_author(), any_seq()});
  return {dots.begin(), dots.end()};
}

inline Value any_value(bool may_be_null, bool may_be_list, int depth = 0) {
  switch (any_in(may_be_null ? 0 : 1, may_be_list && depth < limits::kValueDepth ? 6 : 5)) {
    case 0:
      return Value();
    case 1:
      return Value(any_quantity());
    case 2:
      return Value(any_text(8));
    case 3:
      return Value(any_bytes(12));
    case 4:
      return Value(any_record());
    case 5:
      return Value(any_wall());
    default: {
      Value::List list(any_in<std::size_t>(0, 3));
      for (Value& item : list) item = any_value(true, true, depth + 1);
      return Value(std::move(list));
    }
  }
}

inline Operation any_operation() {
  switch (any_in(0, 10)) {
    case 0: {
      std::set<FieldName> names;
      const auto count = any_in(0, 6);
      for (int i = 0; i < count; ++i) names.insert(any_field(false));
      Create create;
      create.collection = any_in<std::uint32_t>(0, 20);
      for (const FieldName& name : names) create.fields.push_back({name, any_value(false, true)});
      return create;
    }
    case 1: {
      Write write{any_record(), any_field(true), any_value(true, true), any_dots()};
      if (write.field == FieldName::catalog(kVoidField))
        write.value = any_chance(50) ? Value() : Value(any_text(5));
      return write;
    }
    case 2:
      return Add{any_record(), any_field(false), any_chance(50) ? 1 : -limits::kQuantity};
    case 3:
      return Put{any_record(), any_field(false), any_value(false, false)};
    case 4:
      return Drop{any_record(), any_field(false), any_value(false, false), any_dots()};
    case 5:
      return Erase{{any_author(), any_seq()}};
    case 6:
      return Invite{any_in<std::uint32_t>(0, 5), any_in(-limits::kTimeMs, limits::kTimeMs), any_author(),
                    any_text(8)};
    case 7:
      return Admit{any_author(), {any_author(), any_seq()}};
    case 8:
      return Revoke{any_author(), any_in<std::uint64_t>(0, limits::kSeq), any_hash(), any_text(8)};
    default: {
      const auto kind = *rc::gen::elementOf(std::vector<std::uint64_t>{0, 7, 15, 21, 99, ~std::uint64_t{0}});
      return Unknown{kind, any_bytes(30)};
    }
  }
}

inline Operation any_introduction() {
  if (any_chance(30)) {
    return Found{any_text(8, false), any_text(8, false), any_author(),
                 any_in(-limits::kOffsetMinutes, limits::kOffsetMinutes)};
  }
  Enrol enrol;
  enrol.device_name = any_text(8, false);
  enrol.role = any_in<std::uint32_t>(0, 5);
  enrol.basis = EnrolBasis{any_in<std::uint8_t>(1, 3)};
  enrol.introducer = any_author();
  enrol.introducer_seq = any_in<std::uint64_t>(0, limits::kSeq);
  enrol.introducer_link = any_hash();
  enrol.path.resize(any_in<std::size_t>(0, 2));
  for (PathStep& step : enrol.path) step = {any_author(), any_seq(), any_hash(), any_bytes(40), {}};
  return enrol;
}

/// A change that encodes. What would touch a place twice, or revoke its own author, is left out.
inline Change any_change() {
  Change change;
  change.author = any_author();
  change.time = {any_in<std::uint64_t>(0, limits::kHybridMs), any_in<std::uint16_t>(0, 0xFFFE)};
  change.wall = any_wall();
  if (any_chance(15)) {
    change.seq = 1;
    change.operations.push_back(any_introduction());
    return change;
  }
  change.seq = any_in<std::uint64_t>(2, limits::kSeq);
  if (any_chance(30)) change.private_commitment = any_hash();
  if (any_chance(30)) change.authors.push_back(any_author());  // perhaps named by nothing
  std::erase(change.authors, change.author);
  for (int i = any_in(0, 2); i > 0; --i) {
    const Pin pin{any_author(), any_seq(), any_hash()};
    const bool is_new =
        pin.author != change.author && (change.pins.empty() || change.pins.back().author < pin.author);
    if (is_new) change.pins.push_back(pin);
  }
  change.operations.push_back(Unknown{99, {}});
  for (int i = any_in(0, 8); i > 0; --i) {
    change.operations.push_back(any_operation());
    collect_authors(change);
    if (!encode(change).ok()) change.operations.pop_back();
  }
  collect_authors(change);
  return change;
}

}  // namespace karez::testing
