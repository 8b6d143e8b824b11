// The catalog: which collections and fields exist, their types, merge kinds, labels and rights. Declared once
// in schema/catalog.json; tables, validation, CLI flags, CSV columns and JSON keys follow from it.
//
// Immutable after parsing, and then it may be shared between threads; a catalog that is extended belongs to
// one thread.
#pragma once

#include <map>
#include <memory>
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

/// What stands in a change and its table for a sealed value.
inline constexpr std::size_t kSealMarkerBytes = 16;

enum class MergeKind { reg, counter, set };

struct EnumValue {
  std::string code, zh, en;
  bool operator==(const EnumValue&) const = default;
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
  bool indexed = false;     ///< records are looked up by it: its column has an index
  bool is_voucher = false;  ///< "format": "voucher": a typing slip in a code of Karez is refused
  /// "sealed": text that stands encrypted outside the content (schema/sealed-fields.md). Its type here is
  /// bytes: a marker of kSealMarkerBytes, or none for one that was erased. Where it was opened for somebody,
  /// text.
  bool is_sealed = false;
  bool write_once = false;  ///< set at creation alone: a later write stays in the log and is never shown
  std::int64_t max = 0;     ///< text: bytes; count: value; 0: the form's limit
  std::uint32_t since = 1;  ///< catalog version
  std::string zh, en;
  /// Of a coordinators' own field (schema/own-fields.md): the record that defines it; else its k is 0.
  RecordId definition;
  [[nodiscard]] bool is_own() const { return definition.k != 0; }
  /// What changes call it.
  [[nodiscard]] FieldName key() const { return {number, definition}; }
  bool operator==(const Field&) const = default;
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
  std::vector<Field> fields;                      ///< the catalog's: columns of its table
  std::vector<std::shared_ptr<const Field>> own;  ///< made at run time: see Catalog::extend()
  /// The catalog's fields first, then own ones by name, then own ones by label.
  [[nodiscard]] const Field* field(std::string_view name_or_alias) const;
  [[nodiscard]] const Field* field(std::uint32_t number) const;
};

struct Role {
  std::uint32_t number = 0;
  std::string name, zh, en;
  std::vector<std::string> writes;     ///< collections
  std::vector<std::string> authority;  ///< invite, admit, revoke, erase
};

/// What coordinators added to a catalog at run time.
struct CatalogAdditions {
  std::map<std::string, std::vector<Field>, std::less<>> fields;       ///< by collection, in the order shown
  std::map<std::string, std::vector<EnumValue>, std::less<>> choices;  ///< by enum; may name new enums
  bool operator==(const CatalogAdditions&) const = default;
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
  /// The same without additions.
  [[nodiscard]] const std::vector<EnumValue>* declared_enumeration(std::string_view name) const;
  /// Roles that may do an authority operation ("invite", "admit", "revoke", "erase").
  [[nodiscard]] std::vector<std::uint32_t> roles_with(std::string_view authority) const;
  [[nodiscard]] bool may_write(std::uint32_t role, std::uint32_t collection) const;
  /// Puts these additions in place of earlier ones; what a collection does not know is left out.
  ///
  /// Lifetime: fields that were there before stay valid as long as the catalog, so that whoever goes through
  /// a file with them may go on.
  void extend(const CatalogAdditions& additions);
  [[nodiscard]] const CatalogAdditions& additions() const { return additions_; }
  /// BLAKE2b-128 hex of the text: a replica whose tables were built under another one rebuilds them.
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  std::uint32_t version_ = 0;
  std::vector<Collection> collections_;
  std::vector<Role> roles_;
  using Enums = std::map<std::string, std::vector<EnumValue>, std::less<>>;
  Enums declared_enums_;
  Enums enums_;  ///< with the additions
  CatalogAdditions additions_;
  std::vector<std::shared_ptr<const Field>> replaced_;  ///< own fields of earlier additions
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
