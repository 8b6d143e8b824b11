// What readers of the file see: counted_<collection>, and rows brought in from files that have no code.
#include <doctest/doctest.h>

#include "karez/replica/import.h"
#include "support/replica_fleet.h"

namespace karez {
namespace {

using namespace karez::testing;

/// The first column of a query, as text.
std::vector<std::string> column(Replica& replica, const std::string& sql) {
  std::vector<std::string> out;
  const Status asked = replica.query(
      sql, [](const auto&) {},
      [&](const std::vector<Replica::QueryCell>& row) {
        out.push_back(row[0].kind == Replica::QueryCell::Kind::integer ? std::to_string(row[0].integer)
                                                                       : row[0].text);
        return true;
      });
  REQUIRE_MESSAGE(asked.ok(), (asked ? "" : asked.error().message));
  return out;
}

Value at(std::int64_t ms) { return Value(Value::Side(WallTime{ms, 480})); }

std::vector<RecordId> made(Replica& replica, const std::vector<NewRecord>& records) {
  auto ids = replica.create(records);
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return *ids;
}

using Words = std::vector<std::string>;

TEST_CASE("Views: every collection has one of what counts") {
  ReplicaFleet fleet;
  for (const Collection& collection : fleet.hq().catalog().collections()) {
    CHECK(column(fleet.hq(), "SELECT count(*) FROM counted_" + collection.name) == Words{"0"});
  }
  const auto units = made(fleet.hq(), {{"unit", {{"code", text("U1")}}}, {"unit", {{"code", text("U1")}}}});
  CHECK(column(fleet.hq(), "SELECT id FROM counted_unit") == Words{to_text(units[0])});
  REQUIRE(fleet.hq().void_record(units[0], "twice").ok());
  CHECK(column(fleet.hq(), "SELECT id FROM counted_unit") == Words{to_text(units[1])});
}

TEST_CASE("Views: a move stands where and when its event does, unless it says otherwise") {
  ReplicaFleet fleet;
  const std::int64_t noon = kDayMs + 4 * 3'600'000;
  const Value event(Value::Side(RecordId{{}, 0, 1}));
  const auto ids =
      made(fleet.hq(),
           {{"event",
             {{"type", text("session")}, {"time", at(noon)}, {"site", text("S1")}, {"campaign", text("C1")}}},
            {"move",
             {{"event", event},
              {"item", text("W")},
              {"qty", Value::of(std::int64_t{3})},
              {"reason", text("give")}}},
            {"move",
             {{"event", event},
              {"item", text("W")},
              {"qty", Value::of(std::int64_t{4})},
              {"reason", text("give")},
              {"site", text("S2")},
              {"time", at(noon + 86'400'000)}}}});
  CHECK(column(fleet.hq(),
               "SELECT day || ' ' || site || ' ' || campaign || ' ' || qty FROM counted_move ORDER BY qty") ==
        Words{"2022-07-14 S1 C1 3", "2022-07-15 S2 C1 4"});
  CHECK(column(fleet.hq(), "SELECT DISTINCT event FROM counted_move") == Words{to_text(ids[0])});
  REQUIRE(fleet.hq().void_record(ids[0], "twice").ok());
  CHECK(column(fleet.hq(), "SELECT id FROM counted_move").empty());
}

TEST_CASE("Import: rows without a code are known again by their source and their place among equal rows") {
  ReplicaFleet fleet;
  const std::string row = "rate,2022-07-14T12:00:00+08:00,5\n";
  const std::string csv = "type,time,score\n" + row + row;
  const auto imported = [&](const std::string& text, const std::string& source) {
    auto report = import_records(fleet.hq(), "event", text, source);
    REQUIRE_MESSAGE(report.ok(), (report ? "" : report.error().message));
    return std::pair(report->records, report->repeated);
  };
  CHECK(imported(csv, "a.csv") == std::pair<std::uint64_t, std::uint64_t>(2, 0));
  CHECK(imported(csv + row, "a.csv") == std::pair<std::uint64_t, std::uint64_t>(1, 2));
  CHECK(imported(csv, "b.csv") == std::pair<std::uint64_t, std::uint64_t>(2, 0));
  CHECK(column(fleet.hq(), "SELECT count(*) FROM counted_event") == Words{"5"});
  CHECK(import_records(fleet.hq(), "file", csv, "a.csv").error().code == ErrorCode::usage);
  CHECK(import_records(fleet.hq(), "event", "type,score\nrate,5\n", "a.csv").error().code ==
        ErrorCode::refused);
}

}  // namespace
}  // namespace karez
