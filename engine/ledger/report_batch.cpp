// Of each batch and item: planned, sent, arrived, given, left, by type of site and by site.
#include <array>
#include <set>

#include "report_build.h"

namespace karez {
namespace {

constexpr auto kBatchGrants =
    "SELECT code, type, coalesce(parent, ''), coalesce(item, ''), coalesce(batch, ''), coalesce(site, ''),"
    " coalesce(qty, 0), precision, coalesce(campaign, ''), coalesce(measure, 'items') FROM counted_grant"
    " WHERE type IN ('plan', 'batch', 'share')";
constexpr auto kCampaignsBelow = KAREZ_BELOW "SELECT code FROM below";
/// A site's roles are a JSON list.
constexpr auto kSiteTypes = "SELECT code, coalesce(roles, '') FROM counted_site";

/// What moves of a batch say; those of no day cannot be asked for by day.
#define KAREZ_BATCH_MOVES                                                                                 \
  "SELECT coalesce(t.batch, ''), coalesce(t.\"grant\", ''), t.item, t.reason, coalesce(t.precision, '')," \
  " coalesce(t.campaign, ''), " KAREZ_WIDE_SUM("t.qty")
#define KAREZ_OF_BATCHES                                                                                   \
  " FROM counted_move AS t WHERE t.reason IN ('alloc', 'arrive', 'give', 'use', 'back', 'lost') AND ?1 = " \
  "?1 AND " KAREZ_IN_DAYS
constexpr auto kBatchMoves = KAREZ_BATCH_MOVES ", ''" KAREZ_OF_BATCHES " GROUP BY 1, 2, 3, 4, 5, 6";
constexpr auto kBatchMovesBySite = KAREZ_BATCH_MOVES
    ", coalesce(t.site, CASE WHEN t.reason IN ('alloc', 'arrive') THEN t.\"to\" END, '')" KAREZ_OF_BATCHES
    " GROUP BY 1, 2, 3, 4, 5, 6, 9";
/// What came by an acceptance of the account's owner came as well, on the acceptance's day.
constexpr auto kAccepted =
    "SELECT coalesce(m.batch, ''), coalesce(m.\"grant\", ''), m.item, coalesce(m.precision, ''),"
    " coalesce(m.campaign, ''), coalesce(m.site, m.\"to\", ''), a.qty, a.time FROM acceptance AS a"
    " JOIN move AS m ON m.record = a.move WHERE a.counted = 1 AND a.void IS NULL AND m.counted = 1"
    " AND m.void IS NULL AND m.duplicate_of IS NULL AND m.reason = 'alloc'";

/// The steps of a batch in the order of its columns.
struct Step {
  enum Number : std::size_t { planned, sent, arrived, given, returned, lost };
};
constexpr std::size_t kSteps = 6;
constexpr std::array<const char*, kSteps> kStepNames{"planned", "sent",     "arrived",
                                                     "given",   "returned", "lost"};

struct Steps {
  std::array<Pieces, kSteps> of{};
  bool is_planned = false;

  Steps& operator+=(const Steps& other) {
    for (std::size_t i = 0; i < kSteps; ++i) of[i] += other.of[i];
    is_planned = is_planned || other.is_planned;
    return *this;
  }
  /// What stands at the sites: what came less what went.
  [[nodiscard]] Pieces left() const {
    Precision precision = of[Step::arrived].precision();
    for (const Step::Number step : {Step::given, Step::returned, Step::lost})
      precision = joined(precision, of[step].precision());
    return Pieces{of[Step::arrived].total() - of[Step::given].total() - of[Step::returned].total() -
                      of[Step::lost].total(),
                  precision};
  }
};

Step::Number step_of(std::string_view reason) {
  if (reason == "alloc") return Step::sent;
  if (reason == "arrive") return Step::arrived;
  if (reason == "back") return Step::returned;
  if (reason == "lost") return Step::lost;
  return Step::given;
}

struct BatchGrant {
  std::string type, parent, item, batch, site, campaign;
  Pieces qty;
  bool counts_items = true;
};

/// Batch and item.
using BatchKey = std::pair<std::string, std::string>;

class BatchSum {
 public:
  BatchSum(const DaySource& source, const ReportQuery& query, Report& report)
      : source_(source), query_(query), report_(report) {}

  Status build() {
    KAREZ_TRY(read_lists());
    KAREZ_TRY(read_moves());
    add_plans();
    std::set<std::string> items;
    for (const auto& one : batches_) items.insert(one.first.second);
    for (const std::string& item : items) add_batches(item);
    for (const auto& [key, steps] : batches_) {
      add_types(key, steps);
      add_sites(key, steps);
    }
    const bool is_there = !batches_.empty() || is_named_;
    if (!query_.subject.empty() && !is_there) {
      return Error{ErrorCode::not_found, "no grant and no move here names the batch " + query_.subject +
                                             ": karez list grant shows the batches"};
    }
    return {};
  }

 private:
  Status read_lists() {
    KAREZ_TRY(for_each_row(source_.statements.get(kBatchGrants), [&](Statement& in) {
      BatchGrant grant{std::string(in.text(1)),
                       std::string(in.text(2)),
                       std::string(in.text(3)),
                       std::string(in.text(4)),
                       std::string(in.text(5)),
                       std::string(in.text(8)),
                       {},
                       true};
      grant.qty = Pieces{in.integer(6), precision_of(in.text(7))};
      grant.counts_items = in.text(9) == "items";
      grants_.emplace(in.text(0), std::move(grant));
    }));
    for (const auto& [code, grant] : grants_) {
      // A batch is called by its text where it has one: that is what moves say.
      if (grant.type == "batch") names_.emplace(code, grant.batch.empty() ? code : grant.batch);
    }
    KAREZ_TRY(for_each_row(source_.statements.get(kCampaignsBelow).bind(1, query_.scope.campaign),
                           [&](Statement& in) { below_.emplace(in.text(0)); }));
    return for_each_row(source_.statements.get(kSiteTypes), [&](Statement& in) {
      std::string type;
      for (const char letter : std::string(in.text(1))) {
        if (letter == ',') type += '+';
        if (letter != ',' && letter != '[' && letter != ']' && letter != '"') type += letter;
      }
      types_.emplace(in.text(0), type);
    });
  }

  [[nodiscard]] bool is_of_campaign(const std::string& campaign) const {
    return query_.scope.campaign.empty() || below_.contains(campaign);
  }

  /// The grant of type batch that a grant is, or stands below.
  const std::pair<const std::string, BatchGrant>* batch_grant_of(const std::string& code) const {
    constexpr int kDeepest = 32;  // a grant above itself ends there
    auto found = grants_.find(code);
    for (int depth = 0; depth < kDeepest && found != grants_.end(); ++depth) {
      if (found->second.type == "batch") return &*found;
      found = grants_.find(found->second.parent);
    }
    return nullptr;
  }
  /// The batch grant that moves with this text are of: of the campaigns asked for, if there is one.
  const BatchGrant* named_by(const std::string& text) const {
    for (const auto& [code, grant] : grants_) {
      if (grant.type != "batch" || (code != text && grant.batch != text)) continue;
      if (is_of_campaign(grant.campaign)) return &grant;
    }
    return nullptr;
  }

  /// What the report calls the batch of a move; nothing if the move is none of its.
  std::optional<std::string> batch_of(const std::string& text, const std::string& grant,
                                      const std::string& campaign) const {
    const auto* by_grant = grant.empty() ? nullptr : batch_grant_of(grant);
    const BatchGrant* by_text = by_grant == nullptr && !text.empty() ? named_by(text) : nullptr;
    const std::string& granted = by_grant != nullptr  ? by_grant->second.campaign
                                 : by_text != nullptr ? by_text->campaign
                                                      : campaign;
    if (!is_of_campaign(campaign.empty() ? granted : campaign)) return std::nullopt;
    std::string name = by_grant != nullptr ? names_.at(by_grant->first) : text;
    if (by_text != nullptr && !by_text->batch.empty()) name = by_text->batch;
    name = or_unspecified(name);
    if (!query_.subject.empty() && name != query_.subject &&
        (by_grant == nullptr || by_grant->first != query_.subject)) {
      const BatchGrant* asked = named_by(query_.subject);
      if (asked == nullptr || asked->batch != name) return std::nullopt;
    }
    return name;
  }

  template <typename F>
  Status each_move(const char* sql, F&& add) {
    return for_each_row(scoped(source_, query_, sql), [&](Statement& in) {
      const auto batch = batch_of(std::string(in.text(0)), std::string(in.text(1)), std::string(in.text(5)));
      if (!batch) return;
      const Pieces qty{wide(in, 6), precision_of(in.text(4))};
      add(BatchKey{*batch, std::string(in.text(2))}, or_unspecified(in.text(8)), step_of(in.text(3)), qty);
    });
  }

  Status read_moves() {
    const auto add_whole = [&](const BatchKey& key, const std::string&, Step::Number step,
                               const Pieces& qty) { batches_[key].of[step] += qty; };
    const auto add_site = [&](const BatchKey& key, const std::string& site, Step::Number step,
                              const Pieces& qty) {
      sites_[key][site].of[step] += qty;
      totals_[key.second].of[step] += qty;
    };
    KAREZ_TRY(each_move(kBatchMoves, add_whole));
    KAREZ_TRY(each_move(kBatchMovesBySite, add_site));
    KAREZ_ASSIGN(const SiteZones zones,
                 SiteZones::load(source_.statements, source_.catalog, source_.zone_minutes));
    return for_each_row(source_.statements.get(kAccepted), [&](Statement& in) {
      const std::string site = or_unspecified(in.text(5));
      if (!is_in(query_, zones, in.integer(7), site)) return;
      const auto batch = batch_of(std::string(in.text(0)), std::string(in.text(1)), std::string(in.text(4)));
      if (!batch) return;
      const Pieces qty{in.integer(6), precision_of(in.text(3))};
      const BatchKey key{*batch, std::string(in.text(2))};
      add_whole(key, site, Step::arrived, qty);
      add_site(key, site, Step::arrived, qty);
    });
  }

  void add_plans() {
    for (const auto& [code, grant] : grants_) {
      if (!grant.counts_items || grant.item.empty() || grant.type == "plan") continue;
      const auto* batch = batch_grant_of(code);
      if (batch == nullptr || !is_of_campaign(batch->second.campaign)) continue;
      const std::string& name = names_.at(batch->first);
      const bool is_asked =
          query_.subject.empty() || query_.subject == name || query_.subject == batch->first;
      if (!is_asked || (!query_.site.empty() && grant.site != query_.site)) continue;
      is_named_ = true;
      const BatchKey key{name, grant.item};
      if (grant.type == "batch" || !query_.site.empty()) {
        batches_[key].of[Step::planned] += grant.qty;
        batches_[key].is_planned = true;
        totals_[grant.item].of[Step::planned] += grant.qty;
      }
      if (grant.type == "share") {
        sites_[key][or_unspecified(grant.site)].of[Step::planned] += grant.qty;
        sites_[key][or_unspecified(grant.site)].is_planned = true;
        shared_[key] += grant.qty;
      }
    }
  }

  /// Of one item: the columns, without what never happened.
  void add_columns(ReportSection& section, const std::string& item) const {
    for (std::size_t step = 0; step < kSteps; ++step) {
      if (is_shown(step, item)) section.columns.push_back(adding(kStepNames[step], ColumnKind::items, item));
    }
    section.columns.push_back(adding("left", ColumnKind::items, item));
  }
  [[nodiscard]] bool is_shown(std::size_t step, const std::string& item) const {
    return step < Step::returned || totals_.at(item).of[step] != Pieces{};
  }
  void add_steps(ReportRow& row, const std::string& item, const Steps& steps) const {
    for (std::size_t step = 0; step < kSteps; ++step) {
      if (!is_shown(step, item)) continue;
      const bool is_said = step != Step::planned || steps.is_planned;
      row.push_back(is_said ? ReportCell{steps.of[step]} : ReportCell{});
    }
    row.push_back(steps.left());
  }

  void add_batches(const std::string& item) {
    ReportSection section{"batches", {item}, {words("batch")}, {}, {}, {}};
    add_columns(section, item);
    Steps total = totals_[item];
    for (const auto& [key, steps] : batches_) {
      if (key.second != item) continue;
      ReportRow row{key.first};
      add_steps(row, item, steps);
      add_row(section, std::move(row));
      total.is_planned = total.is_planned || steps.is_planned;
    }
    section.sum = ReportRow{{}};
    add_steps(*section.sum, item, total);
    for (std::size_t step = 0; step < kSteps; ++step) {
      const bool is_said = step != Step::planned || total.is_planned;
      if (is_said && total.of[step] != Pieces{})
        report_.facts.push_back({kStepNames[step], total.of[step], item});
    }
    report_.facts.push_back({"left", total.left(), item});
    report_.sections.push_back(std::move(section));
  }

  std::string type_of(const std::string& site) const {
    const auto found = types_.find(site);
    return found == types_.end() || found->second.empty() ? kUnspecified : found->second;
  }

  /// The whole as the moves say it without their sites; of the plan what is shared out.
  Steps whole_of(const BatchKey& key, Steps steps) {
    steps.of[Step::planned] = shared_[key];
    steps.is_planned = shared_.at(key) != Pieces{};
    return steps;
  }

  void add_types(const BatchKey& key, const Steps& steps) {
    struct Type {
      Total sites = 0;
      Steps steps;
    };
    std::map<std::string, Type> types;
    for (const auto& [site, one] : sites_[key]) {
      Type& type = types[type_of(site)];
      type.sites += 1;
      type.steps += one;
    }
    if (types.empty()) return;
    ReportSection section{"by_type", {key.first, key.second}, {words("type", "site.roles")}, {}, {}, {}};
    section.columns.push_back(adding("sites", ColumnKind::records));
    add_columns(section, key.second);
    for (const auto& [name, type] : types) {
      ReportRow row{name, Records{type.sites}};
      add_steps(row, key.second, type.steps);
      add_row(section, std::move(row));
    }
    section.sum = ReportRow{{}, Records{static_cast<std::int64_t>(sites_[key].size())}};
    add_steps(*section.sum, key.second, whole_of(key, steps));
    report_.sections.push_back(std::move(section));
  }

  void add_sites(const BatchKey& key, const Steps& steps) {
    if (sites_[key].empty()) return;
    ReportSection section{"by_site", {key.first, key.second}, {words("site", "site")}, {}, {}, {}};
    section.columns.push_back(words("type", "site.roles"));
    add_columns(section, key.second);
    for (const auto& [site, one] : sites_[key]) {
      ReportRow row{site, type_of(site)};
      add_steps(row, key.second, one);
      add_row(section, std::move(row));
    }
    section.sum = ReportRow{{}, {}};
    add_steps(*section.sum, key.second, whole_of(key, steps));
    report_.sections.push_back(std::move(section));
  }

  const DaySource& source_;
  const ReportQuery& query_;
  Report& report_;
  std::map<std::string, BatchGrant> grants_;
  std::map<std::string, std::string> names_;  ///< of grants of type batch
  std::set<std::string> below_;
  std::map<std::string, std::string> types_;
  bool is_named_ = false;
  std::map<BatchKey, Steps> batches_;
  std::map<BatchKey, std::map<std::string, Steps>> sites_;
  std::map<BatchKey, Pieces> shared_;
  std::map<std::string, Steps> totals_;
};

}  // namespace

Result<Report> batch_report(const DaySource& source, const ReportQuery& query) {
  KAREZ_ASSIGN(Report report, begin_report(source, query, "batch"));
  BatchSum sum(source, query, report);
  KAREZ_TRY(sum.build());
  KAREZ_TRY(flag_grants(source, query.scope.campaign, report));
  check(report);
  return report;
}

}  // namespace karez
