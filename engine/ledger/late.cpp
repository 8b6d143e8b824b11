#include "karez/ledger/late.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/ledger/site_zones.h"
#include "karez/model/catalog.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

/// Records of a log above a key, whatever their day: few after a close. (kDay...: all of a day.)
constexpr auto kEventsAbove = "SELECT record FROM event WHERE record>?1 AND record<?2";
constexpr auto kMovesAbove = "SELECT record FROM move WHERE record>?1 AND record<?2";
constexpr auto kEventsOfDay = "SELECT record FROM event WHERE time>=?1 AND time<?2";
constexpr auto kMovesOfDay =
    "SELECT t.record FROM event AS e CROSS JOIN move AS t ON t.event = e.record WHERE e.time>=?1 AND "
    "e.time<?2"
    " UNION SELECT record FROM move WHERE time>=?1 AND time<?2";
/// More changes than this beyond a close: then looking at the day costs less than looking at what is beyond.
constexpr std::uint64_t kFewChanges = 20'000;

constexpr auto kWrites =
    "SELECT record, field, author, seq, value FROM field_write"
    " UNION ALL SELECT record, field, author, seq, NULL FROM counter_add"
    " UNION ALL SELECT record, field, author, seq, NULL FROM set_operation";
constexpr auto kEvent =
    "SELECT type, site, time, time_offset, void IS NOT NULL, counted, duplicate_of FROM event WHERE record=?";
constexpr auto kMove =
    "SELECT t.reason, coalesce(t.site, e.site), coalesce(t.time, e.time),"
    " CASE WHEN t.time IS NULL THEN e.time_offset ELSE t.time_offset END,"
    " t.void IS NOT NULL OR e.void IS NOT NULL, t.counted, t.duplicate_of FROM move AS t LEFT JOIN event AS "
    "e ON e.record = t.event WHERE t.record=?";
constexpr auto kVerdicts =
    "SELECT record, about, same_as FROM verdict WHERE counted=1 AND void IS NULL AND about IS NOT NULL";

struct Shown {
  bool is_event = false, is_void = false, is_in_totals = false;
  std::string kind, site;
  std::optional<WallTime> time;
};

class LateReader {
 public:
  LateReader(const DaySource& source, Tables& tables, Day day, const CoveredLogs& covered)
      : source_(source), tables_(tables), day_(day), covered_(covered), zones_(source.zone_minutes) {}

  Result<std::vector<LateChange>> read() {
    KAREZ_ASSIGN(zones_, SiteZones::load(source_.statements, source_.catalog, source_.zone_minutes));
    KAREZ_TRY(add_records());
    KAREZ_TRY(add_writes());
    KAREZ_TRY(add_verdicts());
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      const auto place = [](const LateChange& one) {
        return std::tuple(one.time.value_or(WallTime{}), to_text(one.id), one.dot, one.what);
      };
      return place(a) < place(b);
    });
    found_.erase(std::unique(found_.begin(), found_.end(),
                             [](const auto& a, const auto& b) {
                               return a.id == b.id && a.dot == b.dot && a.what == b.what;
                             }),
                 found_.end());
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool is_late(RecordKey key) const { return !covered_.covers(author_of(key), seq_of(key)); }
  [[nodiscard]] bool is_of_day(const std::optional<WallTime>& time, const std::string& site) const {
    return time && zones_.day_of(time->ms, site) == day_;
  }

  Status add_records() {
    std::uint64_t beyond = 0;
    for (const auto& row : source_.authors.all())
      beyond += row->applied_seq - std::min(row->applied_seq, covered_.through(row->id));
    std::vector<RecordKey> late;
    const auto take = [&](Statement& in) {
      if (is_late(in.integer(0))) late.push_back(in.integer(0));
    };
    const SiteZones::Window window = zones_.window(day_, day_);
    if (beyond > kFewChanges) {
      for (const char* sql : {kEventsOfDay, kMovesOfDay})
        KAREZ_TRY(
            for_each_row(source_.statements.get(sql).bind(1, window.from_ms).bind(2, window.to_ms), take));
    } else {
      for (const auto& row : source_.authors.all()) {
        const std::uint64_t through = std::max(covered_.through(row->id), row->from_seq - 1);
        if (row->applied_seq <= through) continue;
        const RecordKey above = record_key(row->id, through + 1, 0);
        const RecordKey end = record_key(row->id + 1, 0, 0);
        for (const char* sql : {kEventsAbove, kMovesAbove})
          KAREZ_TRY(for_each_row(source_.statements.get(sql).bind(1, above).bind(2, end), take));
      }
    }
    for (RecordKey key : late) {
      KAREZ_ASSIGN(const auto shown, shown_of(key));
      if (!shown || !shown->is_in_totals || !is_of_day(shown->time, shown->site)) continue;
      const bool is_plain = shown->kind == (shown->is_event ? "visit" : "give");
      add(key, author_of(key), seq_of(key), *shown,
          shown->is_event ? (is_plain ? "visit" : "event") : (is_plain ? "handout" : "move"));
    }
    return {};
  }

  Status add_writes() {
    struct Write {
      RecordKey key;
      AuthorId author;
      std::uint64_t seq;
      std::string what;
    };
    std::vector<Write> late;
    KAREZ_TRY(for_each_row(source_.statements.get(kWrites), [&](Statement& in) {
      const AuthorId author = in.integer(2);
      const auto seq = static_cast<std::uint64_t>(in.integer(3));
      // About a record that is late itself the record says it all.
      if (covered_.covers(author, seq) || is_late(in.integer(0))) return;
      std::string what = "edit";
      if (in.integer(1) == kVoidField) {
        const auto value = decode_value(in.blob(4));
        what = value && value->is_null() ? "unvoid" : "void";
      }
      late.push_back({in.integer(0), author, seq, std::move(what)});
    }));
    for (const Write& write : late) {
      const AuthorRow* author = source_.authors.find(write.author);
      KAREZ_ASSIGN(const auto shown, shown_of(write.key));
      if (!shown || author == nullptr) continue;
      const Collection* collection = source_.catalog.collection(shown->is_event ? "event" : "move");
      if (!tables_.counts(*author, write.seq, collection->number)) continue;
      bool concerns_day = is_of_day(shown->time, shown->site);
      if (!concerns_day) {
        KAREZ_ASSIGN(concerns_day, was_of_day(*collection, write.key, shown->site));
      }
      if (concerns_day) add(write.key, write.author, write.seq, *shown, write.what);
    }
    return {};
  }

  /// Whether any time that somebody wrote for the record falls on the day.
  Result<bool> was_of_day(const Collection& collection, RecordKey key, const std::string& site) {
    const Field* time = collection.field("time");
    KAREZ_ASSIGN(const auto writes, tables_.writes(collection, key, time->number));
    return std::any_of(writes.begin(), writes.end(), [&](const RegisterWrite& write) {
      const auto* value = std::get_if<WallTime>(&write.value.side);
      return value != nullptr && is_of_day(*value, site);
    });
  }

  Status add_verdicts() {
    if (source_.catalog.collection("verdict") == nullptr) return {};
    std::vector<std::pair<RecordKey, std::vector<RecordKey>>> late;
    KAREZ_TRY(for_each_row(source_.statements.get(kVerdicts), [&](Statement& in) {
      if (!is_late(in.integer(0))) return;
      std::vector<RecordKey> about{in.integer(1)};
      if (!in.is_null(2)) about.push_back(in.integer(2));
      late.emplace_back(in.integer(0), std::move(about));
    }));
    for (const auto& [verdict, about] : late) {
      for (RecordKey key : about) {
        KAREZ_ASSIGN(const auto shown, shown_of(key));
        if (!shown || !is_of_day(shown->time, shown->site)) continue;
        add(verdict, author_of(verdict), seq_of(verdict), *shown, "verdict");
        break;
      }
    }
    return {};
  }

  Result<std::optional<Shown>> shown_of(RecordKey key) {
    std::optional<Shown> shown;
    for (const bool is_event : {true, false}) {
      if (shown) break;
      KAREZ_TRY(
          for_each_row(source_.statements.get(is_event ? kEvent : kMove).bind(1, key), [&](Statement& in) {
            shown.emplace();
            shown->is_event = is_event;
            shown->kind = in.text(0);
            shown->site = in.text(1);
            if (!in.is_null(2)) shown->time = WallTime{in.integer(2), static_cast<int>(in.integer(3))};
            shown->is_void = in.integer(4) != 0;
            shown->is_in_totals = !shown->is_void && in.integer(5) == 1 && in.is_null(6);
          }));
    }
    return shown;
  }

  void add(RecordKey key, AuthorId by, std::uint64_t seq, const Shown& shown, std::string what) {
    const AuthorRow* author = source_.authors.find(by);
    const bool is_forgotten = is_mutant(Mutant::forget_late_edit) && (what == "edit" || what == "void");
    if (author == nullptr || is_forgotten) return;
    found_.push_back({tables_.id_of(key), author->laptop.empty() ? author->name : author->laptop, shown.site,
                      shown.time, Dot{author->name_at(seq), seq}, std::move(what)});
  }

  const DaySource& source_;
  Tables& tables_;
  Day day_;
  const CoveredLogs& covered_;
  SiteZones zones_;
  std::vector<LateChange> found_;
};

}  // namespace

Result<std::vector<LateChange>> late_changes(const DaySource& source, Tables& tables, Day day,
                                             const CoveredLogs& covered) {
  return LateReader(source, tables, day, covered).read();
}

}  // namespace karez
