// Groups that people judged: the verdict that stands, and whether something came after it.
#include <algorithm>
#include <utility>

#include "karez/base/mutants.h"
#include "karez/ledger/rule_book.h"
#include "karez/storage/log_store.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

constexpr auto kVerdicts =
    "SELECT record, action, seen FROM verdict WHERE subject=?1 AND counted=1 AND void IS NULL";

}  // namespace

Status RuleBook::add_verdicts(std::vector<RuleGroup>& groups) {
  for (RuleGroup& group : groups) {
    std::optional<std::pair<HybridTime, RecordId>> newest;
    std::string action, seen;
    KAREZ_TRY(for_each_row(source_.statements.get(kVerdicts).bind(1, name_of(group)), [&](Statement& in) {
      const RecordKey key = in.integer(0);
      const AuthorRow* author = source_.authors.find(author_of(key));
      if (author == nullptr) return;
      const auto time = source_.log == nullptr ? std::nullopt : source_.log->time_at(author->id, seq_of(key));
      const std::pair rank(time.value_or(HybridTime{}), public_id(*author, key));
      if (newest && rank < *newest) return;
      newest = rank;
      action = in.text(1);
      seen = in.text(2);
    }));
    using State = RuleGroup::State;
    group.state = group.rule.on_break == RuleBreak::hold ? State::held : State::open;
    if (!newest) continue;
    const std::set<std::string> judged = seen_members(seen);
    const bool is_all =
        std::all_of(group.members.begin(), group.members.end(),
                    [&](const RuleMember& member) { return judged.contains(to_text(member.id)); });
    // What came later nobody has judged: the group is open again.
    if (!is_all && !is_mutant(Mutant::keep_verdict_closed)) continue;
    if (action == "ok" || action == "over") group.state = State::accepted;
    if (action == "no") group.state = State::sent_back;
    group.verdict = newest->second;
  }
  return {};
}

Result<RuleGroup> RuleBook::group_named(const std::string& name) {
  RuleGroup group;
  const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                 [&](const Rule& one) { return name.starts_with(one.id + "/"); });
  const auto no_group = [&] {
    return Error{ErrorCode::not_found,
                 "there is no group " + name + " here; karez day shows them as \"group\""};
  };
  if (rule == rules_.end()) return no_group();
  group.rule = *rule;
  std::string rest = name.substr(rule->id.size() + 1);
  if (!window_of(*rule, Day{}).empty()) {
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string::npos) return no_group();
    group.window = rest.substr(slash + 1);
    rest.resize(slash);
  }
  const std::size_t colon = rest.find(':');
  if (colon == std::string::npos) return no_group();
  std::string code = rest.substr(colon + 1);
  if (rule->is_per_site && code.rfind('@') != std::string::npos) {
    group.subject.site = code.substr(code.rfind('@') + 1);
    code.resize(code.rfind('@'));
  }
  group.subject.code = std::move(code);
  for (int kind = 0; kind <= static_cast<int>(RuleSubject::Kind::item); ++kind) {
    group.subject.kind = static_cast<RuleSubject::Kind>(kind);
    if (name_of(group) != name) continue;
    KAREZ_TRY(fill(group));
    if (group.members.empty()) return no_group();
    std::vector<RuleGroup> one{std::move(group)};
    KAREZ_TRY(add_verdicts(one));
    return std::move(one.front());
  }
  return no_group();
}

}  // namespace karez
