// A closed day is the same from every order in which its packs can arrive: in a replica in memory a thousand
// times, in whole replicas some times; and what a few laptops bring late stands in the addendum and nowhere
// else.
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "karez/ledger/day_figures.h"
#include "karez/replica/closes.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr int kLaptops = 10;
constexpr int kVisits = 12;  // of each
const Day kDay = *parse_day("2022-07-14");

int orders() {
  const char* wanted = std::getenv("KAREZ_CLOSE_ORDERS");
  return wanted == nullptr ? KAREZ_CLOSE_ORDERS : std::atoi(wanted);
}

std::string name_of(int laptop) { return "l" + std::to_string(laptop); }

/// What one laptop does on the day; it puts right and voids some of its own.
void work(ReplicaFleet& fleet, const std::string& name, std::mt19937_64& dice) {
  Replica& laptop = fleet[name];
  std::vector<RecordId> visits;
  for (int i = 0; i < kVisits; ++i) {
    const auto persons = static_cast<std::int64_t>(dice() % 40);
    visits.push_back(
        record_visit(laptop, "S00" + std::to_string(dice() % 5), persons,
                     {{dice() % 2 == 0 ? "W550" : "HAT", static_cast<std::int64_t>(1 + dice() % 9)}},
                     kDayMs + static_cast<std::int64_t>(dice() % 3'600'000)));
    const RecordId& some = visits[dice() % visits.size()];
    if (dice() % 6 == 0)
      (void)set_field(laptop, some, "person_times", Value::of(static_cast<std::int64_t>(dice() % 40))).ok();
    if (dice() % 11 == 0) (void)laptop.void_record(some, "twice").ok();
  }
}

}  // namespace

TEST_CASE("Closes: the day's digest is one and the same from every merge order of its packs") {
  std::mt19937_64 dice(2022);
  ReplicaFleet fleet(2022);
  for (int i = 0; i < kLaptops; ++i) fleet.join(name_of(i));
  fleet.settle(dice);
  for (int i = 0; i < kLaptops; ++i) work(fleet, name_of(i), dice);
  // Laptops meet each other, and one puts another's records right: pins between the logs.
  for (int i = 0; i + 1 < kLaptops; i += 2) {
    fleet.deliver(name_of(i), name_of(i + 1), dice);
    std::vector<RecordId> seen;
    REQUIRE(fleet[name_of(i + 1)]
                .list({"visit", kDay, "", false, 0},
                      [&](const RecordView& view) {
                        if (!view.own) seen.push_back(view.id);
                        return seen.size() < 3;
                      })
                .ok());
    for (const RecordId& id : seen) {
      REQUIRE(set_field(fleet[name_of(i + 1)], id, "person_times", Value::of(std::int64_t{7})).ok());
      if (dice() % 2 == 0)
        (void)set_field(fleet[name_of(i)], id, "person_times", Value::of(std::int64_t{9})).ok();
    }
  }
  fleet.settle(dice);
  REQUIRE(fleet.hq().revoke("l3", std::nullopt, "lost").ok());
  fleet.settle(dice);
  const auto closed = close_day(fleet.hq(), {kDay, "", true, false});
  REQUIRE_MESSAGE(closed.ok(), (closed ? "" : closed.error().message));

  const auto replay = replay_close(fleet.hq(), *closed, static_cast<std::uint64_t>(orders()), 1);
  REQUIRE_MESSAGE(replay.ok(), (replay ? "" : replay.error().message));
  std::cout << "closes: " << replay->orders << " orders of " << replay->changes << " changes\n";
  CHECK(replay->ok);
  CHECK(replay->orders == static_cast<std::uint64_t>(orders()));
  CHECK(replay->digest == closed->digest);

  // The same through whole replicas: coordinators that come new and get the packs in another order each.
  for (int i = 0; i < 5; ++i) {
    const std::string name = "late" + std::to_string(i);
    Replica& fresh = fleet.join(name, fleet.invite("coordinator"));
    fleet.deliver("hq", name, dice);
    fleet.deliver(name, "hq", dice);
    const auto day = day_statement(fresh, kDay);
    REQUIRE(day.ok());
    REQUIRE(day->closed);
    CHECK(day_digest(day->report) == closed->digest);
    CHECK(day->late.empty());
    CHECK(day->addendum.visits == 0);
    CHECK(day->addendum.person_times == 0);
    const auto again = replay_close(fresh, *closed, 2, dice());
    REQUIRE(again.ok());
    CHECK(again->ok);
  }
}

TEST_CASE("Closes: what late laptops bring stands in the addendum and nowhere else") {
  constexpr int kFleet = 20;  // one of them, 5 %, is late
  std::mt19937_64 dice(7);
  ReplicaFleet fleet(7);
  for (int i = 0; i < kFleet; ++i) fleet.join(name_of(i));
  for (int i = 0; i < kFleet; ++i) fleet.deliver(name_of(i), "hq", dice);
  const std::string late = name_of(static_cast<int>(dice() % kFleet));
  for (int i = 0; i < kFleet; ++i) {
    work(fleet, name_of(i), dice);
    if (name_of(i) != late) fleet.deliver(name_of(i), "hq", dice);
  }
  const DayReport before = *fleet.hq().day(kDay);
  const auto closed = close_day(fleet.hq(), {kDay, "", true, false});
  REQUIRE_MESSAGE(closed.ok(), (closed ? "" : closed.error().message));
  CHECK(closed->digest == day_digest(before));

  fleet.deliver(late, "hq", dice);
  const DayReport after = *fleet.hq().day(kDay);
  const auto day = day_statement(fleet.hq(), kDay);
  REQUIRE(day.ok());
  CHECK(day_digest(day->report) == closed->digest);
  CHECK(day->addendum.by_laptop.size() == 1);
  CHECK(day->addendum.by_laptop.at(late).figures.visits == after.by_laptop.at(late).figures.visits);
  CHECK(day->addendum.visits == after.visits - before.visits);
  CHECK(day->addendum.lines == after.lines - before.lines);
  CHECK(day->addendum.person_times.total() == after.person_times.total() - before.person_times.total());
  for (const auto& [item, given] : after.items)
    CHECK(day->report.items.at(item).total() +
              (day->addendum.items.count(item) > 0 ? day->addendum.items.at(item).total() : Total{0}) ==
          given.total());
  Total visits = 0, lines = 0;
  for (const LateEntry& entry : day->late) {
    CHECK(entry.change.laptop == late);
    visits += entry.change.what == "visit" ? 1 : 0;
    lines += entry.change.what == "handout" ? 1 : 0;
  }
  CHECK(visits == day->addendum.visits);
  CHECK(lines == day->addendum.lines);
}
