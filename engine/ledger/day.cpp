#include "karez/ledger/day.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <set>
#include <unordered_map>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/model/catalog.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

constexpr auto kCountEvents = "SELECT count(*) FROM event WHERE time>=?1 AND time<?2";
/// What decides whether a row counts, as one number (place_of): of most rows it is `counted`, 1.
#define KAREZ_STATE(t, is_void)                                                                         \
  " CASE WHEN " is_void " OR " t "duplicate_of IS NOT NULL THEN " t "counted + 2*(" is_void ") + 4*(" t \
  "duplicate_of IS NOT NULL) ELSE " t "counted END"
/// Events of the day: what they add, and what their moves inherit; one by one, or among all of them.
#define KAREZ_EVENTS(table)                                \
  "SELECT record, site, trade, person_times," KAREZ_STATE( \
      "", "void IS NOT NULL") ", type='visit' FROM " table " WHERE time>=?1 AND time<?2"
constexpr auto kEvents = KAREZ_EVENTS("event");
constexpr auto kAllEvents = KAREZ_EVENTS("event NOT INDEXED");
/// Handouts that stand at their event's time: of the day's events one by one, or all of them.
constexpr auto kHandoutsOfEvents =
    "SELECT t.record, t.site, t.item, t.qty," KAREZ_STATE("t.", "t.void IS NOT NULL") ", t.event"
    " FROM event AS e CROSS JOIN move AS t ON t.event = e.record"
    " WHERE e.time>=?1 AND e.time<?2 AND t.time IS NULL AND t.reason='give'";
constexpr auto kAllHandouts =
    "SELECT record, site, item, qty," KAREZ_STATE("", "void IS NOT NULL") ", event"
    " FROM move NOT INDEXED WHERE time IS NULL AND reason='give'";
/// Handouts with a time of their own.
constexpr auto kTimedHandouts =
    "SELECT t.record, coalesce(t.site, e.site), t.item, t.qty,"
    KAREZ_STATE("t.", "(t.void IS NOT NULL OR e.void IS NOT NULL)")
    " FROM move AS t LEFT JOIN event AS e ON e.record = t.event"
    " WHERE t.time>=?1 AND t.time<?2 AND t.reason='give'";
#undef KAREZ_EVENTS
#undef KAREZ_STATE
constexpr auto kAnnouncements = "SELECT author, seq, now_ms, relay_ms FROM announcement";
constexpr auto kKnownCodes = "SELECT code FROM \"";

constexpr auto kUnspecified = "unspecified";

/// The number of KAREZ_STATE.
struct RowState {
  explicit RowState(std::int64_t number)
      : is_counted((number & 1) != 0), is_void((number & 2) != 0), is_duplicate((number & 4) != 0) {}
  bool is_counted, is_void, is_duplicate;
};

/// Why a row stands outside totals, if it does.
enum class Place { counted, not_admitted, uncounted, voided, duplicate };

Place place_of(const AuthorRow& author, const RowState& state) {
  if (!state.is_counted) {
    const bool has_standing = author.standing == Standing::admitted || author.standing == Standing::founder ||
                              author.standing == Standing::recovery || author.standing == Standing::void_path;
    return has_standing ? Place::uncounted : Place::not_admitted;
  }
  if (state.is_void) return Place::voided;
  if (state.is_duplicate && !is_mutant(Mutant::count_duplicate)) return Place::duplicate;
  return Place::counted;
}

/// Words as small numbers, so that sums over many rows compare no text.
class Words {
 public:
  std::uint32_t number(std::string_view word) {
    if (word.empty() || word.size() > sizeof(Short::letters)) return look_up(word);
    // Codes are short and few: most rows find theirs here, without a hash or a comparison of texts.
    std::uint64_t letters = 0;
    std::memcpy(&letters, word.data(), word.size());
    Short& seen = seen_[(letters * 0x9E3779B97F4A7C15) >> 56];
    if (seen.letters != letters || seen.size != word.size()) {
      seen = {letters, static_cast<std::uint32_t>(word.size()), look_up(word)};
    }
    return seen.number;
  }
  [[nodiscard]] const std::string& name(std::uint32_t number) const { return names_[number]; }

 private:
  std::uint32_t look_up(std::string_view word) {
    const auto found = numbers_.find(word);
    if (found != numbers_.end()) return found->second;
    names_.emplace_back(word);
    return numbers_.emplace(names_.back(), static_cast<std::uint32_t>(names_.size() - 1)).first->second;
  }
  struct Short {
    std::uint64_t letters = 0;
    std::uint32_t size = 0, number = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<std::string> names_;
  std::array<Short, 256> seen_{};
};

class DaySum {
 public:
  DaySum(const DaySource& source, DayReport& report) : source_(source), report_(report) {}

  Status add_all() {
    const std::int64_t from = start_of(report_.day, report_.zone_minutes);
    const std::int64_t to = start_of(Day{report_.day.number + 1}, report_.zone_minutes);
    KAREZ_ASSIGN(const bool is_most, is_most_of_everything(from, to));
    KAREZ_TRY(each(is_most ? kAllEvents : kEvents, from, to, [&](Statement& in) { add_event(in); }));
    std::sort(events_.begin(), events_.end());  // they are in order unless they were looked up
    const auto add_inherited = [&](Statement& in) {
      const DayEvent* event = event_of(in.integer(5));
      if (event == nullptr) return;
      add_handout(in, in.is_null(1) ? event->site : word_at(in, 1), event->is_void);
    };
    if (is_most) {
      KAREZ_TRY(for_each_row(source_.statements.get(kAllHandouts), add_inherited));
    } else {
      KAREZ_TRY(each(kHandoutsOfEvents, from, to, add_inherited));
    }
    KAREZ_TRY(each(kTimedHandouts, from, to, [&](Statement& in) { add_handout(in, word_at(in, 1), false); }));
    give();
    return {};
  }

  std::map<AuthorId, LaptopFigures> counted, not_admitted;
  std::set<std::string> sites, items;

 private:
  struct DayEvent {
    RecordKey record = 0;
    std::uint32_t site = 0;
    bool is_void = false;
    bool operator<(const DayEvent& other) const { return record < other.record; }
  };

  template <typename F>
  Status each(const char* sql, std::int64_t from, std::int64_t to, F&& row) {
    return for_each_row(source_.statements.get(sql).bind(1, from).bind(2, to), row);
  }

  /// Whether reading everything costs less than looking up the day's events and their handouts: a question of
  /// speed alone. A lookup costs about as much as reading a dozen rows in order, and a handout takes some 160
  /// bytes of the file.
  Result<bool> is_most_of_everything(std::int64_t from, std::int64_t to) {
    std::int64_t events = 0;
    KAREZ_TRY(each(kCountEvents, from, to, [&](Statement& in) { events = in.integer(0); }));
    std::int64_t pages = 0;
    KAREZ_TRY(for_each_row(source_.statements.get("PRAGMA page_count"),
                           [&](Statement& in) { pages = in.integer(0); }));
    return events * 12 > pages * 4096 / 160;
  }

  /// The day's event with this key; null if it is of another day. Handouts mostly follow one another as their
  /// events do, so the last one's place and the next are looked at first.
  const DayEvent* event_of(RecordKey record) {
    for (std::size_t i = last_event_; i < std::min(last_event_ + 2, events_.size()); ++i) {
      if (events_[i].record == record) return &events_[last_event_ = i];
    }
    const auto found = std::lower_bound(events_.begin(), events_.end(), DayEvent{record, 0, false});
    if (found == events_.end() || found->record != record) return nullptr;
    last_event_ = static_cast<std::size_t>(found - events_.begin());
    return &*found;
  }

  std::uint32_t word_at(Statement& in, int column) {
    const std::string_view word = in.text(column);
    return word.empty() ? kNothing : words_.number(word);
  }

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
    switch (place_of(*author_, state)) {
      case Place::counted:
        return of(counted, counted_here_);
      case Place::not_admitted:
        return of(not_admitted, not_admitted_here_);
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

  void add_event(Statement& in) {
    const RecordKey record = in.integer(0);
    const RowState state(in.integer(4));
    const std::uint32_t site = word_at(in, 1);
    events_.push_back({record, site, state.is_void});
    if (in.integer(5) == 0) return;
    LaptopFigures* figures = figures_for(record, state);
    if (figures == nullptr) return;
    const bool has_person_times = !in.is_null(3);
    const Total person_times = has_person_times ? in.integer(3) : 0;
    figures->visits += 1;
    figures->person_times += person_times;
    if (!state.is_counted) return;
    report_.visits += 1;
    report_.person_times += person_times;
    by_site_[site] += person_times;
    if (has_person_times) by_trade_[word_at(in, 2)] += person_times;
  }

  void add_handout(Statement& in, std::uint32_t site, bool is_event_void) {
    RowState state(in.integer(4));
    state.is_void = state.is_void || is_event_void;
    LaptopFigures* figures = figures_for(in.integer(0), state);
    if (figures == nullptr) return;
    figures->lines += 1;
    if (!state.is_counted) return;
    report_.lines += 1;
    by_site_item_[std::uint64_t{site} << 32 | word_at(in, 2)] += in.integer(3);  // none: 0
  }

  /// Back to words.
  void give() {
    const auto name = [&](std::uint32_t word, std::set<std::string>* used) {
      if (word == kNothing) return std::string(kUnspecified);
      if (used != nullptr) used->insert(words_.name(word));
      return words_.name(word);
    };
    for (const auto& [trade, total] : by_trade_) report_.by_trade[name(trade, nullptr)] += total;
    for (const auto& [site, total] : by_site_) report_.by_site[name(site, &sites)].person_times += total;
    for (const auto& [place, total] : by_site_item_) {
      const std::string item = name(static_cast<std::uint32_t>(place), &items);
      report_.items[item] += total;
      report_.by_site[name(static_cast<std::uint32_t>(place >> 32), &sites)].items[item] += total;
    }
  }

  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;
  const DaySource& source_;
  DayReport& report_;
  Words words_;
  std::vector<DayEvent> events_;  ///< by record
  std::size_t last_event_ = 0;    ///< the one found last
  std::unordered_map<std::uint32_t, Total> by_site_, by_trade_;
  std::unordered_map<std::uint64_t, Total> by_site_item_;  ///< site << 32 | item
  const AuthorRow* author_ = nullptr;                      ///< of the row before
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
  DaySum sum(source, report);
  KAREZ_TRY(sum.add_all());
  KAREZ_ASSIGN(report.unknown_sites, unknown_codes(source.statements, "site", sum.sites));
  KAREZ_ASSIGN(report.unknown_items, unknown_codes(source.statements, "item", sum.items));

  KAREZ_ASSIGN(const std::vector<LaptopState> states, laptop_states(source));
  const std::int64_t day_end = start_of(Day{day.number + 1}, source.zone_minutes);
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
