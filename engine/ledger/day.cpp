#include "karez/ledger/day.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/ledger/rule_book.h"
#include "karez/model/catalog.h"
#include "person_sums.h"
#include "prices.h"
#include "record_scan.h"

namespace karez {
namespace {

constexpr auto kAnnouncements = "SELECT author, seq, now_ms, relay_ms FROM announcement";
constexpr auto kKnownCodes = "SELECT code FROM \"";

/// Handouts to a party that only their event names.
constexpr auto kPartiesOfEvents =
    "SELECT t.item, t.qty, e.party FROM event AS e INDEXED BY event_by_party CROSS JOIN move AS t ON t.event "
    "="
    " e.record WHERE e.party IS NOT NULL AND e.time>=?1 AND e.time<?2 AND t.voucher IS NULL AND t.party IS"
    " NULL";

class DaySum {
 public:
  /// `people`: sums up who was handed what, if a rule asks for that.
  DaySum(const DaySource& source, const SiteZones& zones, DayReport& report, PersonSums& people)
      : source_(source),
        report_(report),
        people_(people),
        window_(zones.window(report.day, report.day)),
        scan_(source, zones, {report.day, report.day},
              people.is_needed() ? RecordScan::Detail::people : RecordScan::Detail::amounts) {}

  Status add_all() {
    KAREZ_TRY(prices_.load(source_.statements, source_.catalog, scan_.words()));
    KAREZ_TRY(scan_.run([&](const ScannedEvent& event) { add_event(event); },
                        [&](const ScannedHandout& handout) { add_handout(handout); }));
    if (people_.is_needed()) {
      Statement& find = source_.statements.get(kPartiesOfEvents);
      KAREZ_TRY(for_each_row(find.bind(1, window_.from_ms).bind(2, window_.to_ms),
                             [&](Statement& in) { people_.add(in.text(0), {}, in.text(2), in.integer(1)); }));
    }
    give();
    return {};
  }

  std::map<AuthorId, LaptopFigures> counted, not_admitted;
  std::set<std::string> sites, items;

 private:
  struct SiteSum {
    PersonTimes person_times;
    Persons persons;
    Fen value;
  };

  /// The figures that a row goes to, if it goes to any; counts what stands outside.
  LaptopFigures* figures_for(RecordKey record, const RowState& state) {
    const AuthorId id = author_of(record);
    if (author_ == nullptr || author_->id != id) {
      author_ = source_.authors.find(id);
      if (author_ == nullptr) return nullptr;
      counted_here_ = not_admitted_here_ = nullptr;
    }
    const auto of = [&](std::map<AuthorId, LaptopFigures>& figures, LaptopFigures*& here) {
      if (here == nullptr) here = &figures[id];
      return here;
    };
    const Place place = place_of(*author_, state);
    if (place == Place::counted) return of(counted, counted_here_);
    if (place == Place::not_admitted) return of(not_admitted, not_admitted_here_);
    count_outside(place, report_);
    return nullptr;
  }

  void add_event(const ScannedEvent& event) {
    if (!event.is_visit) return;
    LaptopFigures* figures = figures_for(event.record, event.state);
    if (figures == nullptr) return;
    figures->visits += 1;
    // A visit without a number says nothing of how sure it is.
    const PersonTimes person_times = measured<PersonTimes>(event.person_times, event.precision);
    const Persons persons = measured<Persons>(event.persons, event.precision);
    figures->person_times += person_times;
    figures->persons += persons;
    if (!event.state.is_counted) return;
    report_.visits += 1;
    report_.person_times += person_times;
    report_.persons += persons;
    SiteSum& site = by_site_[event.site];
    site.person_times += person_times;
    site.persons += persons;
    if (event.person_times.is_given) by_trade_[event.trade] += person_times;
    if (event.persons.is_given) by_trade_persons_[event.trade] += persons;
  }

  void add_handout(const ScannedHandout& handout) {
    if (people_.is_needed() && handout.item != Words::kNothing) {
      people_.add(scan_.words().name(handout.item), handout.voucher, handout.party, handout.quantity);
    }
    if (!handout.is_given) return;
    LaptopFigures* figures = figures_for(handout.record, handout.state);
    if (figures == nullptr) return;
    const Fen value = prices_.value_of(handout);
    figures->lines += 1;
    figures->value += value;
    if (!handout.state.is_counted) return;
    report_.lines += 1;
    by_site_item_[std::uint64_t{handout.site} << 32 | handout.item] +=
        Pieces{handout.quantity, handout.precision};
    if (value == Fen{}) return;
    report_.value += value;
    by_site_[handout.site].value += value;
  }

  /// Back to words.
  void give() {
    const auto name = [&](std::uint32_t word, std::set<std::string>* used) {
      if (word == Words::kNothing) return std::string(kUnspecified);
      if (used != nullptr) used->insert(scan_.words().name(word));
      return scan_.words().name(word);
    };
    for (const auto& [trade, total] : by_trade_) report_.by_trade[name(trade, nullptr)] += total;
    for (const auto& [trade, total] : by_trade_persons_) {
      report_.by_trade_persons[name(trade, nullptr)] += total;
    }
    for (const auto& [site, sum] : by_site_) {
      DayReport::SiteFigures& figures = report_.by_site[name(site, &sites)];
      figures.person_times += sum.person_times;
      figures.persons += sum.persons;
      figures.value += sum.value;
    }
    for (const auto& [place, total] : by_site_item_) {
      const std::string item = name(static_cast<std::uint32_t>(place), &items);
      report_.items[item] += total;
      report_.by_site[name(static_cast<std::uint32_t>(place >> 32), &sites)].items[item] += total;
    }
  }

  const DaySource& source_;
  DayReport& report_;
  PersonSums& people_;
  const SiteZones::Window window_;
  RecordScan scan_;
  Prices prices_;
  std::unordered_map<std::uint32_t, SiteSum> by_site_;
  std::unordered_map<std::uint32_t, PersonTimes> by_trade_;
  std::unordered_map<std::uint32_t, Persons> by_trade_persons_;
  std::unordered_map<std::uint64_t, Pieces> by_site_item_;  ///< site << 32 | item
  const AuthorRow* author_ = nullptr;                       ///< of the row before
  LaptopFigures* counted_here_ = nullptr;
  LaptopFigures* not_admitted_here_ = nullptr;
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

}  // namespace

Result<std::vector<LaptopState>> laptop_states(const DaySource& source) {
  std::map<AuthorId, LaptopState> states;
  for (const auto& row : source.authors.all()) {
    if (row->held_seq == 0) continue;
    LaptopState& state = states[row->id];
    state.author = row->head_name();
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
    state.author = row->head_name();
    if (state.name.empty()) state.name = row->name;  // announced, but nothing of its log is here
    if (state.standing.empty()) state.standing = name_of(Standing::not_admitted);
    state.announced = static_cast<std::uint64_t>(in.integer(1));
    state.announced_relay_ms = in.integer(3);
    state.skew_ms = in.integer(2) - in.integer(3);
    state.complete = state.applied >= *state.announced || is_mutant(Mutant::call_incomplete_complete);
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
  KAREZ_ASSIGN(const SiteZones zones,
               SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  const RuleSource rules{source.statements, source.authors,      source.catalog,
                         source.log,        source.zone_minutes, {}};
  KAREZ_ASSIGN(RuleBook book, RuleBook::load(rules));
  PersonSums people(book.rules());
  DaySum sum(source, zones, report, people);
  KAREZ_TRY(sum.add_all());
  if (book.has_limits()) {
    KAREZ_ASSIGN(report.over_quota, book.over_on(day, people.may_be_over()));
  }
  KAREZ_ASSIGN(report.unknown_sites, unknown_codes(source.statements, "site", sum.sites));
  KAREZ_ASSIGN(report.unknown_items, unknown_codes(source.statements, "item", sum.items));

  KAREZ_ASSIGN(const std::vector<LaptopState> states, laptop_states(source));
  const std::int64_t day_end = zones.window(day, day).to_ms;  // it ends where it ends last
  for (const auto& [site, minutes] : zones.own()) {
    if (report.by_site.contains(site)) report.site_zones[site] = minutes;
  }
  for (const LaptopState& state : states) {
    const AuthorRow* author = source.authors.headed(state.author);
    if (author == nullptr) {
      return Error{ErrorCode::corrupt,
                   "the names of the branches of " + state.name +
                       "'s log are lost in the database file; nothing was changed in it: run karez verify"};
    }
    const auto counted = sum.counted.find(author->id);
    const auto apart = sum.not_admitted.find(author->id);
    // The roster: admitted volunteers that are not revoked, with or without records that day.
    const bool is_volunteer = [&] {
      const Role* role = source.catalog.role(author->role);
      return role != nullptr && !role->writes.empty() && role->authority.empty();
    }();
    const bool is_closed = source.closed_logs.contains(author->id) && state.missing == 0;
    const bool on_roster = author->standing == Standing::admitted && is_volunteer && !state.cut && !is_closed;
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
    if (is_beyond_64_bits(total.total()))
      return Error{ErrorCode::refused,
                   "the total of " + item + " is beyond what can be shown: " + to_text(total)};
  }
  if (is_beyond_64_bits(report.person_times.total())) {
    return Error{ErrorCode::refused,
                 "the total of person-times is beyond what can be shown: " + to_text(report.person_times)};
  }
  return report;
}

}  // namespace karez
