#include "karez/ledger/doubles.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "karez/base/mutants.h"
#include "karez/ledger/site_zones.h"
#include "karez/model/catalog.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

constexpr std::int64_t kMinute = 60'000;

constexpr auto kEvents =
    "SELECT record, site, time, trade, person_times, NULL, NULL, party, source_key IS NOT NULL FROM event"
    " WHERE time>=?1 AND time<?2 AND type IN ('visit', 'handout', 'redeem') AND counted=1 AND void IS NULL"
    " AND duplicate_of IS NULL";
constexpr auto kHandoutColumns =
    "SELECT t.record, coalesce(t.site, e.site), coalesce(t.time, e.time), coalesce(t.trade, e.trade), t.qty, "
    "t.item,"
    " t.voucher, coalesce(t.party, e.party), t.source_key IS NOT NULL";
constexpr auto kHandoutCounts =
    " AND t.reason IN ('give', 'use') AND t.counted=1 AND t.void IS NULL AND t.duplicate_of IS NULL AND "
    "e.void IS NULL";
constexpr auto kBoth =
    "SELECT about, same_as FROM verdict WHERE action='both' AND counted=1 AND void IS NULL AND about IS NOT "
    "NULL AND "
    "same_as IS NOT NULL";

std::string handouts_of_events() {
  return std::string(kHandoutColumns) + " FROM event AS e CROSS JOIN move AS t ON t.event = e.record" +
         " WHERE e.time>=?1 AND e.time<?2 AND t.time IS NULL" + kHandoutCounts;
}
std::string timed_handouts() {
  return std::string(kHandoutColumns) + " FROM move AS t LEFT JOIN event AS e ON e.record = t.event" +
         " WHERE t.time>=?1 AND t.time<?2" + kHandoutCounts;
}

class DoubleSearch {
 public:
  DoubleSearch(const DaySource& source, Tables& tables, Day day)
      : source_(source), tables_(tables), day_(day), zones_(source.zone_minutes) {}

  Result<DoubleEntries> run(std::size_t most) {
    KAREZ_ASSIGN(zones_, SiteZones::load(source_.statements, source_.catalog, source_.zone_minutes));
    if (source_.catalog.collection("verdict") != nullptr) {
      KAREZ_TRY(for_each_row(source_.statements.get(kBoth), [&](Statement& in) {
        both_.insert(std::minmax(in.integer(0), in.integer(1)));
      }));
    }
    DoubleEntries out;
    KAREZ_TRY(search({kEvents}, "event", out));
    KAREZ_TRY(search({handouts_of_events(), timed_handouts()}, "move", out));
    std::sort(out.shown.begin(), out.shown.end(), [](const DoubleEntry& a, const DoubleEntry& b) {
      return std::tie(a.minute_ms, a.site, a.collection, a.ids) <
             std::tie(b.minute_ms, b.site, b.collection, b.ids);
    });
    out.count = out.shown.size();
    if (out.shown.size() > most) out.shown.resize(most);
    return out;
  }

 private:
  struct Seen {
    RecordKey record = 0;
    bool is_imported = false;
  };

  static std::uint64_t hash(std::initializer_list<std::string_view> words, std::int64_t minute,
                            std::int64_t amount) {
    std::uint64_t mixed =
        static_cast<std::uint64_t>(minute) * 0x9E3779B97F4A7C15u ^ static_cast<std::uint64_t>(amount);
    for (const std::string_view word : words)
      mixed = (mixed ^ std::hash<std::string_view>{}(word)) * 0x9E3779B97F4A7C15u + (mixed >> 29);
    return mixed;
  }

  struct Agreement {
    std::string site, by;
    std::int64_t minute = 0;
    bool operator<(const Agreement& other) const {
      return std::tie(site, by, minute) < std::tie(other.site, other.by, other.minute);
    }
  };

  Status search(const std::vector<std::string>& queries, const std::string& collection, DoubleEntries& out) {
    // First by hash alone, then the words of those that share one: most records share with nobody.
    std::unordered_map<std::uint64_t, std::uint32_t> amounts, persons;
    const SiteZones::Window window = zones_.window(day_, day_);
    const auto each = [&](auto&& row) -> Status {
      for (const std::string& sql : queries) {
        Statement& find = source_.statements.get(sql).bind(1, window.from_ms).bind(2, window.to_ms);
        KAREZ_TRY(for_each_row(find, [&](Statement& in) {
          const std::int64_t ms = in.integer(2);
          if (!zones_.is_uniform() && zones_.day_of(ms, in.text(1)) != day_) return;
          row(in, ms / kMinute - (ms % kMinute < 0 ? 1 : 0));
        }));
      }
      return {};
    };
    const auto by_amount = [](Statement& in, std::int64_t minute) {
      return hash({in.text(1), in.text(3), in.text(5)}, minute, in.integer(4));
    };
    const auto by_person = [](Statement& in, std::int64_t minute) {
      return hash({in.text(1), in.text(6), in.text(7), in.text(5)}, minute, -1);
    };
    const auto has_person = [](Statement& in) { return !in.text(6).empty() || !in.text(7).empty(); };
    KAREZ_TRY(each([&](Statement& in, std::int64_t minute) {
      if (!in.is_null(4)) ++amounts[by_amount(in, minute)];
      if (has_person(in)) ++persons[by_person(in, minute)];
    }));
    std::map<Agreement, std::vector<Seen>> agreed;
    KAREZ_TRY(each([&](Statement& in, std::int64_t minute) {
      const auto add = [&](std::string by) {
        agreed[{std::string(in.text(1)), std::move(by), minute}].push_back(
            {in.integer(0), in.integer(8) != 0});
      };
      const std::string item(in.text(5));
      if (!in.is_null(4) && amounts[by_amount(in, minute)] > 1)
        add("a\n" + std::string(in.text(3)) + "\n" + item + "\n" + std::to_string(in.integer(4)));
      if (has_person(in) && persons[by_person(in, minute)] > 1)
        add("p\n" + std::string(in.text(6)) + "\n" + std::string(in.text(7)) + "\n" + item);
    }));
    std::map<std::vector<RecordKey>, DoubleEntry> found;
    for (auto& [what, records] : agreed) {
      const std::vector<RecordKey> open = open_among(records);
      if (open.empty()) continue;
      DoubleEntry& entry = found[open];
      entry.site = what.site;
      entry.minute_ms = what.minute * kMinute;
      entry.collection = collection;
      entry.reasons.push_back(what.by.front() == 'a' ? "same_amount" : "same_person");
    }
    for (auto& [keys, entry] : found) {
      for (RecordKey key : keys) entry.ids.push_back(tables_.id_of(key));
      std::sort(entry.ids.begin(), entry.ids.end(),
                [](const RecordId& a, const RecordId& b) { return to_text(a) < to_text(b); });
      std::sort(entry.reasons.begin(), entry.reasons.end());
      out.shown.push_back(std::move(entry));
    }
    return {};
  }

  /// Those that may be the same as another of them, ascending.
  std::vector<RecordKey> open_among(std::vector<Seen>& records) {
    std::set<RecordKey> open;
    // Of very many in one minute each is compared with its neighbours alone: a person is told of all of them.
    constexpr std::size_t kNeighbours = 64;
    if (records.size() > kNeighbours) {  // neighbours on every replica
      std::sort(records.begin(), records.end(), [&](const Seen& a, const Seen& b) {
        return tables_.id_of(a.record) < tables_.id_of(b.record);
      });
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      for (std::size_t j = i + 1; j < std::min(records.size(), i + kNeighbours); ++j) {
        const Seen &a = records[i], &b = records[j];
        const bool is_of_a_file =
            a.is_imported && b.is_imported && author_of(a.record) == author_of(b.record);
        const bool is_settled =
            both_.contains(std::minmax(a.record, b.record)) && !is_mutant(Mutant::suggest_settled);
        // What one change made together is no second entry.
        const bool is_one_act =
            author_of(a.record) == author_of(b.record) && seq_of(a.record) == seq_of(b.record);
        if (is_of_a_file || is_settled || is_one_act) continue;
        open.insert(a.record);
        open.insert(b.record);
      }
    }
    return {open.begin(), open.end()};
  }

  const DaySource& source_;
  Tables& tables_;
  const Day day_;
  SiteZones zones_;
  std::set<std::pair<RecordKey, RecordKey>> both_;
};

}  // namespace

Result<DoubleEntries> double_entries(const DaySource& source, Tables& tables, Day day, std::size_t most) {
  return DoubleSearch(source, tables, day).run(most);
}

}  // namespace karez
