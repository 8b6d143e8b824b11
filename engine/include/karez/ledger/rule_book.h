// The rules of a workspace over its tables: which there are, who is in which group, what is over its quota.
// What it says is a function of the records held. Reads only; one thread; lives as long as the caller's
// reading.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "karez/ledger/rules.h"
#include "karez/ledger/site_zones.h"
#include "karez/storage/authors.h"

namespace karez {

class Catalog;
class LogStore;
class Statement;

/// Whose records are judged: those that count, and those of logs that `also` names although they do not
/// count yet (a laptop that nobody has admitted knows its own).
struct RuleSource {
  Statements& statements;
  Authors& authors;
  const Catalog& catalog;
  LogStore* log = nullptr;  ///< for what laptops could have known; null: nothing is said of that
  int zone_minutes = 0;
  std::set<std::int64_t> also = {};
};

/// What is to be done: so many records of a kind by each pair or site in each window.
struct Duty {
  Rule rule;
  std::string subject;  ///< the pair's grant, or the site
  std::string party;    ///< of a pair
  std::string window;
  DayRange days;
  Total done = 0;
  std::int64_t due = 0;
  enum class State { done, due, overdue };
  State state = State::due;  ///< overdue: the window has ended
};

class RuleBook {
 public:
  /// The counted rules, by id. A catalog without them has none.
  static Result<RuleBook> load(const RuleSource& source);
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  /// Whether any rule speaks of what is handed out.
  [[nodiscard]] bool has_limits() const;

  /// The working day of a record with this time at this site.
  [[nodiscard]] Day working_day(std::int64_t ms, std::string_view site) const {
    return zones_.day_of(ms, site);
  }

  /// Where a record that hands something over belongs: the groups, without their members.
  Result<std::vector<RuleGroup>> groups_of(const RuleFact& fact);
  /// Finds a group's members and judges them.
  Status fill(RuleGroup& group);

  /// The groups with something on that day that are over their quota, by name. `people`: of the rules for
  /// which is_by_person() holds, those who may be over; others are found here.
  Result<std::vector<RuleGroup>> over_on(Day day, const std::set<RuleSubject>& people);
  /// A person's quota of a day: the day report sums these in its own pass.
  [[nodiscard]] static bool is_by_person(const Rule& rule) {
    return rule.scope == RuleScope::person && rule.limit == RuleLimit::max && rule.per == RuleWindow::day;
  }

  /// A group by its name, as over_on() gave it, whether or not it still is over. Errors: not_found.
  Result<RuleGroup> group_named(const std::string& name);

  /// Every duty in every window that has begun by that day, by rule, subject and window; at most the last
  /// kWindowsShown windows of each subject.
  Result<std::vector<Duty>> duties(Day on);
  static constexpr int kWindowsShown = 400;

 private:
  explicit RuleBook(const RuleSource& source) : source_(source), zones_(source.zone_minutes) {}
  using Range = SiteZones::Window;
  using EachFact = std::function<Status(const RuleFact&, std::int64_t event)>;
  Status load_rules();
  [[nodiscard]] Range range_ms(const DayRange& days) const { return zones_.window(days.first, days.last); }
  Status each_fact(const char* sql, const std::string* text, const Range* range, const EachFact& fact);
  Status each_in(const Range& range, const EachFact& fact);
  Status each_of(const RuleSubject& subject, const EachFact& fact);
  Result<const RuleGrant*> grant_of(const RuleFact& fact);
  Result<const RuleGrant*> grant_at(const std::string& code);
  Result<bool> is_pooled(const Rule& rule, const RuleGrant* grant);
  Result<std::optional<RuleSubject>> subject_in(const Rule& rule, const RuleFact& fact);
  Result<RuleMember> member_of(const Rule& rule, const RuleFact& fact);
  Status add_pins(RuleGroup& group);
  Status weigh(RuleGroup& group);
  Status add_verdicts(std::vector<RuleGroup>& groups);
  Status scan(const std::vector<const Rule*>& rules, Day day, std::vector<RuleGroup>& over);
  Status add_duties(const Rule& rule, Day on, std::vector<Duty>& duties);

  RuleSource source_;
  SiteZones zones_;
  std::vector<Rule> rules_;
  std::map<std::string, std::optional<RuleGrant>> grants_;  ///< asked for so far
};

}  // namespace karez
