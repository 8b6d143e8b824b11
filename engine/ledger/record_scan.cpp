#include "record_scan.h"

#include <algorithm>
#include <limits>

#include "karez/base/mutants.h"
#include "karez/model/catalog.h"

namespace karez {
namespace {

constexpr std::int32_t kUnknownZone = std::numeric_limits<std::int32_t>::max();

/// What decides whether a row counts, as the number of RowState: of most rows it is `counted`, 1. `more`: the
/// columns that are read only where one of them is there.
std::string state_sql(const std::string& t, const std::string& is_void,
                      std::initializer_list<std::string> more) {
  std::string has_more = "0";
  for (const std::string& column : more) has_more += " OR " + column + " IS NOT NULL";
  return "CASE WHEN " + is_void + " OR " + t + "duplicate_of IS NOT NULL OR " + has_more + " THEN " + t +
         "counted + 2*(" + is_void + ") + 4*(" + t + "duplicate_of IS NOT NULL) + " +
         std::to_string(kHasMore) + "*(" + has_more + ") ELSE " + t + "counted END";
}

}  // namespace

std::uint32_t Words::look_up(std::string_view word) {
  const auto found = numbers_.find(word);
  if (found != numbers_.end()) return found->second;
  names_.emplace_back(word);
  return numbers_.emplace(names_.back(), static_cast<std::uint32_t>(names_.size() - 1)).first->second;
}

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

RecordScan::RecordScan(const DaySource& source, const SiteZones& zones, ScanRange range, Detail detail)
    : source_(source),
      zones_(zones),
      range_(range),
      detail_(detail),
      window_(zones.window(range.first, range.last)),
      is_one_day_(zones.is_uniform() && range.first == range.last) {
  make_queries(source.catalog);
}

void RecordScan::make_queries(const Catalog& catalog) {
  // A catalog from before a field has no column for it.
  const auto has = [&](const char* collection, const char* field) {
    const Collection* known = catalog.collection(collection);
    return known != nullptr && known->field(field) != nullptr;
  };
  const auto column = [&](const char* collection, const std::string& table, const char* field) {
    return has(collection, field) ? table + field : std::string("NULL");
  };
  const bool is_detailed = detail_ == Detail::campaigns;
  const std::string persons = column("event", "", "persons"), mark = column("event", "", "precision");
  // Events of the window: what they add, and what their handouts inherit; one by one, or among all of them.
  const auto events = [&](const std::string& table) {
    return "SELECT record, site, trade, person_times, " + state_sql("", "void IS NOT NULL", {persons, mark}) +
           ", type='visit', " + persons + ", " + mark + ", time" +
           (is_detailed ? ", " + column("event", "", "campaign") : "") + " FROM " + table +
           " WHERE time>=?1 AND time<?2";
  };
  queries_.events = events("event");
  queries_.all_events = events("event NOT INDEXED");
  // A handout's own part: `site` and `place` are where it stands and how its event or time is found.
  const auto handout = [&](const std::string& t, const std::string& site, const std::string& is_void,
                           const std::string& place) {
    const std::string value = column("move", t, "value"), own_mark = column("move", t, "precision");
    return "SELECT " + t + "record, " + site + ", " + t + "item, " + t + "qty, " +
           state_sql(t, is_void, {value, own_mark}) + ", " + place + ", " + value + ", " + own_mark;
  };
  const bool is_by_person = detail_ == Detail::people;
  const auto reasons = [&](const std::string& t) {
    // Of three words SQLite would make an index for IN, and look every row up in it.
    const std::string given = t + "reason='give'";
    return is_by_person ? "(" + given + " OR " + t + "reason='use' OR " + t + "reason='pay')" : given;
  };
  const auto people = [&](const std::string& t) {
    return is_by_person ? ", " + t + "reason='give', " + t + "voucher, " + column("move", t, "party")
                        : std::string();
  };
  const auto own = [&](const std::string& t) {
    return is_detailed ? ", " + t + "trade, " + column("move", t, "campaign") + ", " + t + "batch" : "";
  };
  // Handouts that stand at their event's time: of the window's events one by one, or all of them.
  queries_.handouts_of_events = handout("t.", "t.site", "t.void IS NOT NULL", "t.event") + own("t.") +
                                people("t.") +
                                " FROM event AS e CROSS JOIN move AS t ON t.event = e.record"
                                " WHERE e.time>=?1 AND e.time<?2 AND t.time IS NULL AND " +
                                reasons("t.");
  queries_.all_handouts = handout("", "site", "void IS NOT NULL", "event") + own("") + people("") +
                          " FROM move NOT INDEXED WHERE time IS NULL AND " + reasons("");
  // Handouts with a time of their own.
  const std::string campaign =
      "coalesce(" + column("move", "t.", "campaign") + ", " + column("event", "e.", "campaign") + ")";
  queries_.timed_handouts =
      handout("t.", "coalesce(t.site, e.site)", "(t.void IS NOT NULL OR e.void IS NOT NULL)", "t.time") +
      (is_detailed ? ", coalesce(t.trade, e.trade), " + campaign + ", t.batch" : "") + people("t.") +
      " FROM move AS t LEFT JOIN event AS e ON e.record = t.event"
      " WHERE t.time>=?1 AND t.time<?2 AND " +
      reasons("t.");
}

/// Whether reading everything costs less than looking up the window's events and their handouts: a question
/// of speed alone. A lookup costs about as much as reading a dozen rows in order, and a handout takes some
/// 160 bytes of the file.
Result<bool> RecordScan::is_most_of_everything() {
  std::int64_t events = 0;
  KAREZ_TRY(each("SELECT count(*) FROM event WHERE time>=?1 AND time<?2",
                 [&](Statement& in) { events = in.integer(0); }));
  std::int64_t pages = 0;
  KAREZ_TRY(for_each_row(source_.statements.get("PRAGMA page_count"),
                         [&](Statement& in) { pages = in.integer(0); }));
  return events * 12 > pages * 4096 / 160;
}

/// The window's event with this key; null if it is of another time. Handouts mostly follow one another as
/// their events do, so the last one's place and the next are looked at first.
const RecordScan::EventPlace* RecordScan::event_of(RecordKey record) {
  for (std::size_t i = last_event_; i < std::min(last_event_ + 2, events_.size()); ++i) {
    if (events_[i].record == record) return &events_[last_event_ = i];
  }
  EventPlace wanted;
  wanted.record = record;
  const auto found = std::lower_bound(events_.begin(), events_.end(), wanted);
  if (found == events_.end() || found->record != record) return nullptr;
  last_event_ = static_cast<std::size_t>(found - events_.begin());
  return &*found;
}

std::int64_t RecordScan::day_at(std::int64_t ms, std::uint32_t site) {
  if (is_one_day_) return range_.first.number;
  if (zones_.is_uniform() || site == Words::kNothing) {
    return day_of(ms, zones_.workspace_minutes()).number;
  }
  if (site >= zone_of_word_.size()) zone_of_word_.resize(site + 1, kUnknownZone);
  if (zone_of_word_[site] == kUnknownZone) zone_of_word_[site] = zones_.zone_of(words_.name(site));
  return day_of(ms, zone_of_word_[site]).number;
}

}  // namespace karez
