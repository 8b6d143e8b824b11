#include "karez/storage/tables.h"

#include <algorithm>
#include <set>

#include "karez/base/mutants.h"
#include "karez/crdt/counter.h"
#include "karez/storage/row_reader.h"
#include "karez/storage/schema.h"
#include "table_values.h"

namespace karez {
namespace {

constexpr auto kAddDelta =
    "INSERT OR IGNORE INTO counter_add (record, field, author, seq, delta) VALUES (?, ?, ?, ?, ?)";
constexpr auto kAddSetOperation =
    "INSERT OR IGNORE INTO set_operation (record, field, value, author, seq, seen) VALUES (?, ?, ?, ?, ?, ?)";
/// Writes of a field, or of void: the two that a first write of the field has to be weighed against.
constexpr auto kWritten = "SELECT 1 FROM field_write WHERE record=? AND field IN (0, ?) LIMIT 1";
constexpr auto kAddOrphan = "INSERT OR IGNORE INTO orphan (record, author, seq) VALUES (?, ?, ?)";
constexpr auto kOpenConflict = "INSERT OR IGNORE INTO conflict (record, field) VALUES (?, ?)";
constexpr auto kCloseConflict = "DELETE FROM conflict WHERE record=? AND field=?";
/// Every (record, field) that an author touched after creation.
constexpr auto kTouchedBy =
    "SELECT DISTINCT record, field FROM field_write WHERE author=?1"
    " UNION SELECT DISTINCT record, field FROM counter_add WHERE author=?1"
    " UNION SELECT DISTINCT record, field FROM set_operation WHERE author=?1";
/// Records of an author (?3) of which an operation may begin or cease to take part when the author counts up
/// to ?5 and no longer up to ?4: another's operation, or one above a bound that the creation is below.
#define KAREZ_WEIGHED(table)                                                                          \
  "SELECT record FROM " table                                                                         \
  " WHERE record>=?1 AND record<?2 AND (author!=?3 OR ((record >> 10) & 4294967295 <= ?4 AND seq>?4)" \
  " OR ((record >> 10) & 4294967295 <= ?5 AND seq>?5))"
constexpr auto kWeighed = KAREZ_WEIGHED("field_write") " UNION " KAREZ_WEIGHED(
    "counter_add") " UNION " KAREZ_WEIGHED("set_operation");
#undef KAREZ_WEIGHED
constexpr auto kTouchedFields =
    "SELECT field FROM field_write WHERE record=?1 UNION SELECT field FROM counter_add WHERE record=?1"
    " UNION SELECT field FROM set_operation WHERE record=?1";

bool values_differ(const std::vector<RegisterWrite>& visible) {
  return std::any_of(visible.begin(), visible.end(),
                     [&](const RegisterWrite& write) { return !(write.value == visible.front().value); });
}

}  // namespace

RecordId Tables::id_of(RecordKey key) {
  return karez::id_of(key, authors_);
}

std::optional<RecordKey> Tables::key_of(const RecordId& id) {
  const AuthorRow* author = authors_.named(id.author, id.seq);
  if (author == nullptr) return std::nullopt;
  return record_key(author->id, id.seq, id.k);
}

bool Tables::counts(const AuthorRow& author, std::uint64_t seq, std::uint32_t collection) const {
  const bool may = catalog_.may_write(author.role, collection) || is_mutant(Mutant::ignore_roles);
  return seq <= author.counted_through && may;
}

bool Tables::counts_on(RecordKey key, const AuthorRow& author, std::uint64_t seq, std::uint32_t collection) {
  const AuthorRow* owner = authors_.find(author_of(key));
  return counts(author, seq, collection) || owner == nullptr || !counts(*owner, seq_of(key), collection);
}

Result<Tables::Hot*> Tables::hot(const Collection& collection) {
  if (hot_.empty()) hot_.resize(catalog_.collections().size());
  Hot& one = hot_[static_cast<std::size_t>(&collection - catalog_.collections().data())];
  if (one.collection != nullptr) return &one;
  KAREZ_ASSIGN(one.insert, statements_.database().prepare(insert_sql(collection)));
  KAREZ_ASSIGN(one.exists, statements_.database().prepare("SELECT 1 FROM " + quoted(collection.name) +
                                                          " WHERE record=?"));
  int position = 2;
  for (const Field& field : collection.fields) {
    one.positions[field.number] = position;
    position += static_cast<int>(columns_of(field).size());
  }
  one.void_position = position;
  one.counted_position = position + 1;
  one.collection = &collection;
  return &one;
}

Result<const Collection*> Tables::find_collection(RecordKey key) {
  // The reference lists stand first in the catalog, the day's work last.
  for (auto collection = catalog_.collections().rbegin(); collection != catalog_.collections().rend();
       ++collection) {
    KAREZ_ASSIGN(Hot * prepared, hot(*collection));
    Statement& find = prepared->exists.bind(1, key);
    const auto has_row = find.step();
    find.reset();
    if (!has_row) return has_row.error();
    if (*has_row) return &*collection;
  }
  return nullptr;
}

const Collection* Tables::collection_of(RecordKey key) {
  const auto found = find_collection(key);
  return found ? *found : nullptr;
}

Result<bool> Tables::has_orphans() {
  if (!has_orphans_) {
    bool has_row = false;
    KAREZ_TRY(
        for_each_row(statements_.get("SELECT 1 FROM orphan LIMIT 1"), [&](Statement&) { has_row = true; }));
    has_orphans_ = has_row;
  }
  return *has_orphans_;
}

Result<bool> Tables::is_first_write(const Collection& collection, RecordKey key, const RecordId& record,
                                    const Write& op) {
  if (!op.field.is_catalog()) return false;
  if (op.replaces.size() != 1 || !(op.replaces.front() == record.dot())) return false;
  const Field* field = collection.field(op.field.number);
  const bool is_void = op.field.number == kVoidField;
  const bool is_key =
      field != nullptr && std::any_of(collection.keys.begin(), collection.keys.end(),
                                      [&](const NaturalKey& one) { return one.field == field->name; });
  if (is_key || is_void || field == nullptr) return false;
  bool is_written = false;
  KAREZ_TRY(
      for_each_row(statements_.get(kWritten).bind(1, key).bind(2, static_cast<std::int64_t>(op.field.number)),
                   [&](Statement&) { is_written = true; }));
  return !is_written;
}

Result<RecordKey> Tables::touch(AuthorRow& author, const RecordId& record) {
  const bool is_own = record.author == author.name_at(record.seq) && record.seq >= author.from_seq;
  if (is_own) return record_key(author.id, record.seq, record.k);
  author.touches_others = true;
  KAREZ_ASSIGN(const AuthorRow* owner, authors_.ensure(record.author, record.seq));
  return record_key(owner->id, record.seq, record.k);
}

Status Tables::apply_write(AuthorRow& author, const Change& change, const Write& op) {
  KAREZ_ASSIGN(const FieldKey field, field_key(op.field));
  KAREZ_ASSIGN(const RecordKey key, touch(author, op.record));
  for (const Dot& dot : op.replaces) KAREZ_TRY_IGNORING_VALUE(authors_.ensure(dot.author, dot.seq));
  const Collection* collection = collection_of(key);
  if (collection != nullptr && !takes(*collection, field, MergeKind::reg)) return {};
  bool is_first = false;
  if (collection != nullptr && counts_on(key, author, change.seq, collection->number)) {
    KAREZ_ASSIGN(is_first, is_first_write(*collection, key, op.record, op));
  }
  KAREZ_TRY(add_write(author, change.seq, key, field, op));
  if (collection != nullptr) note_definition(*collection);
  if (is_first) {
    const Field& first = *collection->field(op.field.number);
    KAREZ_TRY(store_value(*collection, key, first, op.value));
    return first.type == FieldType::ref ? refresh_same_of(*collection, key) : Status();
  }
  return after_operation(author, change, key, field);
}

Status Tables::apply_add(AuthorRow& author, const Change& change, const Add& op) {
  if (!op.field.is_catalog()) return {};
  KAREZ_ASSIGN(const RecordKey key, touch(author, op.record));
  const Collection* collection = collection_of(key);
  if (collection != nullptr && !takes(*collection, op.field.number, MergeKind::counter)) return {};
  Statement& add = statements_.get(kAddDelta);
  add.bind(1, key).bind(2, static_cast<std::int64_t>(op.field.number)).bind(3, author.id).bind(4, change.seq);
  KAREZ_TRY(add.bind(5, op.delta).run());
  return after_operation(author, change, key, op.field.number);
}

Status Tables::apply_put(AuthorRow& author, const Change& change, const RecordId& record,
                         const FieldName& field, const Value& value, const std::vector<Dot>* seen) {
  if (!field.is_catalog()) return {};
  KAREZ_ASSIGN(const RecordKey key, touch(author, record));
  const Collection* collection = collection_of(key);
  if (collection != nullptr && !takes(*collection, field.number, MergeKind::set)) return {};
  if (seen != nullptr) {
    for (const Dot& dot : *seen) KAREZ_TRY_IGNORING_VALUE(authors_.ensure(dot.author, dot.seq));
  }
  Statement& add = statements_.get(kAddSetOperation);
  add.bind(1, key).bind(2, static_cast<std::int64_t>(field.number)).bind_blob(3, encode_value(value));
  add.bind(4, author.id).bind(5, change.seq);
  if (seen != nullptr) add.bind_blob(6, encode_dots(*seen));
  KAREZ_TRY(add.run());
  return after_operation(author, change, key, field.number);
}

Status Tables::after_operation(AuthorRow& author, const Change& change, RecordKey key, FieldKey field) {
  const Collection* collection = collection_of(key);
  if (collection == nullptr) {
    has_orphans_ = true;
    return statements_.get(kAddOrphan).bind(1, key).bind(2, author.id).bind(3, change.seq).run();
  }
  return refresh_field(*collection, key, field);
}

Status Tables::refresh_field(const Collection& collection, RecordKey key, FieldKey number) {
  if (number == kVoidField || is_own_field(number)) return refresh_register(collection, key, number);
  const Field* field = collection.field(static_cast<std::uint32_t>(number));
  if (field == nullptr) return {};
  switch (field->merge) {
    case MergeKind::counter:
      return refresh_counter(collection, key, *field);
    case MergeKind::set:
      return refresh_set(collection, key, *field);
    case MergeKind::reg:
      return refresh_register(collection, key, number);
  }
  return {};
}

Status Tables::refresh_register(const Collection& collection, RecordKey key, FieldKey number) {
  KAREZ_ASSIGN(std::vector<RegisterWrite> all, bare_writes(collection, key, number));
  KAREZ_ASSIGN(const std::vector<RegisterWrite> siblings, visible(std::move(all), key, number));
  Value shown;
  if (!siblings.empty()) {
    shown = siblings.front().value;
  } else if (number != kVoidField) {
    KAREZ_ASSIGN(shown, initial_value(key, number));
  }
  if (number == kVoidField) {
    Statement& update = statements_.get("UPDATE " + quoted(collection.name) + " SET void=? WHERE record=?");
    if (const auto* reason = std::get_if<std::string>(&shown.side)) update.bind(1, *reason);
    KAREZ_TRY(update.bind(2, key).run());
    KAREZ_TRY(refresh_keys_of(collection, key));
    KAREZ_TRY(refresh_same_of(collection, key));
    return refresh_void_conflict(collection, key);
  }
  if (is_own_field(number)) {
    KAREZ_TRY(store_own_value(key, number, shown));
    KAREZ_TRY(set_conflict(key, number, values_differ(siblings)));
    return refresh_void_conflict(collection, key);
  }
  const Field* field = collection.field(static_cast<std::uint32_t>(number));
  const auto natural = std::find_if(collection.keys.begin(), collection.keys.end(),
                                    [&](const NaturalKey& one) { return one.field == field->name; });
  Value before;
  if (natural != collection.keys.end()) {
    KAREZ_ASSIGN(const std::optional<TableRow> old, row(collection, key));
    if (old) before = old->values[static_cast<std::size_t>(field - collection.fields.data())];
  }
  KAREZ_TRY(store_value(collection, key, *field, shown));
  if (natural != collection.keys.end()) {
    KAREZ_TRY(refresh_key_group(collection, *natural, before));
    KAREZ_TRY(refresh_keys_of(collection, key));
  }
  // A handout stands with its visit.
  if (natural != collection.keys.end() || field->type == FieldType::ref)
    KAREZ_TRY(refresh_same_of(collection, key));
  KAREZ_TRY(set_conflict(key, number, values_differ(siblings)));
  return refresh_void_conflict(collection, key);
}

Status Tables::refresh_counter(const Collection& collection, RecordKey key, const Field& field) {
  KAREZ_ASSIGN(const Value initial, initial_value(key, field.number));
  std::vector<CounterDelta> deltas;
  if (const auto* base = std::get_if<std::int64_t>(&initial.side)) {
    deltas.push_back({*base, true});
  }
  KAREZ_TRY(for_each_row(
      statements_.get("SELECT author, seq, delta FROM counter_add WHERE record=? AND field=?")
          .bind(1, key)
          .bind(2, static_cast<std::int64_t>(field.number)),
      [&](Statement& in) {
        const AuthorRow* author = authors_.find(in.integer(0));
        if (author == nullptr) return;
        deltas.push_back({in.integer(2), counts_on(key, *author, static_cast<std::uint64_t>(in.integer(1)),
                                                   collection.number)});
      }));
  Statement& update = statements_.get("UPDATE " + quoted(collection.name) + " SET " + quoted(field.name) +
                                      "=? WHERE record=?");
  return update.bind(1, counter_value(deltas)).bind(2, key).run();
}

Result<std::vector<SetElement>> Tables::elements(const Collection& collection, RecordKey key,
                                                 const Field& field) {
  std::vector<SetAddition> additions;
  std::vector<SetRemoval> removals;
  KAREZ_ASSIGN(const Value initial, initial_value(key, field.number));
  if (const auto* list = std::get_if<Value::List>(&initial.side)) {
    for (const Value& value : *list) additions.push_back({id_of(key).dot(), value, true});
  }
  KAREZ_TRY(for_each_row(
      statements_.get("SELECT value, author, seq, seen FROM set_operation WHERE record=? AND field=?")
          .bind(1, key)
          .bind(2, static_cast<std::int64_t>(field.number)),
      [&](Statement& in) {
        auto value = decode_value(in.blob(0));
        const AuthorRow* author = authors_.find(in.integer(1));
        if (!value || author == nullptr) return;
        const auto seq = static_cast<std::uint64_t>(in.integer(2));
        const bool op_counts = counts_on(key, *author, seq, collection.number);
        if (in.is_null(3)) {
          additions.push_back({{author->name_at(seq), seq}, *value, op_counts});
        } else {
          removals.push_back({*value, decode_dots(in.blob(3)), op_counts});
        }
      }));
  return set_elements(additions, removals);
}

Status Tables::refresh_set(const Collection& collection, RecordKey key, const Field& field) {
  KAREZ_ASSIGN(const std::vector<SetElement> present, elements(collection, key, field));
  Value::List list;
  for (const SetElement& element : present) list.push_back(element.value);
  return store_value(collection, key, field, Value(Value::Side(std::move(list))));
}

Status Tables::refresh_void_conflict(const Collection& collection, RecordKey key) {
  KAREZ_ASSIGN(std::vector<RegisterWrite> all, bare_writes(collection, key, kVoidField));
  if (all.size() == 1) return {};  // only the initial null: never voided
  KAREZ_ASSIGN(const std::vector<RegisterWrite> voids, visible(std::move(all), key, kVoidField));
  bool open = values_differ(voids);
  std::vector<Dot> named;
  bool is_void = false;
  for (const RegisterWrite& write : voids) {
    named.insert(named.end(), write.replaces.begin(), write.replaces.end());
    is_void = is_void || !write.value.is_null();
  }
  if (is_void && !open) {
    KAREZ_ASSIGN(const std::vector<Dot> edits, seen_by_void(collection, key));
    for (const Dot& dot : edits) {
      const bool is_void_write =
          std::any_of(voids.begin(), voids.end(), [&](const auto& w) { return w.dot == dot; });
      open = open || (!is_void_write && std::find(named.begin(), named.end(), dot) == named.end());
    }
  }
  return set_conflict(key, kVoidField, open && !is_mutant(Mutant::hide_void_conflict));
}

Result<std::vector<Dot>> Tables::seen_by_void(const Collection& collection, RecordKey key, const Seen& seen) {
  std::set<FieldKey> fields{kVoidField};
  KAREZ_TRY(
      for_each_row(statements_.get("SELECT DISTINCT field FROM field_write WHERE record=?").bind(1, key),
                   [&](Statement& in) { fields.insert(in.integer(0)); }));
  std::set<Dot> dots;
  const Dot creation = id_of(key).dot();
  for (FieldKey field : fields) {
    KAREZ_ASSIGN(std::vector<RegisterWrite> all, bare_writes(collection, key, field));
    for (RegisterWrite& write : all) write.counts = write.counts || (seen && seen(write.dot));
    for (std::size_t i : visible_writes(all)) {
      if (field == kVoidField || !(all[i].dot == creation)) dots.insert(all[i].dot);
    }
  }
  return std::vector<Dot>(dots.begin(), dots.end());
}

Status Tables::refresh_all_fields(const Collection& collection, RecordKey key) {
  KAREZ_TRY(forget_foreign_operations(statements_, collection, key));
  std::vector<FieldKey> fields;
  KAREZ_TRY(for_each_row(statements_.get(kTouchedFields).bind(1, key),
                         [&](Statement& in) { fields.push_back(in.integer(0)); }));
  for (FieldKey field : fields) KAREZ_TRY(refresh_field(collection, key, field));
  return {};
}

Status Tables::recount(const AuthorRow& author, std::uint64_t counted_before) {
  const RecordKey first = record_key(author.id, 0, 0);
  const RecordKey end = record_key(author.id + 1, 0, 0);
  are_definitions_new_ = true;
  // The flag of a whole log turns in one statement. On a record that does not count everything takes part, on
  // one that counts what counts: so most records show the same before and after, and only the others are
  // weighed again.
  std::vector<RecordKey> weighed;
  Statement& find_weighed = statements_.get(kWeighed).bind(1, first).bind(2, end).bind(3, author.id);
  KAREZ_TRY(for_each_row(find_weighed.bind(4, counted_before).bind(5, author.counted_through),
                         [&](Statement& in) { weighed.push_back(in.integer(0)); }));
  for (const Collection& collection : catalog_.collections()) {
    const bool may = catalog_.may_write(author.role, collection.number);
    const RecordKey boundary = may ? record_key(author.id, author.counted_through + 1, 0) : first;
    std::string has_key = "0";
    for (const NaturalKey& natural : collection.keys)
      has_key += " OR " + quoted(natural.field) + " IS NOT NULL";
    const std::string turned = " WHERE record>=?1 AND record<?2 AND counted != (record<?3)";
    const auto bound = [&](Statement& statement) -> Statement& {
      return statement.bind(1, first).bind(2, end).bind(3, boundary);
    };
    std::vector<RecordKey> with_key;
    KAREZ_TRY(for_each_row(bound(statements_.get("SELECT record FROM " + quoted(collection.name) + turned +
                                                 " AND (" + has_key + ") ORDER BY record")),
                           [&](Statement& in) { with_key.push_back(in.integer(0)); }));
    KAREZ_TRY(
        bound(statements_.get("UPDATE " + quoted(collection.name) + " SET counted=(record<?3)" + turned))
            .run());
    for (RecordKey key : with_key) KAREZ_TRY(refresh_keys_of(collection, key));
  }
  for (RecordKey key : weighed) {
    const Collection* collection = collection_of(key);
    if (collection != nullptr) KAREZ_TRY(refresh_all_fields(*collection, key));
  }
  if (!author.touches_others) return refresh_all_same();
  std::vector<std::pair<RecordKey, FieldKey>> touched;
  KAREZ_TRY(for_each_row(statements_.get(kTouchedBy).bind(1, author.id),
                         [&](Statement& in) { touched.emplace_back(in.integer(0), in.integer(1)); }));
  for (const auto& [key, field] : touched) {
    const Collection* collection = collection_of(key);
    if (collection != nullptr) KAREZ_TRY(refresh_field(*collection, key, field));
  }
  return refresh_all_same();
}

Status Tables::set_conflict(RecordKey key, FieldKey field, bool open) {
  return statements_.get(open ? kOpenConflict : kCloseConflict).bind(1, key).bind(2, field).run();
}

}  // namespace karez
