// The report of a campaign or of a range of working days: what its records add up to by day, site, trade and
// laptop, and how much of what was planned is done. A pure reading of the tables, as the day report.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "karez/ledger/day.h"

namespace karez {

/// Which records a report is about.
struct ReportScope {
  /// Records that name it, by themselves or through their visit, and those of the campaigns below it; empty:
  /// all records.
  std::string campaign;
  std::optional<Day> first, last;  ///< both included; none: since ever, until ever
};

struct PeriodFigures {
  Total visits = 0, lines = 0;
  PersonTimes person_times;
  Persons persons;
  Fen value;
  std::map<std::string, Pieces> items;
};

/// A grant of type plan, batch or share against what was given. It asks for all that it names: campaign (with
/// those below it), item, site, trade, batch, days; a grant to a party or a unit is no target of a report.
struct CampaignTarget {
  enum class Measured { person_times, persons, items, value, records };
  std::string grant, type, item, site, trade, batch;  ///< codes; empty: any
  Measured measure = Measured::items;  ///< where the grant says none: of an item, else of person-times
  Total planned = 0;
  Precision precision = Precision::exact;  ///< of `planned`
  Total done = 0;
  Precision done_precision = Precision::exact;
  std::map<Day, Total> by_day;  ///< `done`, by working day
  std::optional<Day> reached;   ///< the day on which done came to planned: that of running out, of a stock
};
[[nodiscard]] std::string_view name_of(CampaignTarget::Measured measure);  ///< the catalog's code

struct CampaignReport {
  ReportScope scope;
  std::vector<std::string> campaigns;  ///< the scope's and those below it, ascending
  bool is_listed = false;              ///< a counted record describes the scope's campaign
  int zone_minutes = 0;
  PeriodFigures total;
  std::map<Day, PeriodFigures> by_day;
  std::map<std::string, PeriodFigures> by_site;
  std::map<std::string, PersonTimes> by_trade;
  std::map<std::string, Persons> by_trade_persons;
  std::map<std::string, LaptopFigures> by_laptop;                  ///< those that count
  std::map<std::string, LaptopFigures> not_admitted;               ///< apart, never in the totals
  std::vector<CampaignTarget> targets;                             ///< by grant code
  std::uint64_t duplicate_records = 0, voided = 0, uncounted = 0;  ///< records of the scope outside totals
};

/// Errors: of the database. A sum is 128 bits wide and is never refused.
[[nodiscard]] Result<CampaignReport> campaign_report(const DaySource& source, const ReportScope& scope);

/// Marks of figures that are not exact, by path: "items.W550", "by_day.2022-07-14.items.W550".
[[nodiscard]] std::map<std::string, Precision> marks_of(const CampaignReport& report);

}  // namespace karez
