#include "karez/ledger/own_fields.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "karez/base/mutants.h"
#include "karez/base/text.h"

namespace karez {
namespace {

constexpr std::size_t kNameLength = 64;  // as the catalog's `max` of field.name and choice.code

template <typename Definition>
void sort_by_age(std::vector<Definition>& definitions) {
  if (is_mutant(Mutant::name_field_by_arrival)) return;
  std::sort(definitions.begin(), definitions.end(), [](const Definition& a, const Definition& b) {
    return std::tie(a.time, a.id) < std::tie(b.time, b.id);
  });
}

std::optional<FieldType> type_of(const std::string& code) {
  if (code == "text") return FieldType::text;
  if (code == "enumeration") return FieldType::enumeration;
  if (code == "integer") return FieldType::integer;
  if (code == "count") return FieldType::count;
  if (code == "boolean") return FieldType::boolean;
  if (code == "date") return FieldType::date;
  if (code == "time") return FieldType::time;
  return std::nullopt;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The names and labels by which a collection's own fields may be called.
class Names {
 public:
  explicit Names(const Catalog& catalog) {
    // Of every collection: what the program itself asks a record for by name must never be an own field.
    for (const Collection& collection : catalog.collections()) {
      for (const Field& field : collection.fields) {
        taken_.insert(field.name);
        taken_.insert(field.aliases.begin(), field.aliases.end());
      }
    }
  }

  std::string give(const FieldDefinition& definition) {
    const std::string wish = is_own_field_name(definition.name) ? definition.name : to_text(definition.id);
    std::string name = wish;
    while (!taken_.insert(name).second) name = wish + "#" + std::to_string(++given_[wish] + 1);
    return name;
  }
  /// After every name is given: a label never takes what is somebody's name.
  void give_labels(Field& field) {
    for (const std::string& label : {field.zh, field.en}) {
      if (taken_.insert(label).second) field.aliases.push_back(label);
    }
  }

 private:
  std::set<std::string> taken_;
  std::map<std::string, std::size_t> given_;  ///< how many of a name have a number behind it
};

void add_fields(const Catalog& catalog, const Collection& collection,
                const std::vector<FieldDefinition>& definitions, CatalogAdditions& out) {
  Names names(catalog);
  std::vector<Field> fields;
  for (const FieldDefinition& definition : definitions) {
    const auto type = type_of(definition.type);
    if (definition.collection != collection.name || !type) continue;
    Field field;
    field.definition = definition.id;
    field.name = names.give(definition);
    field.type = *type;
    field.zh = definition.zh.empty() ? field.name : definition.zh;
    field.en = definition.en.empty() ? field.name : definition.en;
    if (*type == FieldType::enumeration) {
      field.enum_name = own_enum(definition.id);
      out.choices.emplace(field.enum_name, std::vector<EnumValue>());
    }
    fields.push_back(std::move(field));
  }
  for (Field& field : fields) names.give_labels(field);
  if (!fields.empty()) out.fields.emplace(collection.name, std::move(fields));
}

}  // namespace

bool is_own_field_name(std::string_view name) {
  static const std::set<std::string_view> kOther{"void",         "id",     "record", "counted",
                                                 "duplicate_of", "laptop", "day",    "visit"};
  if (name.empty() || name.size() > kNameLength || is_digit(name.front()) || kOther.count(name) > 0)
    return false;
  const bool is_typable = std::all_of(name.begin(), name.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
  return is_typable && is_utf8(name);
}

bool is_choice_code(std::string_view code) {
  return !code.empty() && code.size() <= kNameLength && std::all_of(code.begin(), code.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == '_' || c == '-';
  });
}

std::string own_enum(const RecordId& definition) { return to_text(definition); }

CatalogAdditions additions_of(const Catalog& catalog, std::vector<FieldDefinition> fields,
                              std::vector<ChoiceDefinition> choices) {
  sort_by_age(fields);
  sort_by_age(choices);
  CatalogAdditions out;
  for (const Collection& collection : catalog.collections()) add_fields(catalog, collection, fields, out);
  for (const ChoiceDefinition& choice : choices) {
    const std::string name = choice.field ? own_enum(*choice.field) : choice.enumeration;
    const std::vector<EnumValue>* declared = choice.field ? nullptr : catalog.declared_enumeration(name);
    if (declared == nullptr && out.choices.count(name) == 0) continue;
    const auto is_same = [&](const EnumValue& one) { return one.code == choice.code; };
    std::vector<EnumValue>& added = out.choices[name];
    const bool is_taken = (declared != nullptr && std::any_of(declared->begin(), declared->end(), is_same)) ||
                          std::any_of(added.begin(), added.end(), is_same);
    if (is_taken || choice.code.empty()) continue;
    added.push_back({choice.code, choice.zh.empty() ? choice.code : choice.zh,
                     choice.en.empty() ? choice.code : choice.en});
  }
  return out;
}

}  // namespace karez
