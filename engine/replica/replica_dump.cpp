#include <nlohmann/json.hpp>

#include "replica_impl.h"

namespace karez {
namespace {

using nlohmann::json;

json value_json(const Field& field, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.side)) return *number;
  if (const auto* list = std::get_if<Value::List>(&value.side)) {
    json array = json::array();
    for (const Value& item : *list) array.push_back(format_value(field, item));
    return array;
  }
  return format_value(field, value);
}

}  // namespace

Status Replica::dump(const std::function<void(std::string_view line)>& line) {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  line("{\"karez_dump\":1,\"catalog\":\"" + self.catalog.digest() + "\",\"workspace\":\"" +
       to_hex(self.workspace_id.bytes) + "\",\"heads\":\"" + fingerprint_of(self.authors.heads()).hex() +
       "\"}");
  for (const Collection& collection : self.catalog.collections()) {
    std::vector<std::pair<std::string, RecordKey>> records;
    KAREZ_TRY(for_each_row(self.statements.get("SELECT record FROM \"" + collection.name + "\""),
                           [&](Statement& in) {
                             records.emplace_back(to_text(self.tables.id_of(in.integer(0))), in.integer(0));
                           }));
    // Ordered by public id: local keys differ between replicas.
    std::sort(records.begin(), records.end());
    for (const auto& [id, key] : records) {
      KAREZ_ASSIGN(const auto row, self.tables.row(collection, key));
      if (!row) continue;
      json out = {{"collection", collection.name}, {"id", id}, {"counted", row->counted}};
      for (std::size_t i = 0; i < collection.fields.size(); ++i) {
        if (!row->values[i].is_null()) {
          out["fields"][collection.fields[i].name] = value_json(collection.fields[i], row->values[i]);
        }
      }
      if (!collection.own.empty()) {
        RecordView view;
        KAREZ_TRY(self.add_own_values(collection, key, {}, view));
        for (const FieldView& shown : view.fields) {
          const Field& field = *collection.field(shown.field);
          out["own"][to_text(field.definition)] = value_json(field, shown.value);
        }
      }
      if (row->void_reason) out["void"] = *row->void_reason;
      if (row->duplicate_of) out["duplicate_of"] = to_text(self.tables.id_of(*row->duplicate_of));
      line(out.dump(-1, ' ', false, json::error_handler_t::replace));
    }
  }
  KAREZ_ASSIGN(const std::vector<Conflict> open, conflicts());
  for (const Conflict& conflict : open) {
    const Collection& collection = *self.catalog.collection(conflict.collection);
    const Field* field = collection.field(conflict.field);
    static const Field kVoidAsText;
    json values = json::array();
    for (const Sibling& sibling : conflict.siblings) {
      values.push_back({{"author", public_name(sibling.dot.author)},
                        {"seq", sibling.dot.seq},
                        {"value", value_json(field == nullptr ? kVoidAsText : *field, sibling.value)}});
    }
    // By its definition, as its values are: a name is only how people call it.
    const std::string name =
        field != nullptr && field->is_own() ? to_text(field->definition) : conflict.field;
    line(json{{"conflict", to_text(conflict.id)}, {"field", name}, {"values", values}}.dump(
        -1, ' ', false, json::error_handler_t::replace));
  }
  return {};
}

}  // namespace karez
