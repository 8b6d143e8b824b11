#include "karez/ledger/rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::size_t kSeenBytes = 8192;  // of the catalog's field "seen"

/// The years 0001 to 9999.
Day first_day() { return parse_day("0001-01-01").value_or(Day{}); }
Day last_day() { return parse_day("9999-12-31").value_or(Day{}); }

bool is_named(const std::string& wanted, const std::string& has) { return wanted.empty() || wanted == has; }

/// Reasons for which something reaches its receiver.
bool is_handed_out(const std::string& reason) {
  return reason == "give" || reason == "use" || reason == "pay";
}

/// "2025-07-20" in its parts. Days outside of the years that parse_day() reads count as the nearest of those.
struct YearMonth {
  int year = 1970, month = 1;
};
YearMonth month_of(Day day) {
  day = std::clamp(day, first_day(), last_day());
  const std::string text = format_day(day);
  return {std::stoi(text.substr(0, text.find('-', 1))), std::stoi(text.substr(text.find('-', 1) + 1, 2))};
}

std::string month_text(const YearMonth& at) {
  std::string month = std::to_string(at.month);
  if (month.size() < 2) month.insert(0, 1, '0');
  std::string year = std::to_string(at.year);
  year.insert(0, year.size() < 4 ? 4 - year.size() : 0, '0');
  return year + "-" + month;
}

/// The first day of the month that many months on.
Day first_of(YearMonth at, int months_on) {
  const int months = at.year * 12 + at.month - 1 + months_on;
  return parse_day(month_text({months / 12, months % 12 + 1}) + "-01").value_or(Day{});
}

Day clamped(const Rule& rule, Day day) {
  if (rule.first) day = std::max(day, *rule.first);
  if (rule.last) day = std::min(day, *rule.last);
  return day;
}

/// What of a group each laptop held when it recorded a member: its own earlier records, and others' up to its
/// pins.
class HeldSums {
 public:
  explicit HeldSums(const std::vector<RuleMember>& members) {
    for (const RuleMember& member : members) logs_[member.log][place_of(member)] += member.amount;
    for (auto& [log, sums] : logs_) {
      Total sum = 0;
      for (auto& [place, amount] : sums) amount = sum += amount;
    }
  }

  [[nodiscard]] Total known_to(const RuleMember& member) const {
    Total sum = before(member.log, place_of(member));
    for (const auto& [log, through] : member.pinned) {
      if (log != member.log) sum += before(log, {through + 1, 0});
    }
    return sum;
  }

 private:
  using Place = std::pair<std::uint64_t, std::uint32_t>;  ///< (seq, k)
  static Place place_of(const RuleMember& member) { return {member.id.seq, member.id.k}; }

  [[nodiscard]] Total before(std::int64_t log, const Place& place) const {
    const auto sums = logs_.find(log);
    if (sums == logs_.end()) return 0;
    const auto next = sums->second.lower_bound(place);
    return next == sums->second.begin() ? Total{0} : std::prev(next)->second;
  }

  std::map<std::int64_t, std::map<Place, Total>> logs_;
};

}  // namespace

std::string to_text(const RuleSubject& subject) {
  static constexpr std::array<const char*, 7> kKinds{"voucher", "party", "site", "campaign",
                                                     "batch",   "grant", "item"};
  std::string text = std::string(kKinds[static_cast<std::size_t>(subject.kind)]) + ":" + subject.code;
  if (!subject.site.empty()) text += "@" + subject.site;
  return text;
}

bool is_under(const Rule& rule, const RuleFact& fact) {
  if (rule.limit == RuleLimit::min) return false;
  const bool is_moved = rule.limit == RuleLimit::order ? fact.reason == "turn" : is_handed_out(fact.reason);
  if (!is_moved || !is_named(rule.item, fact.item) || !is_named(rule.site, fact.site)) return false;
  if (!is_named(rule.campaign, fact.campaign) && rule.limit != RuleLimit::balance) return false;
  if (!is_named(rule.event_type, fact.event_type)) return false;
  if (!rule.trades.empty() && !rule.trades.contains(fact.trade)) return false;
  return (!rule.first || fact.day >= *rule.first) && (!rule.last || fact.day <= *rule.last);
}

std::optional<RuleSubject> subject_of(const Rule& rule, const RuleFact& fact, const RuleGrant* grant,
                                      bool is_pooled) {
  using Kind = RuleSubject::Kind;
  const auto of = [](Kind kind, const std::string& code) -> std::optional<RuleSubject> {
    if (code.empty()) return std::nullopt;
    return RuleSubject{kind, code, {}};
  };
  if (rule.limit == RuleLimit::balance) {
    const bool is_ours =
        grant != nullptr && grant->type == "balance" && is_named(rule.campaign, grant->campaign);
    if (!is_ours || (!rule.grant.empty() && !is_pooled)) return std::nullopt;
    return of(Kind::grant, grant->code);
  }
  if (!rule.grant.empty()) {
    if (!is_pooled) return std::nullopt;
    if (rule.limit == RuleLimit::budget) return of(Kind::grant, rule.grant);
  }
  switch (rule.scope) {
    case RuleScope::person: {
      auto person = fact.voucher.empty() ? of(Kind::party, fact.party) : of(Kind::voucher, fact.voucher);
      if (person && (rule.is_per_site || is_mutant(Mutant::count_each_store))) person->site = fact.site;
      return person;
    }
    case RuleScope::site:
      return of(Kind::site, fact.site);
    case RuleScope::campaign:
      return of(Kind::campaign, fact.campaign);
    case RuleScope::batch:
      return of(Kind::batch, fact.batch);
    case RuleScope::asset:
      return of(Kind::item, fact.item);
    case RuleScope::pair:
      break;
  }
  return std::nullopt;
}

std::string window_of(const Rule& rule, Day day) {
  switch (rule.per) {
    case RuleWindow::day:
      return format_day(day);
    case RuleWindow::month:
      return month_text(month_of(day));
    case RuleWindow::half_year: {
      const YearMonth at = month_of(day);
      return month_text(at).substr(0, 4) + (at.month <= 6 ? "-H1" : "-H2");
    }
    case RuleWindow::round:
    case RuleWindow::campaign:
      break;
  }
  return {};
}

DayRange range_of(const Rule& rule, Day day) {
  DayRange range{day, day};
  if (rule.per == RuleWindow::month || rule.per == RuleWindow::half_year) {
    YearMonth at = month_of(day);
    const int months = rule.per == RuleWindow::month ? 1 : 6;
    at.month -= (at.month - 1) % months;
    range = {first_of(at, 0), Day{first_of(at, months).number - 1}};
  } else if (rule.per != RuleWindow::day) {
    range = {first_day(), last_day()};
  }
  return {clamped(rule, range.first), clamped(rule, range.last)};
}

std::int64_t amount_of(const Rule& rule, const RuleFact& fact) {
  return rule.limit == RuleLimit::order ? 1 : fact.qty;
}

bool is_before(const RuleMember& a, const RuleMember& b) {
  return std::tie(a.time.ms, a.id) < std::tie(b.time.ms, b.id);
}

std::string name_of(const RuleGroup& group) {
  return group.rule.id + "/" + to_text(group.subject) + (group.window.empty() ? "" : "/" + group.window);
}

Total excess(Total total, std::int64_t quota) { return total > quota ? total - quota : Total{0}; }

void judge(RuleGroup& group, std::optional<std::int64_t> balance) {
  group.quota = balance.value_or(group.rule.qty);
  std::set<std::string> places;
  bool is_entitled = !group.rule.threshold;
  group.total = 0;
  for (const RuleMember& member : group.members) {
    group.total += member.amount;
    places.insert(member.to);
    is_entitled = is_entitled || (member.value && *member.value > *group.rule.threshold);
  }
  if (!is_entitled) group.quota = 0;
  group.over = excess(group.total, group.quota);
  group.is_double_place = group.rule.limit == RuleLimit::order && places.size() > 1;
  std::sort(group.members.begin(), group.members.end(), is_before);
  const HeldSums held(group.members);
  for (RuleMember& member : group.members) {
    const Total before = held.known_to(member);
    member.is_known = before > 0 && before + member.amount > group.quota;
  }
  group.member_count = group.members.size();
  if (group.members.size() > RuleGroup::kMembersShown) {
    group.members.erase(group.members.begin(), group.members.end() - RuleGroup::kMembersShown);
  }
}

Result<std::string> seen_text(const std::vector<RuleMember>& members) {
  std::map<std::string, std::set<std::pair<std::uint64_t, std::uint32_t>>> by_author;
  for (const RuleMember& member : members) {
    by_author[public_name(member.id.author)].emplace(member.id.seq, member.id.k);
  }
  std::string text;
  for (const auto& [author, records] : by_author) {
    text += (text.empty() ? "" : " ") + author;
    for (const auto& [seq, k] : records) text += "-" + std::to_string(seq) + "." + std::to_string(k);
  }
  if (text.size() > kSeenBytes) {
    return Error{ErrorCode::too_large, "the group has " + std::to_string(members.size()) +
                                           " records, more than one verdict can name; nothing was recorded: "
                                           "change the rule's quantity instead (karez edit)"};
  }
  return text;
}

std::set<std::string> seen_members(const std::string& seen) {
  std::set<std::string> out;
  std::string author, part;
  const auto end_part = [&] {
    if (author.empty()) {
      author = part;
    } else if (!part.empty()) {
      std::replace(part.begin(), part.end(), '.', '-');
      out.insert(author + "-" + part);
    }
    part.clear();
  };
  for (char c : seen) {
    if (c != '-' && c != ' ') {
      part.push_back(c);
      continue;
    }
    end_part();
    if (c == ' ') author.clear();
  }
  end_part();
  return out;
}

}  // namespace karez
