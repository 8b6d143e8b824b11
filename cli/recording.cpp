#include "cli/recording.h"

#include <algorithm>
#include <map>
#include <set>

#include "cli/records.h"

namespace karez::cli {
namespace {

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

/// The field that a word names; people write flags with '-' and columns with '_'.
const Field* typed_field(const Catalog& catalog, const std::string& collection, std::string name) {
  const Field* field = field_of(catalog, collection, name);
  if (field == nullptr) {
    std::replace(name.begin(), name.end(), '-', '_');
    field = field_of(catalog, collection, name);
  }
  return field == nullptr || field->internal ? nullptr : field;
}

/// What may be typed, the required ones first.
std::string fields_of(const Collection& collection) {
  std::string required, others;
  for (const Field& field : collection.fields) {
    if (field.internal) continue;
    std::string& list = field.required ? required : others;
    list += " " + field.name;
  }
  return required + others;
}

bool names(const NewRecord& record, const std::string& field) {
  return std::any_of(record.fields.begin(), record.fields.end(),
                     [&](const auto& given) { return given.first == field; });
}

}  // namespace

Value time_of_now(const Replica& replica) {
  const std::int64_t ms = replica.now_ms();
  const std::int64_t into_second = ((ms % 1000) + 1000) % 1000;
  return Value(Value::Side(WallTime{ms - into_second, replica.zone_minutes()}));
}

Result<Value> parse_list(Replica& replica, const std::string& collection, const std::string& field,
                         std::string_view text) {
  Value::List list;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(";|"), text.size());
    KAREZ_ASSIGN(Value element, replica.parse(collection, field, std::string(text.substr(0, end))));
    if (!element.is_null()) list.push_back(std::move(element));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Value(Value::Side(std::move(list)));
}

Result<NewRecord> parse_record(Replica& replica, const std::string& collection,
                               const std::vector<std::string>& words) {
  const Collection* known = replica.catalog().collection(collection);
  if (known == nullptr) return usage("there are no records of the kind \"" + collection + "\"");
  if (words.empty()) return usage("say FIELD=VALUE; a record of " + collection + " has" + fields_of(*known));
  NewRecord record{collection, {}};
  std::map<std::string, Value::List> sets;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) return usage("\"" + word + "\" is not FIELD=VALUE");
    const std::string name = word.substr(0, equals), text = word.substr(equals + 1);
    const Field* field = typed_field(replica.catalog(), collection, name);
    if (field == nullptr) {
      return usage("a record of " + collection + " has no field \"" + name + "\"; it has" +
                   fields_of(*known));
    }
    if (field->merge == MergeKind::set) {
      KAREZ_ASSIGN(const Value value, parse_list(replica, collection, field->name, text));
      const auto& elements = std::get<Value::List>(value.side);
      Value::List& all = sets[field->name];
      all.insert(all.end(), elements.begin(), elements.end());
      continue;
    }
    if (names(record, field->name)) return usage(field->name + " is named twice");
    KAREZ_ASSIGN(Value value, replica.parse(collection, field->name, text));
    record.fields.emplace_back(field->name, std::move(value));
  }
  for (auto& [name, elements] : sets) {
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    record.fields.emplace_back(name, Value(Value::Side(std::move(elements))));
  }
  const Field* time = known->field("time");
  const bool has_time = time != nullptr && time->type == FieldType::time;
  // What belongs to an event stands at the event's time.
  if (has_time && !names(record, "time") && !names(record, "event")) {
    record.fields.emplace_back("time", time_of_now(replica));
  }
  return record;
}

Result<std::vector<std::string>> unknown_codes_of(Replica& replica, const std::vector<RecordId>& ids) {
  std::set<std::string> codes;
  for (const RecordId& id : ids) {
    KAREZ_ASSIGN(const RecordView view, replica.show(id));
    for (std::string& code : unknown_codes(replica.catalog(), view)) codes.insert(std::move(code));
  }
  return std::vector<std::string>(codes.begin(), codes.end());
}

void note_unknown(Context& context, const std::vector<std::string>& codes) {
  for (const std::string& code : codes)
    context.console.note(context.say(say::kUnknownCode, {one_line(code)}));
}

}  // namespace karez::cli
