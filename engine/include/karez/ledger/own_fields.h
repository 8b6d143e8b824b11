// Coordinators' own fields and choices: which definitions hold, and under which names (schema/own-fields.md).
// A pure function of the definitions that count, whatever order they came in; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/model/catalog.h"
#include "karez/model/hybrid_time.h"

namespace karez {

/// A record of collection `field` as it stands.
struct FieldDefinition {
  RecordId id;
  HybridTime time;  ///< of the change that made it
  std::string collection, name, type, zh, en;
};

/// A record of collection `choice` as it stands.
struct ChoiceDefinition {
  RecordId id;
  HybridTime time;
  std::optional<RecordId> field;  ///< of an own field; else of the catalog's enum
  std::string enumeration, code, zh, en;
};

/// What a person may call a field: lower-case ASCII letters, digits and '_', and letters of any other script;
/// no digit first, at most 64 bytes, none of the words that mean something else ("void", "id").
[[nodiscard]] bool is_own_field_name(std::string_view name);
/// Lower-case ASCII letters, digits, '_' and '-', at most 64.
[[nodiscard]] bool is_choice_code(std::string_view code);

/// The enum of an own field of type enumeration: the id of its definition, which no enum of a catalog has for
/// a name.
[[nodiscard]] std::string own_enum(const RecordId& definition);

/// What the catalog is extended by.
///
/// Of several definitions of one name in one collection the lowest (hybrid time, author, seq, k) holds it, a
/// field of the catalog before all of them; the others are NAME#2, NAME#3 in that order. A name that nobody
/// could type is replaced by the definition's id. Labels are further names where nobody else has them. Of
/// several choices of one code the lowest counts, the catalog's before all. Definitions for what this catalog
/// does not know, and of types that it does not know, are left out: a newer program shows them.
[[nodiscard]] CatalogAdditions additions_of(const Catalog& catalog, std::vector<FieldDefinition> fields,
                                            std::vector<ChoiceDefinition> choices);

}  // namespace karez
