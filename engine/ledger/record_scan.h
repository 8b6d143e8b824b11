// One pass over the visits and handouts of a range of working days, in the order of the tables: what the day
// report, the campaign report and the explanation of a figure are summed from. Private to ledger.
//
// One thread. Shown twice to two passes over the same changes, the same records come with the same days,
// sites and amounts; their order is the file's and must not matter to who sums.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "karez/ledger/day.h"
#include "karez/ledger/site_zones.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {

/// Words as small numbers, so that sums over many rows compare no text.
class Words {
 public:
  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;  ///< no word

  std::uint32_t number(std::string_view word) {
    if (word.empty()) return kNothing;
    if (word.size() > sizeof(Short::letters)) return look_up(word);
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
  std::uint32_t look_up(std::string_view word);
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

/// Why a row stands outside totals, if it does.
enum class Place { counted, not_admitted, uncounted, voided, duplicate };

/// What decides that, as SQL gives it in one number: 1 counted, 2 void, 4 duplicate; and 8 where the row has
/// any of the amounts and marks that most rows lack (kHasMore).
struct RowState {
  explicit RowState(std::int64_t number)
      : is_counted((number & 1) != 0), is_void((number & 2) != 0), is_duplicate((number & 4) != 0) {}
  bool is_counted, is_void, is_duplicate;
};
inline constexpr std::int64_t kHasMore = 8;
[[nodiscard]] Place place_of(const AuthorRow& author, const RowState& state);
/// Counts a row that stands outside of all figures of a report.
template <typename Report>
void count_outside(Place place, Report& report) {
  if (place == Place::uncounted) ++report.uncounted;
  if (place == Place::voided) ++report.voided;
  if (place == Place::duplicate) ++report.duplicate_records;
}

/// What stands for a site, trade or item that was not given.
inline constexpr auto kUnspecified = "unspecified";

/// An amount that a row may lack.
struct Cell {
  std::int64_t amount = 0;
  bool is_given = false;
};
/// The measure of a cell; a row without the number says nothing of how sure it is.
template <typename Kind>
[[nodiscard]] Kind measured(const Cell& cell, Precision precision) {
  return cell.is_given ? Kind{cell.amount, precision} : Kind{};
}

struct ScannedEvent {
  RecordKey record = 0;
  RowState state{0};
  Day day;
  bool is_visit = false;
  std::uint32_t site = Words::kNothing, trade = Words::kNothing, campaign = Words::kNothing;
  Cell person_times, persons;
  Precision precision = Precision::exact;
};

/// A handout where it stands: at its own site and time, or at its event's.
struct ScannedHandout {
  RecordKey record = 0;
  RowState state{0};  ///< void also with its event
  Day day;
  std::uint32_t site = Words::kNothing, item = Words::kNothing;
  std::uint32_t trade = Words::kNothing, campaign = Words::kNothing, batch = Words::kNothing;
  std::int64_t quantity = 0;  ///< none: 0
  Cell value;                 ///< of the move itself, in fen
  Precision precision = Precision::exact;
  bool is_given = true;  ///< false: redeemed or paid, which only people's quotas count
  /// Of the move itself; with Detail::people alone, until the callback returns; a party only without voucher.
  std::string_view voucher, party;
};

struct ScanRange {
  Day first, last;  ///< both included
};

class RecordScan {
 public:
  /// What a pass reads beside the amounts: a day report can do without. With `people` come also redemptions
  /// and payments, which are no handouts (is_given).
  enum class Detail { amounts, campaigns, people };

  RecordScan(const DaySource& source, const SiteZones& zones, ScanRange range, Detail detail);

  /// Calls `on_event(const ScannedEvent&)` for every event of the range, visit or not, then
  /// `on_handout(const ScannedHandout&)` for every handout of it, whatever their place.
  template <typename OnEvent, typename OnHandout>
  Status run(OnEvent&& on_event, OnHandout&& on_handout);

  [[nodiscard]] Words& words() { return words_; }

 private:
  struct EventPlace {
    RecordKey record = 0;
    std::int64_t ms = 0;
    std::int64_t day = 0;
    std::uint32_t site = Words::kNothing, trade = Words::kNothing, campaign = Words::kNothing;
    bool is_void = false;
    bool operator<(const EventPlace& other) const { return record < other.record; }
  };
  struct Queries {
    std::string events, all_events, handouts_of_events, all_handouts, timed_handouts;
  };

  template <typename F>
  Status each(const std::string& sql, F&& row) {
    return for_each_row(source_.statements.get(sql).bind(1, window_.from_ms).bind(2, window_.to_ms), row);
  }
  Result<bool> is_most_of_everything();
  void make_queries(const Catalog& catalog);
  const EventPlace* event_of(RecordKey record);
  std::int64_t day_at(std::int64_t ms, std::uint32_t site);
  [[nodiscard]] bool is_in_range(std::int64_t day) const {
    return day >= range_.first.number && day <= range_.last.number;
  }
  std::uint32_t word_at(Statement& in, int column) { return words_.number(in.text(column)); }
  static Cell cell_at(const Statement& in, int column) {
    if (in.is_null(column)) return {};
    return {in.integer(column), true};
  }
  ScannedHandout handout_at(Statement& in) {
    ScannedHandout out;
    out.record = in.integer(0);
    out.item = word_at(in, 2);
    out.quantity = in.integer(3);
    const std::int64_t state = in.integer(4);
    out.state = RowState(state);
    if ((state & kHasMore) != 0) {
      out.value = cell_at(in, 6);
      out.precision = precision_of(in.text(7));
    }
    if (detail_ == Detail::campaigns) {
      out.trade = word_at(in, 8);
      out.campaign = word_at(in, 9);
      out.batch = word_at(in, 10);
    } else if (detail_ == Detail::people) {
      out.is_given = in.integer(8) != 0;
      out.voucher = in.text(9);
      if (out.voucher.empty()) out.party = in.text(10);  // who has a voucher is that person
    }
    return out;
  }

  const DaySource& source_;
  const SiteZones& zones_;
  const ScanRange range_;
  const Detail detail_;
  const SiteZones::Window window_;
  const bool is_one_day_;  ///< whatever lies in the window is of the range's one day
  Queries queries_;
  Words words_;
  std::vector<EventPlace> events_;          ///< by record; those of the window
  std::size_t last_event_ = 0;              ///< the one found last
  std::vector<std::int32_t> zone_of_word_;  ///< minutes; kUnknownZone: not asked for yet
};

template <typename OnEvent, typename OnHandout>
Status RecordScan::run(OnEvent&& on_event, OnHandout&& on_handout) {
  KAREZ_ASSIGN(const bool is_most, is_most_of_everything());
  events_.clear();
  KAREZ_TRY(each(is_most ? queries_.all_events : queries_.events, [&](Statement& in) {
    ScannedEvent event;
    event.record = in.integer(0);
    event.site = word_at(in, 1);
    event.trade = word_at(in, 2);
    event.person_times = cell_at(in, 3);
    const std::int64_t state = in.integer(4);
    event.state = RowState(state);
    event.is_visit = in.integer(5) != 0;
    if ((state & kHasMore) != 0) {
      event.persons = cell_at(in, 6);
      event.precision = precision_of(in.text(7));
    }
    const std::int64_t ms = is_one_day_ ? 0 : in.integer(8);
    if (detail_ == Detail::campaigns) event.campaign = word_at(in, 9);
    event.day.number = is_one_day_ ? range_.first.number : day_at(ms, event.site);
    events_.push_back(
        {event.record, ms, event.day.number, event.site, event.trade, event.campaign, event.state.is_void});
    if (is_in_range(event.day.number)) on_event(static_cast<const ScannedEvent&>(event));
  }));
  // They are in order unless they were looked up.
  if (!std::is_sorted(events_.begin(), events_.end())) std::sort(events_.begin(), events_.end());
  last_event_ = 0;
  const auto inherit = [&](Statement& in) {
    const EventPlace* event = event_of(in.integer(5));
    if (event == nullptr) return;
    ScannedHandout handout = handout_at(in);
    const bool has_own_site = !in.is_null(1);
    handout.site = has_own_site ? word_at(in, 1) : event->site;
    handout.state.is_void = handout.state.is_void || event->is_void;
    if (handout.trade == Words::kNothing) handout.trade = event->trade;
    if (handout.campaign == Words::kNothing) handout.campaign = event->campaign;
    handout.day.number = has_own_site && !is_one_day_ ? day_at(event->ms, handout.site) : event->day;
    if (is_in_range(handout.day.number)) on_handout(static_cast<const ScannedHandout&>(handout));
  };
  if (is_most) {
    KAREZ_TRY(for_each_row(source_.statements.get(queries_.all_handouts), inherit));
  } else {
    KAREZ_TRY(each(queries_.handouts_of_events, inherit));
  }
  return each(queries_.timed_handouts, [&](Statement& in) {
    ScannedHandout handout = handout_at(in);
    handout.site = word_at(in, 1);
    handout.day.number = day_at(in.integer(5), handout.site);
    if (is_in_range(handout.day.number)) on_handout(static_cast<const ScannedHandout&>(handout));
  });
}

}  // namespace karez
