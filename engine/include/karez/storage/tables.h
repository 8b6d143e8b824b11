// The materialised tables: what the changes held amount to, as plain typed rows. Everything here is a
// function of the applied changes and of who counts; apply() and recount() are its incremental form, and
// rebuilding from the log must give the same rows (tests/property/tables_rebuild.cpp, and verify() on every
// replica).
//
// One thread; writes need a Transaction that the caller holds.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "karez/base/limits.h"
#include "karez/crdt/register.h"
#include "karez/crdt/set.h"
#include "karez/model/catalog.h"
#include "karez/storage/log_store.h"
#include "karez/storage/stream_names.h"

namespace karez {

/// The local key of a field: its number in the catalog or, of a coordinators' own field, the key of the
/// record that defines it. Never leaves the file.
using FieldKey = std::int64_t;
[[nodiscard]] constexpr bool is_own_field(FieldKey field) {
  return field >= static_cast<FieldKey>(limits::kCatalogNumber);
}

/// A row as it stands in its table.
struct TableRow {
  RecordKey record = 0;
  const Collection* collection = nullptr;
  std::vector<Value> values;  ///< by the position of the field in the collection; refs are RecordIds
  std::optional<std::string> void_reason;
  bool counted = false;
  std::optional<RecordKey> duplicate_of;
};

class Tables {
 public:
  Tables(Statements& statements, const Catalog& catalog, Authors& authors, LogStore& log)
      : statements_(statements),
        catalog_(catalog),
        authors_(authors),
        log_(log),
        names_(statements, authors, log) {}

  /// Applies one change of `author` (its next one; pins are the caller's business).
  Status apply(AuthorRow& author, const Change& change);
  /// Applies the next changes of `author`, to the same end as one apply() for each. A record that is made and
  /// edited among them is written once, as it stands at their end: its row need not grow in a full page.
  Status apply_run(AuthorRow& author, std::span<const OpenedChange> run);
  /// After `author`'s standing, role or cut changed: brings everything that it wrote in line.
  /// `counted_before`: up to which seq its records counted until now.
  Status recount(const AuthorRow& author, std::uint64_t counted_before);

  [[nodiscard]] StreamNames& names() { return names_; }
  /// A change as tables understand it: the log's, with names of streams where authors forked.
  Result<Change> change_at(AuthorId author, std::uint64_t seq);

  /// Forgets what it remembers of the database: another process has committed, or a transaction was rolled
  /// back.
  void forget() {
    has_orphans_.reset();
    has_same_.reset();
    are_definitions_new_ = true;
  }
  /// Whether definitions of own fields or choices may be others than at the last question. Until the first
  /// one they are.
  [[nodiscard]] bool take_news_of_definitions() { return std::exchange(are_definitions_new_, false); }

  // Reading.
  [[nodiscard]] RecordId id_of(RecordKey key);
  [[nodiscard]] std::optional<RecordKey> key_of(const RecordId& id);
  /// The collection whose table holds the record; null: none does. Errors: those of reading.
  Result<const Collection*> find_collection(RecordKey key);
  /// The same where a table that cannot be read holds nothing.
  const Collection* collection_of(RecordKey key);
  Result<std::optional<TableRow>> row(const Collection& collection, RecordKey key);
  /// The writes of a register, the initial one first (if its creation gave one or `field` is void: a null).
  Result<std::vector<RegisterWrite>> writes(const Collection& collection, RecordKey key, FieldKey field);
  Result<std::vector<SetElement>> elements(const Collection& collection, RecordKey key, const Field& field);
  // Own fields (own_values.cpp): merged like every register, and kept whether or not anybody defined them, so
  // that it does not matter which comes first. What shows is for whoever knows the definitions.
  /// The local key of a field; of an own one nothing where its definition's author is not known here.
  std::optional<FieldKey> find_field(const FieldName& name);
  FieldName name_of(FieldKey field);
  /// The values that a record shows in own fields.
  Result<std::map<FieldKey, Value>> own_values(RecordKey key);
  /// Own fields that were written after the record's creation, by their definitions' ids.
  Result<std::vector<FieldKey>> own_fields_written(RecordKey key);
  /// Dots that a void written now must name: the visible voids and every visible edit of the record. `seen`
  /// adds writes that its holder has before him although they do not count.
  using Seen = std::function<bool(const Dot&)>;
  Result<std::vector<Dot>> seen_by_void(const Collection& collection, RecordKey key, const Seen& seen = {});
  [[nodiscard]] bool counts(const AuthorRow& author, std::uint64_t seq, std::uint32_t collection) const;
  /// Whether a change's operation takes part in what the record shows. On a record that itself does not count
  /// all of them do: it stands outside totals and is shown as its people left it.
  [[nodiscard]] bool counts_on(RecordKey key, const AuthorRow& author, std::uint64_t seq,
                               std::uint32_t collection);
  /// The counted holder of a natural key.
  Result<std::optional<RecordKey>> holder(const Collection& collection, const NaturalKey& key,
                                          const Value& value);

 private:
  /// A record to be written: its creation, and the writes of the same run that are its fields' first.
  struct Creation {
    RecordKey key = 0;
    std::uint64_t seq = 0;
    const Create* create = nullptr;
    const Collection* collection = nullptr;
    std::vector<const Write*> writes;
    bool is_closed = false;  ///< something has to be weighed: what follows comes after the insert
  };
  Status apply_named(AuthorRow& author, const Change& change);
  Status apply_named_run(AuthorRow& author, std::span<const OpenedChange> run);
  Status insert(AuthorRow& author, const Creation& creation);
  /// Whether a write of the run is settled by inserting the record with it.
  bool fold(const AuthorRow& author, std::uint64_t seq, const Write& op, std::vector<Creation>& made);
  Status add_write(const AuthorRow& author, std::uint64_t seq, RecordKey key, FieldKey field,
                   const Write& op);
  Result<FieldKey> field_key(const FieldName& name);
  Status insert_own_values(const Creation& creation);
  Status store_own_value(RecordKey key, FieldKey field, const Value& value);
  void note_definition(const Collection& collection) {
    are_definitions_new_ = are_definitions_new_ || collection.name == "field" || collection.name == "choice";
  }
  /// Applies an operation other than a creation.
  Status apply_operation(AuthorRow& author, const Change& change, const Operation& op);
  Status apply_write(AuthorRow& author, const Change& change, const Write& op);
  Status apply_add(AuthorRow& author, const Change& change, const Add& op);
  Status apply_put(AuthorRow& author, const Change& change, const RecordId& record, const FieldName& field,
                   const Value& value, const std::vector<Dot>* seen);
  /// The writes without their times and without the initial one's value: those may have to be unpacked.
  Result<std::vector<RegisterWrite>> bare_writes(const Collection& collection, RecordKey key, FieldKey field);
  /// The visible ones among bare writes, the shown one first; one that is alone has no time, which nobody
  /// needs then.
  Result<std::vector<RegisterWrite>> visible(std::vector<RegisterWrite> bare, RecordKey key, FieldKey field);
  /// Gives a bare write its time, and the initial one its value.
  Status complete(RegisterWrite& write, RecordKey key, FieldKey field);
  /// The local key of a record that an operation of `author` is about.
  Result<RecordKey> touch(AuthorRow& author, const RecordId& record);
  Status after_operation(AuthorRow& author, const Change& change, RecordKey key, FieldKey field);
  Status refresh_field(const Collection& collection, RecordKey key, FieldKey field);
  Status refresh_register(const Collection& collection, RecordKey key, FieldKey field);
  Status refresh_counter(const Collection& collection, RecordKey key, const Field& field);
  Status refresh_set(const Collection& collection, RecordKey key, const Field& field);
  Status refresh_void_conflict(const Collection& collection, RecordKey key);
  Status refresh_all_fields(const Collection& collection, RecordKey key);
  Status refresh_key_group(const Collection& collection, const NaturalKey& key, const Value& value);
  Status refresh_keys_of(const Collection& collection, RecordKey key);
  /// Verdicts that two records are one (table_verdicts.cpp).
  Result<bool> has_same();
  Status keep_same(const Creation& creation);
  /// After anything about a record, or about a verdict, that decides which of some records stays in totals.
  Status refresh_same_of(const Collection& collection, RecordKey key);
  Status refresh_all_same();
  Status refresh_same_ends(Statement& ends);
  Status refresh_same(const Collection& collection, RecordKey key);
  Status set_conflict(RecordKey key, FieldKey field, bool open);
  Status store_value(const Collection& collection, RecordKey key, const Field& field, const Value& value);
  void bind_value(Statement& statement, int& position, const Field& field, const Value& value);
  Value read_value(Statement& statement, int& position, const Field& field);
  Result<Value> initial_value(RecordKey key, FieldKey field);
  Bytes encode_dots(const std::vector<Dot>& dots);
  std::vector<Dot> decode_dots(ByteView bytes);

  /// The statements of a collection that every record needs, compiled once.
  struct Hot {
    const Collection* collection = nullptr;
    Statement insert, exists;
    std::map<std::uint32_t, Statement> updates;  ///< by field number
    std::map<std::uint32_t, int> positions;      ///< by field number: where the insert takes it
    int void_position = 0, counted_position = 0;
  };
  Result<bool> has_orphans();
  Result<Hot*> hot(const Collection& collection);
  /// Whether a write of `field` is the record's first news: nobody has written that field, nobody has voided
  /// the record, and the write replaces the initial value. Then there is nothing to weigh.
  Result<bool> is_first_write(const Collection& collection, RecordKey key, const RecordId& record,
                              const Write& op);

  Statements& statements_;
  const Catalog& catalog_;
  Authors& authors_;
  LogStore& log_;
  StreamNames names_;
  std::vector<Hot> hot_;
  std::optional<bool> has_orphans_;
  std::optional<bool> has_same_;
  bool are_definitions_new_ = true;
};

}  // namespace karez
