#include "report_rows.h"

#include "karez/base/limits.h"
#include "karez/model/catalog.h"

namespace karez {
namespace {

constexpr auto kCampaigns =
    "SELECT code, parent FROM campaign WHERE code IS NOT NULL AND counted=1 AND void IS NULL"
    " AND duplicate_of IS NULL";
constexpr auto kPlans =
    "SELECT code, type, measure, item, qty, precision, site, trade, batch, valid_from, valid_to, campaign"
    " FROM \"grant\" WHERE code IS NOT NULL AND type IN ('plan', 'batch', 'share') AND qty IS NOT NULL"
    " AND party IS NULL AND unit IS NULL AND coalesce(state, '') <> 'void'"
    " AND counted=1 AND void IS NULL AND duplicate_of IS NULL ORDER BY code";

ScanRange range_of(const ReportScope& scope) {
  // Times are limited by the form of a change; a day more at each end for the widest zones.
  const Day ever{day_of(limits::kTimeMs, 0).number + 1};
  return {scope.first.value_or(Day{-ever.number}), scope.last.value_or(ever)};
}

CampaignTarget::Measured measured_of(std::string_view code, bool has_item) {
  using Measured = CampaignTarget::Measured;
  for (const Measured one :
       {Measured::person_times, Measured::persons, Measured::items, Measured::value, Measured::records}) {
    if (code == name_of(one)) return one;
  }
  return has_item ? Measured::items : Measured::person_times;
}

}  // namespace

std::string_view name_of(CampaignTarget::Measured measure) {
  switch (measure) {
    case CampaignTarget::Measured::person_times:
      return "person_times";
    case CampaignTarget::Measured::persons:
      return "persons";
    case CampaignTarget::Measured::items:
      return "items";
    case CampaignTarget::Measured::value:
      return "value";
    case CampaignTarget::Measured::records:
      break;
  }
  return "records";
}

std::optional<Cell> Plan::part_of(const ScannedEvent& event) const {
  // A visit has no item and no batch.
  const bool is_of_it = item == Words::kNothing && batch == Words::kNothing &&
                        (site == Words::kNothing || site == event.site) &&
                        (trade == Words::kNothing || trade == event.trade) && campaigns.has(event.campaign) &&
                        is_its_day(event.day);
  if (!is_of_it) return std::nullopt;
  const auto given = [](const Cell& cell) { return cell.is_given ? std::optional(cell) : std::nullopt; };
  switch (target.measure) {
    case CampaignTarget::Measured::person_times:
      return given(event.person_times);
    case CampaignTarget::Measured::persons:
      return given(event.persons);
    case CampaignTarget::Measured::records:
      return Cell{1, true};
    default:
      return std::nullopt;
  }
}

std::optional<Total> Plan::part_of(const ScannedHandout& handout, const Fen& value) const {
  const bool is_of_it = (item == Words::kNothing || item == handout.item) &&
                        (batch == Words::kNothing || batch == handout.batch) &&
                        (site == Words::kNothing || site == handout.site) &&
                        (trade == Words::kNothing || trade == handout.trade) &&
                        campaigns.has(handout.campaign) && is_its_day(handout.day);
  if (!is_of_it) return std::nullopt;
  switch (target.measure) {
    case CampaignTarget::Measured::items:
      return handout.quantity;
    case CampaignTarget::Measured::value:
      return value == Fen{} ? std::nullopt : std::optional(value.total());
    case CampaignTarget::Measured::records:
      // Of an item or a batch the lines are counted, else the visits.
      return item == Words::kNothing && batch == Words::kNothing ? std::nullopt : std::optional(Total{1});
    default:
      return std::nullopt;
  }
}

ReportRows::ReportRows(const DaySource& source, const ReportScope& scope, SiteZones zones)
    : source_(source),
      scope_(scope),
      zones_(std::move(zones)),
      scan_(source_, zones_, range_of(scope), RecordScan::Detail::campaigns) {}

Status ReportRows::load() {
  KAREZ_TRY(prices_.load(source_.statements, source_.catalog, scan_.words()));
  KAREZ_TRY(for_each_row(source_.statements.get(kCampaigns), [&](Statement& in) {
    is_listed_ = is_listed_ || in.text(0) == scope_.campaign;
    below_.emplace(in.text(1), in.text(0));
  }));
  if (!scope_.campaign.empty()) campaigns_ = with_those_below(scope_.campaign);
  in_scope_ = set_of(scope_.campaign);
  return {};
}

std::set<std::string> ReportRows::with_those_below(const std::string& campaign) const {
  std::set<std::string> all;
  std::vector<std::string> open{campaign};
  while (!open.empty()) {
    const std::string code = std::move(open.back());
    open.pop_back();
    if (!all.insert(code).second) continue;  // a campaign above itself ends here
    const auto [begin, end] = below_.equal_range(code);
    for (auto one = begin; one != end; ++one) open.push_back(one->second);
  }
  return all;
}

CampaignSet ReportRows::set_of(const std::string& campaign) {
  CampaignSet set;
  set.is_all = campaign.empty();
  if (set.is_all) return set;
  for (const std::string& code : with_those_below(campaign)) set.add(scan_.words().number(code));
  return set;
}

Result<std::vector<Plan>> ReportRows::plans() {
  std::vector<Plan> plans;
  if (source_.catalog.collection("grant") == nullptr) return plans;
  KAREZ_TRY(for_each_row(source_.statements.get(kPlans), [&](Statement& in) {
    if (!scope_.campaign.empty() && !campaigns_.contains(std::string(in.text(11)))) return;
    Plan plan;
    plan.target.grant = in.text(0);
    plan.target.type = in.text(1);
    plan.target.item = in.text(3);
    plan.target.measure = measured_of(in.text(2), !plan.target.item.empty());
    plan.target.planned = in.integer(4);
    plan.target.precision = precision_of(in.text(5));
    plan.target.site = in.text(6);
    plan.target.trade = in.text(7);
    plan.target.batch = in.text(8);
    plan.first = parse_day(in.text(9));
    plan.last = parse_day(in.text(10));
    Words& words = scan_.words();
    plan.item = words.number(plan.target.item);
    plan.site = words.number(plan.target.site);
    plan.trade = words.number(plan.target.trade);
    plan.batch = words.number(plan.target.batch);
    plan.campaigns = set_of(std::string(in.text(11)));
    plans.push_back(std::move(plan));
  }));
  return plans;
}

}  // namespace karez
