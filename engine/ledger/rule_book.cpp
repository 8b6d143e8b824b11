#include "karez/ledger/rule_book.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/model/catalog.h"
#include "karez/storage/log_store.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

constexpr auto kRules =
    "SELECT record, code, scope, \"limit\", per, on_break, across, qty, item, campaign, \"grant\", site,"
    " event_type, (SELECT group_concat(value, ' ') FROM json_each(trades)), threshold, start, \"end\","
    " (SELECT c.start FROM campaign AS c WHERE c.code = rule.campaign AND c.counted=1 AND c.void IS NULL AND"
    " c.duplicate_of IS NULL),"
    " (SELECT c.\"end\" FROM campaign AS c WHERE c.code = rule.campaign AND c.counted=1 AND c.void IS NULL "
    "AND"
    " c.duplicate_of IS NULL)"
    " FROM rule WHERE counted=1 AND void IS NULL AND duplicate_of IS NULL";

/// What a handover says, by itself or by its event; outside of totals are void ones and duplicates.
#define KAREZ_FACT                                                                            \
  "SELECT t.record, t.counted, t.item, coalesce(t.site, e.site), coalesce(t.trade, e.trade)," \
  " coalesce(t.campaign, e.campaign), t.voucher, coalesce(t.party, e.party), t.batch,"        \
  " coalesce(t.\"grant\", e.\"grant\"), e.type, t.reason, t.\"to\", t.qty, e.value,"          \
  " coalesce(t.time, e.time), coalesce(t.time_offset, e.time_offset), t.event"
#define KAREZ_IN_FORCE \
  " t.void IS NULL AND t.duplicate_of IS NULL AND e.void IS NULL AND coalesce(t.time, e.time) NOT NULL"
#define KAREZ_MOVES KAREZ_FACT " FROM move AS t LEFT JOIN event AS e ON e.record = t.event WHERE"
#define KAREZ_EVENTS KAREZ_FACT " FROM event AS e CROSS JOIN move AS t ON t.event = e.record WHERE"
constexpr auto kByVoucher = KAREZ_MOVES KAREZ_IN_FORCE " AND t.voucher=?1";
constexpr auto kByParty = KAREZ_MOVES KAREZ_IN_FORCE " AND t.party=?1";
constexpr auto kByEventsParty = KAREZ_EVENTS KAREZ_IN_FORCE " AND e.party=?1 AND t.party IS NULL";
constexpr auto kByGrant = KAREZ_MOVES KAREZ_IN_FORCE " AND t.\"grant\"=?1";
constexpr auto kByEventsGrant = KAREZ_EVENTS KAREZ_IN_FORCE " AND e.\"grant\"=?1 AND t.\"grant\" IS NULL";
constexpr auto kByOwnTime = KAREZ_MOVES KAREZ_IN_FORCE " AND t.time>=?1 AND t.time<?2";
constexpr auto kByEventsTime = KAREZ_EVENTS KAREZ_IN_FORCE " AND e.time>=?1 AND e.time<?2 AND t.time IS NULL";
#undef KAREZ_EVENTS
#undef KAREZ_MOVES
#undef KAREZ_IN_FORCE
#undef KAREZ_FACT

constexpr auto kGrant =
    "SELECT code, type, campaign, parent, qty FROM \"grant\" WHERE code=?1 AND counted=1 AND void IS NULL AND"
    " duplicate_of IS NULL";
constexpr int kGrantDepth = 16;

/// The position of a code in its enum, which is the order of ours.
template <typename Enum, std::size_t N>
std::optional<Enum> one_of(const std::array<std::string_view, N>& codes, std::string_view code) {
  const auto found = std::find(codes.begin(), codes.end(), code);
  if (found == codes.end()) return std::nullopt;
  return static_cast<Enum>(found - codes.begin());
}

constexpr std::array<std::string_view, 6> kScopes{"person", "site", "campaign", "batch", "pair", "asset"};
constexpr std::array<std::string_view, 5> kLimits{"max", "min", "budget", "balance", "order"};
constexpr std::array<std::string_view, 5> kWindows{"day", "month", "half_year", "round", "campaign"};
constexpr std::array<std::string_view, 3> kBreaks{"warn", "hold", "block"};

/// Whether the catalog knows everything that rules read: one from before them has no rules.
bool knows_rules(const Catalog& catalog) {
  const auto has = [&](const char* collection, std::initializer_list<const char*> fields) {
    const Collection* one = catalog.collection(collection);
    return one != nullptr && std::all_of(fields.begin(), fields.end(),
                                         [&](const char* name) { return one->field(name) != nullptr; });
  };
  // The day report looks up the records of events' parties by their index.
  const Collection* event = catalog.collection("event");
  const Field* party = event == nullptr ? nullptr : event->field("party");
  if (party == nullptr || !party->indexed) return false;
  return has("rule", {"code", "scope", "limit", "per", "threshold", "grant", "site"}) &&
         has("move", {"voucher", "party", "campaign", "batch", "grant", "time"}) &&
         has("event", {"party", "campaign", "grant", "value"}) && has("grant", {"parent", "qty", "party"}) &&
         has("verdict", {"subject", "seen"});
}

std::optional<Day> day_in(Statement& in, int column) {
  return in.is_null(column) ? std::nullopt : parse_day(in.text(column));
}

bool is_looked_up(const RuleGroup& group) {
  using Kind = RuleSubject::Kind;
  return group.subject.kind == Kind::voucher || group.subject.kind == Kind::party ||
         (group.subject.kind == Kind::grant && group.rule.limit == RuleLimit::balance);
}

}  // namespace

Result<RuleBook> RuleBook::load(const RuleSource& source) {
  RuleBook book(source);
  if (!knows_rules(source.catalog)) return book;
  KAREZ_TRY(book.load_rules());
  if (book.rules_.empty()) return book;
  KAREZ_ASSIGN(book.zones_, SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  return book;
}

Status RuleBook::load_rules() {
  KAREZ_TRY(for_each_row(source_.statements.get(kRules), [&](Statement& in) {
    const AuthorRow* author = source_.authors.find(author_of(in.integer(0)));
    const auto scope = one_of<RuleScope>(kScopes, in.text(2));
    const auto limit = one_of<RuleLimit>(kLimits, in.text(3));
    const auto per = one_of<RuleWindow>(kWindows, in.text(4));
    const auto on_break = one_of<RuleBreak>(kBreaks, in.text(5));
    // Words of a newer catalog: what they mean is not known here.
    if (author == nullptr || !scope || !limit || !per || !on_break) return;
    Rule rule;
    rule.id = to_text(public_id(*author, in.integer(0)));
    rule.code = in.text(1);
    rule.scope = *scope;
    rule.limit = *limit;
    rule.per = *per;
    rule.on_break = *on_break;
    rule.is_per_site = in.text(6) == "site" && *scope == RuleScope::person;
    rule.qty = in.integer(7);
    rule.item = in.text(8);
    rule.campaign = in.text(9);
    rule.grant = in.text(10);
    rule.site = in.text(11);
    rule.event_type = in.text(12);
    for (std::string_view rest = in.text(13); !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      rule.trades.emplace(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!in.is_null(14)) rule.threshold = in.integer(14);
    rule.first = in.is_null(15) ? day_in(in, 17) : day_in(in, 15);
    rule.last = in.is_null(16) ? day_in(in, 18) : day_in(in, 16);
    rule.record = in.integer(0);
    rules_.push_back(std::move(rule));
  }));
  std::sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  return {};
}

bool RuleBook::has_limits() const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [](const Rule& one) { return one.limit != RuleLimit::min; });
}

Status RuleBook::each_fact(const char* sql, const std::string* text, const Range* range,
                           const EachFact& of_fact) {
  Statement& find = source_.statements.get(sql);
  if (text != nullptr) find.bind(1, *text);
  if (range != nullptr) find.bind(1, range->from_ms).bind(2, range->to_ms);
  RuleFact fact;
  Status status;
  KAREZ_TRY(for_each_row(find, [&](Statement& in) {
    fact.record = in.integer(0);
    const bool is_judged = in.integer(1) == 1 || source_.also.contains(author_of(fact.record));
    if (!status || !is_judged) return;
    int column = 2;
    for (std::string* part : {&fact.item, &fact.site, &fact.trade, &fact.campaign, &fact.voucher, &fact.party,
                              &fact.batch, &fact.grant, &fact.event_type, &fact.reason, &fact.to}) {
      part->assign(in.text(column++));
    }
    fact.qty = in.integer(13);
    fact.value = in.is_null(14) ? std::nullopt : std::optional(in.integer(14));
    fact.time = {in.integer(15), static_cast<int>(in.integer(16))};
    fact.day = working_day(fact.time.ms, fact.site);
    status = of_fact(fact, in.is_null(17) ? 0 : in.integer(17));
  }));
  return status;
}

Status RuleBook::each_in(const Range& range, const EachFact& fact) {
  KAREZ_TRY(each_fact(kByEventsTime, nullptr, &range, fact));
  return each_fact(kByOwnTime, nullptr, &range, fact);
}

Status RuleBook::each_of(const RuleSubject& subject, const EachFact& fact) {
  if (subject.kind == RuleSubject::Kind::party) {
    KAREZ_TRY(each_fact(kByParty, &subject.code, nullptr, fact));
    return each_fact(kByEventsParty, &subject.code, nullptr, fact);
  }
  if (subject.kind == RuleSubject::Kind::grant) {
    KAREZ_TRY(each_fact(kByGrant, &subject.code, nullptr, fact));
    KAREZ_TRY(each_fact(kByEventsGrant, &subject.code, nullptr, fact));
    // A voucher that stands beside a grant of its own draws on that: those came above.
    return each_fact(kByVoucher, &subject.code, nullptr,
                     [&](const RuleFact& one, std::int64_t event) -> Status {
                       return one.grant.empty() ? fact(one, event) : Status();
                     });
  }
  return each_fact(kByVoucher, &subject.code, nullptr, fact);
}

Result<const RuleGrant*> RuleBook::grant_at(const std::string& code) {
  const auto known = grants_.find(code);
  if (known != grants_.end()) return known->second ? &*known->second : nullptr;
  std::optional<RuleGrant> found;
  KAREZ_TRY(for_each_row(source_.statements.get(kGrant).bind(1, code), [&](Statement& in) {
    found = RuleGrant{std::string(in.text(0)), std::string(in.text(1)), std::string(in.text(2)),
                      std::string(in.text(3)), std::nullopt};
    if (!in.is_null(4)) found->qty = in.integer(4);
  }));
  const auto& kept = grants_.emplace(code, std::move(found)).first->second;
  return kept ? &*kept : nullptr;
}

Result<const RuleGrant*> RuleBook::grant_of(const RuleFact& fact) {
  const std::string& code = fact.grant.empty() ? fact.voucher : fact.grant;
  if (code.empty()) return nullptr;
  return grant_at(code);
}

Result<bool> RuleBook::is_pooled(const Rule& rule, const RuleGrant* grant) {
  for (int depth = 0; grant != nullptr && depth < kGrantDepth; ++depth) {
    if (grant->code == rule.grant) return true;
    if (grant->parent.empty()) return false;
    if (grant->parent == rule.grant) return true;
    KAREZ_ASSIGN(grant, grant_at(grant->parent));
  }
  return false;
}

Result<std::optional<RuleSubject>> RuleBook::subject_in(const Rule& rule, const RuleFact& fact) {
  if (!is_under(rule, fact)) return std::optional<RuleSubject>();
  const RuleGrant* grant = nullptr;
  bool is_ours = false;
  if (rule.limit == RuleLimit::balance || !rule.grant.empty()) {
    KAREZ_ASSIGN(grant, grant_of(fact));
    if (!rule.grant.empty()) {
      KAREZ_ASSIGN(is_ours, is_pooled(rule, grant));
      is_ours = is_ours || fact.grant == rule.grant;
    }
  }
  return subject_of(rule, fact, grant, is_ours);
}

Result<RuleMember> RuleBook::member_of(const Rule& rule, const RuleFact& fact) {
  const AuthorRow* author = source_.authors.find(author_of(fact.record));
  if (author == nullptr) {
    return Error{ErrorCode::corrupt,
                 "a handout names an author that is not here; nothing was changed: run karez verify"};
  }
  RuleMember member;
  member.id = public_id(*author, fact.record);
  member.site = fact.site;
  member.laptop = author->laptop.empty() ? author->name : author->laptop;
  member.voucher = fact.voucher;
  member.item = fact.item;
  member.to = fact.to.empty() ? fact.site : fact.to;
  member.time = fact.time;
  member.amount = amount_of(rule, fact);
  member.value = fact.value;
  member.log = author->id;
  return member;
}

Status RuleBook::add_pins(RuleGroup& group) {
  if (source_.log == nullptr || group.members.size() > RuleGroup::kMembersShown) return {};
  // A laptop knew its own records without a pin, and reading one unpacks a part of the log.
  const bool is_of_one_log = std::all_of(group.members.begin(), group.members.end(), [&](const auto& one) {
    return one.log == group.members.front().log;
  });
  if (is_of_one_log) return {};
  for (RuleMember& member : group.members) {
    const AuthorRow* author = source_.authors.find(member.log);
    if (author->parent != 0) member.pinned.emplace_back(author->parent, author->from_seq - 1);
    auto change = source_.log->change_at(author->id, member.id.seq);
    if (!change) continue;  // only in a damaged file, which verify finds
    for (const Pin& pin : change->pins) {
      for (const AuthorRow* other : source_.authors.rows_of(pin.author)) {
        const bool is_meant = !other->is_forked() || source_.log->link_at(other->id, pin.seq) == pin.link;
        if (is_meant) member.pinned.emplace_back(other->id, pin.seq);
      }
    }
  }
  return {};
}

Status RuleBook::weigh(RuleGroup& group) {
  std::optional<std::int64_t> balance;
  if (group.rule.limit == RuleLimit::balance) {
    KAREZ_ASSIGN(const RuleGrant* grant, grant_at(group.subject.code));
    if (grant != nullptr) balance = grant->qty;
  }
  judge(group, balance);
  return {};
}

Result<std::vector<RuleGroup>> RuleBook::groups_of(const RuleFact& fact) {
  std::vector<RuleGroup> groups;
  for (const Rule& rule : rules_) {
    KAREZ_ASSIGN(auto subject, subject_in(rule, fact));
    if (!subject) continue;
    RuleGroup group;
    group.rule = rule;
    group.subject = std::move(*subject);
    group.window = window_of(rule, fact.day);
    groups.push_back(std::move(group));
  }
  return groups;
}

Status RuleBook::fill(RuleGroup& group) {
  group.members.clear();
  std::set<RecordKey> seen;
  const auto add = [&](const RuleFact& fact, std::int64_t) -> Status {
    if (window_of(group.rule, fact.day) != group.window) return {};
    KAREZ_ASSIGN(const auto subject, subject_in(group.rule, fact));
    if (!subject || *subject != group.subject || !seen.insert(fact.record).second) return {};
    KAREZ_ASSIGN(RuleMember member, member_of(group.rule, fact));
    group.members.push_back(std::move(member));
    return {};
  };
  if (is_looked_up(group)) {
    KAREZ_TRY(each_of(group.subject, add));
  } else {
    const auto first = parse_day(group.window.size() == 7 ? group.window + "-01" : group.window);
    const bool is_half = group.window.ends_with("-H1") || group.window.ends_with("-H2");
    Day within = first.value_or(Day{});
    if (is_half)
      within = parse_day(group.window.substr(0, 5) + (group.window.back() == '1' ? "01-01" : "07-01"))
                   .value_or(Day{});
    KAREZ_TRY(each_in(range_ms(range_of(group.rule, within)), add));
  }
  KAREZ_TRY(add_pins(group));
  return weigh(group);
}

Status RuleBook::scan(const std::vector<const Rule*>& rules, Day day, std::vector<RuleGroup>& over) {
  if (rules.empty()) return {};
  DayRange all = range_of(*rules.front(), day);
  for (const Rule* rule : rules) {
    const DayRange one = range_of(*rule, day);
    all = {std::min(all.first, one.first), std::max(all.last, one.last)};
  }
  struct Sum {
    Total total = 0;
    bool is_today = false;
    RuleGroup group;
  };
  std::vector<std::map<RuleSubject, Sum>> sums(rules.size());
  const auto each = [&](const auto& use) {
    return each_in(range_ms(all), [&](const RuleFact& fact, std::int64_t) -> Status {
      for (std::size_t i = 0; i < rules.size(); ++i) {
        if (window_of(*rules[i], fact.day) != window_of(*rules[i], day)) continue;
        KAREZ_ASSIGN(const auto subject, subject_in(*rules[i], fact));
        if (subject) KAREZ_TRY(use(i, *subject, fact));
      }
      return Status();
    });
  };
  KAREZ_TRY(each([&](std::size_t i, const RuleSubject& subject, const RuleFact& fact) -> Status {
    Sum& sum = sums[i][subject];
    sum.total += amount_of(*rules[i], fact);
    sum.is_today = sum.is_today || fact.day == day;
    return {};
  }));
  bool has_any = false;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (auto one = sums[i].begin(); one != sums[i].end();) {
      std::int64_t quota = rules[i]->qty;
      if (rules[i]->limit == RuleLimit::balance) {
        KAREZ_ASSIGN(const RuleGrant* grant, grant_at(one->first.code));
        quota = grant != nullptr && grant->qty ? *grant->qty : quota;
      }
      const bool may_be_over = one->second.is_today && (rules[i]->threshold || one->second.total > quota);
      if (!may_be_over) {
        one = sums[i].erase(one);
        continue;
      }
      has_any = true;
      one->second.group.rule = *rules[i];
      one->second.group.subject = one->first;
      one->second.group.window = window_of(*rules[i], day);
      ++one;
    }
  }
  if (!has_any) return {};
  KAREZ_TRY(each([&](std::size_t i, const RuleSubject& subject, const RuleFact& fact) -> Status {
    const auto found = sums[i].find(subject);
    if (found == sums[i].end()) return {};
    KAREZ_ASSIGN(RuleMember member, member_of(*rules[i], fact));
    found->second.group.members.push_back(std::move(member));
    return {};
  }));
  for (auto& of_rule : sums) {
    for (auto& [subject, sum] : of_rule) {
      KAREZ_TRY(add_pins(sum.group));
      KAREZ_TRY(weigh(sum.group));
      if (sum.group.over > 0) over.push_back(std::move(sum.group));
    }
  }
  return {};
}

Result<std::vector<RuleGroup>> RuleBook::over_on(Day day, const std::set<RuleSubject>& people) {
  std::vector<RuleGroup> over;
  std::vector<const Rule*> scanned;
  for (const Rule& rule : rules_) {
    const bool is_in_force = (!rule.first || day >= *rule.first) && (!rule.last || day <= *rule.last);
    if (rule.limit == RuleLimit::min || !is_in_force) continue;
    if (!is_by_person(rule)) {
      scanned.push_back(&rule);
      continue;
    }
    for (const RuleSubject& person : people) {
      RuleGroup group;
      group.rule = rule;
      group.subject = person;
      group.window = window_of(rule, day);
      if (!rule.is_per_site) {
        KAREZ_TRY(fill(group));
        if (group.over > 0) over.push_back(std::move(group));
        continue;
      }
      std::set<std::string> sites;
      KAREZ_TRY(each_of(person, [&](const RuleFact& fact, std::int64_t) -> Status {
        if (fact.day == day) sites.insert(fact.site);
        return {};
      }));
      for (const std::string& site : sites) {
        RuleGroup at_site = group;
        at_site.subject.site = site;
        KAREZ_TRY(fill(at_site));
        if (at_site.over > 0) over.push_back(std::move(at_site));
      }
    }
  }
  KAREZ_TRY(scan(scanned, day, over));
  KAREZ_TRY(add_verdicts(over));
  std::sort(over.begin(), over.end(), [](const RuleGroup& a, const RuleGroup& b) {
    return std::tie(a.rule.id, a.subject, a.window) < std::tie(b.rule.id, b.subject, b.window);
  });
  return over;
}

}  // namespace karez
