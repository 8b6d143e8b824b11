// The names of things (author keys, dots, record ids) and the values of fields, as they stand in a change. A
// value carries its wire type, so that content can be rebuilt by a program that has never heard of its field.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "karez/base/bytes.h"
#include "karez/base/hash.h"
#include "karez/model/wall_time.h"

namespace karez {

/// An author is named by its Ed25519 public key.
struct AuthorKey {
  FixedBytes<32> bytes{};
  auto operator<=>(const AuthorKey&) const = default;
  [[nodiscard]] bool is_zero() const { return bytes == FixedBytes<32>{}; }
};

/// A workspace is named by link(1) of its founder.
struct WorkspaceId {
  FixedBytes<32> bytes{};
  auto operator<=>(const WorkspaceId&) const = default;
};

/// The name of a change.
struct Dot {
  AuthorKey author;
  std::uint64_t seq = 0;  ///< from 1
  auto operator<=>(const Dot&) const = default;
};

/// The name of a record: the k-th (from 1) that the change `dot` created.
struct RecordId {
  AuthorKey author;
  std::uint64_t seq = 0;
  std::uint32_t k = 0;
  auto operator<=>(const RecordId&) const = default;
  [[nodiscard]] Dot dot() const { return {author, seq}; }
};

/// base32 of the 16-byte hash of the key: 26 characters; what people and files see of an author.
[[nodiscard]] std::string public_name(const AuthorKey& author);

/// "<public name>-<seq>-<k>".
[[nodiscard]] std::string to_text(const RecordId& id);

/// The parts of a record id's text; the key behind the public name is looked up by who holds the authors.
struct RecordIdText {
  std::string author;  ///< public name or a prefix of it
  std::uint64_t seq = 0;
  std::uint32_t k = 0;
};
[[nodiscard]] std::optional<RecordIdText> parse_record_id(std::string_view text);

struct Null {
  auto operator<=>(const Null&) const = default;
};

/// A field's value. Lists occur only inside values of unknown (newer) fields and as initial values of sets.
struct Value {
  using List = std::vector<Value>;
  using Side = std::variant<Null, std::int64_t, std::string, Bytes, RecordId, WallTime, List>;
  Side side;

  Value() = default;
  Value(Side s) : side(std::move(s)) {}  // NOLINT: a value is one of its sides
  static Value of(std::int64_t v) { return Value(Side(v)); }
  static Value of(std::string v) { return Value(Side(std::move(v))); }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<Null>(side); }
  bool operator==(const Value&) const = default;
  std::strong_ordering operator<=>(const Value& other) const;
};

/// A field is named by its catalog number or, if a coordinator made it at run time, by the dot of its
/// definition. Exactly one of the two is set: `definition.k` is 0 for a catalog field.
struct FieldName {
  std::uint32_t number = 0;
  RecordId definition;
  bool operator==(const FieldName&) const = default;
  /// Catalog fields by number, then defined ones by their definition: the order of fields in a change.
  std::strong_ordering operator<=>(const FieldName& other) const;
  [[nodiscard]] bool is_catalog() const { return definition.k == 0; }
  static FieldName catalog(std::uint32_t number) { return {number, {}}; }
};

/// The reserved field by which every record is voided: text (the reason) or null (not void).
inline constexpr std::uint32_t kVoidField = 0;

}  // namespace karez
