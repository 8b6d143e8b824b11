#include "karez/ledger/campaign.h"

#include <set>
#include <unordered_map>

#include "report_rows.h"

namespace karez {
namespace {

/// A period's figures while words are numbers.
struct Sums {
  Total visits = 0, lines = 0;
  PersonTimes person_times;
  Persons persons;
  Fen value;
  std::unordered_map<std::uint32_t, Pieces> items;
};

class CampaignSum {
 public:
  CampaignSum(ReportRows& rows, std::vector<Plan> plans, CampaignReport& report)
      : rows_(rows), plans_(std::move(plans)), report_(report) {}

  Status add_all() {
    KAREZ_TRY(rows_.run([&](const ScannedEvent& event, const AuthorRow& author,
                            Place place) { add_visit(event, author, place); },
                        [&](const ScannedHandout& handout, const Fen& value, const AuthorRow& author,
                            Place place) { add_handout(handout, value, author, place); }));
    give();
    return {};
  }

  std::unordered_map<AuthorId, LaptopFigures> counted, not_admitted;

 private:
  /// Where a laptop's part goes; null for rows that stand outside, which are counted here.
  LaptopFigures* figures_for(const AuthorRow& author, Place place) {
    if (place == Place::counted) return &counted[author.id];
    if (place == Place::not_admitted) return &not_admitted[author.id];
    count_outside(place, report_);
    return nullptr;
  }

  Sums& sums_of(Day day) {
    // Records mostly follow one another as they were made.
    if (day_ == nullptr || day_number_ != day.number) {
      day_number_ = day.number;
      day_ = &by_day_[day.number];
    }
    return *day_;
  }

  void add_visit(const ScannedEvent& event, const AuthorRow& author, Place place) {
    LaptopFigures* figures = figures_for(author, place);
    if (figures == nullptr) return;
    const auto person_times = measured<PersonTimes>(event.person_times, event.precision);
    const auto persons = measured<Persons>(event.persons, event.precision);
    const auto add = [&](auto& sums) {
      sums.visits += 1;
      sums.person_times += person_times;
      sums.persons += persons;
    };
    add(*figures);
    if (place != Place::counted) return;
    add(sums_of(event.day));
    add(by_site_[event.site]);
    if (event.person_times.is_given) by_trade_[event.trade] += person_times;
    if (event.persons.is_given) by_trade_persons_[event.trade] += persons;
    for (Plan& plan : plans_) {
      if (const auto part = plan.part_of(event)) count(plan, event.day, part->amount, event.precision);
    }
  }

  void add_handout(const ScannedHandout& handout, const Fen& value, const AuthorRow& author, Place place) {
    LaptopFigures* figures = figures_for(author, place);
    if (figures == nullptr) return;
    figures->lines += 1;
    figures->value += value;
    if (place != Place::counted) return;
    for (Sums* sums : {&sums_of(handout.day), &by_site_[handout.site]}) {
      sums->lines += 1;
      sums->value += value;
      sums->items[handout.item] += Pieces{handout.quantity, handout.precision};
    }
    for (Plan& plan : plans_) {
      if (const auto part = plan.part_of(handout, value)) count(plan, handout.day, *part, handout.precision);
    }
  }

  static void count(Plan& plan, Day day, Total part, Precision precision) {
    plan.target.done += part;
    plan.target.done_precision = joined(plan.target.done_precision, precision);
    plan.target.by_day[day] += part;
  }

  /// Adds, because none and "unspecified" are one name.
  void add_named(PeriodFigures& out, const Sums& sums) {
    out.visits += sums.visits;
    out.lines += sums.lines;
    out.person_times += sums.person_times;
    out.persons += sums.persons;
    out.value += sums.value;
    for (const auto& [item, given] : sums.items) out.items[rows_.name(item)] += given;
  }

  void give() {
    for (const auto& [number, sums] : by_day_) {
      add_named(report_.by_day[Day{number}], sums);
      add_named(report_.total, sums);
    }
    for (const auto& [site, sums] : by_site_) add_named(report_.by_site[rows_.name(site)], sums);
    for (const auto& [trade, sum] : by_trade_) report_.by_trade[rows_.name(trade)] += sum;
    for (const auto& [trade, sum] : by_trade_persons_) report_.by_trade_persons[rows_.name(trade)] += sum;
    for (Plan& plan : plans_) {
      CampaignTarget& target = plan.target;
      Total so_far = 0;
      for (const auto& [day, part] : target.by_day) {
        so_far += part;
        if (!target.reached && so_far >= target.planned) target.reached = day;
      }
      report_.targets.push_back(std::move(target));
    }
  }

  ReportRows& rows_;
  std::vector<Plan> plans_;
  CampaignReport& report_;
  std::unordered_map<std::int64_t, Sums> by_day_;
  std::int64_t day_number_ = 0;
  Sums* day_ = nullptr;  ///< of the row before; a map's values keep their address
  std::unordered_map<std::uint32_t, Sums> by_site_;
  std::unordered_map<std::uint32_t, PersonTimes> by_trade_;
  std::unordered_map<std::uint32_t, Persons> by_trade_persons_;
};

template <typename F>
void each_period_cell(const std::string& path, const PeriodFigures& figures, F&& cell) {
  cell(path + "person_times", figures.person_times);
  cell(path + "persons", figures.persons);
  cell(path + "value_fen", figures.value);
  for (const auto& [item, given] : figures.items) cell(path + "items." + item, given);
}

}  // namespace

Result<CampaignReport> campaign_report(const DaySource& source, const ReportScope& scope) {
  KAREZ_ASSIGN(SiteZones zones, SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  ReportRows rows(source, scope, std::move(zones));
  KAREZ_TRY(rows.load());
  KAREZ_ASSIGN(std::vector<Plan> plans, rows.plans());
  CampaignReport report;
  report.scope = scope;
  report.campaigns.assign(rows.campaigns().begin(), rows.campaigns().end());
  report.is_listed = rows.is_listed();
  report.zone_minutes = source.zone_minutes;
  CampaignSum sum(rows, std::move(plans), report);
  KAREZ_TRY(sum.add_all());
  const auto by_name = [&](const auto& figures, std::map<std::string, LaptopFigures>& out) {
    for (const auto& [id, laptop] : figures) {
      const AuthorRow* author = source.authors.find(id);
      if (author != nullptr) out[author->laptop.empty() ? author->name : author->laptop] = laptop;
    }
  };
  by_name(sum.counted, report.by_laptop);
  by_name(sum.not_admitted, report.not_admitted);
  return report;
}

std::map<std::string, Precision> marks_of(const CampaignReport& report) {
  std::map<std::string, Precision> marks;
  const auto cell = [&](const std::string& path, const auto& measure) {
    if (measure.precision() != Precision::exact) marks[path] = measure.precision();
  };
  each_period_cell("", report.total, cell);
  for (const auto& [day, figures] : report.by_day) {
    each_period_cell("by_day." + format_day(day) + ".", figures, cell);
  }
  for (const auto& [site, figures] : report.by_site) each_period_cell("by_site." + site + ".", figures, cell);
  for (const auto& [trade, measure] : report.by_trade) cell("by_trade." + trade, measure);
  for (const auto& [trade, measure] : report.by_trade_persons) cell("by_trade_persons." + trade, measure);
  for (const auto& [name, figures] : report.by_laptop) {
    cell("by_laptop." + name + ".person_times", figures.person_times);
    cell("by_laptop." + name + ".persons", figures.persons);
    cell("by_laptop." + name + ".value_fen", figures.value);
  }
  for (const CampaignTarget& target : report.targets) {
    if (target.done_precision != Precision::exact) marks["targets." + target.grant] = target.done_precision;
  }
  return marks;
}

}  // namespace karez
