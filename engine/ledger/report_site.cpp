// One site: its days and trades, what came and went, what stands there, what waits.
#include <algorithm>
#include <array>
#include <iterator>

#include "report_build.h"

namespace karez {
namespace {

constexpr auto kSiteVisits = KAREZ_BELOW
    "SELECT t.day, coalesce(t.precision, ''), count(*), count(t.person_times), " KAREZ_WIDE_SUM("t.person_times")
    ", count(t.persons), " KAREZ_WIDE_SUM("t.persons") " FROM visit AS t WHERE " KAREZ_IN_SCOPE " GROUP BY 1, 2";
constexpr auto kSiteTrades =
    KAREZ_BELOW "SELECT coalesce(t.trade, 'unspecified'), coalesce(t.precision, ''), " KAREZ_WIDE_SUM(
        "t.person_times") " FROM visit AS t WHERE t.person_times IS NOT NULL AND " KAREZ_IN_SCOPE
                          " GROUP BY 1, 2";
constexpr auto kSiteHandouts =
    KAREZ_BELOW "SELECT t.day, t.item, coalesce(t.precision, ''), t.value IS NULL, count(*), " KAREZ_WIDE_SUM(
        "t.qty") ", " KAREZ_WIDE_SUM("t.value") " FROM handout AS t WHERE " KAREZ_IN_SCOPE
                                                " GROUP BY 1, 2, 3, 4";
/// What came to the site or left it otherwise than by a handout.
constexpr auto kSiteMoves = KAREZ_BELOW
    "SELECT t.reason, coalesce(t.\"from\", ''), coalesce(t.\"to\", ''), t.item, coalesce(t.precision, ''), "
    KAREZ_WIDE_SUM("t.qty") " FROM counted_move AS t WHERE t.reason <> 'give'"
    " AND (t.site = ?4 OR t.\"to\" = ?4 OR t.\"from\" = ?4) AND (?2 = '' OR t.day >= ?2) AND (?3 = '' OR t.day <= ?3)"
    " AND (?1 = '' OR coalesce(t.campaign, '') IN (SELECT code FROM below) OR t.campaign IS NULL)"
    " GROUP BY 1, 2, 3, 4, 5";
constexpr auto kSiteRequests = KAREZ_BELOW
    "SELECT t.id, t.day, coalesce(t.state, 'new'), coalesce(t.due, ''), coalesce(t.note, '') FROM "
    "counted_event AS t"
    " WHERE t.type = 'request' AND coalesce(t.state, 'new') NOT IN ('done', 'no') AND " KAREZ_IN_SCOPE
    " ORDER BY t.day, t.id";

struct DaySums {
  Records visits, lines;
  PersonTimes person_times;
  Persons persons;
  Fen value;
  std::map<std::string, Pieces> items;
};

Status add_days(const DaySource& source, const ReportQuery& query, const PeriodFigures& whole,
                Report& report) {
  KAREZ_ASSIGN(const MoneyItems money, money_items(source));
  std::map<std::string, DaySums> days;
  KAREZ_TRY(for_each_row(scoped(source, query, kSiteVisits), [&](Statement& in) {
    DaySums& day = days[std::string(in.text(0))];
    const Precision precision = precision_of(in.text(1));
    day.visits += Records{in.integer(2)};
    if (in.integer(3) > 0) day.person_times += PersonTimes{wide(in, 4), precision};
    if (in.integer(6) > 0) day.persons += Persons{wide(in, 7), precision};
  }));
  KAREZ_TRY(for_each_row(scoped(source, query, kSiteHandouts), [&](Statement& in) {
    DaySums& day = days[std::string(in.text(0))];
    const Precision precision = precision_of(in.text(2));
    day.lines += Records{in.integer(4)};
    day.items[std::string(in.text(1))] += Pieces{wide(in, 5), precision};
    const auto price = money.find(in.text(1));
    if (in.integer(3) == 0)
      day.value += Fen{wide(in, 7), precision};
    else if (price != money.end())
      day.value += Fen{wide(in, 5) * price->second, precision};
  }));
  if (days.empty()) return {};
  ReportSection section{"by_day", {}, {{"day", ColumnKind::day, "", "", Adding::none}}, {}, {}, {}};
  section.columns.push_back(adding("visits", ColumnKind::records));
  section.columns.push_back(adding("lines", ColumnKind::records));
  section.columns.push_back(adding("person_times", ColumnKind::person_times));
  section.columns.push_back(adding("persons", ColumnKind::persons));
  section.columns.push_back(adding("value", ColumnKind::value));
  for (const auto& one : whole.items)
    section.columns.push_back(adding("items." + one.first, ColumnKind::items, one.first));
  const auto row_of = [&](ReportCell first, const auto& sums, Records visits, Records lines) {
    ReportRow row{std::move(first), visits, lines, sums.person_times, sums.persons, sums.value};
    for (const auto& one : whole.items) {
      const auto given = sums.items.find(one.first);
      row.push_back(given == sums.items.end() ? ReportCell{} : ReportCell{given->second});
    }
    return row;
  };
  for (const auto& [text, sums] : days) {
    const auto day = parse_day(text);
    add_row(section, row_of(day ? ReportCell{*day} : ReportCell{}, sums, sums.visits, sums.lines));
  }
  // The sum is of the campaign report's pass over the records; the rows are of the views.
  section.sum = row_of({}, whole, Records{whole.visits}, Records{whole.lines});
  report.sections.push_back(std::move(section));
  return {};
}

Status add_site_trades(const DaySource& source, const ReportQuery& query, const PeriodFigures& whole,
                       Report& report) {
  std::map<std::string, PersonTimes> trades;
  KAREZ_TRY(for_each_row(scoped(source, query, kSiteTrades), [&](Statement& in) {
    trades[std::string(in.text(0))] += PersonTimes{wide(in, 2), precision_of(in.text(1))};
  }));
  if (trades.empty()) return {};
  ReportSection section{"by_trade", {}, {words("trade", "event.trade")}, {}, {}, {}};
  section.columns.push_back(adding("person_times", ColumnKind::person_times));
  for (const auto& [trade, sum] : trades) add_row(section, {trade, sum});
  section.sum = ReportRow{{}, whole.person_times};
  report.sections.push_back(std::move(section));
  return {};
}

Status add_moves(const DaySource& source, const ReportQuery& query, Report& report) {
  // By item, then by where it went: sums of things that came and that left would say nothing.
  ReportSection section{"moves",
                        {},
                        {words("item", "item"), words("reason", "move.reason"), words("from"), words("to"),
                         not_adding("quantity", ColumnKind::items)},
                        {},
                        {},
                        {}};
  std::map<std::array<std::string, 4>, Pieces> moves;
  KAREZ_TRY(for_each_row(scoped(source, query, kSiteMoves), [&](Statement& in) {
    moves[{std::string(in.text(3)), std::string(in.text(0)), std::string(in.text(1)),
           std::string(in.text(2))}] += Pieces{wide(in, 5), precision_of(in.text(4))};
  }));
  for (const auto& [key, sum] : moves) add_row(section, {key[0], key[1], key[2], key[3], sum});
  if (!section.rows.empty()) report.sections.push_back(std::move(section));
  return {};
}

Status add_requests(const DaySource& source, const ReportQuery& query, Report& report) {
  ReportSection section{"requests",
                        {},
                        {{"day", ColumnKind::day, "", "", Adding::none},
                         words("state", "event.state"),
                         words("due"),
                         words("note"),
                         words("id")},
                        {},
                        {},
                        {}};
  KAREZ_TRY(for_each_row(scoped(source, query, kSiteRequests), [&](Statement& in) {
    const auto day = parse_day(in.text(1));
    add_row(section, {day ? ReportCell{*day} : ReportCell{}, std::string(in.text(2)), std::string(in.text(3)),
                      std::string(in.text(4)), std::string(in.text(0))});
  }));
  if (section.rows.empty()) return {};
  report.facts.push_back({"requests", Records{static_cast<std::int64_t>(section.rows.size())}, ""});
  report.sections.push_back(std::move(section));
  return {};
}

const char* name_of_state(Duty::State state) {
  if (state == Duty::State::done) return "done";
  return state == Duty::State::due ? "due" : "overdue";
}

void add_open(Report& report, const std::vector<Duty>& duties) {
  ReportSection section{"open_duties",
                        {},
                        {words("rule"),
                         words("subject"),
                         words("party"),
                         {"from", ColumnKind::day, "", "", Adding::none},
                         {"to", ColumnKind::day, "", "", Adding::none},
                         adding("done", ColumnKind::records),
                         adding("due", ColumnKind::records),
                         words("state", "duty")},
                        {},
                        {},
                        {}};
  Total done = 0, due = 0;
  for (const Duty& duty : duties) {
    if (duty.state == Duty::State::done) continue;
    add_row(section, {duty.rule.code.empty() ? duty.rule.id : duty.rule.code, duty.subject, duty.party,
                      duty.days.first, duty.days.last, Records{duty.done}, Records{duty.due},
                      std::string(name_of_state(duty.state))});
    done += duty.done;
    due += duty.due;
  }
  if (section.rows.empty()) return;
  section.sum = ReportRow{{}, {}, {}, {}, {}, Records{done}, Records{due}, {}};
  report.sections.push_back(std::move(section));
}

}  // namespace

Result<Report> site_report(const DaySource& source, const ReportQuery& query) {
  KAREZ_ASSIGN(Report report, begin_report(source, query, "site"));
  KAREZ_ASSIGN(const CampaignReport all, campaign_report(source, query.scope));
  const auto found = all.by_site.find(query.site);
  const PeriodFigures whole = found == all.by_site.end() ? PeriodFigures{} : found->second;
  report.facts.push_back({"visits", Records{whole.visits}, ""});
  if (whole.person_times != PersonTimes{}) report.facts.push_back({"person_times", whole.person_times, ""});
  if (whole.persons != Persons{}) report.facts.push_back({"persons", whole.persons, ""});
  for (const auto& [item, given] : whole.items) report.facts.push_back({"given", given, item});
  if (whole.value != Fen{}) report.facts.push_back({"value", whole.value, ""});
  KAREZ_TRY(add_days(source, query, whole, report));
  KAREZ_TRY(add_site_trades(source, query, whole, report));
  KAREZ_TRY(add_moves(source, query, report));
  KAREZ_TRY(add_requests(source, query, report));
  const bool is_known = report.names.sites.contains(query.site) || !report.sections.empty();
  if (!is_known && !query.site.empty()) {
    bool is_listed = false;
    KAREZ_TRY(
        for_each_row(source.statements.get("SELECT 1 FROM counted_site WHERE code = ?1").bind(1, query.site),
                     [&](Statement&) { is_listed = true; }));
    if (!is_listed) {
      return Error{ErrorCode::not_found, "there is no site " + query.site +
                                             " here, and no record of these days names it: karez list site"};
    }
  }
  check(report);
  return report;
}

void add_stock(Report& report, const StockReport& stock) {
  ReportSection section{"stock", {}, {words("account"), words("item", "item")}, {}, {}, {}};
  for (const char* key : {"received", "given", "in_transit", "arriving", "on_hand"})
    section.columns.push_back(not_adding(key, ColumnKind::items));
  for (const auto& [key, line] : stock.lines) {
    const StockAccount& account = stock.accounts[key.first];
    if (account.site != report.site && account.code != report.site) continue;
    add_row(section, {account.code, key.second, Pieces{line.received}, Pieces{line.given},
                      Pieces{line.in_transit}, Pieces{line.arriving}, Pieces{line.on_hand()}});
  }
  if (!section.rows.empty()) report.sections.push_back(std::move(section));
}

void add_duties(Report& report, const std::vector<Duty>& duties) {
  std::vector<Duty> here;
  std::copy_if(duties.begin(), duties.end(), std::back_inserter(here), [&](const Duty& duty) {
    return duty.subject == report.site || duty.rule.site == report.site;
  });
  add_open(report, here);
}

Report duties_report(const std::vector<Duty>& duties) {
  Report report;
  report.kind = "duties";
  struct Counts {
    Total done = 0, due = 0, overdue = 0;
  };
  std::map<std::string, Counts> rules;
  Counts whole;
  for (const Duty& duty : duties) {
    for (Counts* one : {&rules[duty.rule.code.empty() ? duty.rule.id : duty.rule.code], &whole}) {
      if (duty.state == Duty::State::done) one->done += 1;
      if (duty.state == Duty::State::due) one->due += 1;
      if (duty.state == Duty::State::overdue) one->overdue += 1;
    }
  }
  report.facts = {{"duties_done", Records{whole.done}, ""},
                  {"duties_due", Records{whole.due}, ""},
                  {"duties_overdue", Records{whole.overdue}, ""}};
  if (duties.empty()) return report;
  ReportSection section{"by_rule", {}, {words("rule")}, {}, {}, {}};
  section.columns.push_back(adding("duties_done", ColumnKind::records));
  section.columns.push_back(adding("duties_due", ColumnKind::records));
  section.columns.push_back(adding("duties_overdue", ColumnKind::records));
  section.columns.push_back(adding("duties", ColumnKind::records));
  const auto row_of = [](ReportCell name, const Counts& counts) {
    return ReportRow{std::move(name), Records{counts.done}, Records{counts.due}, Records{counts.overdue},
                     Records{counts.done + counts.due + counts.overdue}};
  };
  for (const auto& [rule, counts] : rules) add_row(section, row_of(rule, counts));
  section.sum = row_of({}, whole);
  section.sum->back() = Records{static_cast<std::int64_t>(duties.size())};
  report.sections.push_back(std::move(section));
  add_open(report, duties);
  check(report);
  return report;
}

}  // namespace karez
