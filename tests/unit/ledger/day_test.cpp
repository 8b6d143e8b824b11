#include "karez/ledger/day.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <set>

#include "karez/model/wall_time.h"
#include "karez/storage/authors.h"
#include "karez/storage/database.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr std::int64_t kDayLength = 24 * 3'600'000;
constexpr int kVisits = 300;

NewRecord handout(const RecordId& visit, const std::string& item, std::int64_t quantity,
                  std::vector<std::pair<std::string, Value>> more = {}) {
  NewRecord record{"move",
                   {{"event", Value(Value::Side(visit))},
                    {"item", Value::of(item)},
                    {"qty", Value::of(quantity)},
                    {"reason", Value::of(std::string("give"))}}};
  for (auto& one : more) record.fields.push_back(std::move(one));
  return record;
}

std::pair<std::string, Value> at(std::int64_t ms) { return {"time", Value(Value::Side(WallTime{ms, 480}))}; }

std::pair<std::string, Value> precision(const std::string& mark) { return {"precision", Value::of(mark)}; }

RecordId create(Replica& replica, NewRecord record) {
  auto ids = replica.create(std::span(&record, 1));
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

/// A busy day with every kind of handout that a report treats in its own way, as headquarters holds it.
void record_day(ReplicaFleet& fleet) {
  std::mt19937_64 order(1);
  create(fleet.hq(), {"item",
                      {{"code", Value::of(std::string("CASH"))},
                       {"class", Value::of(std::string("cash"))},
                       {"value", Value::of(std::int64_t{100})}}});
  Replica& laptop = fleet.join("l1");
  const std::vector<std::string> sites{"S001", "S002", "", "S003"};
  for (int i = 0; i < kVisits; ++i) {
    record_visit(laptop, sites[static_cast<std::size_t>(i % 4)], i % 5,
                 {{"W550", i % 3 + 1}, {i % 2 == 0 ? "HAT" : "TOWEL", 1}}, kDayMs + i * 1000);
  }
  const RecordId visit = record_visit(laptop, "S001", 1, {{"W550", 10}});
  const RecordId yesterday = record_visit(laptop, "S001", 50, {{"W550", 1000}}, kDayMs - kDayLength);
  create(laptop, handout(visit, "W550", 100, {{"site", Value::of(std::string("S009"))}}));
  create(laptop, handout(visit, "W550", 2000, {at(kDayMs + kDayLength)}));       // given the day after
  create(laptop, handout(yesterday, "W550", 20'000, {at(kDayMs + 3'600'000)}));  // given on the day
  NewRecord no_visit = handout(visit, "W550", 200'000);
  no_visit.fields.erase(no_visit.fields.begin());
  create(laptop, no_visit);
  create(laptop, handout(visit, "CASH", 50'000));
  create(laptop, handout(visit, "GIFT", 3, {{"value", Value::of(std::int64_t{700})}, precision("about")}));
  const RecordId counted = record_visit(laptop, "S001", 0, {});
  REQUIRE(set_field(laptop, counted, "persons", Value::of(std::int64_t{8})).ok());
  REQUIRE(set_field(laptop, counted, "precision", Value::of(std::string("over"))).ok());
  NewRecord returned = handout(visit, "W550", 2'000'000);
  returned.fields[3].second = Value::of(std::string("return"));
  create(laptop, returned);
  const RecordId wrong = create(laptop, handout(visit, "W550", 20'000'000));
  REQUIRE(laptop.void_record(wrong, "twice").ok());
  REQUIRE(laptop.void_record(record_visit(laptop, "S002", 1000, {{"HAT", 1000}}), "test").ok());
  for (int i = 0; i < 2; ++i) {
    create(laptop, handout(visit, "SOAP", 5, {{"source_key", Value(Value::Side(Bytes{1, 2, 3}))}}));
  }
  Replica& revoked = fleet.join("l2");
  record_visit(revoked, "S003", 3, {{"HAT", 7}});
  fleet.settle(order);
  REQUIRE(fleet.hq().revoke("l2", std::nullopt, "lost").ok());
  record_visit(revoked, "S003", 3, {{"HAT", 70}});
  Replica& stranger = fleet.join("l3", fleet.invite("coordinator"));
  record_visit(stranger, "S003", 3, {{"HAT", 700}});
  fleet.settle(order);
}

std::string shown(Total total) { return to_text(total); }
template <typename Kind>
std::string shown(const Measure<Kind>& measure) {
  return to_text(measure) + std::string(name_of(measure.precision()));
}

/// Everything that a report says.
std::string text_of(const DayReport& report) {
  std::string text = format_day(report.day) + " " + std::to_string(report.zone_minutes);
  const auto add = [&](const std::string& name, const auto&... totals) {
    text += "\n" + name;
    ((text += " " + shown(totals)), ...);
  };
  const auto add_state = [&](const LaptopState& state) {
    add(state.name + " " + state.standing + " " + state.role, state.applied, state.held, state.missing,
        state.cut.value_or(0), state.announced.value_or(0), state.skew_ms.value_or(0),
        state.complete ? 1 : 0);
  };
  add("day", report.visits, report.lines, report.person_times, report.persons, report.value);
  add("outside", report.duplicate_records, report.voided, report.uncounted);
  for (const auto& [item, total] : report.items) add("item " + item, total);
  for (const auto& [trade, total] : report.by_trade) add("trade " + trade, total);
  for (const auto& [trade, total] : report.by_trade_persons) add("persons of " + trade, total);
  for (const auto& [site, figures] : report.by_site) {
    add("site " + site, figures.person_times, figures.persons, figures.value);
    for (const auto& [item, total] : figures.items) add("  " + item, total);
  }
  for (const auto* laptops : {&report.by_laptop, &report.not_admitted}) {
    for (const auto& [name, row] : *laptops) {
      add(name, row.figures.visits, row.figures.lines, row.figures.person_times, row.figures.persons,
          row.figures.value);
      add_state(row.state);
    }
  }
  for (const LaptopState& state : report.skewed) add_state(state);
  add(report.whole ? "whole" : "not whole");
  for (const auto* names : {&report.waiting, &report.unknown_sites, &report.unknown_items}) {
    for (const std::string& name : *names) add(name);
    add("-");
  }
  return text;
}

/// A copy of headquarters' database that notes what is asked of it.
class Ledger {
 public:
  explicit Ledger(const std::string& home) {
    Database source = *Database::open(home + "/replica.db");
    REQUIRE(database_.copy_from(source).ok());
    REQUIRE(authors_.load().ok());
  }

  DayReport report() {
    asked_.clear();
    sqlite3_trace_v2(
        database_.handle(), SQLITE_TRACE_STMT,
        [](unsigned, void* self, void*, void* sql) {
          static_cast<Ledger*>(self)->asked_.insert(static_cast<const char*>(sql));
          return 0;
        },
        this);
    auto report = day_report({statements_, authors_, catalog_, 480}, *parse_day("2022-07-14"), {});
    sqlite3_trace_v2(database_.handle(), 0, nullptr, nullptr);
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    return *report;
  }

  /// Whether SQLite's plan of any statement of the last report has this step.
  bool took(const std::string& step) {
    bool found = false;
    for (const std::string& sql : asked_) {
      if (sql.rfind("SELECT", 0) != 0) continue;
      auto plan = database_.prepare("EXPLAIN QUERY PLAN " + sql);
      REQUIRE(plan.ok());
      REQUIRE(for_each_row(*plan, [&](Statement& in) { found = found || in.text(3) == step; }).ok());
    }
    return found;
  }

  std::int64_t pages() {
    std::int64_t pages = 0;
    REQUIRE(for_each_row(statements_.get("PRAGMA page_count"), [&](Statement& in) {
              pages = in.integer(0);
            }).ok());
    return pages;
  }
  /// Makes the file larger by something that no report reads.
  void grow(std::int64_t pages) {
    REQUIRE(database_.execute("CREATE TABLE IF NOT EXISTS something_else (bytes BLOB)").ok());
    REQUIRE(database_
                .execute("INSERT INTO something_else VALUES (zeroblob(" + std::to_string(pages * 4096) + "))")
                .ok());
  }

 private:
  Catalog catalog_ = Catalog::built_in();
  Database database_ = *Database::open(":memory:");
  Statements statements_{database_};
  Authors authors_{statements_};
  std::set<std::string> asked_;
};

const std::string kByIndex = "SEARCH t USING INDEX move_by_event (event=?)";
const std::string kWholeTable = "SCAN move";
const std::string kEventsByIndex = "SEARCH event USING INDEX event_by_time (time>? AND time<?)";
const std::string kAllEvents = "SCAN event";
const std::string kTimed = "SEARCH t USING INDEX move_by_time (time>? AND time<?)";

}  // namespace

TEST_CASE("Day: a report by index and one that reads every handout say the same") {
  ReplicaFleet fleet;
  record_day(fleet);
  Ledger ledger(fleet.home("hq"));

  const DayReport whole_table = ledger.report();
  REQUIRE(ledger.took(kWholeTable));
  REQUIRE_FALSE(ledger.took(kByIndex));
  REQUIRE(ledger.took(kAllEvents));
  REQUIRE_FALSE(ledger.took(kEventsByIndex));
  CHECK(ledger.took(kTimed));
  ledger.grow(4 * ledger.pages());
  const DayReport by_index = ledger.report();
  REQUIRE(ledger.took(kByIndex));
  REQUIRE_FALSE(ledger.took(kWholeTable));
  REQUIRE(ledger.took(kEventsByIndex));
  REQUIRE_FALSE(ledger.took(kAllEvents));
  CHECK(ledger.took(kTimed));
  CHECK(text_of(by_index) == text_of(whole_table));

  for (const DayReport& report : {whole_table, by_index}) {
    CHECK(report.visits == kVisits + 3);  // and the one of l2 before its cut
    CHECK(report.items.at("W550") == 600 + 10 + 100 + 20'000);
    CHECK(report.items.at("HAT") == 150 + 7);
    CHECK(report.items.at("TOWEL") == 150);
    CHECK(report.items.at("SOAP") == 5);
    CHECK(report.value == Fen{5'000'700, Precision::about});
    CHECK(report.by_site.at("S001").value == report.value);
    CHECK(report.by_laptop.at("l1").figures.value == report.value);
    CHECK(report.items.at("GIFT") == Pieces{3, Precision::about});
    CHECK(report.persons == Persons{8, Precision::over});
    CHECK(report.by_trade_persons.at("rider") == report.persons);
    CHECK(report.person_times.precision() == Precision::over);  // 0 person-times of the same visit: over 0
    CHECK(report.by_site.at("S009").items.at("W550") == 100);
    CHECK(report.lines == 600 + 1 + 1 + 1 + 1 + 1 + 1 + 1);
    CHECK(report.voided == 3);             // a handout, and a visit with its handout
    CHECK(report.duplicate_records == 1);  // one line of soap
    CHECK(report.uncounted == 2);          // of l2 after its cut
    REQUIRE(report.not_admitted.count("l3") == 1);
    CHECK(report.not_admitted.at("l3").figures.lines == 1);
  }
}
