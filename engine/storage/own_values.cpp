// Values in coordinators' own fields (schema/own-fields.md).
#include <algorithm>

#include "karez/storage/tables.h"

namespace karez {
namespace {

constexpr auto kKeepValue =
    "INSERT INTO own_field_value (record, field, value, offset_minutes) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (record, field) DO UPDATE SET value=excluded.value, offset_minutes=excluded.offset_minutes";
constexpr auto kDropValue = "DELETE FROM own_field_value WHERE record=? AND field=?";
constexpr auto kValuesOf = "SELECT field, value, offset_minutes FROM own_field_value WHERE record=?";
constexpr auto kWrittenAfterCreation = "SELECT DISTINCT field FROM field_write WHERE record=? AND field>=?";

}  // namespace

Result<FieldKey> Tables::field_key(const FieldName& name) {
  if (name.is_catalog()) return static_cast<FieldKey>(name.number);
  const RecordId& id = name.definition;
  KAREZ_ASSIGN(const AuthorRow* author, authors_.ensure(id.author, id.seq));
  return record_key(author->id, id.seq, id.k);
}

std::optional<FieldKey> Tables::find_field(const FieldName& name) {
  if (name.is_catalog()) return static_cast<FieldKey>(name.number);
  return key_of(name.definition);
}

FieldName Tables::name_of(FieldKey field) {
  if (is_own_field(field)) return {0, id_of(field)};
  return FieldName::catalog(static_cast<std::uint32_t>(field));
}

Status Tables::store_own_value(RecordKey key, FieldKey field, const Value& value) {
  Statement& keep = statements_.get(kKeepValue).bind(1, key).bind(2, field);
  if (const auto* number = std::get_if<std::int64_t>(&value.side)) return keep.bind(3, *number).run();
  if (const auto* text = std::get_if<std::string>(&value.side)) return keep.bind(3, *text).run();
  if (const auto* time = std::get_if<WallTime>(&value.side)) {
    return keep.bind(3, time->ms).bind(4, time->offset_minutes).run();
  }
  // Nothing, or a kind of value that no type of own field has (yet): that one is in the log.
  return statements_.get(kDropValue).bind(1, key).bind(2, field).run();
}

Status Tables::insert_own_values(const Creation& creation) {
  for (const FieldValue& given : creation.create->fields) {
    if (given.field.is_catalog()) continue;
    KAREZ_ASSIGN(const FieldKey field, field_key(given.field));
    KAREZ_TRY(store_own_value(creation.key, field, given.value));
  }
  return {};
}

Result<std::map<FieldKey, Value>> Tables::own_values(RecordKey key) {
  std::map<FieldKey, Value> values;
  KAREZ_TRY(for_each_row(statements_.get(kValuesOf).bind(1, key), [&](Statement& in) {
    Value& value = values[in.integer(0)];
    if (in.type(1) == Statement::Type::text) {
      value = Value::of(std::string(in.text(1)));
    } else if (!in.is_null(2)) {
      value = Value(Value::Side(WallTime{in.integer(1), static_cast<int>(in.integer(2))}));
    } else if (in.type(1) == Statement::Type::integer) {
      value = Value::of(in.integer(1));
    }
  }));
  return values;
}

Result<std::vector<FieldKey>> Tables::own_fields_written(RecordKey key) {
  std::vector<FieldKey> fields;
  const auto first_own = static_cast<FieldKey>(limits::kCatalogNumber);
  KAREZ_TRY(for_each_row(statements_.get(kWrittenAfterCreation).bind(1, key).bind(2, first_own),
                         [&](Statement& in) { fields.push_back(in.integer(0)); }));
  std::sort(fields.begin(), fields.end(), [&](FieldKey a, FieldKey b) { return id_of(a) < id_of(b); });
  return fields;
}

}  // namespace karez
