// What a relay does with erases: the private parts that they name go from its packs, and from the file. It
// reads no record for that: an erase names a change, and members say whose erases count.
#include <algorithm>

#include "karez/storage/erasures.h"
#include "karez/storage/row.h"
#include "pack_store.h"

namespace karez::relay {
namespace {

constexpr const char* kPutErasure =
    "INSERT INTO erased (author, seq, by_author, by_seq) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
constexpr const char* kErasuresOf = "SELECT by_author, by_seq FROM erased WHERE author = ?1 AND seq = ?2";
constexpr const char* kOpenErasures =
    "SELECT author, seq, by_author, by_seq, state FROM erased WHERE state < 2";
constexpr const char* kSetErasure = "UPDATE erased SET state = ?1 WHERE author = ?2 AND seq = ?3";
constexpr const char* kAnyErasure = "SELECT count(*) FROM erased";
constexpr const char* kPacksWith =
    "SELECT p.arrival, p.bytes FROM pack p JOIN author a ON a.id = p.author "
    "WHERE a.key = ?1 AND p.first_seq <= ?2 AND p.last_seq >= ?2 ORDER BY p.arrival";
constexpr const char* kRewrite = "UPDATE pack SET bytes = ?1 WHERE arrival = ?2";

}  // namespace

Status PackStore::prepare_erasures() {
  KAREZ_ASSIGN(put_erasure_, database_.prepare(kPutErasure));
  KAREZ_ASSIGN(erasures_of_, database_.prepare(kErasuresOf));
  KAREZ_ASSIGN(open_erasures_, database_.prepare(kOpenErasures));
  KAREZ_ASSIGN(set_erasure_, database_.prepare(kSetErasure));
  KAREZ_ASSIGN(Statement any, database_.prepare(kAnyErasure));
  return for_each_row(any, [&](Statement& row) { has_erasures_ = row.integer(0) > 0; });
}

PartState PackStore::part_state(const AuthorKey& author, std::uint64_t seq) {
  PartState state;
  if (!has_erasures_) return state;
  const Status read = for_each_row(erasures_of_.bind_blob(1, author.bytes).bind(2, seq), [&](Statement& row) {
    const auto by = state_.members->find(AuthorKey{fixed<32>(row.blob(0))});
    if (by == state_.members->end()) return;
    // What is gone does not come back by a revocation: the role that somebody enrolled with is enough for
    // that.
    const auto fact = facts_.find(by->first);
    state.may_be_absent = state.may_be_absent || by->second.may_erase ||
                          (fact != facts_.end() && has_eraser_role(fact->second.enrolment));
    const bool counts = by->second.may_erase && (!by->second.cut || number(row, 1) <= by->second.cut->first);
    state.is_erased = state.is_erased || counts;
  });
  // Of a log that parted a dot alone names no branch.
  if (!read || state_.forked.contains(author)) state.is_erased = false;
  return state;
}

Status PackStore::carry_out_erasures(std::vector<std::uint64_t>& rewritten) {
  if (!has_erasures_) return {};
  std::vector<std::pair<AuthorKey, std::uint64_t>> due;
  bool is_unwiped = false;
  KAREZ_TRY(for_each_row(open_erasures_, [&](Statement& row) {
    is_unwiped = is_unwiped || row.integer(4) == 1;
    if (row.integer(4) == 0) due.emplace_back(AuthorKey{fixed<32>(row.blob(0))}, number(row, 1));
  }));
  for (const auto& [author, seq] : due) {
    const std::optional<Head> head = state_.head_of(author);
    // What is not here yet loses its part when it comes (Admission).
    if (!head || head->seq < seq || !part_state(author, seq).is_erased) continue;
    KAREZ_TRY(erase_part(author, seq, rewritten));
    is_unwiped = true;
  }
  if (!is_unwiped) return {};
  KAREZ_ASSIGN(const bool is_wiped, database_.wipe());
  if (!is_wiped) return {};
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  KAREZ_TRY(database_.execute("UPDATE erased SET state = 2 WHERE state = 1"));
  return transaction.commit();
}

Status PackStore::erase_part(const AuthorKey& author, std::uint64_t seq,
                             std::vector<std::uint64_t>& rewritten) {
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  std::vector<std::pair<std::uint64_t, Bytes>> packs;
  KAREZ_ASSIGN(Statement find, database_.prepare(kPacksWith));
  KAREZ_TRY(for_each_row(find.bind_blob(1, author.bytes).bind(2, seq), [&](Statement& row) {
    packs.emplace_back(number(row, 0), Bytes(row.blob(1).begin(), row.blob(1).end()));
  }));
  KAREZ_ASSIGN(Statement rewrite, database_.prepare(kRewrite));
  for (const auto& [arrival, bytes] : packs) {
    KAREZ_ASSIGN(OpenedPack opened, read_stored_pack(bytes, AbsentParts::accepted));
    KAREZ_ASSIGN(const Bytes stripped, without_parts(opened, {seq}));
    KAREZ_TRY(rewrite.bind_blob(1, stripped).bind(2, arrival).run());
  }
  KAREZ_TRY(set_erasure_.bind(1, 1).bind_blob(2, author.bytes).bind(3, seq).run());
  KAREZ_TRY(transaction.commit());
  for (const auto& [arrival, bytes] : packs) rewritten.push_back(arrival);
  return {};
}

}  // namespace karez::relay
