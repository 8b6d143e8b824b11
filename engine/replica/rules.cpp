#include "karez/replica/rules.h"

#include <algorithm>
#include <utility>

#include "rule_check.h"
#include "stock_guard.h"

namespace karez {
namespace {

constexpr std::size_t kMembersNamed = 3;

std::string clock_text(const WallTime& time) {
  const std::string text = format_wall_time(time);
  return text.size() >= 16 ? text.substr(text.find('T') + 1, 5) : text;
}

}  // namespace

std::string to_text(const RuleBreach& breach) {
  const RuleGroup& group = breach.group;
  std::string held;
  const std::size_t count = std::min(group.members.size(), kMembersNamed);
  for (std::size_t i = group.members.size() - count; i < group.members.size(); ++i) {
    const RuleMember& member = group.members[i];
    held += (held.empty() ? "" : "; ") + clock_text(member.time) + " " + member.site + " " + member.laptop;
  }
  if (!held.empty()) held = " (held here: " + held + ")";
  const std::string window = group.window.empty() ? "" : ", " + group.window;
  return to_text(group.subject) + (group.rule.item.empty() ? "" : ", " + group.rule.item) + window +
         ": the limit is " + std::to_string(group.quota) + ", this makes " + to_text(group.total) + held;
}

Result<std::vector<RuleBreach>> foresee(Replica& replica, std::span<const NewRecord> records) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  RuleCheck check(self);
  return check.judge(0, records);
}

Result<JudgedRecords> create_unblocked(Replica& replica, std::span<const std::vector<NewRecord>> changes,
                                       const std::set<std::size_t>& keep_first) {
  StockGuard stock(replica.impl());
  return replica.impl().create_all(changes, true, keep_first, stock);
}

Result<RuleGroup> rule_group(Replica& replica, const std::string& name) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(RuleBook book, RuleBook::load(rule_source(self)));
  return book.group_named(name);
}

Result<RecordId> judge_group(Replica& replica, const std::string& name, const std::string& action,
                             const std::string& reason) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(Transaction transaction, self.begin_write());
  KAREZ_ASSIGN(RuleBook book, RuleBook::load(rule_source(self)));
  KAREZ_ASSIGN(const RuleGroup group, book.group_named(name));
  if (group.member_count > group.members.size()) {
    return Error{ErrorCode::too_large, "the group has " + std::to_string(group.member_count) +
                                           " records, more than one verdict can name; nothing was recorded"};
  }
  KAREZ_ASSIGN(std::string seen, seen_text(group.members));
  NewRecord verdict{
      "verdict",
      {{"action", Value::of(action)}, {"subject", Value::of(name)}, {"seen", Value::of(std::move(seen))}}};
  if (!reason.empty()) verdict.fields.emplace_back("reason", Value::of(reason));
  AuthorRow& row = self.me();
  const std::uint64_t seq = row.held_seq + 1;
  KAREZ_ASSIGN(Create create, self.make_create(verdict, seq));
  // It is about these records: what they are must be there wherever the verdict is.
  std::set<AuthorKey> builds_on;
  for (const RuleMember& member : group.members) {
    const AuthorRow* author = self.authors.find(member.log);
    if (author != nullptr && !self.is_own(*author)) builds_on.insert(author->key);
  }
  const RecordId id{row.name_at(seq), seq, 1};
  KAREZ_TRY(self.append_change(*self.keys.find(row.key), row, {Operation(std::move(create))}, builds_on));
  KAREZ_TRY(self.commit(transaction));
  return id;
}

Result<std::vector<Duty>> duties(Replica& replica, Day on) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(RuleBook book, RuleBook::load(rule_source(self)));
  return book.duties(on);
}

}  // namespace karez
