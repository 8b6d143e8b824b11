// The day and the campaign as sections; every sum row is the report's own total.
#include <set>

#include "report_build.h"

namespace karez {
namespace {

/// The columns of items that a report has, by code.
template <typename Figures>
std::set<std::string> items_of(const std::map<std::string, Pieces>& total, const Figures& figures) {
  std::set<std::string> items;
  for (const auto& one : total) items.insert(one.first);
  for (const auto& [key, one] : figures) {
    for (const auto& item : one.items) items.insert(item.first);
  }
  return items;
}

void add_items(ReportRow& row, const std::set<std::string>& items,
               const std::map<std::string, Pieces>& given) {
  for (const std::string& item : items) {
    const auto found = given.find(item);
    row.push_back(found == given.end() ? ReportCell{} : ReportCell{found->second});
  }
}

void add_item_columns(ReportSection& section, const std::set<std::string>& items) {
  for (const std::string& item : items)
    section.columns.push_back(adding("items." + item, ColumnKind::items, item));
}

template <typename Figures>
ReportRow counts_row(ReportCell first, const Figures& figures) {
  return {std::move(first),     Records{figures.visits}, Records{figures.lines},
          figures.person_times, figures.persons,         figures.value};
}

void add_count_columns(ReportSection& section) {
  section.columns.push_back(adding("visits", ColumnKind::records));
  section.columns.push_back(adding("lines", ColumnKind::records));
  section.columns.push_back(adding("person_times", ColumnKind::person_times));
  section.columns.push_back(adding("persons", ColumnKind::persons));
  section.columns.push_back(adding("value", ColumnKind::value));
}

template <typename Measured>
void add_trades(Report& report, const std::string& key, ColumnKind kind,
                const std::map<std::string, Measured>& by_trade, const Measured& total) {
  if (by_trade.empty()) return;
  ReportSection section{key, {}, {words("trade", "event.trade")}, {}, {}, {}};
  section.columns.push_back(adding(kind == ColumnKind::persons ? "persons" : "person_times", kind));
  for (const auto& [trade, sum] : by_trade) add_row(section, {or_unspecified(trade), sum});
  section.sum = ReportRow{{}, total};
  report.sections.push_back(std::move(section));
}

template <typename Laptops, typename FiguresOf>
void add_laptops(Report& report, const Laptops& laptops, const ReportRow& sum, FiguresOf&& figures_of) {
  if (laptops.empty()) return;
  ReportSection section{"by_laptop", {}, {words("laptop")}, {}, sum, {}};
  add_count_columns(section);
  for (const auto& [name, one] : laptops) add_row(section, counts_row(name, figures_of(one)));
  report.sections.push_back(std::move(section));
}

template <typename Key, typename NameOf>
void add_periods(Report& report, const std::string& key, ReportColumn first,
                 const std::map<Key, PeriodFigures>& periods, const PeriodFigures& total,
                 NameOf&& name_of_key) {
  if (periods.empty()) return;
  const std::set<std::string> items = items_of(total.items, periods);
  ReportSection section{key, {}, {std::move(first)}, {}, {}, {}};
  add_count_columns(section);
  add_item_columns(section, items);
  for (const auto& [one, figures] : periods) {
    ReportRow row = counts_row(name_of_key(one), figures);
    add_items(row, items, figures.items);
    add_row(section, std::move(row));
  }
  section.sum = counts_row({}, total);
  add_items(*section.sum, items, total.items);
  report.sections.push_back(std::move(section));
}

template <typename Figures>
void add_facts(Report& report, const Figures& figures) {
  report.facts.push_back({"visits", Records{figures.visits}, ""});
  if (figures.person_times != PersonTimes{})
    report.facts.push_back({"person_times", figures.person_times, ""});
  if (figures.persons != Persons{}) report.facts.push_back({"persons", figures.persons, ""});
  for (const auto& [item, given] : figures.items) report.facts.push_back({"given", given, item});
  if (figures.value != Fen{}) report.facts.push_back({"value", figures.value, ""});
}

ReportCell measured_cell(CampaignTarget::Measured measure, Total total, Precision precision) {
  switch (measure) {
    case CampaignTarget::Measured::person_times:
      return PersonTimes{total, precision};
    case CampaignTarget::Measured::persons:
      return Persons{total, precision};
    case CampaignTarget::Measured::value:
      return Fen{total, precision};
    case CampaignTarget::Measured::records:
      return Records{total, precision};
    case CampaignTarget::Measured::items:
      break;
  }
  return Pieces{total, precision};
}

void add_targets(Report& report, const std::vector<CampaignTarget>& targets) {
  if (targets.empty()) return;
  // Each row has a measure of its own: nothing here adds up.
  ReportSection section{
      "targets",
      {},
      {words("grant"), words("type", "grant.type"), words("item", "item"), words("site", "site"),
       words("batch"), not_adding("planned", ColumnKind::nothing), not_adding("done", ColumnKind::nothing),
       not_adding("left", ColumnKind::nothing), not_adding("reached", ColumnKind::day)},
      {},
      {},
      {}};
  for (const CampaignTarget& target : targets) {
    const auto cell = [&](Total total, Precision precision) {
      return measured_cell(target.measure, total, precision);
    };
    add_row(section, {target.grant, target.type, target.item, target.site, target.batch,
                      cell(target.planned, target.precision), cell(target.done, target.done_precision),
                      cell(target.planned - target.done, joined(target.precision, target.done_precision)),
                      target.reached ? ReportCell{*target.reached} : ReportCell{}});
  }
  report.sections.push_back(std::move(section));
}

}  // namespace

Report report_of(const DayReport& day) {
  Report report;
  report.kind = "day";
  report.first = report.last = day.day;
  report.is_whole = day.whole;
  report.waiting = day.waiting;
  report.duplicates = day.duplicate_records;
  report.voided = day.voided;
  report.uncounted = day.uncounted;
  add_facts(report, day);
  add_trades(report, "by_trade", ColumnKind::person_times, day.by_trade, day.person_times);
  add_trades(report, "by_trade_persons", ColumnKind::persons, day.by_trade_persons, day.persons);
  if (!day.by_site.empty()) {
    const std::set<std::string> items = items_of(day.items, day.by_site);
    ReportSection section{"by_site", {}, {words("site", "site")}, {}, {}, {}};
    section.columns.push_back(adding("person_times", ColumnKind::person_times));
    section.columns.push_back(adding("persons", ColumnKind::persons));
    section.columns.push_back(adding("value", ColumnKind::value));
    add_item_columns(section, items);
    for (const auto& [site, figures] : day.by_site) {
      ReportRow row{or_unspecified(site), figures.person_times, figures.persons, figures.value};
      add_items(row, items, figures.items);
      add_row(section, std::move(row));
    }
    section.sum = ReportRow{{}, day.person_times, day.persons, day.value};
    add_items(*section.sum, items, day.items);
    report.sections.push_back(std::move(section));
  }
  add_laptops(report, day.by_laptop, counts_row({}, day),
              [](const DayReport::LaptopRow& row) -> const LaptopFigures& { return row.figures; });
  check(report);
  return report;
}

Result<Report> report_of(const DaySource& source, const CampaignReport& campaign) {
  KAREZ_ASSIGN(Report report, begin_report(source, {campaign.scope, "", ""}, "campaign"));
  report.duplicates = campaign.duplicate_records;
  report.voided = campaign.voided;
  report.uncounted = campaign.uncounted;
  add_facts(report, campaign.total);
  add_targets(report, campaign.targets);
  add_periods(report, "by_day", {"day", ColumnKind::day, "", "", Adding::none}, campaign.by_day,
              campaign.total, [](Day day) { return ReportCell{day}; });
  add_trades(report, "by_trade", ColumnKind::person_times, campaign.by_trade, campaign.total.person_times);
  add_trades(report, "by_trade_persons", ColumnKind::persons, campaign.by_trade_persons,
             campaign.total.persons);
  add_periods(report, "by_site", words("site", "site"), campaign.by_site, campaign.total,
              [](const std::string& site) { return ReportCell{site}; });
  add_laptops(report, campaign.by_laptop, counts_row({}, campaign.total),
              [](const LaptopFigures& figures) -> const LaptopFigures& { return figures; });
  KAREZ_TRY(flag_grants(source, campaign.scope.campaign, report));
  check(report);
  return report;
}

}  // namespace karez
