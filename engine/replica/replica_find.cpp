// Which record somebody means: by the text of an id, by a natural key, by what refers to it.
#include <algorithm>
#include <set>

#include "replica_impl.h"

namespace karez {
namespace {

Error no_record(const std::string& id_text) {
  return Error{ErrorCode::not_found, "there is no record " + id_text + " here"};
}

Error fits_several(const std::string& id_text) {
  return Error{ErrorCode::usage, "\"" + id_text + "\" fits several laptops; write more of the id"};
}

}  // namespace

std::set<RecordId> Replica::Impl::named_before_split(const RecordId& id) {
  std::set<RecordId> found;
  for (const AuthorRow* row : authors.bearing(id.author)) {
    const auto begin = std::find_if(row->segments.begin(), row->segments.end(),
                                    [&](const StreamSegment& one) { return one.name == id.author; });
    // A stream's name never stood for what lies below the stream.
    if (begin != row->segments.end() && id.seq < begin->from_seq) continue;
    const RecordId now{row->name_at(id.seq), id.seq, id.k};
    if (locate(now)) found.insert(now);
  }
  return found;
}

Result<RecordId> Replica::find(const std::string& id_text) {
  KAREZ_TRY(impl_->refresh());
  const auto parsed = parse_record_id(id_text);
  if (!parsed)
    return Error{ErrorCode::usage, "\"" + id_text + "\" is not a record id; karez list shows them"};
  std::set<AuthorKey> names;
  for (const auto& row : impl_->authors.all()) {
    if (row->name.rfind(parsed->author, 0) == 0) names.insert(row->key);
    for (const StreamSegment& one : row->segments) {
      if (public_name(one.name).rfind(parsed->author, 0) == 0) names.insert(one.name);
    }
  }
  if (names.size() > 1) return fits_several(id_text);
  if (names.empty()) return no_record(id_text);
  const RecordId id{*names.begin(), parsed->seq, parsed->k};
  if (impl_->locate(id)) return id;
  // An id that was written down before its laptop's log was found to have branches.
  const std::set<RecordId> now = impl_->named_before_split(id);
  if (now.empty()) return no_record(id_text);
  if (now.size() == 1) return *now.begin();
  std::string each;
  for (const RecordId& one : now) each += (each.empty() ? "" : ", ") + to_text(one);
  return Error{ErrorCode::usage, "\"" + id_text +
                                     "\" fits several laptops: it was given before a copy of the laptop was "
                                     "known; name one of " +
                                     each};
}

Result<std::optional<RecordId>> Replica::find_by_key(const std::string& collection_name, const Value& key) {
  Impl& self = *impl_;
  KAREZ_TRY(self.refresh());
  const Collection* collection = self.catalog.collection(collection_name);
  if (collection == nullptr || collection->keys.empty()) {
    return Error{ErrorCode::usage, collection_name + " has no natural key"};
  }
  KAREZ_ASSIGN(auto holder, self.tables.holder(*collection, collection->keys.front(), key));
  if (!holder) {
    // What this replica recorded before it was admitted holds the key for it: a file is not imported twice.
    // What others wrote without a right to holds nothing.
    Statement& find = self.statements.get(
        "SELECT record FROM " + quoted(collection->name) + " WHERE " +
        quoted(collection->keys.front().field) + "=? AND duplicate_of IS NULL" +
        (collection->keys.front().voided_keeps ? "" : " AND void IS NULL") + " ORDER BY record");
    if (const auto* bytes = std::get_if<Bytes>(&key.side)) {
      find.bind_blob(1, *bytes);
    } else if (const auto* text = std::get_if<std::string>(&key.side)) {
      find.bind(1, *text);
    }
    KAREZ_TRY(for_each_row(find, [&](Statement& in) {
      const AuthorRow* author = self.authors.find(author_of(in.integer(0)));
      if (!holder && author != nullptr && self.is_own(*author)) holder = in.integer(0);
    }));
  }
  if (!holder) return std::optional<RecordId>();
  return std::optional<RecordId>(self.tables.id_of(*holder));
}

Result<Value> Replica::parse(const std::string& collection_name, const std::string& field_name,
                             const std::string& text) {
  const Collection* collection = impl_->catalog.collection(collection_name);
  const Field* field = collection == nullptr ? nullptr : collection->field(field_name);
  if (field == nullptr) return Error{ErrorCode::usage, collection_name + " has no field " + field_name};
  if (field->type == FieldType::ref && !text.empty()) {
    KAREZ_ASSIGN(const RecordId id, find(text));
    return Value(Value::Side(id));
  }
  return parse_value(impl_->catalog, *field, text, impl_->zone_minutes);
}

Result<std::vector<RecordId>> Replica::referring(const std::string& collection_name,
                                                 const std::string& field_name, const RecordId& id) {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  const Collection* collection = self.catalog.collection(collection_name);
  const Field* field = collection == nullptr ? nullptr : collection->field(field_name);
  if (field == nullptr || field->type != FieldType::ref)
    return Error{ErrorCode::usage, collection_name + " has no reference " + field_name};
  KAREZ_ASSIGN(const auto where, self.locate(id));
  Statement& find = self.statements.get("SELECT record FROM " + quoted(collection->name) + " WHERE " +
                                        quoted(field->name) + "=?");
  std::vector<RecordId> found;
  KAREZ_TRY(for_each_row(find.bind(1, where.second),
                         [&](Statement& in) { found.push_back(self.tables.id_of(in.integer(0))); }));
  // Local keys order nothing that a person or another replica sees.
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::map<AuthorKey, std::string>> Replica::laptop_names() {
  Impl& self = *impl_;
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  std::map<AuthorKey, std::string> names;
  for (const auto& row : self.authors.all()) {
    if (row->laptop.empty()) continue;
    names.emplace(row->head_name(), row->laptop);
    names.emplace(row->key, row->laptop);
  }
  return names;
}

}  // namespace karez
