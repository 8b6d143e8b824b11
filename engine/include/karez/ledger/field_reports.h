// The reports that coordinators hand on: batches, a site, hours, households, donors, duties; and the day and
// the campaign in the same shape (karez/ledger/report_table.h). Readings of the tables: equal for the same
// changes on every machine. schema/figures.md, section 6, says what each figure counts. One thread.
#pragma once

#include "karez/ledger/campaign.h"
#include "karez/ledger/report_table.h"
#include "karez/ledger/rule_book.h"
#include "karez/ledger/stock.h"

namespace karez {

struct ReportQuery {
  ReportScope scope;
  std::string site;     ///< records of it alone; empty: all
  std::string subject;  ///< of the batch report: a batch alone; empty: all of the scope
};

/// What the lists call items, sites and campaigns. Errors: of the database.
[[nodiscard]] Result<ReportNames> names_of_lists(const DaySource& source);

/// The day in sections; sum rows are its totals.
[[nodiscard]] Report report_of(const DayReport& day);
/// The campaign in sections, with what its grants say that does not add up. Errors: of the database.
[[nodiscard]] Result<Report> report_of(const DaySource& source, const CampaignReport& campaign);

/// Of each batch and item what was planned, sent, arrived, was given and is left, by type of site and by
/// site. Errors: not_found (no grant and no move names the batch), of the database.
[[nodiscard]] Result<Report> batch_report(const DaySource& source, const ReportQuery& query);
/// One site: by day and trade, what came and went, requests that wait. Errors: of the database.
[[nodiscard]] Result<Report> site_report(const DaySource& source, const ReportQuery& query);
/// Its stock and the duties that wait there, added to a site's report.
void add_stock(Report& report, const StockReport& stock);
void add_duties(Report& report, const std::vector<Duty>& duties);
/// Volunteers' hours by person, site and team. Measured: begun and ended by records that were made when they
/// say; made up: recorded later.
[[nodiscard]] Result<Report> hours_report(const DaySource& source, const ReportQuery& query);
/// Households that were helped, by kind of support and quarter, and by trade where goods or money were given.
[[nodiscard]] Result<Report> households_report(const DaySource& source, const ReportQuery& query);
/// From gifts to handouts: donors, funds, goods in kind, what was given.
[[nodiscard]] Result<Report> donors_report(const DaySource& source, const ReportQuery& query);
/// Duties by rule, and those that are not done.
[[nodiscard]] Report duties_report(const std::vector<Duty>& duties);

}  // namespace karez
