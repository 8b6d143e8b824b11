// Households that were helped. A household is a party that an event with support, or a handout, is for: each
// once in its row and once in the sum, which is why sums of households are counted anew and not added.
#include "report_build.h"

namespace karez {
namespace {

#define KAREZ_SUPPORT                                                                                     \
  " FROM counted_event AS t WHERE t.party IS NOT NULL AND (t.support IS NOT NULL OR t.value IS NOT NULL)" \
  " AND " KAREZ_IN_SCOPE
#define KAREZ_QUARTER "substr(t.day, 1, 4) || '-Q' || ((substr(t.day, 6, 2) + 2) / 3)"
#define KAREZ_KIND "coalesce(t.support, 'unspecified')"
/// What a row is of: kind and quarter, either or neither of them ('').
#define KAREZ_COUNTS(kind, quarter)                                                           \
  KAREZ_BELOW "SELECT " kind ", " quarter ", count(DISTINCT t.party), count(*)" KAREZ_SUPPORT \
              " GROUP BY "                                                                    \
              "1, 2"
#define KAREZ_VALUES(kind, quarter)                                                                 \
  KAREZ_BELOW "SELECT " kind ", " quarter ", coalesce(t.precision, ''), " KAREZ_WIDE_SUM("t.value") \
      KAREZ_SUPPORT " AND t.value IS NOT NULL GROUP BY 1, 2, 3"

struct HouseholdQueries {
  const char *counts, *values;
};
constexpr HouseholdQueries kWhole{KAREZ_COUNTS("''", "''"), KAREZ_VALUES("''", "''")};
constexpr HouseholdQueries kByKind{KAREZ_COUNTS(KAREZ_KIND, "''"), KAREZ_VALUES(KAREZ_KIND, "''")};
constexpr HouseholdQueries kByQuarter{KAREZ_COUNTS("''", KAREZ_QUARTER), KAREZ_VALUES("''", KAREZ_QUARTER)};
constexpr HouseholdQueries kByBoth{KAREZ_COUNTS(KAREZ_KIND, KAREZ_QUARTER),
                                   KAREZ_VALUES(KAREZ_KIND, KAREZ_QUARTER)};

constexpr auto kPartyHandouts = KAREZ_BELOW
    "SELECT coalesce(t.trade, 'unspecified'), count(DISTINCT t.party), count(*) FROM handout AS t"
    " WHERE t.party IS NOT NULL AND " KAREZ_IN_SCOPE " GROUP BY 1";
constexpr auto kAllPartyHandouts = KAREZ_BELOW
    "SELECT '', count(DISTINCT t.party), count(*) FROM handout AS t"
    " WHERE t.party IS NOT NULL AND " KAREZ_IN_SCOPE;
#define KAREZ_HANDOUT_VALUES(trade) \
  KAREZ_BELOW "SELECT " trade ", coalesce(t.precision, ''), t.item, t.value IS NULL, "                   \
  KAREZ_WIDE_SUM("t.value") ", " KAREZ_WIDE_SUM("t.qty")                                                 \
  " FROM handout AS t WHERE t.party IS NOT NULL AND " KAREZ_IN_SCOPE " GROUP BY 1, 2, 3, 4"
constexpr auto kHandoutValues = KAREZ_HANDOUT_VALUES("coalesce(t.trade, 'unspecified')");
constexpr auto kAllHandoutValues = KAREZ_HANDOUT_VALUES("''");

/// Events that state an amount, with what their own lines come to. ?1: campaign.
constexpr auto kStated = KAREZ_BELOW
    "SELECT t.record, t.value, coalesce(t.precision, ''), m.item, m.value IS NULL, coalesce(m.precision, ''),"
    " m.value, m.qty, t.time, coalesce(t.site, '') FROM event AS t JOIN move AS m ON m.event = t.record"
    " WHERE t.value IS NOT NULL AND t.counted = 1 AND t.void IS NULL AND t.duplicate_of IS NULL"
    " AND m.counted = 1 AND m.void IS NULL AND m.duplicate_of IS NULL AND m.reason IN ('give', 'use', 'pay')"
    " AND (?1 = '' OR t.campaign IN (SELECT code FROM below)) ORDER BY t.record";

struct HouseholdSum {
  Households households;
  Records records;
  Fen value;
};
using HouseholdSums = std::map<std::pair<std::string, std::string>, HouseholdSum>;

Result<HouseholdSums> read_households(const DaySource& source, const ReportQuery& query,
                                      const HouseholdQueries& queries) {
  HouseholdSums sums;
  const auto key = [](Statement& in) { return std::pair(std::string(in.text(0)), std::string(in.text(1))); };
  KAREZ_TRY(for_each_row(scoped(source, query, queries.counts), [&](Statement& in) {
    HouseholdSum& sum = sums[key(in)];
    sum.households = Households{in.integer(2)};
    sum.records = Records{in.integer(3)};
  }));
  KAREZ_TRY(for_each_row(scoped(source, query, queries.values), [&](Statement& in) {
    sums[key(in)].value += Fen{wide(in, 3), precision_of(in.text(2))};
  }));
  return sums;
}

/// What each household got, in whole fen: about, where it does not come out even.
ReportCell each_gets(const HouseholdSum& sum) {
  const Total households = sum.households.total();
  if (households == 0 || sum.value == Fen{}) return {};
  const bool is_even = sum.value.total() % households == 0;
  return Fen{(sum.value.total() + households / 2) / households,
             joined(sum.value.precision(), is_even ? Precision::exact : Precision::about)};
}

void add_household_columns(ReportSection& section) {
  section.columns.push_back({"households", ColumnKind::households, "", "", Adding::distinct});
  section.columns.push_back(adding("records", ColumnKind::records));
  section.columns.push_back(adding("value", ColumnKind::value));
  section.columns.push_back(not_adding("each", ColumnKind::value));
}

void add_sum(ReportRow& row, const HouseholdSum& sum) {
  row.insert(row.end(), {sum.households, sum.records, sum.value, each_gets(sum)});
}

void add_household_section(Report& report, const std::string& key, std::vector<ReportColumn> columns,
                           const HouseholdSums& sums, const HouseholdSum& whole) {
  ReportSection section{key, {}, std::move(columns), {}, {}, {}};
  const std::size_t names = section.columns.size();
  const bool has_kind = section.columns.front().key != "quarter", has_quarter = names > 1 || !has_kind;
  add_household_columns(section);
  for (const auto& [of, sum] : sums) {
    ReportRow row;
    if (has_kind) row.emplace_back(of.first);
    if (has_quarter) row.emplace_back(of.second);
    add_sum(row, sum);
    add_row(section, std::move(row));
  }
  section.sum = ReportRow(names);
  add_sum(*section.sum, whole);
  report.sections.push_back(std::move(section));
}

/// What a line is worth: its own value, or the money that it is.
Fen worth(const MoneyItems& money, Statement& in, int item, bool has_value, Total value, Total qty,
          Precision precision) {
  if (has_value) return Fen{value, precision};
  const auto price = money.find(in.text(item));
  return price == money.end() ? Fen{} : Fen{qty * price->second, precision};
}

Status add_handouts(const DaySource& source, const ReportQuery& query, Report& report) {
  KAREZ_ASSIGN(const MoneyItems money, money_items(source));
  const auto read_part = [&](const char* counts, const char* values) -> Result<HouseholdSums> {
    HouseholdSums sums;
    KAREZ_TRY(for_each_row(scoped(source, query, counts), [&](Statement& in) {
      HouseholdSum& sum = sums[{std::string(in.text(0)), ""}];
      sum.households = Households{in.integer(1)};
      sum.records = Records{in.integer(2)};
    }));
    KAREZ_TRY(for_each_row(scoped(source, query, values), [&](Statement& in) {
      sums[{std::string(in.text(0)), ""}].value +=
          worth(money, in, 2, in.integer(3) == 0, wide(in, 4), wide(in, 6), precision_of(in.text(1)));
    }));
    return sums;
  };
  KAREZ_ASSIGN(const HouseholdSums by_trade, read_part(kPartyHandouts, kHandoutValues));
  KAREZ_ASSIGN(HouseholdSums whole, read_part(kAllPartyHandouts, kAllHandoutValues));
  if (by_trade.empty()) return {};
  const HouseholdSum& all = whole[{"", ""}];
  add_household_section(report, "given_by_trade", {words("trade", "event.trade")}, by_trade, all);
  report.facts.push_back({"served", all.households, ""});
  if (all.value != Fen{}) report.facts.push_back({"served_value", all.value, ""});
  return {};
}

/// An event that says an amount and has lines of its own: both must be the same.
Status flag_stated(const DaySource& source, const ReportQuery& query, Report& report) {
  KAREZ_ASSIGN(const MoneyItems money, money_items(source));
  KAREZ_ASSIGN(const SiteZones zones,
               SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  RecordKey record = 0;
  Fen stated, given;
  bool has_lines = false;
  const auto end = [&] {
    if (has_lines && stated.total() != given.total())
      report.flags.push_back({"records", {}, "value", "record " + public_id(source, record), stated, given});
  };
  KAREZ_TRY(for_each_row(source.statements.get(kStated).bind(1, query.scope.campaign), [&](Statement& in) {
    if (!is_in(query, zones, in.integer(8), in.text(9))) return;
    if (in.integer(0) != record) {
      end();
      record = in.integer(0);
      stated = Fen{in.integer(1), precision_of(in.text(2))};
      given = Fen{};
      has_lines = false;
    }
    const bool has_value = in.integer(4) == 0;
    // Goods without a value say nothing about money.
    if (!has_value && !money.contains(in.text(3))) return;
    has_lines = true;
    given += worth(money, in, 3, has_value, in.integer(6), in.integer(7), precision_of(in.text(5)));
  }));
  end();
  return {};
}

}  // namespace

Result<Report> households_report(const DaySource& source, const ReportQuery& query) {
  KAREZ_ASSIGN(Report report, begin_report(source, query, "households"));
  KAREZ_ASSIGN(HouseholdSums whole, read_households(source, query, kWhole));
  const HouseholdSum& all = whole[{"", ""}];
  if (all.records != Records{}) {
    report.facts.push_back({"households", all.households, ""});
    if (all.value != Fen{}) report.facts.push_back({"value", all.value, ""});
    KAREZ_ASSIGN(const HouseholdSums by_kind, read_households(source, query, kByKind));
    KAREZ_ASSIGN(const HouseholdSums by_quarter, read_households(source, query, kByQuarter));
    KAREZ_ASSIGN(const HouseholdSums by_both, read_households(source, query, kByBoth));
    add_household_section(report, "by_kind", {words("support", "event.support")}, by_kind, all);
    add_household_section(report, "by_quarter", {words("quarter")}, by_quarter, all);
    add_household_section(report, "by_kind_and_quarter",
                          {words("support", "event.support"), words("quarter")}, by_both, all);
  }
  KAREZ_TRY(add_handouts(source, query, report));
  KAREZ_TRY(flag_stated(source, query, report));
  KAREZ_TRY(flag_grants(source, query.scope.campaign, report));
  check(report);
  return report;
}

}  // namespace karez
