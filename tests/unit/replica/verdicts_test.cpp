#include "karez/replica/verdicts.h"

#include <doctest/doctest.h>

#include <set>

#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

const Day kDay = *parse_day("2022-07-14");

RecordId same(Replica& replica, const RecordId& id, const RecordId& same_as) {
  auto made = judge_same(replica, id, same_as, "twice on paper");
  REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
  return *made;
}

DayReport day(Replica& replica) {
  auto report = replica.day(kDay);
  REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
  return *report;
}

std::string outside(Replica& replica, const RecordId& id) { return replica.show(id)->outside_because; }

void check_tables(Replica& replica) {
  const auto report = replica.verify();
  REQUIRE(report.ok());
  CHECK_MESSAGE(report->ok,
                (report->ok ? "" : report->where.front().where + ": " + report->where.front().message));
}

}  // namespace

TEST_CASE(
    "Verdict: the same visit leaves the totals with its handouts, and comes back when the verdict goes") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  Replica& two = fleet.join("l2");
  const RecordId first = record_visit(one, "S001", 12, {{"W550", 24}});
  const RecordId second = record_visit(two, "S001", 12, {{"W550", 24}});
  fleet.settle(order);
  CHECK(judge_same(one, second, first, "").error().code == ErrorCode::refused);
  CHECK(judge_same(fleet.hq(), first, first, "").error().code == ErrorCode::refused);
  const RecordId verdict = same(fleet.hq(), second, first);
  // A handout that comes to the visit later leaves as well.
  NewRecord more{"move",
                 {{"event", Value(Value::Side(second))},
                  {"item", Value::of(std::string("HAT"))},
                  {"qty", Value::of(std::int64_t{3})},
                  {"reason", Value::of(std::string("give"))}}};
  REQUIRE(two.create({&more, 1}).ok());
  fleet.settle(order);
  for (const std::string name : {"hq", "l1", "l2"}) {
    const DayReport report = day(fleet[name]);
    CHECK(report.visits == 1);
    CHECK(report.person_times == 12);
    CHECK(report.items.at("W550") == 24);
    CHECK(report.items.count("HAT") == 0);
    CHECK(outside(fleet[name], second) == "duplicate");
    CHECK(fleet[name].show(second)->duplicate_of == first);
    check_tables(fleet[name]);
  }
  REQUIRE(fleet.hq().void_record(verdict, "they were two").ok());
  fleet.settle(order);
  for (const std::string name : {"hq", "l2"}) {
    const DayReport report = day(fleet[name]);
    CHECK(report.visits == 2);
    CHECK(report.items.at("W550") == 48);
    CHECK(report.items.at("HAT") == 3);
    check_tables(fleet[name]);
  }
}

TEST_CASE("Verdict: chains and circles leave one record, and a voided one takes nobody with it") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  std::vector<RecordId> visits;
  for (int i = 0; i < 4; ++i) visits.push_back(record_visit(one, "S001", 1 << i, {}));
  fleet.settle(order);
  same(fleet.hq(), visits[0], visits[1]);
  same(fleet.hq(), visits[1], visits[2]);
  CHECK(day(fleet.hq()).person_times == 4 + 8);  // the end of the chain stays
  const RecordId circle = same(fleet.hq(), visits[2], visits[0]);
  CHECK(day(fleet.hq()).person_times == 1 + 8);  // of a circle the earliest
  check_tables(fleet.hq());
  REQUIRE(fleet.hq().void_record(circle, "no").ok());
  CHECK(day(fleet.hq()).person_times == 4 + 8);
  // Its volunteer found the double entry himself, and voids the one that was to stay.
  REQUIRE(one.void_record(visits[2], "twice").ok());
  fleet.settle(order);
  CHECK(day(fleet.hq()).person_times == 2 + 8);
  check_tables(fleet.hq());
  // Two that are both the same as a voided one are the same: the earlier stays.
  const RecordId x = record_visit(one, "S001", 16, {}), y = record_visit(one, "S001", 32, {}),
                 z = record_visit(one, "S001", 64, {});
  fleet.settle(order);
  same(fleet.hq(), x, z);
  same(fleet.hq(), y, z);
  REQUIRE(fleet.hq().void_record(z, "not there").ok());
  CHECK(day(fleet.hq()).person_times == 2 + 8 + 16);
  check_tables(fleet.hq());
}

TEST_CASE("Verdict: a later word about it changes nothing but whether it counts") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  const RecordId a = record_visit(one, "S001", 1, {}), b = record_visit(one, "S001", 2, {}),
                 c = record_visit(one, "S001", 4, {});
  fleet.settle(order);
  const RecordId verdict = same(fleet.hq(), a, b);
  REQUIRE(set_field(fleet.hq(), verdict, "about", Value(Value::Side(c))).ok());
  CHECK(day(fleet.hq()).person_times == 2 + 4);
  check_tables(fleet.hq());
}

TEST_CASE("Verdict: in any order, with revocations and voids between, everybody shows the same records") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    std::mt19937_64 dice(seed);
    ReplicaFleet fleet(seed);
    Replica& other = fleet.join("hq2", fleet.invite("coordinator"));
    fleet.settle(dice);
    REQUIRE(fleet.hq().admit("hq2").ok());
    fleet.join("l1");
    fleet.join("l2");
    fleet.settle(dice);
    std::vector<RecordId> visits, verdicts;
    for (int step = 0; step < 25; ++step) {
      const std::string who = dice() % 2 == 0 ? "l1" : "l2";
      Replica& judge = dice() % 2 == 0 ? fleet.hq() : other;
      switch (dice() % 6) {
        case 0:
        case 1:
          visits.push_back(
              record_visit(fleet[who], "S001", static_cast<std::int64_t>(dice() % 50), {{"W550", 1}}));
          break;
        case 2:
          if (visits.size() > 1) {
            const auto made =
                judge_same(judge, visits[dice() % visits.size()], visits[dice() % visits.size()], "");
            if (made) verdicts.push_back(*made);
          }
          break;
        case 3:
          if (!verdicts.empty() && dice() % 2 == 0)
            (void)judge.void_record(verdicts[dice() % verdicts.size()], "no").ok();
          else if (!visits.empty() && dice() % 3 == 0)
            (void)fleet[who].void_record(visits[dice() % visits.size()], "no").ok();
          break;
        default:
          fleet.deliver(fleet.names()[dice() % 4], fleet.names()[dice() % 4], dice);
      }
    }
    if (seed % 3 == 0) REQUIRE(fleet.hq().revoke("l2", std::nullopt, "lost").ok());
    if (seed % 4 == 0) REQUIRE(fleet.hq().revoke("hq2", std::nullopt, "lost").ok());
    fleet.settle(dice);
    const std::string expected = fleet.dump("hq");
    for (const std::string& name : fleet.names()) {
      CAPTURE(seed);
      CHECK(fleet.dump(name) == expected);
      check_tables(fleet[name]);
    }
  }
}

TEST_CASE("Double entries: suggested with their reasons until somebody has judged them") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  Replica& two = fleet.join("l2");
  const RecordId a = record_visit(one, "S001", 12, {});
  const RecordId b = record_visit(two, "S001", 12, {}, kDayMs + 59'000);
  record_visit(two, "S001", 12, {}, kDayMs + 61'000);  // another minute
  record_visit(two, "S002", 12, {});                   // another site
  record_visit(two, "S001", 13, {});                   // another amount
  record_visit(two, "S001", 12, {}, kDayMs + 24 * 3'600'000);
  const auto given = [](Replica& replica, std::int64_t ms) {
    NewRecord record{"move",
                     {{"item", Value::of(std::string("W550"))},
                      {"qty", Value::of(ms)},
                      {"reason", Value::of(std::string("give"))},
                      {"voucher", Value::of(std::string("V1"))},
                      {"site", Value::of(std::string("S009"))},
                      {"time", Value(Value::Side(WallTime{kDayMs + ms, 480}))}}};
    return replica.create({&record, 1})->front();
  };
  const RecordId c = given(one, 1), d = given(two, 2);
  for (int i = 0; i < 2; ++i) {  // two rows of one file
    NewRecord row{"event",
                  {{"type", Value::of(std::string("visit"))},
                   {"time", Value(Value::Side(WallTime{kDayMs, 480}))},
                   {"site", Value::of(std::string("S007"))},
                   {"person_times", Value::of(std::int64_t{5})},
                   {"source_key", Value(Value::Side(Bytes{1, static_cast<std::uint8_t>(i)}))}}};
    REQUIRE(one.create({&row, 1}).ok());
  }
  fleet.settle(order);
  const auto found = possible_doubles(fleet.hq(), kDay, 1000);
  REQUIRE(found.ok());
  REQUIRE(found->shown.size() == 2);
  CHECK(found->count == 2);
  const auto ids = [](const DoubleEntry& entry) {
    return std::set<RecordId>(entry.ids.begin(), entry.ids.end());
  };
  CHECK(ids(found->shown[0]) == std::set<RecordId>{a, b});
  CHECK(found->shown[0].reasons == std::vector<std::string>{"same_amount"});
  CHECK(found->shown[0].site == "S001");
  CHECK(ids(found->shown[1]) == std::set<RecordId>{c, d});
  CHECK(found->shown[1].reasons == std::vector<std::string>{"same_person"});
  CHECK(possible_doubles(fleet.hq(), kDay, 1)->shown.size() == 1);
  CHECK(possible_doubles(fleet.hq(), kDay, 1)->count == 2);
  CHECK(day(fleet.hq()).person_times == 12 * 4 + 13 + 10);  // nothing is merged by itself

  const auto both = judge_both(fleet.hq(), b, a, "two teams");
  REQUIRE(both.ok());
  same(fleet.hq(), d, c);
  CHECK(possible_doubles(fleet.hq(), kDay, 1000)->count == 0);
  REQUIRE(fleet.hq().void_record(*both, "no").ok());
  CHECK(possible_doubles(fleet.hq(), kDay, 1000)->count == 1);
}
