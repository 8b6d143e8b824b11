#include "karez/replica/reports.h"

#include <doctest/doctest.h>

#include <set>

#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDayLength = 24 * kHour;

using Fields = std::vector<std::pair<std::string, Value>>;

void add(Replica& replica, const std::string& collection, Fields fields) {
  NewRecord record{collection, std::move(fields)};
  auto ids = replica.create(std::span(&record, 1));
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
}

/// A visit with fields of its own and its handouts; gives the visit's id.
RecordId visit(Replica& replica, Fields more, std::vector<Fields> gives, std::int64_t at_ms = kDayMs) {
  std::vector<NewRecord> records{{"event", std::move(more)}};
  records.front().fields.emplace_back("type", text("visit"));
  records.front().fields.emplace_back("time", Value(Value::Side(WallTime{at_ms, 480})));
  for (Fields& give : gives) {
    give.emplace_back("event", Value(Value::Side(RecordId{{}, 0, 1})));
    give.emplace_back("reason", text("give"));
    records.push_back({"move", std::move(give)});
  }
  auto ids = replica.create(records);
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

CampaignReport report_of(Replica& replica, const ReportScope& scope) {
  auto report = campaign_report(replica, scope);
  REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
  return *report;
}

Explanation explained(Replica& replica, const ReportScope& scope, const std::string& figure) {
  auto explanation = explain_figure(replica, scope, figure);
  REQUIRE_MESSAGE(explanation.ok(), (explanation ? "" : explanation.error().message));
  return *explanation;
}

const CampaignTarget& target(const CampaignReport& report, const std::string& grant) {
  for (const CampaignTarget& one : report.targets) {
    if (one.grant == grant) return one;
  }
  FAIL("no target " << grant);
  return report.targets.front();
}

Day day_number(int offset) { return {kDayMs / kDayLength + offset}; }

}  // namespace

TEST_CASE("Reports: a campaign is its records and those of campaigns below it, through visit or handout") {
  ReplicaFleet fleet;
  Replica& hq = fleet.hq();
  add(hq, "campaign", {{"code", text("C1")}});
  add(hq, "campaign", {{"code", text("C2")}, {"parent", text("C1")}});
  add(hq, "campaign", {{"code", text("LOOP")}, {"parent", text("LOOP")}});
  visit(hq, {{"campaign", text("C1")}, {"person_times", number(3)}},
        {{{"item", text("W")}, {"qty", number(5)}}});
  visit(hq, {{"campaign", text("C2")}, {"persons", number(2)}}, {{{"item", text("W")}, {"qty", number(7)}}});
  // A handout of another campaign than its visit's, and records of none.
  visit(hq, {{"person_times", number(100)}},
        {{{"item", text("W")}, {"qty", number(11)}, {"campaign", text("C2")}},
         {{"item", text("W")}, {"qty", number(1'000)}}});
  visit(hq, {{"campaign", text("LOOP")}, {"person_times", number(1)}}, {});

  const CampaignReport all = report_of(hq, {});
  CHECK(all.total.items.at("W") == 1'023);
  CHECK(all.total.visits == 4);
  const CampaignReport c1 = report_of(hq, {"C1", {}, {}});
  CHECK(c1.campaigns == std::vector<std::string>{"C1", "C2"});
  CHECK(c1.total.visits == 2);
  CHECK(c1.total.lines == 3);
  CHECK(c1.total.items.at("W") == 23);
  CHECK(c1.total.person_times == 3);
  CHECK(c1.total.persons == 2);
  CHECK(report_of(hq, {"C2", {}, {}}).total.items.at("W") == 18);
  CHECK(report_of(hq, {"LOOP", {}, {}}).total.person_times == 1);
  CHECK(campaign_report(hq, {"NONE", {}, {}}).error().code == ErrorCode::not_found);
  CHECK(campaign_report(hq, {"", day_number(1), day_number(0)}).error().code == ErrorCode::usage);
}

TEST_CASE("Reports: a target counts what it names alone, and says on which day it was reached") {
  ReplicaFleet fleet;
  Replica& hq = fleet.hq();
  add(hq, "campaign", {{"code", text("C")}});
  add(hq, "item", {{"code", text("CASH")}, {"class", text("cash")}});
  const auto grant = [&](const std::string& code, std::int64_t qty, Fields more) {
    Fields fields{
        {"code", text(code)}, {"type", text("plan")}, {"campaign", text("C")}, {"qty", number(qty)}};
    for (auto& one : more) fields.push_back(std::move(one));
    add(hq, "grant", std::move(fields));
  };
  grant("ALL", 30, {{"precision", text("plan")}});  // no measure and no item: person-times
  grant("WATER", 9, {{"item", text("W")}});
  grant("AT-S1", 9, {{"item", text("W")}, {"site", text("S1")}});
  grant("BATCH", 9, {{"item", text("W")}, {"batch", text("B1")}});
  grant("RIDERS", 9, {{"measure", text("persons")}, {"trade", text("rider")}});
  grant("LATER", 9, {{"item", text("W")}, {"valid_from", text("2022-07-15")}});
  grant("YUAN", 9, {{"measure", text("value")}});
  grant("VISITS", 2, {{"measure", text("records")}});
  grant("PARTY", 9, {{"item", text("W")}, {"party", text("P")}});  // a person's: no target of a report
  grant("UNUSED", 0, {{"item", text("X")}});

  const Fields c{{"campaign", text("C")}, {"trade", text("rider")}};
  const auto of = [&](Fields more) {
    more.insert(more.end(), c.begin(), c.end());
    return more;
  };
  visit(hq, of({{"site", text("S1")}, {"person_times", number(10)}, {"persons", number(4)}}),
        {{{"item", text("W")}, {"qty", number(5)}, {"batch", text("B1")}}});
  visit(hq, of({{"site", text("S2")}, {"person_times", number(20)}, {"precision", text("near")}}),
        {{{"item", text("W")}, {"qty", number(6)}}, {{"item", text("CASH")}, {"qty", number(1'234)}}},
        kDayMs + kDayLength);
  visit(hq, {{"person_times", number(1'000)}}, {{{"item", text("W")}, {"qty", number(1'000)}}});

  const CampaignReport report = report_of(hq, {"C", {}, {}});
  CHECK(report.targets.size() == 9);
  CHECK(target(report, "ALL").done == 30);
  CHECK(target(report, "ALL").precision == Precision::plan);
  CHECK(target(report, "ALL").done_precision == Precision::near);
  CHECK(target(report, "ALL").reached == day_number(1));
  CHECK(target(report, "WATER").done == 11);
  CHECK(target(report, "WATER").reached == day_number(1));
  CHECK(target(report, "WATER").by_day == std::map<Day, Total>{{day_number(0), 5}, {day_number(1), 6}});
  CHECK(target(report, "AT-S1").done == 5);
  CHECK_FALSE(target(report, "AT-S1").reached);
  CHECK(target(report, "BATCH").done == 5);
  CHECK(target(report, "RIDERS").done == 4);
  CHECK(target(report, "LATER").done == 6);
  CHECK(target(report, "YUAN").done == 1'234);
  CHECK(target(report, "VISITS").done == 2);
  CHECK(target(report, "UNUSED").done == 0);
  // The whole workspace's report does not widen a campaign's targets.
  CHECK(target(report_of(hq, {}), "WATER").done == 11);
  for (const CampaignTarget& one : report.targets) {
    const Explanation why = explained(hq, {"C", {}, {}}, "targets." + one.grant);
    CHECK_MESSAGE(why.total == one.done, one.grant);
    CHECK(why.precision == one.done_precision);
  }
  CHECK(explain_figure(hq, {"C", {}, {}}, "targets.PARTY").error().code == ErrorCode::not_found);
}

TEST_CASE("Reports: a handout is of its site's day, in every report, list and view") {
  ReplicaFleet fleet;
  Replica& hq = fleet.hq();
  add(hq, "site", {{"code", text("WEST")}, {"zone", number(360)}});
  // 00:30 in the workspace, 22:30 the day before at the site in the west.
  const std::int64_t night = kDayMs + 16 * kHour + kHour / 2;
  visit(hq, {{"site", text("WEST")}, {"person_times", number(1)}},
        {{{"item", text("W")}, {"qty", number(1)}}}, night);
  visit(hq, {{"site", text("EAST")}, {"person_times", number(10)}},
        {{{"item", text("W")}, {"qty", number(10)}}}, night);
  // A visit in the east with a handout in the west, and the other way about.
  visit(hq, {{"site", text("EAST")}}, {{{"item", text("W")}, {"qty", number(100)}, {"site", text("WEST")}}},
        night);
  visit(hq, {{"site", text("WEST")}}, {{{"item", text("W")}, {"qty", number(1'000)}, {"site", text("EAST")}}},
        night);

  const auto day = hq.day(day_number(0));
  const auto next = hq.day(day_number(1));
  REQUIRE(day.ok());
  REQUIRE(next.ok());
  CHECK(day->items.at("W") == 101);
  CHECK(day->person_times == 1);
  CHECK(day->site_zones == std::map<std::string, int>{{"WEST", 360}});
  CHECK(next->items.at("W") == 1'010);
  CHECK(next->person_times == 10);
  const CampaignReport both = report_of(hq, {"", day_number(0), day_number(1)});
  CHECK(both.by_day.at(day_number(0)).items.at("W") == 101);
  CHECK(both.by_day.at(day_number(1)).items.at("W") == 1'010);
  CHECK(report_of(hq, {"", day_number(0), day_number(0)}).total.items.at("W") == 101);
  for (int i = 0; i < 2; ++i) {
    std::set<std::string> listed, viewed;
    REQUIRE(hq.list({"handout", day_number(i), "", false, 0}, [&](const RecordView& row) {
                return listed.insert(to_text(row.id)).second;
              }).ok());
    REQUIRE(hq.query(
                  "SELECT id FROM handout WHERE day='" + format_day(day_number(i)) + "'", [](const auto&) {},
                  [&](const auto& row) { return viewed.insert(row.front().text).second; })
                .ok());
    CHECK(listed.size() == 2);
    CHECK(viewed == listed);
  }
}

TEST_CASE("Reports: a figure is explained by the records that it is the sum of") {
  ReplicaFleet fleet;
  Replica& laptop = fleet.join("l.1");
  visit(laptop, {{"site", text("S.1")}, {"trade", text("rider")}, {"person_times", number(3)}},
        {{{"item", text("W.550")}, {"qty", number(5)}, {"value", number(77)}, {"precision", text("over")}}});
  const RecordId wrong =
      visit(laptop, {{"person_times", number(9)}}, {{{"item", text("W.550")}, {"qty", number(9)}}});
  visit(laptop, {{"persons", number(2)}}, {});
  REQUIRE(laptop.void_record(wrong, "twice").ok());
  std::mt19937_64 order(1);
  fleet.settle(order);
  Replica& hq = fleet.hq();
  const ReportScope day{"", day_number(0), day_number(0)};
  const auto check = [&](const std::string& figure, const std::string& measure, std::int64_t total,
                         std::size_t records) {
    const Explanation why = explained(hq, day, figure);
    CHECK_MESSAGE(why.total == total, figure);
    CHECK_MESSAGE(why.records.size() == records, figure);
    CHECK_MESSAGE(why.measure == measure, figure);
  };
  check("visits", "visits", 2, 2);
  check("lines", "lines", 1, 1);
  check("person_times", "person_times", 3, 1);
  check("persons", "persons", 2, 1);
  check("value_fen", "value", 77, 1);
  check("items.W.550", "items", 5, 1);
  check("by_site.S.1.W.550", "items", 5, 1);
  check("by_site.S.1.items.W.550", "items", 5, 1);
  check("by_site.S.1.person_times", "person_times", 3, 1);
  check("by_site.unspecified.visits", "visits", 1, 1);
  check("by_trade.rider", "person_times", 3, 1);
  check("by_trade_persons.unspecified", "persons", 2, 1);
  check("by_laptop.l.1", "records", 3, 3);
  check("by_laptop.l.1.lines", "lines", 1, 1);
  check("by_day.2022-07-14.items.W.550", "items", 5, 1);
  check("voided", "records", 2, 2);  // the visit, and its handout with it
  check("items.NONE", "items", 0, 0);
  const Explanation why = explained(hq, day, "items.W.550");
  CHECK(why.precision == Precision::over);
  CHECK(why.records.front().who == "l.1");
  CHECK(why.records.front().site == "S.1");
  CHECK(why.records.front().item == "W.550");
  CHECK(why.records.front().time == WallTime{kDayMs, 480});
  for (const char* figure :
       {"", "nonsense", "items", "by_site.", "by_site.S.1", "by_day.2022-07-14", "by_day.x.visits"}) {
    const auto refused = explain_figure(hq, day, figure);
    const bool is_site = std::string(figure) == "by_site.S.1";  // could be item 1 at site S: none of it
    CHECK_MESSAGE(refused.ok() == is_site, figure);
  }
}
