#include "karez/ledger/day.h"

#include <algorithm>
#include <limits>
#include <set>

#include "karez/base/limits.h"
#include "karez/model/catalog.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

/// What one event of the day adds, and why it may stand outside.
constexpr auto kVisits =
    "SELECT record, coalesce(site, ''), trade, person_times, counted, void IS NOT NULL, duplicate_of IS NOT "
    "NULL"
    " FROM event WHERE type='visit' AND time>=?1 AND time<?2 ORDER BY record";
constexpr auto kHandouts =
    "SELECT t.record, coalesce(t.site, e.site, ''), t.item, t.qty, t.counted,"
    " (t.void IS NOT NULL OR (e.record IS NOT NULL AND e.void IS NOT NULL)), t.duplicate_of IS NOT NULL"
    " FROM move AS t LEFT JOIN event AS e ON e.record = t.event"
    " WHERE t.reason='give' AND ((t.time IS NULL AND e.time>=?1 AND e.time<?2) OR (t.time>=?1 AND t.time<?2))"
    " ORDER BY t.record";
constexpr auto kAnnouncements = "SELECT author, seq, now_ms, relay_ms FROM announcement";
constexpr auto kKnownCodes = "SELECT code FROM \"";

constexpr auto kUnspecified = "unspecified";

/// Why a row stands outside totals, if it does.
enum class Place { counted, not_admitted, uncounted, voided, duplicate };

Place place_of(const AuthorRow& author, Statement& in, int first) {
  if (in.integer(first) == 0) {
    const bool has_standing = author.standing == Standing::admitted || author.standing == Standing::founder ||
                              author.standing == Standing::recovery || author.standing == Standing::void_path;
    return has_standing ? Place::uncounted : Place::not_admitted;
  }
  if (in.integer(first + 1) != 0) return Place::voided;
  if (in.integer(first + 2) != 0) return Place::duplicate;
  return Place::counted;
}

class DaySum {
 public:
  DaySum(const DaySource& source, DayReport& report) : source_(source), report_(report) {}

  Status add_all() {
    const std::int64_t from = start_of(report_.day, report_.zone_minutes);
    const std::int64_t to = start_of(Day{report_.day.number + 1}, report_.zone_minutes);
    KAREZ_TRY(for_each_row(source_.statements.get(kVisits).bind(1, from).bind(2, to),
                           [&](Statement& in) { add_visit(in); }));
    return for_each_row(source_.statements.get(kHandouts).bind(1, from).bind(2, to),
                        [&](Statement& in) { add_handout(in); });
  }

  std::map<AuthorId, LaptopFigures> counted, not_admitted;
  std::set<std::string> sites, items;

 private:
  /// The figures that a row goes to, if it goes to any; counts what stands outside.
  LaptopFigures* figures_for(Statement& in, int first) {
    const AuthorRow* author = source_.authors.find(author_of(in.integer(0)));
    if (author == nullptr) return nullptr;
    switch (place_of(*author, in, first)) {
      case Place::counted:
        return &counted[author->id];
      case Place::not_admitted:
        return &not_admitted[author->id];
      case Place::uncounted:
        ++report_.uncounted;
        break;
      case Place::voided:
        ++report_.voided;
        break;
      case Place::duplicate:
        ++report_.duplicates;
        break;
    }
    return nullptr;
  }

  void add_visit(Statement& in) {
    LaptopFigures* figures = figures_for(in, 4);
    if (figures == nullptr) return;
    const Total person_times = in.is_null(3) ? 0 : in.integer(3);
    figures->visits += 1;
    figures->person_times += person_times;
    if (in.integer(4) == 0) return;
    report_.visits += 1;
    report_.person_times += person_times;
    const std::string site = site_of(in);
    report_.by_site[site].person_times += person_times;
    if (!in.is_null(3))
      report_.by_trade[in.is_null(2) ? kUnspecified : std::string(in.text(2))] += person_times;
  }

  void add_handout(Statement& in) {
    LaptopFigures* figures = figures_for(in, 4);
    if (figures == nullptr) return;
    figures->lines += 1;
    if (in.integer(4) == 0) return;
    report_.lines += 1;
    const std::string item = in.is_null(2) ? kUnspecified : std::string(in.text(2));
    const Total quantity = in.is_null(3) ? 0 : in.integer(3);
    items.insert(item);
    report_.items[item] += quantity;
    report_.by_site[site_of(in)].items[item] += quantity;
  }

  std::string site_of(Statement& in) {
    const std::string site(in.text(1));
    if (!site.empty()) sites.insert(site);
    return site.empty() ? kUnspecified : site;
  }

  const DaySource& source_;
  DayReport& report_;
};

/// Codes used without a counted record behind them.
Result<std::vector<std::string>> unknown_codes(Statements& statements, const std::string& collection,
                                               const std::set<std::string>& used) {
  std::set<std::string> known;
  KAREZ_TRY(for_each_row(
      statements.get(std::string(kKnownCodes) + collection +
                     "\" WHERE code IS NOT NULL AND counted=1 AND void IS NULL AND duplicate_of IS NULL"),
      [&](Statement& in) { known.emplace(in.text(0)); }));
  std::vector<std::string> unknown;
  std::set_difference(used.begin(), used.end(), known.begin(), known.end(), std::back_inserter(unknown));
  return unknown;
}

bool is_beyond_64_bits(Total total) {
  return total > std::numeric_limits<std::int64_t>::max() || total < std::numeric_limits<std::int64_t>::min();
}

}  // namespace

std::string to_text(Total total) {
  if (total == 0) return "0";
  const bool negative = total < 0;
  std::string digits;
  // One digit at a time from the low end; the sign is taken off digit by digit, so the lowest value works
  // too.
  for (; total != 0; total /= 10) {
    const int digit = static_cast<int>(total % 10);
    digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  return (negative ? "-" : "") + digits;
}

Result<std::vector<LaptopState>> laptop_states(const DaySource& source) {
  std::map<AuthorId, LaptopState> states;
  for (const auto& row : source.authors.all()) {
    if (row->held_seq == 0) continue;
    LaptopState& state = states[row->id];
    state.author = row->key;
    state.name = row->laptop.empty() ? row->name : row->laptop;
    state.applied = row->applied_seq;
    state.held = row->held_seq;
    state.standing = name_of(row->standing);
    const Role* role = source.catalog.role(row->role);
    state.role = role == nullptr ? "" : role->name;
    if (row->counted_through < limits::kSeq && row->counted_through > 0) state.cut = row->counted_through;
  }
  KAREZ_TRY(for_each_row(source.statements.get(kAnnouncements), [&](Statement& in) {
    AuthorRow* row = source.authors.find(in.integer(0));
    if (row == nullptr) return;
    LaptopState& state = states[row->id];
    state.author = row->key;
    if (state.name.empty()) state.name = row->name;  // announced, but nothing of its log is here
    if (state.standing.empty()) state.standing = name_of(Standing::not_admitted);
    state.announced = static_cast<std::uint64_t>(in.integer(1));
    state.announced_relay_ms = in.integer(3);
    state.skew_ms = in.integer(2) - in.integer(3);
    state.complete = state.applied >= *state.announced;
    state.missing = state.complete ? 0 : *state.announced - state.applied;
  }));
  std::vector<LaptopState> out;
  for (auto& [id, state] : states) out.push_back(std::move(state));
  std::sort(out.begin(), out.end(), [](const LaptopState& a, const LaptopState& b) {
    return std::tie(a.name, a.author) < std::tie(b.name, b.author);
  });
  return out;
}

Result<DayReport> day_report(const DaySource& source, Day day,
                             const std::vector<std::string>& unused_invitations) {
  DayReport report;
  report.day = day;
  report.zone_minutes = source.zone_minutes;
  DaySum sum(source, report);
  KAREZ_TRY(sum.add_all());
  KAREZ_ASSIGN(report.unknown_sites, unknown_codes(source.statements, "site", sum.sites));
  KAREZ_ASSIGN(report.unknown_items, unknown_codes(source.statements, "item", sum.items));

  KAREZ_ASSIGN(const std::vector<LaptopState> states, laptop_states(source));
  const std::int64_t day_end = start_of(Day{day.number + 1}, source.zone_minutes);
  for (const LaptopState& state : states) {
    const AuthorRow* author = source.authors.find(state.author);
    const auto counted = sum.counted.find(author->id);
    const auto apart = sum.not_admitted.find(author->id);
    // The roster: admitted volunteers that are not revoked, with or without records that day.
    const bool is_volunteer = [&] {
      const Role* role = source.catalog.role(author->role);
      return role != nullptr && !role->writes.empty() && role->authority.empty();
    }();
    const bool on_roster = author->standing == Standing::admitted && is_volunteer && !state.cut;
    if (counted != sum.counted.end() || on_roster) {
      auto& row = report.by_laptop[state.name];
      row.state = state;
      if (counted != sum.counted.end()) row.figures = counted->second;
      // What this replica recorded itself it holds completely, announced or not.
      if (!state.announced && !on_roster) row.state.complete = state.applied == state.held;
    }
    if (apart != sum.not_admitted.end()) report.not_admitted[state.name] = {apart->second, state};
    if (on_roster && (!state.complete || state.announced_relay_ms < day_end))
      report.waiting.push_back(state.name);
    if (state.skew_ms && (*state.skew_ms > limits::kSkewShownMs || *state.skew_ms < -limits::kSkewShownMs)) {
      report.skewed.push_back(state);
    }
  }
  report.waiting.insert(report.waiting.end(), unused_invitations.begin(), unused_invitations.end());
  std::sort(report.waiting.begin(), report.waiting.end());
  report.whole = report.waiting.empty();
  for (const auto& [item, total] : report.items) {
    if (is_beyond_64_bits(total))
      return Error{ErrorCode::refused,
                   "the total of " + item + " is beyond what can be shown: " + to_text(total)};
  }
  if (is_beyond_64_bits(report.person_times)) {
    return Error{ErrorCode::refused,
                 "the total of person-times is beyond what can be shown: " + to_text(report.person_times)};
  }
  return report;
}

}  // namespace karez
