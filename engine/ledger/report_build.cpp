#include "report_build.h"

#include "karez/model/catalog.h"

namespace karez {
namespace {

constexpr auto kItemNames = "SELECT code, coalesce(name_zh, name_en), unit FROM counted_item";
constexpr auto kSiteNames = "SELECT code, coalesce(name_zh, name_en) FROM counted_site";
constexpr auto kCampaignNames = "SELECT code, coalesce(name_zh, name_en) FROM counted_campaign";
constexpr auto kMoneyItems = "SELECT code, coalesce(value, 1) FROM counted_item WHERE class = 'cash'";

/// A parent with what its parts of one type and measure say; item or money or heads are never mixed.
constexpr auto kGrantParts = KAREZ_BELOW
    "SELECT p.code, p.type, coalesce(p.measure, CASE WHEN p.item IS NULL THEN 'person_times' ELSE 'items' END),"
    " p.qty, p.precision, g.type, g.precision, " KAREZ_WIDE_SUM("g.qty") ", coalesce(p.item, '')"
    " FROM counted_grant AS p JOIN counted_grant AS g ON g.parent = p.code"
    " WHERE p.qty IS NOT NULL AND g.qty IS NOT NULL AND p.type IN ('plan', 'batch')"
    " AND coalesce(g.item, '') = coalesce(p.item, '')"
    " AND coalesce(g.measure, CASE WHEN g.item IS NULL THEN 'person_times' ELSE 'items' END) ="
    " coalesce(p.measure, CASE WHEN p.item IS NULL THEN 'person_times' ELSE 'items' END)"
    " AND (?1 = '' OR p.campaign IN (SELECT code FROM below))"
    " GROUP BY p.code, g.type, g.precision ORDER BY p.code, g.type";

ReportCell planned_cell(const std::string& measure, Total total, Precision precision) {
  if (measure == "persons") return Persons{total, precision};
  if (measure == "person_times") return PersonTimes{total, precision};
  if (measure == "value") return Fen{total, precision};
  if (measure == "records") return Records{total, precision};
  return Pieces{total, precision};
}

}  // namespace

ReportColumn words(std::string key, std::string list) {
  return {std::move(key), ColumnKind::text, "", std::move(list), Adding::none};
}
ReportColumn adding(std::string key, ColumnKind kind, std::string item) {
  return {std::move(key), kind, std::move(item), "", Adding::all};
}
ReportColumn not_adding(std::string key, ColumnKind kind, std::string item) {
  return {std::move(key), kind, std::move(item), "", Adding::none};
}

Total wide(const Statement& in, int column) {
  // Of no rows both are NULL, which reads as 0.
  return Total{in.integer(column)} * (std::int64_t{1} << 32) + in.integer(column + 1);
}

Statement& scoped(const DaySource& source, const ReportQuery& query, std::string_view sql) {
  const auto day = [](const std::optional<Day>& one) { return one ? format_day(*one) : std::string(); };
  return source.statements.get(sql)
      .bind(1, query.scope.campaign)
      .bind(2, day(query.scope.first))
      .bind(3, day(query.scope.last))
      .bind(4, query.site);
}

Result<MoneyItems> money_items(const DaySource& source) {
  MoneyItems money;
  KAREZ_TRY(for_each_row(source.statements.get(kMoneyItems),
                         [&](Statement& in) { money.emplace(in.text(0), in.integer(1)); }));
  return money;
}

Result<ReportNames> names_of_lists(const DaySource& source) {
  ReportNames names;
  const auto read = [&](const char* sql, std::map<std::string, std::string>& of, bool has_unit) {
    return for_each_row(source.statements.get(sql), [&](Statement& in) {
      if (!in.text(1).empty()) of.emplace(in.text(0), in.text(1));
      if (has_unit && !in.text(2).empty()) names.units.emplace(in.text(0), in.text(2));
    });
  };
  KAREZ_TRY(read(kItemNames, names.items, true));
  KAREZ_TRY(read(kSiteNames, names.sites, false));
  KAREZ_TRY(read(kCampaignNames, names.campaigns, false));
  return names;
}

Result<Report> begin_report(const DaySource& source, const ReportQuery& query, std::string kind) {
  for (const char* needed : {"campaign", "site", "item", "party", "event", "move", "grant", "acceptance"}) {
    if (source.catalog.collection(needed) == nullptr) {
      return Error{ErrorCode::refused,
                   "this catalog has no " + std::string(needed) +
                       ", which the report is made from: use the catalog of this version"};
    }
  }
  Report report;
  report.kind = std::move(kind);
  report.subject = query.subject;
  report.campaign = query.scope.campaign;
  report.site = query.site;
  report.first = query.scope.first;
  report.last = query.scope.last;
  KAREZ_ASSIGN(report.names, names_of_lists(source));
  KAREZ_ASSIGN(const std::vector<LaptopState> laptops, laptop_states(source));
  for (const LaptopState& laptop : laptops) {
    if (laptop.missing > 0) report.waiting.push_back(laptop.name);
  }
  return report;
}

Status flag_grants(const DaySource& source, const std::string& campaign, Report& report) {
  struct Parts {
    std::string measure;
    ReportStatement::Rule rule = ReportStatement::Rule::equal;
    Total planned = 0, given = 0;
    Precision planned_precision = Precision::exact, given_precision = Precision::exact;
  };
  std::map<std::pair<std::string, std::string>, Parts> all;  // by parent and the type of its parts
  KAREZ_TRY(for_each_row(source.statements.get(kGrantParts).bind(1, campaign), [&](Statement& in) {
    Parts& parts = all[{std::string(in.text(0)), std::string(in.text(5))}];
    parts.measure = in.text(2);
    // A plan is the sum of what it is cut into; a store need not be shared out.
    if (in.text(1) == "batch") parts.rule = ReportStatement::Rule::at_most;
    parts.planned = in.integer(3);
    parts.planned_precision = precision_of(in.text(4));
    parts.given += wide(in, 7);
    parts.given_precision = joined(parts.given_precision, precision_of(in.text(6)));
  }));
  for (const auto& [key, parts] : all) {
    const bool is_right = parts.rule == ReportStatement::Rule::equal ? parts.given == parts.planned
                                                                     : parts.given <= parts.planned;
    if (is_right) continue;
    report.flags.push_back({"grants",
                            {key.first, key.second},
                            "planned",
                            "grant " + key.first,
                            planned_cell(parts.measure, parts.planned, parts.planned_precision),
                            planned_cell(parts.measure, parts.given, parts.given_precision)});
  }
  return {};
}

bool is_in(const ReportQuery& query, const SiteZones& zones, std::int64_t ms, std::string_view site) {
  if (!query.site.empty() && site != query.site) return false;
  const Day day = zones.day_of(ms, site);
  return (!query.scope.first || day >= *query.scope.first) && (!query.scope.last || day <= *query.scope.last);
}

std::string public_id(const DaySource& source, RecordKey record) {
  const AuthorRow* author = source.authors.find(author_of(record));
  if (author == nullptr) return "?";
  const std::uint64_t seq = seq_of(record);
  return to_text(RecordId{author->name_at(seq), seq, k_of(record)});
}

std::string or_unspecified(std::string_view text) { return text.empty() ? kUnspecified : std::string(text); }

}  // namespace karez
