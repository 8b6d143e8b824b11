// The catalog: which collections and fields exist, their types, merge kinds, labels and rights. Declared once
// in schema/catalog.json; tables, validation, CLI flags, CSV columns and JSON keys follow from it.
//
// Immutable after parsing; may be shared between threads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/base/result.h"
#include "karez/model/value.h"

namespace karez {

enum class FieldType {
  text,         ///< UTF-8
  enumeration,  ///< a short code of an enum
  integer,      ///< any sign
  count,        ///< not negative
  boolean,      ///< 0 or 1
  date,         ///< a calendar day, stored as "2022-07-14"
  time,         ///< wall time
  degrees,      ///< latitude or longitude in units of 1e-7 degrees
  code,         ///< the natural key of another collection, as it was typed
  ref,          ///< a record of another collection
  bytes,        ///< internal keys
};

enum class MergeKind { reg, counter, set };

struct EnumValue {
  std::string code, zh, en;
};

struct Field {
  std::uint32_t number = 0;
  std::string name;                  ///< column, JSON key, CLI flag (with '-' for '_'), CSV header
  std::vector<std::string> aliases;  ///< further CSV headers and flags
  FieldType type = FieldType::text;
  MergeKind merge = MergeKind::reg;
  std::string enum_name;    ///< of an enumeration
  std::string of;           ///< collection of a code or ref
  bool required = false;    ///< at creation
  bool internal = false;    ///< not typed by people, not shown in lists
  std::int64_t max = 0;     ///< text: bytes; count: value; 0: the form's limit
  std::uint32_t since = 1;  ///< catalog version
  std::string zh, en;
};

struct NaturalKey {
  std::string field;
  bool voided_keeps = false;  ///< a voided record keeps the key
};

struct Collection {
  std::uint32_t number = 0;
  std::string name, zh, en;
  std::uint32_t since = 1;
  std::vector<NaturalKey> keys;
  std::vector<Field> fields;
  [[nodiscard]] const Field* field(std::string_view name_or_alias) const;
  [[nodiscard]] const Field* field(std::uint32_t number) const;
};

struct Role {
  std::uint32_t number = 0;
  std::string name, zh, en;
  std::vector<std::string> writes;     ///< collections
  std::vector<std::string> authority;  ///< invite, admit, revoke, erase
};

class Catalog {
 public:
  /// Errors: malformed, with the place; refuses duplicate numbers and names, unknown types, field number 0.
  static Result<Catalog> parse(std::string_view json);
  /// The one that is built in.
  static const Catalog& built_in();

  [[nodiscard]] std::uint32_t version() const { return version_; }
  [[nodiscard]] const std::vector<Collection>& collections() const { return collections_; }
  [[nodiscard]] const Collection* collection(std::string_view name) const;
  [[nodiscard]] const Collection* collection(std::uint32_t number) const;
  [[nodiscard]] const std::vector<Role>& roles() const { return roles_; }
  [[nodiscard]] const Role* role(std::string_view name) const;
  [[nodiscard]] const Role* role(std::uint32_t number) const;
  [[nodiscard]] const std::vector<EnumValue>* enumeration(std::string_view name) const;
  /// Roles that may do an authority operation ("invite", "admit", "revoke", "erase").
  [[nodiscard]] std::vector<std::uint32_t> roles_with(std::string_view authority) const;
  [[nodiscard]] bool may_write(std::uint32_t role, std::uint32_t collection) const;
  /// BLAKE2b-128 hex of the text: a replica whose tables were built under another one rebuilds them.
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  std::uint32_t version_ = 0;
  std::vector<Collection> collections_;
  std::vector<Role> roles_;
  std::map<std::string, std::vector<EnumValue>, std::less<>> enums_;
  std::string digest_;
};

/// A typed text (from a flag, a CSV cell or JSON) as a field's value; empty text is null.
///
/// `zone_minutes` reads times without offset. For a set, one element; for a ref, a record id cannot be
/// resolved here and is refused: use Replica. Errors: refused, with the reason in `field`'s own words: not a
/// number, negative, not one of the codes, too long.
[[nodiscard]] Result<Value> parse_value(const Catalog& catalog, const Field& field, std::string_view text,
                                        int zone_minutes);

/// Whether a value (from a peer) fits a field's type and limits; what does not fit is kept in the log and not
/// shown.
[[nodiscard]] bool fits(const Catalog& catalog, const Field& field, const Value& value);

/// A value as people and files see it: degrees as decimals, times as ISO 8601, booleans as 0/1, bytes as hex.
[[nodiscard]] std::string format_value(const Field& field, const Value& value);

}  // namespace karez
