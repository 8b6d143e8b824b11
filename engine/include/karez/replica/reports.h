// Reports over more than a day, and what is behind a figure of any report. Readings of one replica: equal for
// the same changes on every machine. Thread: that of the Replica.
#pragma once

#include <string>
#include <vector>

#include "karez/ledger/campaign.h"
#include "karez/ledger/field_reports.h"
#include "karez/replica/replica.h"

namespace karez {

/// The report of a campaign or of a range of days. Errors: usage (the range ends before it begins), not_found
/// (no list and no record knows the campaign).
[[nodiscard]] Result<CampaignReport> campaign_report(Replica& replica, const ReportScope& scope);

enum class ReportKind { batch, site, hours, households, duties, donors };
/// One of the reports in sections, with the fingerprint of the heads that it was computed from. `on` is the
/// day on which duties are looked at; the site report takes it too.
///
/// Errors: usage (the range ends before it begins), not_found (campaign, batch or site of which nothing is
/// known), refused (a catalog without the collections), of the database.
[[nodiscard]] Result<Report> report(Replica& replica, ReportKind kind, const ReportQuery& query, Day on);
/// The day's report, or what a close kept of it, with names, digest and heads.
[[nodiscard]] Result<Report> report(Replica& replica, const DayReport& day);
[[nodiscard]] Result<Report> report(Replica& replica, const CampaignReport& campaign);

struct ExplainedRecord {
  RecordId id;
  std::string who;        ///< device name
  bool is_visit = false;  ///< else a handout
  Day day;                ///< its working day at its site
  WallTime time;
  std::string site, item;  ///< codes as typed; empty where none was given
  Total amount = 0;        ///< its part in the figure
  Precision precision = Precision::exact;
};

struct Explanation {
  std::string
      measure;      ///< what amounts are: visits, lines, person_times, persons, items, value (fen), records
  Total total = 0;  ///< the sum of the amounts, and the figure
  Precision precision = Precision::exact;
  std::vector<ExplainedRecord> records;  ///< by time, then id
};

/// The records behind a figure, named by its path in the report's document (schema/figures.md). A day
/// report's figure has that day alone for its scope.
///
/// Errors: usage (no such figure, or a range that ends before it begins), not_found (no such target).
[[nodiscard]] Result<Explanation> explain_figure(Replica& replica, const ReportScope& scope,
                                                 const std::string& figure);

}  // namespace karez
