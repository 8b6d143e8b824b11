// Erasing personal fields: the private parts of changes go, their contents and the chain stay.
// schema/sealed-fields.md.
#include <set>

#include "karez/replica/sealing.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kWipeDue = "wipe_due";

bool has_role(const std::vector<std::uint32_t>& roles, const AuthorRow& row) {
  return std::find(roles.begin(), roles.end(), row.role) != roles.end();
}

}  // namespace

Result<bool> Replica::Impl::is_erased(const AuthorRow& row, std::uint64_t seq) {
  KAREZ_ASSIGN(const bool is_empty, erasures.none());
  if (is_empty) return false;
  // Where a log parted, a dot alone does not say which branch is meant: what all of them share can be erased.
  if (row.is_forked() && seq >= authors.first_split(row.key)) return false;
  KAREZ_ASSIGN(const auto named, erasures.of(row.key, seq));
  const auto roles = catalog.roles_with("erase");
  return std::any_of(named.begin(), named.end(), [&](const Erasure& one) {
    const AuthorRow* by = authors.find(one.by);
    return by != nullptr && has_role(roles, *by) && by->counted_through >= one.by_seq;
  });
}

Result<bool> Replica::Impl::may_be_absent(const AuthorRow& row, std::uint64_t seq) {
  KAREZ_ASSIGN(const auto named, erasures.of(row.key, seq));
  const auto roles = catalog.roles_with("erase");
  return std::any_of(named.begin(), named.end(), [&](const Erasure& one) {
    const AuthorRow* by = authors.find(one.by);
    return by != nullptr && has_role(roles, *by);
  });
}

Result<bool> Replica::Impl::is_rightly_absent(const AuthorRow* row, const OpenedPack& pack) {
  for (const OpenedChange& one : pack.changes) {
    if (!is_part_absent(one) || one.change.seq <= row->held_seq) continue;
    KAREZ_ASSIGN(const bool may_be, may_be_absent(*row, one.change.seq));
    if (!may_be) return false;
  }
  return true;
}

Result<std::optional<std::pair<std::shared_ptr<const OpenedPack>, Bytes>>> Replica::Impl::without_erased(
    const AuthorRow& row, const OpenedPack& pack) {
  std::optional<std::pair<std::shared_ptr<const OpenedPack>, Bytes>> out;
  std::vector<std::uint64_t> seqs;
  for (const OpenedChange& one : pack.changes) {
    if (!one.private_part) continue;
    KAREZ_ASSIGN(const bool is_gone, is_erased(row, one.change.seq));
    if (is_gone) seqs.push_back(one.change.seq);
  }
  if (seqs.empty()) return out;
  auto stripped = std::make_shared<OpenedPack>(pack);
  KAREZ_ASSIGN(Bytes bytes, without_parts(*stripped, seqs));
  out.emplace(std::move(stripped), std::move(bytes));
  return out;
}

Result<bool> Replica::Impl::carry_out_erasures() {
  KAREZ_ASSIGN(const auto pending, erasures.pending());
  std::uint64_t appended = 0;
  for (const Erasure& one : pending) {
    const AuthorRow* row = authors.find(one.author);
    if (row == nullptr) continue;
    KAREZ_ASSIGN(const bool is_gone, is_erased(*row, one.seq));
    if (is_gone) {
      KAREZ_ASSIGN(const bool is_held, erasures.carry_out(one));
      KAREZ_TRY(meta.set(kWipeDue, std::int64_t{1}));
      may_be_unwiped = true;
      if (is_held) continue;
    }
    KAREZ_ASSIGN(const bool may_be, may_be_absent(*row, one.seq));
    if (may_be) KAREZ_TRY(take_from_aside(one.author, appended));
  }
  return appended > 0;
}

Status Replica::Impl::wipe_erased() {
  if (!may_be_unwiped) return {};
  if (meta.integer(kWipeDue).value_or(0) == 0) {
    may_be_unwiped = false;
    return {};
  }
  // What was erased is committed. Where the file is in use, or the disk full, the next write cleans it.
  const auto is_wiped = database.wipe();
  if (!is_wiped || !*is_wiped) return {};
  log.forget();
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database));
  KAREZ_TRY(meta.set(kWipeDue, std::int64_t{0}));
  KAREZ_TRY(transaction.commit());
  may_be_unwiped = false;
  return {};
}

Result<Erased> erase_record(Replica& replica, const RecordId& id, const std::string& reason) {
  Replica::Impl& self = replica.impl();
  if (reason.empty()) return Error{ErrorCode::usage, "say why: --reason TEXT (without personal details)"};
  if (reason.size() > limits::kNameBytes) return Error{ErrorCode::usage, "a reason has at most 256 bytes"};
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  AuthorRow& own = self.me();
  if (!has_role(self.catalog.roles_with("erase"), own) || own.counted_through < own.held_seq + 1)
    return Error{ErrorCode::refused, "only a coordinator may erase; nothing was erased"};
  KAREZ_ASSIGN(const auto where, self.locate(id));
  std::set<Dot> dots{self.tables.id_of(where.second).dot()};
  for (const Field& field : where.first->fields) {
    if (!field.is_sealed) continue;
    KAREZ_ASSIGN(const auto writes, self.tables.writes(*where.first, where.second, field.number));
    for (const RegisterWrite& one : writes) dots.insert(one.dot);
  }
  Erased erased;
  std::vector<Operation> operations;
  bool was_erased = false;
  for (const Dot& dot : dots) {
    const AuthorRow* row = self.authors.named(dot.author, dot.seq);
    if (row == nullptr) continue;
    KAREZ_ASSIGN(const OpenedChange stored, self.log.read(row->id, dot.seq));
    if (!stored.change.private_commitment) continue;
    KAREZ_ASSIGN(const bool is_gone, self.is_erased(*row, dot.seq));
    was_erased = was_erased || is_gone;
    if (is_gone) continue;
    if (row->is_forked() && dot.seq >= self.authors.first_split(row->key)) {
      return Error{ErrorCode::refused, "the log of " + row->laptop +
                                           " has branches (its disk was copied), and this record stands in "
                                           "one of them: this version cannot "
                                           "erase there; nothing was erased"};
    }
    operations.emplace_back(Erase{{row->key, dot.seq}});
    ++erased.changes;
  }
  if (operations.empty()) {
    return Error{ErrorCode::refused, was_erased
                                         ? "the personal fields of " + to_text(id) + " are erased already"
                                         : to_text(id) + " holds no personal fields; nothing was erased"};
  }
  KAREZ_ASSIGN(Create verdict, self.make_create({"verdict",
                                                 {{"action", Value::of(std::string("erase"))},
                                                  {"about", Value(Value::Side(id))},
                                                  {"reason", Value::of(reason)}}},
                                                own.held_seq + 1));
  erased.verdict = {own.name_at(own.held_seq + 1), own.held_seq + 1, 1};
  operations.emplace_back(std::move(verdict));
  KAREZ_TRY(self.append_change(*self.keys.find(own.key), own, std::move(operations)));
  KAREZ_TRY(self.carry_out_erasures());
  KAREZ_TRY(self.commit(transaction));
  erased.is_wiped = !self.may_be_unwiped;
  return erased;
}

}  // namespace karez
