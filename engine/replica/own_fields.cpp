#include "karez/replica/own_fields.h"

#include <algorithm>

#include "karez/base/mutants.h"
#include "karez/ledger/own_fields.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kConflicts = "SELECT record, field FROM conflict ORDER BY record, field";
constexpr auto kFieldRecords = "SELECT record FROM \"field\"";
constexpr auto kChoiceRecords = "SELECT record FROM \"choice\"";

/// The fields of a definition's record by their names.
class Cells {
 public:
  Cells(const Collection& collection, const TableRow& row) : collection_(collection), row_(row) {}
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* text = std::get_if<std::string>(&value(name).side);
    return text == nullptr ? std::string() : *text;
  }
  [[nodiscard]] std::optional<RecordId> record(std::string_view name) const {
    const auto* id = std::get_if<RecordId>(&value(name).side);
    return id == nullptr ? std::nullopt : std::optional(*id);
  }

 private:
  [[nodiscard]] const Value& value(std::string_view name) const {
    static const Value kNothing;
    const Field* field = collection_.field(name);
    const bool is_column = field != nullptr && !field->is_own();
    return is_column ? row_.values[static_cast<std::size_t>(field - collection_.fields.data())] : kNothing;
  }
  const Collection& collection_;
  const TableRow& row_;
};

struct Definitions {
  std::vector<FieldDefinition> fields;
  std::vector<ChoiceDefinition> choices;
};

/// Calls `each` for every record of a collection that counts: its id, the time of its making, its cells.
template <typename Each>
Status each_definition(Replica::Impl& self, const Collection& collection, const char* sql, const Each& each) {
  std::vector<RecordKey> keys;
  KAREZ_TRY(for_each_row(self.statements.get(sql), [&](Statement& in) { keys.push_back(in.integer(0)); }));
  for (RecordKey key : keys) {
    KAREZ_ASSIGN(const auto row, self.tables.row(collection, key));
    if (!row || row->void_reason) continue;
    if (!row->counted && !is_mutant(Mutant::define_by_anybody)) continue;
    const HybridTime time = self.log.time_at(author_of(key), seq_of(key)).value_or(HybridTime{});
    each(self.tables.id_of(key), time, Cells(collection, *row));
  }
  return {};
}

Result<Definitions> definitions_in(Replica::Impl& self) {
  Definitions out;
  const Collection* field = self.catalog.collection("field");
  const Collection* choice = self.catalog.collection("choice");
  if (field == nullptr || choice == nullptr) return out;  // an older catalog
  KAREZ_TRY(each_definition(
      self, *field, kFieldRecords, [&](const RecordId& id, const HybridTime& time, const Cells& cells) {
        out.fields.push_back({id, time, cells.text("collection"), cells.text("name"), cells.text("type"),
                              cells.text("label_zh"), cells.text("label_en")});
      }));
  KAREZ_TRY(each_definition(
      self, *choice, kChoiceRecords, [&](const RecordId& id, const HybridTime& time, const Cells& cells) {
        out.choices.push_back({id, time, cells.record("field"), cells.text("enum"), cells.text("code"),
                               cells.text("label_zh"), cells.text("label_en")});
      }));
  return out;
}

Error usage(std::string why) { return {ErrorCode::usage, std::move(why) + "; nothing was recorded"}; }

NewRecord choice_record(const EnumValue& choice) {
  NewRecord record{"choice", {{"code", Value::of(choice.code)}}};
  if (!choice.zh.empty()) record.fields.emplace_back("label_zh", Value::of(choice.zh));
  if (!choice.en.empty()) record.fields.emplace_back("label_en", Value::of(choice.en));
  return record;
}

Status check_choices(const NewOwnField& field) {
  if (field.type != "enumeration" && !field.choices.empty())
    return usage("only a field of type enumeration has choices");
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    const std::string& code = field.choices[i].code;
    if (!is_choice_code(code))
      return usage("\"" + code + "\" is not a code: lower-case letters, digits, _ and -");
    const bool is_twice =
        std::any_of(field.choices.begin(), field.choices.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const EnumValue& before) { return before.code == code; });
    if (is_twice) return usage("the choice " + code + " is named twice");
  }
  return {};
}

/// What choices may be added to: an own field, or an enum.
struct Choosable {
  const Field* own = nullptr;
  std::string enumeration;
};

Result<Choosable> find_choosable(const Catalog& catalog, const std::string& of) {
  if (catalog.declared_enumeration(of) != nullptr) return Choosable{nullptr, of};
  std::vector<const Field*> found;
  for (const Collection& collection : catalog.collections()) {
    const std::string prefix = collection.name + ".";
    const std::string name = of.rfind(prefix, 0) == 0 ? of.substr(prefix.size()) : of;
    for (const auto& field : collection.own) {
      if (field->name == name || to_text(field->definition) == of) found.push_back(field.get());
    }
    const Field* declared = name != of ? collection.field(name) : nullptr;
    if (declared != nullptr && !declared->is_own()) found.push_back(declared);
  }
  if (found.empty()) {
    return Error{ErrorCode::not_found, "there is no own field and no enum \"" + of +
                                           "\" here; nothing was recorded: karez field list shows them"};
  }
  if (found.size() > 1) return usage("\"" + of + "\" fits several fields: write COLLECTION.NAME");
  if (found.front()->type != FieldType::enumeration) return usage(of + " is not a field with choices");
  if (found.front()->is_own()) return Choosable{found.front(), {}};
  return Choosable{nullptr, found.front()->enum_name};
}

}  // namespace

Status Replica::Impl::load_definitions() {
  if (!tables.take_news_of_definitions()) return {};
  auto definitions = definitions_in(*this);
  if (!definitions) {
    tables.forget();  // so that the next one asks again
    return definitions.error();
  }
  catalog.extend(additions_of(catalog, std::move(definitions->fields), std::move(definitions->choices)));
  return {};
}

const Field* Replica::Impl::field_at(const Collection& collection, FieldKey field) {
  if (!is_own_field(field)) return collection.field(static_cast<std::uint32_t>(field));
  if (collection.own.empty()) return nullptr;
  const RecordId definition = tables.id_of(field);
  const auto found = std::find_if(collection.own.begin(), collection.own.end(),
                                  [&](const auto& one) { return one->definition == definition; });
  return found == collection.own.end() ? nullptr : found->get();
}

Status Replica::Impl::add_own_values(const Collection& collection, RecordKey key,
                                     const std::set<FieldKey>& in_conflict, RecordView& view) {
  KAREZ_ASSIGN(const auto values, tables.own_values(key));
  if (values.empty() && in_conflict.empty()) return {};
  for (const auto& field : collection.own) {
    const auto at = tables.find_field(field->key());
    if (!at) continue;
    const auto value = values.find(*at);
    const bool is_shown = value != values.end() && fits(catalog, *field, value->second);
    const bool has_siblings = in_conflict.count(*at) > 0;
    if (!is_shown && !has_siblings) continue;
    FieldView shown{field->name, is_shown ? value->second : Value(), {}};
    if (has_siblings) {
      KAREZ_ASSIGN(shown.siblings, siblings_of(collection, key, *at));
    }
    view.fields.push_back(std::move(shown));
  }
  return {};
}

Result<std::vector<std::pair<RecordKey, FieldKey>>> Replica::Impl::open_conflicts() {
  std::vector<std::pair<RecordKey, FieldKey>> open;
  KAREZ_TRY(for_each_row(statements.get(kConflicts),
                         [&](Statement& in) { open.emplace_back(in.integer(0), in.integer(1)); }));
  std::erase_if(open, [&](const auto& one) {
    if (!is_own_field(one.second)) return false;
    const Collection* collection = tables.collection_of(one.first);
    return collection == nullptr || field_at(*collection, one.second) == nullptr;
  });
  return open;
}

Status Replica::Impl::take_over_own_values(const Collection& collection, RecordKey key) {
  KAREZ_ASSIGN(const auto fields, tables.own_fields_written(key));
  const RecordId id = tables.id_of(key);
  for (FieldKey field : fields) {
    KAREZ_ASSIGN(const auto before, writes_to_replace(collection, key, field));
    const bool is_edited = std::any_of(before.begin(), before.end(), [&](const RegisterWrite& one) {
      const AuthorRow* row = authors.named(one.dot.author, one.dot.seq);
      return !(one.dot == id.dot()) && row != nullptr && row->is_forked();
    });
    if (!is_edited) continue;
    Write write{id, tables.name_of(field), before.front().value, {}};
    for (const RegisterWrite& one : before) write.replaces.push_back(one.dot);
    std::sort(write.replaces.begin(), write.replaces.end());
    KAREZ_TRY(append_edit({Operation(std::move(write))}));
  }
  return {};
}

Result<RecordId> add_own_field(Replica& replica, const NewOwnField& field) {
  KAREZ_TRY(replica.impl().refresh());
  const Catalog& catalog = replica.catalog();
  const Collection* collection = catalog.collection(field.collection);
  if (collection == nullptr) return usage("there is no collection " + field.collection);
  if (collection->name == "field" || collection->name == "choice")
    return usage("a definition has no own fields");
  if (!is_own_field_name(field.name)) {
    return usage(
        "\"" + field.name +
        "\" cannot be a field's name: lower-case letters, digits and _, or letters of another script; no "
        "digit first");
  }
  const bool is_declared =
      std::any_of(catalog.collections().begin(), catalog.collections().end(), [&](const Collection& one) {
        const Field* taken = one.field(field.name);
        return taken != nullptr && (&one == collection || !taken->is_own());
      });
  if (is_declared) {
    return Error{ErrorCode::refused,
                 "the name " + field.name + " is taken already; nothing was recorded: choose another one"};
  }
  KAREZ_TRY(check_choices(field));
  KAREZ_ASSIGN(const Value type, replica.parse("field", "type", field.type));
  NewRecord definition{
      "field",
      {{"collection", Value::of(collection->name)}, {"name", Value::of(field.name)}, {"type", type}}};
  if (!field.zh.empty()) definition.fields.emplace_back("label_zh", Value::of(field.zh));
  if (!field.en.empty()) definition.fields.emplace_back("label_en", Value::of(field.en));
  std::vector<NewRecord> records{std::move(definition)};
  for (const EnumValue& choice : field.choices) {
    NewRecord record = choice_record(choice);
    record.fields.emplace_back("field", Value(Value::Side(RecordId{{}, 0, 1})));
    records.push_back(std::move(record));
  }
  KAREZ_ASSIGN(const auto ids, replica.create(records));
  KAREZ_TRY(replica.impl().refresh());
  return ids.front();
}

Result<RecordId> add_own_choice(Replica& replica, const std::string& of, const EnumValue& choice) {
  KAREZ_TRY(replica.impl().refresh());
  const Catalog& catalog = replica.catalog();
  KAREZ_ASSIGN(const Choosable target, find_choosable(catalog, of));
  if (!is_choice_code(choice.code))
    return usage("\"" + choice.code + "\" is not a code: lower-case letters, digits, _ and -");
  const std::string name = target.own != nullptr ? target.own->enum_name : target.enumeration;
  const std::vector<EnumValue>* known = catalog.enumeration(name);
  const bool is_taken =
      known != nullptr && std::any_of(known->begin(), known->end(),
                                      [&](const EnumValue& one) { return one.code == choice.code; });
  if (is_taken) {
    return Error{ErrorCode::refused, of + " has the choice " + choice.code +
                                         " already; nothing was recorded: choose another code"};
  }
  NewRecord record = choice_record(choice);
  if (target.own != nullptr) {
    record.fields.emplace_back("field", Value(Value::Side(target.own->definition)));
  } else {
    record.fields.emplace_back("enum", Value::of(target.enumeration));
  }
  KAREZ_ASSIGN(const auto ids, replica.create(std::span(&record, 1)));
  KAREZ_TRY(replica.impl().refresh());
  return ids.front();
}

Result<OwnFields> own_fields(Replica& replica) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  OwnFields out;
  const auto who = [&](const RecordId& id) {
    const AuthorRow* author = self.authors.named(id.author, id.seq);
    return author == nullptr ? std::string() : author->laptop;
  };
  const auto choices_of = [&](const std::string& name) {
    const std::vector<EnumValue>* values = self.catalog.enumeration(name);
    return values == nullptr ? std::vector<EnumValue>() : *values;
  };
  KAREZ_ASSIGN(const Definitions definitions, definitions_in(self));
  for (const Collection& collection : self.catalog.collections()) {
    for (const auto& field : collection.own) {
      const auto definition = std::find_if(definitions.fields.begin(), definitions.fields.end(),
                                           [&](const auto& one) { return one.id == field->definition; });
      if (definition == definitions.fields.end()) continue;
      out.fields.push_back({definition->id, collection.name, *field, definition->type,
                            choices_of(field->enum_name), who(definition->id)});
    }
  }
  for (const ChoiceDefinition& choice : definitions.choices) {
    const auto added = self.catalog.additions().choices.find(choice.enumeration);
    if (choice.field || added == self.catalog.additions().choices.end()) continue;
    const auto value = std::find_if(added->second.begin(), added->second.end(),
                                    [&](const EnumValue& one) { return one.code == choice.code; });
    if (value == added->second.end()) continue;
    out.choices.push_back({choice.id, choice.enumeration, *value, who(choice.id)});
  }
  std::sort(out.choices.begin(), out.choices.end(), [](const OwnChoiceView& a, const OwnChoiceView& b) {
    return std::tie(a.enumeration, a.id) < std::tie(b.enumeration, b.id);
  });
  return out;
}

}  // namespace karez
