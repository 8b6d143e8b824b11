// Natural keys: which counted record a code resolves to, and which others are its duplicates.
#include "karez/base/mutants.h"
#include "karez/storage/tables.h"
#include "table_values.h"

namespace karez {

Status Tables::refresh_keys_of(const Collection& collection, RecordKey key) {
  if (collection.keys.empty()) return {};
  KAREZ_ASSIGN(const std::optional<TableRow> current, row(collection, key));
  if (!current) return {};
  for (const NaturalKey& natural : collection.keys) {
    const auto at = static_cast<std::size_t>(collection.field(natural.field) - collection.fields.data());
    if (current->values[at].is_null()) {
      // Without a key it cannot be a duplicate (any more).
      KAREZ_TRY(statements_.get("UPDATE " + quoted(collection.name) + " SET duplicate_of=NULL WHERE record=?")
                    .bind(1, key)
                    .run());
    }
    KAREZ_TRY(refresh_key_group(collection, natural, current->values[at]));
  }
  return {};
}

Status Tables::refresh_key_group(const Collection& collection, const NaturalKey& natural,
                                 const Value& value) {
  if (value.is_null()) return {};
  struct Member {
    RecordKey key;
    bool eligible;
    bool counted;
    std::optional<RecordKey> duplicate_of;
  };
  Statement& find = statements_.get("SELECT record, counted, void IS NOT NULL, duplicate_of FROM " +
                                    quoted(collection.name) + " WHERE " + quoted(natural.field) + "=?");
  bind_key(find, 1, value);
  std::vector<Member> members;
  KAREZ_TRY(for_each_row(find, [&](Statement& in) {
    const bool counted = in.integer(1) == 1;
    members.push_back({in.integer(0), counted && (natural.voided_keeps || in.integer(2) == 0), counted,
                       in.is_null(3) ? std::nullopt : std::optional<RecordKey>(in.integer(3))});
  }));
  std::optional<RecordKey> winner;
  if (members.size() == 1) {
    if (members[0].eligible) winner = members[0].key;
  } else {
    std::optional<std::pair<HybridTime, RecordId>> lowest;
    for (const Member& member : members) {
      if (!member.eligible) continue;
      const auto time = log_.time_at(author_of(member.key), seq_of(member.key));
      const std::pair<HybridTime, RecordId> rank{time.value_or(HybridTime{}), id_of(member.key)};
      if (lowest && (*lowest < rank) != is_mutant(Mutant::prefer_newest_code)) continue;
      lowest = rank;
      winner = member.key;
    }
  }
  for (const Member& member : members) {
    std::optional<RecordKey> duplicate_of;
    if (member.eligible && winner && *winner != member.key) duplicate_of = winner;
    if (duplicate_of == member.duplicate_of) continue;
    Statement& update =
        statements_.get("UPDATE " + quoted(collection.name) + " SET duplicate_of=? WHERE record=?");
    if (duplicate_of) update.bind(1, *duplicate_of);
    KAREZ_TRY(update.bind(2, member.key).run());
  }
  // Imported rows first, then what verdicts say of the ones that stay.
  return members.empty() ? Status() : refresh_same_of(collection, members.front().key);
}

Result<std::optional<RecordKey>> Tables::holder(const Collection& collection, const NaturalKey& natural,
                                                const Value& value) {
  Statement& find = statements_.get("SELECT record FROM " + quoted(collection.name) + " WHERE " +
                                    quoted(natural.field) + "=? AND counted=1 AND duplicate_of IS NULL" +
                                    (natural.voided_keeps ? "" : " AND void IS NULL"));
  bind_key(find, 1, value);
  std::optional<RecordKey> found;
  KAREZ_TRY(for_each_row(find, [&](Statement& in) { found = in.integer(0); }));
  return found;
}

}  // namespace karez
