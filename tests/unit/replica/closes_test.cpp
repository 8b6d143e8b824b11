#include "karez/replica/closes.h"

#include <doctest/doctest.h>

#include "karez/ledger/day_figures.h"
#include "support/fleet.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

const Day kDay = *parse_day("2022-07-14");

DayClose close(Replica& replica, bool again = false) {
  auto made = close_day(replica, {kDay, "", true, again});
  REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
  return *made;
}

DayStatement statement(Replica& replica) {
  auto read = day_statement(replica, kDay);
  REQUIRE_MESSAGE(read.ok(), (read ? "" : read.error().message));
  return *read;
}

std::vector<std::string> whats(const DayStatement& day) {
  std::vector<std::string> out;
  for (const LateEntry& late : day.late) out.push_back(late.change.what);
  std::sort(out.begin(), out.end());
  return out;
}

Status set_person_times(Replica& replica, const RecordId& id, std::int64_t value) {
  return set_field(replica, id, "person_times", Value::of(value));
}

}  // namespace

TEST_CASE("Close: what comes later is in the late list and the addendum, and nowhere else") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  Replica& two = fleet.join("l2");
  const RecordId first = record_visit(one, "S001", 12, {{"W550", 24}});
  const RecordId second = record_visit(one, "S002", 3, {{"W550", 6}});
  fleet.settle(order);
  const DayClose closed = close(fleet.hq());
  CHECK(closed.digest == day_digest(*fleet.hq().day(kDay)));

  record_visit(two, "S003", 5, {{"HAT", 7}});
  record_visit(two, "S003", 50, {{"HAT", 70}}, kDayMs + 24 * 3'600'000);  // the day after
  REQUIRE(set_person_times(one, first, 13).ok());
  REQUIRE(one.void_record(second, "twice").ok());
  fleet.settle(order);
  for (const std::string name : {"hq", "l1", "l2"}) {
    const DayStatement day = statement(fleet[name]);
    REQUIRE(day.closed);
    CHECK(day.closed->id == closed.id);
    CHECK(day_digest(day.report) == closed.digest);
    CHECK(day.report.person_times == 15);
    CHECK(day.report.items.at("W550") == 30);
    CHECK(whats(day) == std::vector<std::string>{"edit", "handout", "visit", "void"});
    CHECK(day.addendum.visits == 0);
    CHECK(day.addendum.lines == 0);
    CHECK(day.addendum.person_times == 3);
    CHECK(day.addendum.items.at("W550") == -6);
    CHECK(day.addendum.items.at("HAT") == 7);
    CHECK(day.addendum.by_site.at("S001").person_times == 1);
    CHECK(day.addendum.by_site.at("S002").person_times == -3);
    CHECK(day.addendum.by_laptop.at("l2").figures.visits == 1);
  }
}

TEST_CASE("Close: laptops that were admitted or revoked after it are named beside the addendum") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  // Who comes as a coordinator has to be admitted by a person.
  Replica& first = fleet.join("l1");
  Replica& second = fleet.join("l2", fleet.invite("coordinator"));
  record_visit(first, "S001", 12, {{"W550", 24}});
  record_visit(second, "S002", 3, {});
  fleet.settle(order);
  close(fleet.hq());
  const auto standing = [&] {
    std::vector<std::tuple<std::string, std::string, std::int64_t>> out;
    for (const Check& check : statement(fleet.hq()).checks) {
      if (check.kind == "admitted_late" || check.kind == "revoked_late")
        out.emplace_back(check.kind, check.subject, check.count);
    }
    return out;
  };
  CHECK(standing().empty());
  // A late record alone is named by the late list.
  record_visit(first, "S001", 1, {});
  fleet.settle(order);
  CHECK(standing().empty());
  REQUIRE(fleet.hq().admit("l2").ok());
  REQUIRE(fleet.hq().revoke("l1", 1, "lost").ok());
  const DayStatement day = statement(fleet.hq());
  CHECK(day.report.person_times == 12);
  CHECK(day.addendum.person_times == 3 - 12);
  using Found = std::tuple<std::string, std::string, std::int64_t>;
  CHECK(standing() == std::vector<Found>{{"admitted_late", "l2", 1}, {"revoked_late", "l1", 2}});
}

TEST_CASE("Close: a visit moved out of its day, or into it, is late there") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  const RecordId here = record_visit(one, "S001", 12, {});
  const RecordId there = record_visit(one, "S002", 3, {}, kDayMs + 24 * 3'600'000);
  fleet.settle(order);
  close(fleet.hq());
  CHECK(statement(fleet.hq()).late.empty());
  const auto time = [](std::int64_t ms) { return Value(Value::Side(WallTime{ms, 480})); };
  REQUIRE(set_field(one, here, "time", time(kDayMs - 24 * 3'600'000)).ok());
  REQUIRE(set_field(one, there, "time", time(kDayMs)).ok());
  fleet.settle(order);
  const DayStatement day = statement(fleet.hq());
  CHECK(day.report.person_times == 12);
  CHECK(whats(day) == std::vector<std::string>{"edit", "edit"});
  CHECK(day.addendum.person_times == 3 - 12);
}

TEST_CASE("Close: only a coordinator closes, once, and nobody's later word changes what it states") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  record_visit(one, "S001", 12, {{"W550", 24}});
  fleet.settle(order);
  CHECK(close_day(one, {kDay, "", true, false}).error().code == ErrorCode::refused);
  CHECK(close_day(fleet.hq(), {kDay, "", false, false}).error().code == ErrorCode::refused);  // not whole
  CHECK(!statement(fleet.hq()).closed);
  const DayClose first = close(fleet.hq());
  CHECK(close_day(fleet.hq(), {kDay, "", true, false}).error().code == ErrorCode::refused);
  CHECK(open_issues_of(first).waiting == std::vector<std::string>{"l1"});

  // Its own author writes it anew: the close states what it stated.
  REQUIRE(set_field(fleet.hq(), first.id, "digest", Value::of(std::string(64, '0'))).ok());
  REQUIRE(set_field(fleet.hq(), first.id, "date", Value::of(std::string("2022-07-15"))).ok());
  DayStatement day = statement(fleet.hq());
  REQUIRE(day.closed);
  CHECK(day.closed->digest == first.digest);
  CHECK(!day_statement(fleet.hq(), *parse_day("2022-07-15"))->closed);

  record_visit(one, "S001", 1, {});
  fleet.settle(order);
  const DayClose second = close(fleet.hq(), true);
  CHECK(second.replaces == first.id);
  day = statement(fleet.hq());
  CHECK(day.closed->id == second.id);
  CHECK(day.report.person_times == 13);
  CHECK(day.late.empty());
  CHECK(day.rivals.empty());
  REQUIRE(fleet.hq().void_record(second.id, "too early").ok());
  CHECK(statement(fleet.hq()).closed->id == first.id);
}

TEST_CASE("Close: while records wait for others' changes there is no close") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  Replica& two = fleet.join("l2");
  const RecordId visit = record_visit(one, "S001", 12, {});
  fleet.settle(order);
  REQUIRE(set_person_times(one, visit, 13).ok());
  fleet.deliver("l1", "l2", order);
  REQUIRE(set_person_times(two, visit, 14).ok());  // builds on what hq has not got
  fleet.deliver_author("l2", "hq", two.status()->author);
  const auto refused = close_day(fleet.hq(), {kDay, "", true, false});
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("l2") != std::string::npos);
  fleet.settle(order);
  CHECK(close(fleet.hq()).semantics == kDaySemantics);
}

TEST_CASE(
    "Close: two that did not know of each other are a listed case, and one of them is shown by everybody") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& other = fleet.join("hq2", fleet.invite("coordinator"));
  Replica& one = fleet.join("l1");
  record_visit(one, "S001", 12, {});
  fleet.settle(order);
  REQUIRE(fleet.hq().admit("hq2").ok());
  fleet.settle(order);
  fleet.clock("hq2").set(kDayMs + 10 * 3'600'000);
  fleet.clock("hq").set(kDayMs + 11 * 3'600'000);
  const DayClose late = close(fleet.hq());
  const DayClose early = close(other);
  fleet.settle(order);
  for (const std::string name : {"hq", "hq2", "l1"}) {
    const DayStatement day = statement(fleet[name]);
    REQUIRE(day.closed);
    CHECK(day.closed->id == early.id);
    REQUIRE(day.rivals.size() == 1);
    CHECK(day.rivals.front().id == late.id);
    CHECK(rival_closes(fleet[name])->size() == 1);
  }
  close(other, true);  // replaces its own: the other stands still
  fleet.settle(order);
  CHECK(statement(fleet.hq()).rivals.size() == 1);
  REQUIRE(fleet.hq().void_record(late.id, "settled").ok());
  CHECK(statement(fleet.hq()).rivals.empty());
  CHECK(rival_closes(fleet.hq())->empty());
}

TEST_CASE("Close: the figures come again from the log alone, in any order, on whoever holds the packs") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  Replica& two = fleet.join("l2");
  for (int i = 0; i < 20; ++i) {
    const RecordId visit =
        record_visit(i % 2 == 0 ? one : two, "S00" + std::to_string(i % 3), i, {{"W550", i}});
    if (i % 5 == 0) REQUIRE(set_person_times(i % 2 == 0 ? one : two, visit, 100).ok());
    if (i % 7 == 0) fleet.settle(order);
  }
  REQUIRE(fleet.hq().revoke("l2", std::nullopt, "lost").ok());
  fleet.settle(order);
  const DayClose first = close(fleet.hq());
  record_visit(one, "S001", 1000, {{"W550", 1000}});
  fleet.settle(order);
  const DayClose second = close(fleet.hq(), true);
  fleet.settle(order);
  for (const std::string name : {"hq", "l1"}) {
    for (const DayClose& closed : {first, second}) {
      auto replay = replay_close(fleet[name], closed, 5, order());
      REQUIRE_MESSAGE(replay.ok(), (replay ? "" : replay.error().message));
      CHECK(replay->ok);
      CHECK(replay->orders == 5);
      CHECK(replay->digest == closed.digest);
    }
  }
  DayClose wrong = first;
  wrong.digest = second.digest;
  wrong.totals = second.totals;
  const auto replay = replay_close(fleet.hq(), wrong, 3, 1);
  REQUIRE(replay.ok());
  CHECK(!replay->ok);
  CHECK(replay->difference.person_times == -1000);
  wrong = first;
  wrong.fingerprint[0] = static_cast<std::uint8_t>(wrong.fingerprint[0] ^ 1);
  CHECK(replay_close(fleet.hq(), wrong, 1, 1).error().code == ErrorCode::malformed);
  wrong = first;
  wrong.semantics = 99;
  CHECK(replay_close(fleet.hq(), wrong, 1, 1).error().code == ErrorCode::refused);
}

TEST_CASE("Close: figures that do not fit a close are computed from the log when they are asked for") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  std::mt19937_64 dice(3);
  std::vector<std::vector<NewRecord>> changes;
  for (int i = 0; i < 2000; ++i) {
    std::string site;
    for (int letter = 0; letter < 16; ++letter) site += static_cast<char>('a' + dice() % 26);
    changes.push_back({{"event",
                        {{"type", Value::of(std::string("visit"))},
                         {"time", Value(Value::Side(WallTime{kDayMs, 480}))},
                         {"site", Value::of(site)},
                         {"person_times", Value::of(std::int64_t{1})}}}});
  }
  REQUIRE(one.create_all(changes).ok());
  fleet.settle(order);
  const DayClose closed = close(fleet.hq());
  CHECK(closed.totals.empty());
  record_visit(one, "S001", 7, {});
  fleet.settle(order);
  const DayStatement day = statement(fleet.hq());
  CHECK(day.report.person_times == 2000);
  CHECK(day_digest(day.report) == closed.digest);
  CHECK(day.addendum.person_times == 7);
}

TEST_CASE("As of: a day as headquarters knew it at a time") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  fleet.settle(order);
  record_visit(one, "S001", 12, {{"W550", 24}});
  fleet.clock("hq").set(kDayMs + 5'000'000);
  fleet.settle(order);
  record_visit(one, "S001", 5, {});
  fleet.clock("hq").set(kDayMs + 6'000'000);
  fleet.settle(order);
  const auto at = [&](std::int64_t ms) {
    auto report = day_as_of(fleet.hq(), kDay, ms);
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    return *report;
  };
  CHECK(at(kDayMs + 4'999'999).person_times == 0);
  CHECK(at(kDayMs + 5'000'000).person_times == 12);
  CHECK(at(kDayMs + 5'999'999).items.at("W550") == 24);
  CHECK(at(kDayMs + 6'000'000).person_times == 17);
  CHECK(day_as_of(fleet.hq(), kDay, kDayMs).error().code == ErrorCode::refused);
  CHECK(day_as_of(one, kDay, kDayMs + 6'000'000).error().code == ErrorCode::refused);
}

TEST_CASE("Close: of a laptop that was copied both branches are closed and computed again") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  record_visit(fleet.join("l1"), "S001", 1, {});
  fleet.settle(order);
  fleet.clone("l1", "l1 copied");
  record_visit(fleet["l1"], "S001", 2, {{"W550", 2}});
  record_visit(fleet["l1 copied"], "S001", 4, {{"W550", 4}});
  fleet.deliver("l1", "hq", order);
  const DayClose before = close(fleet.hq());
  fleet.settle(order);
  DayStatement day = statement(fleet.hq());
  CHECK(day.report.person_times == 3);
  CHECK(day.addendum.person_times == 4);
  CHECK(whats(day) == std::vector<std::string>{"handout", "visit"});
  const DayClose after = close(fleet.hq(), true);
  for (const DayClose& closed : {before, after}) {
    const auto replay = replay_close(fleet.hq(), closed, 3, 1);
    REQUIRE_MESSAGE(replay.ok(), (replay ? "" : replay.error().message));
    CHECK(replay->ok);
  }
  CHECK(statement(fleet.hq()).report.person_times == 7);
}

TEST_CASE("Close: an open conflict is to be looked at on the working day of its site") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& one = fleet.join("l1");
  const NewRecord site{"site",
                       {{"code", Value::of(std::string("S900"))}, {"zone", Value::of(std::int64_t{0})}}};
  REQUIRE(fleet.hq().create({&site, 1}).ok());
  // Eight in the evening there, and four in the morning of the next day at headquarters.
  const RecordId visit = record_visit(one, "S900", 12, {}, kDayMs + 20 * 3'600'000);
  fleet.settle(order);
  REQUIRE(set_person_times(one, visit, 13).ok());
  REQUIRE(set_person_times(fleet.hq(), visit, 14).ok());
  fleet.settle(order);
  const DayStatement day = statement(fleet.hq());
  CHECK(day.report.visits == 1);
  CHECK(std::any_of(day.checks.begin(), day.checks.end(),
                    [](const Check& check) { return check.kind == "conflict"; }));
}

TEST_CASE("Close: of more laptops than one value holds names them all, and computes the day again") {
  ReplicaFleet fleet;
  record_visit(fleet.hq(), "S001", 12, {{"W550", 24}});
  constexpr std::size_t kLaptops = 750;
  for (std::size_t i = 0; i < kLaptops; ++i) {
    const auto code = fleet.hq().invite("volunteer", "", kDayMs + 3'600'000);
    REQUIRE(code.ok());
    Person laptop("l" + std::to_string(i), fleet.hq().status()->workspace);
    laptop.add({claim(*code, laptop.author(), laptop.name())});
    const auto stored = fleet.hq().sync_store().store({{0, laptop.pack()}}, false);
    REQUIRE(stored.ok());
    REQUIRE(stored->front().outcome == PackOutcome::stored);
  }
  const DayClose closed = close(fleet.hq());
  CHECK(closed.heads.size() > limits::kTextBytes);
  CHECK(statement(fleet.hq()).closed->id == closed.id);
  const auto replay = replay_close(fleet.hq(), closed, 1, 1);
  REQUIRE_MESSAGE(replay.ok(), (replay ? "" : replay.error().message));
  CHECK(replay->ok);
}
