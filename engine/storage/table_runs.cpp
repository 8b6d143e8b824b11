// Changes into the tables: creations, and runs of changes in which a record is made and edited.
#include <algorithm>

#include "karez/base/mutants.h"
#include "karez/storage/tables.h"
#include "table_values.h"

namespace karez {
namespace {

constexpr auto kAddWrite =
    "INSERT OR IGNORE INTO field_write (record, field, author, seq, value, replaces) VALUES (?, ?, ?, ?, ?, "
    "?)";
constexpr auto kDropOrphans = "DELETE FROM orphan WHERE record=?";

bool is_key(const Collection& collection, const Field& field) {
  return std::any_of(collection.keys.begin(), collection.keys.end(),
                     [&](const NaturalKey& one) { return one.field == field.name; });
}

}  // namespace

Status Tables::apply(AuthorRow& author, const Change& change) {
  if (!names_.concerns(author, change)) return apply_named(author, change);
  KAREZ_TRY(names_.keep_pins(author, change));
  Change named = change;
  KAREZ_TRY(names_.name(author, named));
  return apply_named(author, named);
}

Status Tables::apply_run(AuthorRow& author, std::span<const OpenedChange> run) {
  const bool is_concerned = std::any_of(run.begin(), run.end(), [&](const OpenedChange& opened) {
    return names_.concerns(author, opened.change);
  });
  if (!is_concerned) return apply_named_run(author, run);
  std::vector<OpenedChange> named(run.size());
  for (std::size_t i = 0; i < run.size(); ++i) {
    named[i].change = run[i].change;
    KAREZ_TRY(names_.keep_pins(author, named[i].change));
    KAREZ_TRY(names_.name(author, named[i].change));
  }
  return apply_named_run(author, named);
}

Status Tables::apply_named(AuthorRow& author, const Change& change) {
  std::uint32_t k = 0;
  for (const Operation& op : change.operations) {
    if (const auto* create = std::get_if<Create>(&op)) {
      ++k;
      const Collection* collection = catalog_.collection(create->collection);
      if (collection == nullptr) continue;  // of a newer catalog: stays in the log
      KAREZ_TRY(
          insert(author, {record_key(author.id, change.seq, k), change.seq, create, collection, {}, false}));
    } else {
      KAREZ_TRY(apply_operation(author, change, op));
    }
  }
  return {};
}

Status Tables::apply_named_run(AuthorRow& author, std::span<const OpenedChange> run) {
  std::vector<Creation> made;  // by key
  std::vector<std::pair<const Change*, const Operation*>> later;
  KAREZ_ASSIGN(const bool may_have_orphans, has_orphans());
  for (const OpenedChange& opened : run) {
    const Change& change = opened.change;
    std::uint32_t k = 0;
    for (const Operation& op : change.operations) {
      if (const auto* create = std::get_if<Create>(&op)) {
        ++k;
        const Collection* collection = catalog_.collection(create->collection);
        if (collection == nullptr) continue;
        made.push_back(
            {record_key(author.id, change.seq, k), change.seq, create, collection, {}, may_have_orphans});
        continue;
      }
      const auto* write = std::get_if<Write>(&op);
      if (write != nullptr && fold(author, change.seq, *write, made)) {
        const RecordId& record = write->record;
        KAREZ_TRY(add_write(author, change.seq, record_key(author.id, record.seq, record.k),
                            static_cast<FieldKey>(write->field.number), *write));
      } else {
        later.emplace_back(&change, &op);
      }
    }
  }
  for (const Creation& one : made) KAREZ_TRY(insert(author, one));
  // Operations on one record keep their order; those on different records do not see each other.
  for (const auto& [change, op] : later) KAREZ_TRY(apply_operation(author, *change, *op));
  return {};
}

bool Tables::fold(const AuthorRow& author, std::uint64_t seq, const Write& op, std::vector<Creation>& made) {
  if (!(op.record.author == author.name_at(op.record.seq))) return false;
  const RecordKey key = record_key(author.id, op.record.seq, op.record.k);
  const auto one = std::lower_bound(made.begin(), made.end(), key,
                                    [](const Creation& creation, RecordKey of) { return creation.key < of; });
  if (one == made.end() || one->key != key || one->is_closed) return false;
  const Collection& collection = *one->collection;
  const Field* field = op.field.is_catalog() ? collection.field(op.field.number) : nullptr;
  const bool is_void = op.field.is_catalog() && op.field.number == kVoidField;
  // Of a field that nobody has written and of a record that nobody has voided, replacing the initial value:
  // see is_first_write(). A void as the only write of its record voids it, and meets no edit that it does not
  // name.
  const bool is_first = op.replaces.size() == 1 && op.replaces.front() == op.record.dot() &&
                        std::none_of(one->writes.begin(), one->writes.end(), [&](const Write* before) {
                          return is_void || before->field == op.field || before->field.number == kVoidField;
                        });
  const bool is_plain = is_void ? std::holds_alternative<std::string>(op.value.side)
                                : field != nullptr && takes(collection, field->number, MergeKind::reg) &&
                                      !is_key(collection, *field);
  one->is_closed = !is_first || !is_plain || !counts_on(key, author, seq, collection.number);
  if (!one->is_closed) one->writes.push_back(&op);
  return !one->is_closed;
}

Status Tables::insert(AuthorRow& author, const Creation& creation) {
  const Collection& collection = *creation.collection;
  KAREZ_ASSIGN(Hot * prepared, hot(collection));
  Statement& insert = prepared->insert;
  insert.bind(1, creation.key);
  const auto bind = [&](const FieldName& name, const Value& value) {
    const Field* field = name.is_catalog() ? collection.field(name.number) : nullptr;
    if (field == nullptr) return;
    int position = prepared->positions.at(field->number);
    bind_value(insert, position, *field, value);
  };
  for (const FieldValue& given : creation.create->fields) {
    const bool is_replaced = std::any_of(creation.writes.begin(), creation.writes.end(),
                                         [&](const Write* write) { return write->field == given.field; });
    if (!is_replaced) bind(given.field, given.value);
  }
  for (const Write* write : creation.writes) {
    if (write->field.number == kVoidField) {
      if (is_mutant(Mutant::forget_void)) continue;
      insert.bind(prepared->void_position, std::get<std::string>(write->value.side));
    } else {
      bind(write->field, write->value);
    }
  }
  insert.bind(prepared->counted_position, counts(author, creation.seq, collection.number) ? 1 : 0);
  KAREZ_TRY(insert.run());
  note_definition(collection);
  const std::vector<FieldValue>& given_fields = creation.create->fields;
  if (!given_fields.empty() && !given_fields.back().field.is_catalog())
    KAREZ_TRY(insert_own_values(creation));

  KAREZ_ASSIGN(const bool may_have_orphans, has_orphans());
  if (may_have_orphans) {
    KAREZ_TRY(statements_.get(kDropOrphans).bind(1, creation.key).run());
    if (statements_.database().changes() > 0) KAREZ_TRY(refresh_all_fields(collection, creation.key));
  }
  for (const NaturalKey& natural : collection.keys) {
    const FieldName name = FieldName::catalog(collection.field(natural.field)->number);
    for (const FieldValue& given : creation.create->fields) {
      if (given.field == name) KAREZ_TRY(refresh_key_group(collection, natural, given.value));
    }
  }
  if (collection.name == "verdict") KAREZ_TRY(keep_same(creation));
  return refresh_same_of(collection, creation.key);
}

Status Tables::add_write(const AuthorRow& author, std::uint64_t seq, RecordKey key, FieldKey field,
                         const Write& op) {
  Statement& add = statements_.get(kAddWrite);
  add.bind(1, key).bind(2, field).bind(3, author.id).bind(4, seq);
  return add.bind_blob(5, encode_value(op.value)).bind_blob(6, encode_dots(op.replaces)).run();
}

Status Tables::apply_operation(AuthorRow& author, const Change& change, const Operation& op) {
  if (const auto* write = std::get_if<Write>(&op)) return apply_write(author, change, *write);
  if (const auto* add = std::get_if<Add>(&op)) return apply_add(author, change, *add);
  if (const auto* put = std::get_if<Put>(&op)) {
    return apply_put(author, change, put->record, put->field, put->value, nullptr);
  }
  if (const auto* drop = std::get_if<Drop>(&op)) {
    return apply_put(author, change, drop->record, drop->field, drop->value, &drop->seen);
  }
  return {};
}

}  // namespace karez
