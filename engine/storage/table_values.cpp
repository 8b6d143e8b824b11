#include "table_values.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "karez/storage/row_reader.h"
#include "karez/storage/schema.h"
#include "karez/storage/tables.h"

namespace karez {
namespace {

using nlohmann::json;

/// A set as a JSON array, ascending: readable, and exact whatever its elements hold.
std::string set_text(const Value::List& list) {
  json array = json::array();
  for (const Value& value : list) {
    if (const auto* text = std::get_if<std::string>(&value.side)) array.push_back(*text);
  }
  return array.dump();
}

}  // namespace

std::string insert_sql(const Collection& collection) {
  std::string columns = "record";
  std::string marks = "?";
  for (const Field& field : collection.fields) {
    for (const std::string& column : columns_of(field)) {
      columns += ", " + quoted(column);
      marks += ", ?";
    }
  }
  return "INSERT INTO " + quoted(collection.name) + " (" + columns + ", void, counted) VALUES (" + marks +
         ", ?, ?)";
}

void bind_key(Statement& statement, int position, const Value& value) {
  if (const auto* bytes = std::get_if<Bytes>(&value.side)) {
    statement.bind_blob(position, *bytes);
  } else if (const auto* text = std::get_if<std::string>(&value.side)) {
    statement.bind(position, *text);
  } else {
    statement.bind_null(position);
  }
}

bool takes(const Collection& collection, FieldKey field, MergeKind merge) {
  if (field == kVoidField || is_own_field(field)) return merge == MergeKind::reg;
  const Field* found = collection.field(static_cast<std::uint32_t>(field));
  return found != nullptr && found->merge == merge && !found->write_once;
}

Status forget_foreign_operations(Statements& statements, const Collection& collection, RecordKey key) {
  struct Kind {
    const char* table;
    MergeKind merge;
  };
  for (const Kind& kind : {Kind{"field_write", MergeKind::reg}, Kind{"counter_add", MergeKind::counter},
                           Kind{"set_operation", MergeKind::set}}) {
    std::vector<std::int64_t> fields;
    KAREZ_TRY(for_each_row(
        statements.get(std::string("SELECT DISTINCT field FROM ") + kind.table + " WHERE record=?")
            .bind(1, key),
        [&](Statement& in) { fields.push_back(in.integer(0)); }));
    for (std::int64_t field : fields) {
      if (takes(collection, field, kind.merge)) continue;
      KAREZ_TRY(statements.get(std::string("DELETE FROM ") + kind.table + " WHERE record=? AND field=?")
                    .bind(1, key)
                    .bind(2, field)
                    .run());
    }
  }
  return {};
}

void Tables::bind_value(Statement& statement, int& position, const Field& field, const Value& value) {
  if (field.merge == MergeKind::set) {
    const auto* list = std::get_if<Value::List>(&value.side);
    if (list != nullptr && !list->empty()) {
      Value::List fitting;
      for (const Value& item : *list) {
        if (fits(catalog_, field, item)) fitting.push_back(item);
      }
      std::sort(fitting.begin(), fitting.end());
      fitting.erase(std::unique(fitting.begin(), fitting.end()), fitting.end());
      if (!fitting.empty()) statement.bind(position, set_text(fitting));
    }
    ++position;
    return;
  }
  const bool shown = fits(catalog_, field, value);
  if (field.type == FieldType::time) {
    const auto* time = shown ? std::get_if<WallTime>(&value.side) : nullptr;
    if (time != nullptr) statement.bind(position, time->ms).bind(position + 1, time->offset_minutes);
    position += 2;
    return;
  }
  if (shown) {
    if (const auto* number = std::get_if<std::int64_t>(&value.side)) {
      statement.bind(position, *number);
    } else if (const auto* id = std::get_if<RecordId>(&value.side)) {
      // A reference to an author that nobody has heard of yet makes that author known by name.
      auto owner = authors_.ensure(id->author, id->seq);
      if (owner) statement.bind(position, record_key((*owner)->id, id->seq, id->k));
    } else {
      bind_key(statement, position, value);
    }
  }
  ++position;
}

Value Tables::read_value(Statement& in, int& position, const Field& field) {
  return read_column(in, position, field, authors_);
}

Result<std::optional<TableRow>> Tables::row(const Collection& collection, RecordKey key) {
  std::string sql = "SELECT void, counted, duplicate_of";
  for (const Field& field : collection.fields) {
    for (const std::string& column : columns_of(field)) sql += ", " + quoted(column);
  }
  std::optional<TableRow> out;
  KAREZ_TRY(
      for_each_row(statements_.get(sql + " FROM " + quoted(collection.name) + " WHERE record=?").bind(1, key),
                   [&](Statement& in) {
                     out.emplace();
                     out->record = key;
                     out->collection = &collection;
                     if (!in.is_null(0)) out->void_reason = in.text(0);
                     out->counted = in.integer(1) == 1;
                     if (!in.is_null(2)) out->duplicate_of = in.integer(2);
                     int position = 3;
                     for (const Field& field : collection.fields) {
                       out->values.push_back(read_value(in, position, field));
                     }
                   }));
  return out;
}

Status Tables::store_value(const Collection& collection, RecordKey key, const Field& field,
                           const Value& value) {
  KAREZ_ASSIGN(Hot * prepared, hot(collection));
  auto update = prepared->updates.find(field.number);
  if (update == prepared->updates.end()) {
    std::string sql = "UPDATE " + quoted(collection.name) + " SET ";
    const std::vector<std::string> columns = columns_of(field);
    for (std::size_t i = 0; i < columns.size(); ++i) sql += (i > 0 ? ", " : "") + quoted(columns[i]) + "=?";
    KAREZ_ASSIGN(Statement made, statements_.database().prepare(sql + " WHERE record=?"));
    update = prepared->updates.emplace(field.number, std::move(made)).first;
  }
  int position = 1;
  bind_value(update->second, position, field, value);
  return update->second.bind(position, key).run();
}

Result<Change> Tables::change_at(AuthorId author, std::uint64_t seq) {
  KAREZ_ASSIGN(Change change, log_.change_at(author, seq));
  const AuthorRow* row = authors_.has_forks() ? authors_.find(author) : nullptr;
  if (row != nullptr && names_.concerns(*row, change))
    KAREZ_TRY(names_.name(authors_.owner(*row, seq), change));
  return change;
}

Result<Value> Tables::initial_value(RecordKey key, FieldKey field) {
  const FieldName name = name_of(field);
  KAREZ_ASSIGN(const Change change, change_at(author_of(key), seq_of(key)));
  std::uint32_t k = 0;
  for (const Operation& op : change.operations) {
    const auto* create = std::get_if<Create>(&op);
    if (create == nullptr || ++k != k_of(key)) continue;
    for (const FieldValue& given : create->fields) {
      if (given.field == name) return given.value;
    }
  }
  return Value{};
}

Result<std::vector<RegisterWrite>> Tables::bare_writes(const Collection& collection, RecordKey key,
                                                       FieldKey field) {
  std::vector<RegisterWrite> all;
  // Of a record that counts the creation counts; on another one everything does.
  all.push_back({id_of(key).dot(), {}, {}, {}, true});
  KAREZ_TRY(for_each_row(
      statements_.get("SELECT author, seq, value, replaces FROM field_write WHERE record=? AND field=?")
          .bind(1, key)
          .bind(2, field),
      [&](Statement& in) {
        const AuthorRow* author = authors_.find(in.integer(0));
        auto value = decode_value(in.blob(2));
        if (author == nullptr || !value) return;
        const auto seq = static_cast<std::uint64_t>(in.integer(1));
        all.push_back({{author->name_at(seq), seq},
                       {},
                       std::move(*value),
                       decode_dots(in.blob(3)),
                       counts_on(key, *author, seq, collection.number)});
      }));
  return all;
}

Status Tables::complete(RegisterWrite& write, RecordKey key, FieldKey field) {
  // The value before the time: an unpacking for the value leaves the time behind too.
  const bool is_initial = write.dot == id_of(key).dot();
  if (is_initial && field != kVoidField) {
    KAREZ_ASSIGN(write.value, initial_value(key, field));
  }
  const AuthorRow* author = authors_.named(write.dot.author, write.dot.seq);
  if (author != nullptr) write.time = log_.time_at(author->id, write.dot.seq).value_or(HybridTime{});
  return {};
}

Result<std::vector<RegisterWrite>> Tables::writes(const Collection& collection, RecordKey key,
                                                  FieldKey field) {
  KAREZ_ASSIGN(std::vector<RegisterWrite> all, bare_writes(collection, key, field));
  for (RegisterWrite& write : all) KAREZ_TRY(complete(write, key, field));
  return all;
}

Result<std::vector<RegisterWrite>> Tables::visible(std::vector<RegisterWrite> bare, RecordKey key,
                                                   FieldKey field) {
  std::vector<RegisterWrite> out;
  for (std::size_t i : visible_writes(bare)) out.push_back(std::move(bare[i]));
  if (out.size() > 1) {
    for (RegisterWrite& write : out) KAREZ_TRY(complete(write, key, field));
    std::sort(out.begin(), out.end(), shows_before);
  } else if (!out.empty() && out.front().dot == id_of(key).dot() && field != kVoidField) {
    KAREZ_ASSIGN(out.front().value, initial_value(key, field));
  }
  return out;
}

Bytes Tables::encode_dots(const std::vector<Dot>& dots) {
  Writer writer;
  for (const Dot& dot : dots) {
    writer.varint(static_cast<std::uint64_t>(authors_.named(dot.author, dot.seq)->id));
    writer.varint(dot.seq);
  }
  return writer.take();
}

std::vector<Dot> Tables::decode_dots(ByteView bytes) {
  std::vector<Dot> dots;
  Reader reader(bytes);
  while (!reader.failed() && !reader.at_end()) {
    const auto id = static_cast<AuthorId>(reader.varint());
    const std::uint64_t seq = reader.varint();
    const AuthorRow* author = authors_.find(id);
    if (author != nullptr && !reader.failed()) dots.push_back({author->name_at(seq), seq});
  }
  return dots;
}

}  // namespace karez
