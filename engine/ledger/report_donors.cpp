// From gifts to handouts. Money is traced by the fund that it went into, goods by item and batch: a bottle
// does not say whose money bought it, so no figure here pretends to know.
#include "report_build.h"

namespace karez {
namespace {

#define KAREZ_DONOR "coalesce(t.party, t.\"from\", 'unspecified')"
#define KAREZ_GIFTS(donor) \
  KAREZ_BELOW "SELECT " donor ", t.item, t.value IS NULL, coalesce(t.precision, ''), count(*), "      \
  KAREZ_WIDE_SUM("t.qty") ", " KAREZ_WIDE_SUM("t.value")                                              \
  " FROM counted_move AS t WHERE t.reason = 'gift' AND " KAREZ_IN_SCOPE " GROUP BY 1, 2, 3, 4"
constexpr auto kGifts = KAREZ_GIFTS(KAREZ_DONOR);
constexpr auto kAllGifts = KAREZ_GIFTS("''");
#define KAREZ_PLEDGES(donor) \
  KAREZ_BELOW "SELECT " donor ", coalesce(t.precision, ''), " KAREZ_WIDE_SUM("t.qty")                   \
  " FROM counted_grant AS t WHERE t.type = 'pledge' AND (t.measure = 'value' OR (t.measure IS NULL AND" \
  " t.item IN (SELECT code FROM counted_item WHERE class = 'cash')))"                                   \
  " AND (?1 = '' OR t.campaign IN (SELECT code FROM below)) GROUP BY 1, 2"
constexpr auto kPledges = KAREZ_PLEDGES("coalesce(t.party, 'unspecified')");
constexpr auto kAllPledges = KAREZ_PLEDGES("''");
/// Money of the accounts that gifts went into, in and out, whatever the reason. A fund has one balance:
/// campaigns do not divide it, days do.
constexpr auto kFunds = KAREZ_BELOW
    "SELECT f.code, CASE WHEN t.\"to\" = f.code THEN 'in' ELSE 'out' END, t.reason, t.item,"
    " coalesce(t.precision, ''), " KAREZ_WIDE_SUM("t.qty")
    " FROM (SELECT DISTINCT t.\"to\" AS code FROM counted_move AS t JOIN counted_item AS i ON i.code = t.item"
    " WHERE t.reason = 'gift' AND i.class = 'cash' AND t.\"to\" IS NOT NULL AND " KAREZ_IN_SCOPE ") AS f"
    " JOIN counted_move AS t ON (t.\"to\" = f.code OR t.\"from\" = f.code) AND coalesce(t.\"to\", '') <>"
    " coalesce(t.\"from\", '') JOIN counted_item AS i ON i.code = t.item WHERE i.class = 'cash'"
    " AND (?3 = '' OR t.day <= ?3) GROUP BY 1, 2, 3, 4, 5";
constexpr auto kInKind = KAREZ_BELOW
    "SELECT t.item, coalesce(t.batch, 'unspecified'), t.reason, coalesce(t.precision, ''), " KAREZ_WIDE_SUM("t.qty")
    " FROM counted_move AS t WHERE t.reason IN ('gift', 'buy', 'give', 'use') AND t.item NOT IN"
    " (SELECT code FROM counted_item WHERE class = 'cash') AND " KAREZ_IN_SCOPE " GROUP BY 1, 2, 3, 4";
constexpr auto kServed = KAREZ_BELOW "SELECT coalesce(t.precision, ''), " KAREZ_WIDE_SUM(
    "t.person_times") ", " KAREZ_WIDE_SUM("t.persons") " FROM visit AS t WHERE " KAREZ_IN_SCOPE " GROUP BY 1";

struct Donor {
  Fen pledged, cash, in_kind;
  Records gifts;
};
using Donors = std::map<std::string, Donor>;

struct Fund {
  Fen received, other_in, transferred, other_out;
  [[nodiscard]] Fen balance() const {
    Precision precision = Precision::exact;
    for (const Fen& one : {received, other_in, transferred, other_out})
      precision = joined(precision, one.precision());
    return Fen{received.total() + other_in.total() - transferred.total() - other_out.total(), precision};
  }
};

struct Goods {
  Pieces received, bought, given;
};

Result<Donors> read_donors(const DaySource& source, const ReportQuery& query, const MoneyItems& money,
                           const char* gifts, const char* pledges) {
  Donors donors;
  KAREZ_TRY(for_each_row(scoped(source, query, gifts), [&](Statement& in) {
    Donor& donor = donors[std::string(in.text(0))];
    const Precision precision = precision_of(in.text(3));
    donor.gifts += Records{in.integer(4)};
    const auto price = money.find(in.text(1));
    const bool has_value = in.integer(2) == 0;
    if (price != money.end()) {
      donor.cash += Fen{has_value ? wide(in, 7) : wide(in, 5) * price->second, precision};
    } else if (has_value) {
      donor.in_kind += Fen{wide(in, 7), precision};
    }
  }));
  KAREZ_TRY(for_each_row(source.statements.get(pledges).bind(1, query.scope.campaign), [&](Statement& in) {
    donors[std::string(in.text(0))].pledged += Fen{wide(in, 2), precision_of(in.text(1))};
  }));
  return donors;
}

ReportRow donor_row(ReportCell name, const Donor& donor) {
  return {std::move(name), donor.gifts, donor.pledged, donor.cash, donor.in_kind};
}

void add_donors(Report& report, const Donors& donors, Donors whole) {
  if (donors.empty()) return;
  ReportSection section{"donors", {}, {words("donor")}, {}, {}, {}};
  section.columns.push_back(adding("gifts", ColumnKind::records));
  section.columns.push_back(adding("pledged", ColumnKind::value));
  section.columns.push_back(adding("cash", ColumnKind::value));
  section.columns.push_back(adding("in_kind", ColumnKind::value));
  std::int64_t count = 0;
  for (const auto& [name, donor] : donors) {
    add_row(section, donor_row(name, donor));
    count += donor.gifts != Records{} ? 1 : 0;
  }
  const Donor& all = whole[""];
  section.sum = donor_row({}, all);
  report.facts.push_back({"donors", Records{count}, ""});
  if (all.cash != Fen{}) report.facts.push_back({"cash", all.cash, ""});
  if (all.in_kind != Fen{}) report.facts.push_back({"in_kind", all.in_kind, ""});
  report.sections.push_back(std::move(section));
}

Status add_funds(const DaySource& source, const ReportQuery& query, const MoneyItems& money, const Fen& gifts,
                 Report& report) {
  std::map<std::string, Fund> funds;
  Fund whole;
  KAREZ_TRY(for_each_row(scoped(source, query, kFunds), [&](Statement& in) {
    Fund& fund = funds[std::string(in.text(0))];
    const auto price = money.find(in.text(3));
    const Fen part{wide(in, 5) * (price == money.end() ? 1 : price->second), precision_of(in.text(4))};
    const bool is_in = in.text(1) == "in";
    const bool is_gift = in.text(2) == "gift";
    const bool is_transfer = in.text(2) == "pay" || in.text(2) == "buy" || in.text(2) == "give";
    for (Fund* one : {&fund, &whole}) {
      if (is_in) (is_gift ? one->received : one->other_in) += part;
      if (!is_in) (is_transfer ? one->transferred : one->other_out) += part;
    }
  }));
  if (funds.empty()) return {};
  ReportSection section{"funds", {}, {words("fund")}, {}, {}, {}};
  for (const char* key : {"received", "other_in", "transferred", "other_out", "balance"})
    section.columns.push_back(adding(key, ColumnKind::value));
  const auto row_of = [](ReportCell name, const Fund& fund) {
    return ReportRow{std::move(name),  fund.received,  fund.other_in,
                     fund.transferred, fund.other_out, fund.balance()};
  };
  for (const auto& [name, fund] : funds) add_row(section, row_of(name, fund));
  section.sum = row_of({}, whole);
  // Whatever the donors gave in money must have come into a fund; without a campaign and days all of it is
  // seen.
  const bool is_all = query.scope.campaign.empty() && !query.scope.first && query.site.empty();
  if (is_all) section.statements.push_back({"donors", 1, gifts, ReportStatement::Rule::equal});
  report.facts.push_back({"transferred", whole.transferred, ""});
  report.facts.push_back({"balance", whole.balance(), ""});
  report.sections.push_back(std::move(section));
  return {};
}

Status add_goods(const DaySource& source, const ReportQuery& query, Report& report) {
  std::map<std::string, std::map<std::string, Goods>> items;
  KAREZ_TRY(for_each_row(scoped(source, query, kInKind), [&](Statement& in) {
    Goods& goods = items[std::string(in.text(0))][std::string(in.text(1))];
    const Pieces part{wide(in, 4), precision_of(in.text(3))};
    if (in.text(2) == "gift")
      goods.received += part;
    else if (in.text(2) == "buy")
      goods.bought += part;
    else
      goods.given += part;
  }));
  for (const auto& [item, batches] : items) {
    ReportSection section{"goods", {item}, {words("batch")}, {}, {}, {}};
    for (const char* key : {"received", "bought", "given"})
      section.columns.push_back(adding(key, ColumnKind::items, item));
    Goods whole;
    for (const auto& [batch, goods] : batches) {
      add_row(section, {batch, goods.received, goods.bought, goods.given});
      whole.received += goods.received;
      whole.bought += goods.bought;
      whole.given += goods.given;
    }
    section.sum = ReportRow{{}, whole.received, whole.bought, whole.given};
    if (whole.given != Pieces{}) report.facts.push_back({"given", whole.given, item});
    report.sections.push_back(std::move(section));
  }
  return {};
}

}  // namespace

Result<Report> donors_report(const DaySource& source, const ReportQuery& query) {
  KAREZ_ASSIGN(Report report, begin_report(source, query, "donors"));
  KAREZ_ASSIGN(const MoneyItems money, money_items(source));
  KAREZ_ASSIGN(const Donors donors, read_donors(source, query, money, kGifts, kPledges));
  KAREZ_ASSIGN(Donors whole, read_donors(source, query, money, kAllGifts, kAllPledges));
  add_donors(report, donors, whole);
  KAREZ_TRY(add_funds(source, query, money, whole[""].cash, report));
  KAREZ_TRY(add_goods(source, query, report));
  PersonTimes person_times;
  Persons persons;
  KAREZ_TRY(for_each_row(scoped(source, query, kServed), [&](Statement& in) {
    person_times += PersonTimes{wide(in, 1), precision_of(in.text(0))};
    persons += Persons{wide(in, 3), precision_of(in.text(0))};
  }));
  if (person_times.total() != 0) report.facts.push_back({"person_times", person_times, ""});
  if (persons.total() != 0) report.facts.push_back({"persons", persons, ""});
  KAREZ_TRY(flag_grants(source, query.scope.campaign, report));
  check(report);
  return report;
}

}  // namespace karez
