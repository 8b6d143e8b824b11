// Duties: what rules of the limit min demand, window by window, and what was done of it.
#include <algorithm>
#include <utility>

#include "karez/base/mutants.h"
#include "karez/ledger/rule_book.h"
#include "karez/storage/log_store.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

constexpr auto kPairs =
    "SELECT code, party, campaign, parent, valid_from, valid_to FROM \"grant\" WHERE type='duty' AND "
    "counted=1"
    " AND void IS NULL AND duplicate_of IS NULL ORDER BY code";
constexpr auto kSites =
    "SELECT code FROM site WHERE counted=1 AND void IS NULL AND duplicate_of IS NULL AND code IS NOT NULL"
    " AND coalesce(state, 'open') NOT IN ('shut', 'applied') ORDER BY code";
constexpr auto kEvents =
    "SELECT type, time, site, campaign, \"grant\", party, trade FROM event WHERE counted=1 AND void IS NULL "
    "AND"
    " duplicate_of IS NULL AND time>=?1 AND time<?2";

/// However many sites there are and however long ago a rule says that it began.
constexpr std::size_t kDutiesOfRule = 50'000;

/// Who has the duty, and the days on which.
struct Bearer {
  std::string subject, party;
  std::optional<Day> first, last;
};

bool is_named(const std::string& wanted, std::string_view has) { return wanted.empty() || wanted == has; }

}  // namespace

Result<std::vector<Duty>> RuleBook::duties(Day on) {
  std::vector<Duty> duties;
  for (const Rule& rule : rules_) {
    if (rule.limit == RuleLimit::min) KAREZ_TRY(add_duties(rule, on, duties));
  }
  return duties;
}

Status RuleBook::add_duties(const Rule& rule, Day on, std::vector<Duty>& duties) {
  std::vector<Bearer> bearers;
  if (rule.scope == RuleScope::pair) {
    KAREZ_TRY(for_each_row(source_.statements.get(kPairs), [&](Statement& in) {
      const bool is_ours = rule.grant.empty() || rule.grant == in.text(0) || rule.grant == in.text(3);
      if (!is_ours || !is_named(rule.campaign, in.text(2))) return;
      bearers.push_back(
          {std::string(in.text(0)), std::string(in.text(1)), parse_day(in.text(4)), parse_day(in.text(5))});
    }));
  } else if (!rule.site.empty()) {
    bearers.push_back({rule.site, {}, {}, {}});
  } else {
    KAREZ_TRY(for_each_row(source_.statements.get(kSites), [&](Statement& in) {
      bearers.push_back({std::string(in.text(0)), {}, {}, {}});
    }));
  }
  const auto wall = source_.log == nullptr
                        ? std::nullopt
                        : source_.log->wall_at(author_of(rule.record), seq_of(rule.record));
  const Day made = wall ? day_of(wall->ms, source_.zone_minutes) : on;
  // The windows of each bearer first, so that one reading of the events fills all of them.
  const std::size_t begun = duties.size();
  const std::size_t windows_each =
      std::clamp<std::size_t>(kDutiesOfRule / std::max<std::size_t>(bearers.size(), 1), 1, kWindowsShown);
  DayRange all{on, on};
  for (const Bearer& bearer : bearers) {
    const Day first = rule.first ? *rule.first : bearer.first.value_or(made);
    Day last = rule.last.value_or(on);
    if (bearer.last) last = std::min(last, *bearer.last);
    last = std::min(last, on);
    std::vector<Duty> windows;
    for (Day day = last; day >= first && windows.size() < windows_each;) {
      DayRange days = range_of(rule, day);
      Duty duty;
      duty.rule = rule;
      duty.subject = bearer.subject;
      duty.party = bearer.party;
      duty.window = window_of(rule, day);
      duty.days = days;
      duty.due = rule.qty;
      all.first = std::min(all.first, std::max(days.first, Day{first.number - 366}));
      windows.push_back(std::move(duty));
      day = Day{days.first.number - 1};
    }
    duties.insert(duties.end(), std::make_move_iterator(windows.rbegin()),
                  std::make_move_iterator(windows.rend()));
  }
  std::map<std::pair<std::string, std::string>, Duty*> by_window;  // (subject, window)
  std::map<std::string, std::set<std::string>> by_party;           // party: subjects
  for (std::size_t i = begun; i < duties.size(); ++i) {
    by_window[{duties[i].subject, duties[i].window}] = &duties[i];
    if (!duties[i].party.empty()) by_party[duties[i].party].insert(duties[i].subject);
  }
  const auto add = [&](const std::string& subject, Day day, std::int64_t amount) {
    const auto found = by_window.find({subject, window_of(rule, day)});
    if (found == by_window.end()) return;
    const DayRange& days = found->second->days;
    if (day >= days.first && day <= days.last && day <= on) found->second->done += amount;
  };
  const Range range = range_ms(all);
  if (rule.item.empty()) {
    KAREZ_TRY(for_each_row(
        source_.statements.get(kEvents).bind(1, range.from_ms).bind(2, range.to_ms), [&](Statement& in) {
          if (!is_named(rule.event_type, in.text(0)) || !is_named(rule.campaign, in.text(3))) return;
          if (!rule.trades.empty() && !rule.trades.contains(std::string(in.text(6)))) return;
          const std::string site(in.text(2)), grant(in.text(4));
          const Day day = working_day(in.integer(1), site);
          if (rule.scope != RuleScope::pair) return add(site, day, 1);
          if (!grant.empty()) return add(grant, day, 1);
          const auto of_party = by_party.find(std::string(in.text(5)));
          if (of_party == by_party.end()) return;
          for (const std::string& subject : of_party->second) add(subject, day, 1);
        }));
  } else {
    Rule handing = rule;
    handing.limit = RuleLimit::max;
    KAREZ_TRY(each_in(range, [&](const RuleFact& fact, std::int64_t) -> Status {
      if (!is_under(handing, fact)) return {};
      add(rule.scope == RuleScope::pair ? fact.grant : fact.site, fact.day, fact.qty);
      return {};
    }));
  }
  for (std::size_t i = begun; i < duties.size(); ++i) {
    Duty& duty = duties[i];
    const bool is_past = duty.days.last < on && !is_mutant(Mutant::forget_overdue);
    duty.state = duty.done >= duty.due ? Duty::State::done
                 : is_past             ? Duty::State::overdue
                                       : Duty::State::due;
  }
  return {};
}

}  // namespace karez
