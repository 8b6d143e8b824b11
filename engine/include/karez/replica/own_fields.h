// Fields and choices that coordinators make at run time: what a programme counts and no catalog foresaw
// (schema/own-fields.md). What exists here is in Replica::catalog(); these functions make it and tell who
// made it.
//
// As Replica: one thread. A definition is retired by Replica::void_record() and comes back by undoing that.
#pragma once

#include <string>
#include <vector>

#include "karez/replica/replica.h"

namespace karez {

struct NewOwnField {
  std::string collection, name;
  std::string type;                ///< a code of the catalog's enum field_type
  std::string zh, en;              ///< labels; empty: the name
  std::vector<EnumValue> choices;  ///< of an enumeration
};

/// One change makes the field and its choices.
///
/// Errors: usage (unknown collection or type, a name that cannot be typed, choices of a field that is no
/// enumeration), refused (the name is taken; the role may not make fields), as Replica::create.
Result<RecordId> add_own_field(Replica& replica, const NewOwnField& field);

/// Adds a choice to an own field (its id, COLLECTION.NAME, or NAME if one collection alone has it) or to an
/// enum of the catalog (its name, or COLLECTION.FIELD of a field that it is for).
///
/// Errors: not_found (nothing of that name has choices), usage (fits several; not a code), refused (the code
/// is taken).
Result<RecordId> add_own_choice(Replica& replica, const std::string& of, const EnumValue& choice);

/// An own field as it is here.
struct OwnFieldView {
  RecordId id;
  std::string collection;
  Field field;                     ///< as Replica::catalog() has it
  std::string type;                ///< its code in the catalog's enum field_type
  std::vector<EnumValue> choices;  ///< of an enumeration
  std::string who;                 ///< device name
};
/// A choice that was added to an enum of the catalog.
struct OwnChoiceView {
  RecordId id;
  std::string enumeration;
  EnumValue choice;
  std::string who;
};
struct OwnFields {
  std::vector<OwnFieldView> fields;
  std::vector<OwnChoiceView> choices;
};
/// Those that count and are not void, fields by collection and age, choices by enum and age.
Result<OwnFields> own_fields(Replica& replica);

}  // namespace karez
