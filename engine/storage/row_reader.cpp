#include "karez/storage/row_reader.h"

#include <nlohmann/json.hpp>

#include "karez/storage/schema.h"

namespace karez {
namespace {

Value set_from_text(std::string_view text) {
  Value::List list;
  const auto array = nlohmann::json::parse(text, nullptr, false);
  if (array.is_array()) {
    for (const auto& item : array) {
      if (item.is_string()) list.push_back(Value::of(item.get<std::string>()));
    }
  }
  return Value(Value::Side(std::move(list)));
}

}  // namespace

std::string columns_sql(const std::vector<const Field*>& fields, const std::string& alias) {
  std::string sql;
  for (const Field* field : fields) {
    for (const std::string& column : columns_of(*field)) {
      sql += (sql.empty() ? "" : ", ") + alias + "." + quoted(column);
    }
  }
  return sql;
}

RecordId id_of(RecordKey key, Authors& authors) {
  // Only a damaged table names an author that is not there: verify() says so, a reader shows it as nobody's.
  const AuthorRow* author = authors.find(author_of(key));
  return {author == nullptr ? AuthorKey{} : author->name_at(seq_of(key)), seq_of(key), k_of(key)};
}

Value read_column(const Statement& in, int& position, const Field& field, Authors& authors) {
  const int at = position;
  position += field.type == FieldType::time ? 2 : 1;
  if (in.is_null(at)) return {};
  if (field.merge == MergeKind::set) return set_from_text(in.text(at));
  switch (field.type) {
    case FieldType::text:
    case FieldType::enumeration:
    case FieldType::code:
    case FieldType::date:
      return Value::of(std::string(in.text(at)));
    case FieldType::time:
      return Value(Value::Side(WallTime{in.integer(at), static_cast<int>(in.integer(at + 1))}));
    case FieldType::ref:
      if (authors.find(author_of(in.integer(at))) == nullptr) return {};
      return Value(Value::Side(id_of(in.integer(at), authors)));
    case FieldType::bytes: {
      const ByteView bytes = in.blob(at);
      return Value(Value::Side(Bytes(bytes.begin(), bytes.end())));
    }
    default:
      return Value::of(in.integer(at));
  }
}

}  // namespace karez
