// Volunteers' hours: a shift is an event of type shift and the one of type shift that replies to it when it
// ends.
#include <map>
#include <unordered_map>

#include "karez/storage/log_store.h"
#include "report_build.h"

namespace karez {
namespace {

constexpr auto kShifts = KAREZ_BELOW
    "SELECT t.record, t.time, coalesce(t.site, ''), coalesce(t.party, ''), coalesce(t.unit, ''), t.reply_to,"
    " ?1 = '' OR coalesce(t.campaign, '') IN (SELECT code FROM below) FROM event AS t WHERE t.type = 'shift'"
    " AND t.counted = 1 AND t.void IS NULL AND t.duplicate_of IS NULL ORDER BY t.record";

/// A record that was made within an hour of the time that it states was made there and then; 志愿汇 calls
/// what is entered later made up (补录). Either way of the clock: the laptop's own clock wrote both.
constexpr std::int64_t kThereAndThenMs = 60 * 60 * 1000;
constexpr std::int64_t kMinuteMs = 60 * 1000;
/// Nobody stands longer than a day: such an end belongs to another shift, and the shift is open.
constexpr std::int64_t kLongestMs = 24 * 60 * kMinuteMs;

struct Shift {
  std::int64_t ms = 0;
  std::string site, party, unit;
  RecordKey reply_to = 0;
  bool is_in_campaign = false;
};

struct Hours {
  Records shifts, open;
  Minutes measured, made_up, total;
  Hours& operator+=(const Hours& other) {
    shifts += other.shifts;
    open += other.open;
    measured += other.measured;
    made_up += other.made_up;
    total += other.total;
    return *this;
  }
};

void add_hours_section(Report& report, const std::string& key, ReportColumn first,
                       const std::map<std::string, Hours>& rows, const Hours& whole) {
  ReportSection section{key, {}, {std::move(first)}, {}, {}, {}};
  section.columns.push_back(adding("shifts", ColumnKind::records));
  section.columns.push_back(adding("measured", ColumnKind::minutes));
  section.columns.push_back(adding("made_up", ColumnKind::minutes));
  section.columns.push_back(adding("total", ColumnKind::minutes));
  section.columns.push_back(adding("open", ColumnKind::records));
  const auto row_of = [](ReportCell name, const Hours& hours) {
    return ReportRow{std::move(name), hours.shifts, hours.measured, hours.made_up, hours.total, hours.open};
  };
  for (const auto& [name, hours] : rows) add_row(section, row_of(or_unspecified(name), hours));
  section.sum = row_of({}, whole);
  report.sections.push_back(std::move(section));
}

}  // namespace

Result<Report> hours_report(const DaySource& source, const ReportQuery& query) {
  KAREZ_ASSIGN(Report report, begin_report(source, query, "hours"));
  KAREZ_ASSIGN(const SiteZones zones,
               SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  std::map<RecordKey, Shift> shifts;
  KAREZ_TRY(for_each_row(source.statements.get(kShifts).bind(1, query.scope.campaign), [&](Statement& in) {
    Shift shift{in.integer(1),           std::string(in.text(2)),           std::string(in.text(3)),
                std::string(in.text(4)), in.is_null(5) ? 0 : in.integer(5), in.integer(6) != 0};
    shifts.emplace(in.integer(0), std::move(shift));
  }));
  // The first end that fits stands; a second one changes nothing.
  std::map<RecordKey, RecordKey> ends;
  for (const auto& [key, shift] : shifts) {
    const auto begun = shift.reply_to == 0 ? shifts.end() : shifts.find(shift.reply_to);
    if (begun == shifts.end() || begun->second.reply_to != 0) continue;
    const std::int64_t took = shift.ms - begun->second.ms;
    if (took < 0 || took > kLongestMs) continue;
    const auto [end, is_new] = ends.emplace(begun->first, key);
    if (!is_new && shift.ms < shifts.at(end->second).ms) end->second = key;
  }
  const auto is_there_and_then = [&](RecordKey key, std::int64_t ms) {
    if (source.log == nullptr) return false;
    const auto made = source.log->wall_at(author_of(key), seq_of(key));
    return made.has_value() && made->ms - ms <= kThereAndThenMs && ms - made->ms <= kThereAndThenMs;
  };
  std::map<std::string, Hours> by_person, by_site, by_team;
  Hours whole;
  for (const auto& [key, shift] : shifts) {
    if (shift.reply_to != 0 || !shift.is_in_campaign || !is_in(query, zones, shift.ms, shift.site)) continue;
    Hours hours;
    hours.shifts = Records{1};
    const auto end = ends.find(key);
    if (end == ends.end()) {
      hours.open = Records{1};
    } else {
      const std::int64_t end_ms = shifts.at(end->second).ms;
      hours.total = Minutes{(end_ms - shift.ms) / kMinuteMs};
      const bool is_measured = is_there_and_then(key, shift.ms) && is_there_and_then(end->second, end_ms);
      (is_measured ? hours.measured : hours.made_up) += hours.total;
    }
    std::string person = shift.party;
    if (person.empty()) {
      const AuthorRow* author = source.authors.find(author_of(key));
      if (author != nullptr) person = author->laptop.empty() ? author->name : author->laptop;
    }
    by_person[person] += hours;
    by_site[shift.site] += hours;
    by_team[shift.unit] += hours;
    whole += hours;
  }
  if (whole.shifts != Records{}) {
    report.facts.push_back({"volunteers", Persons{static_cast<std::int64_t>(by_person.size())}, ""});
    report.facts.push_back({"shifts", whole.shifts, ""});
    report.facts.push_back({"hours", whole.total, ""});
    report.facts.push_back({"measured", whole.measured, ""});
    report.facts.push_back({"made_up", whole.made_up, ""});
    add_hours_section(report, "by_person", words("person"), by_person, whole);
    add_hours_section(report, "by_site", words("site", "site"), by_site, whole);
    add_hours_section(report, "by_team", words("team"), by_team, whole);
  }
  check(report);
  return report;
}

}  // namespace karez
