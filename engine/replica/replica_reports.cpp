#include "karez/replica/reports.h"

#include "karez/ledger/day_figures.h"
#include "karez/ledger/explain.h"
#include "karez/replica/rules.h"
#include "karez/replica/stock.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr auto kVisit = "SELECT time, time_offset, site, NULL FROM event WHERE record=?";
constexpr auto kHandout =
    "SELECT coalesce(t.time, e.time), CASE WHEN t.time IS NULL THEN e.time_offset ELSE t.time_offset END,"
    " coalesce(t.site, e.site), t.item"
    " FROM move AS t LEFT JOIN event AS e ON e.record = t.event WHERE t.record=?";

Status check(const ReportScope& scope) {
  if (!scope.first || !scope.last || *scope.first <= *scope.last) return {};
  return Error{ErrorCode::usage, "the range ends on " + format_day(*scope.last) + ", before it begins on " +
                                     format_day(*scope.first)};
}

}  // namespace

Result<CampaignReport> campaign_report(Replica& replica, const ReportScope& scope) {
  Replica::Impl& self = replica.impl();
  KAREZ_TRY(check(scope));
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(CampaignReport report, campaign_report(self.day_source(), scope));
  const bool is_named = report.total.visits != 0 || report.total.lines != 0 || !report.not_admitted.empty() ||
                        report.voided + report.uncounted + report.duplicate_records > 0;
  if (!scope.campaign.empty() && !report.is_listed && !is_named) {
    return Error{ErrorCode::not_found,
                 "there is no campaign " + scope.campaign +
                     " here, and no record of these days names it: karez list campaign"};
  }
  return report;
}

Result<Report> report(Replica& replica, ReportKind kind, const ReportQuery& query, Day on) {
  Replica::Impl& self = replica.impl();
  KAREZ_TRY(check(query.scope));
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  const DaySource source = self.day_source();
  const auto make = [&]() -> Result<Report> {
    switch (kind) {
      case ReportKind::batch:
        return batch_report(source, query);
      case ReportKind::site: {
        KAREZ_ASSIGN(Report site, site_report(source, query));
        KAREZ_ASSIGN(const StockReport held, stock(replica));
        add_stock(site, held);
        KAREZ_ASSIGN(const std::vector<Duty> all, duties(replica, on));
        add_duties(site, all);
        return site;
      }
      case ReportKind::hours:
        return hours_report(source, query);
      case ReportKind::households:
        return households_report(source, query);
      case ReportKind::donors:
        return donors_report(source, query);
      case ReportKind::duties:
        break;
    }
    KAREZ_ASSIGN(const std::vector<Duty> all, duties(replica, on));
    Report duty = duties_report(all);
    duty.last = on;
    return duty;
  };
  KAREZ_ASSIGN(Report out, make());
  out.heads = fingerprint_of(self.authors.heads()).hex();
  return out;
}

Result<Report> report(Replica& replica, const DayReport& day) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  Report out = report_of(day);
  KAREZ_ASSIGN(out.names, names_of_lists(self.day_source()));
  out.digest = day_digest(day);
  out.heads = fingerprint_of(self.authors.heads()).hex();
  return out;
}

Result<Report> report(Replica& replica, const CampaignReport& campaign) {
  Replica::Impl& self = replica.impl();
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(Report out, report_of(self.day_source(), campaign));
  out.heads = fingerprint_of(self.authors.heads()).hex();
  return out;
}

Result<Explanation> explain_figure(Replica& replica, const ReportScope& scope, const std::string& figure) {
  Replica::Impl& self = replica.impl();
  KAREZ_TRY(check(scope));
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  KAREZ_ASSIGN(const FigureParts parts, explain_figure(self.day_source(), scope, figure));
  Explanation out{parts.measure, parts.total, parts.precision, {}};
  out.records.reserve(parts.parts.size());
  for (const FigurePart& part : parts.parts) {
    ExplainedRecord record;
    record.id = self.tables.id_of(part.record);
    const AuthorRow* author = self.authors.find(author_of(part.record));
    if (author != nullptr) record.who = author->laptop.empty() ? author->name : author->laptop;
    record.is_visit = part.is_visit;
    record.day = part.day;
    record.amount = part.amount;
    record.precision = part.precision;
    KAREZ_TRY(for_each_row(self.statements.get(part.is_visit ? kVisit : kHandout).bind(1, part.record),
                           [&](Statement& in) {
                             record.time = {in.integer(0), static_cast<int>(in.integer(1))};
                             record.site = in.text(2);
                             record.item = in.text(3);
                           }));
    out.records.push_back(std::move(record));
  }
  std::sort(out.records.begin(), out.records.end(), [](const ExplainedRecord& a, const ExplainedRecord& b) {
    return std::tie(a.time.ms, a.id) < std::tie(b.time.ms, b.id);
  });
  return out;
}

}  // namespace karez
