#include "karez/ledger/site_zones.h"

#include <doctest/doctest.h>

#include "karez/storage/database.h"
#include "karez/storage/statements.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr std::int64_t kHour = 3'600'000;

RecordId add_site(Replica& replica, const std::string& code, std::optional<std::int64_t> zone) {
  NewRecord site{"site", {{"code", Value::of(code)}}};
  if (zone) site.fields.emplace_back("zone", Value::of(*zone));
  auto ids = replica.create(std::span(&site, 1));
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

SiteZones zones_in(const std::string& home) {
  Database database = *Database::open(home + "/replica.db");
  Statements statements(database);
  auto zones = SiteZones::load(statements, Catalog::built_in(), 480);
  REQUIRE(zones.ok());
  return *zones;
}

}  // namespace

TEST_CASE("SiteZones: a listed offset is the site's, any other site has the workspace's") {
  ReplicaFleet fleet;
  add_site(fleet.hq(), "PLAIN", std::nullopt);
  add_site(fleet.hq(), "SAME", 480);
  CHECK(zones_in(fleet.home("hq")).is_uniform());
  add_site(fleet.hq(), "WEST", 360);
  add_site(fleet.hq(), "ABSURD", 18 * 60 + 1);
  const RecordId gone = add_site(fleet.hq(), "VOID", 60);
  REQUIRE(fleet.hq().void_record(gone, "wrong").ok());
  // Who is not admitted moves nobody's midnight.
  add_site(fleet.join("l1", fleet.invite("coordinator")), "STRANGER", 60);
  std::mt19937_64 order(1);
  fleet.settle(order);
  const SiteZones zones = zones_in(fleet.home("hq"));
  CHECK_FALSE(zones.is_uniform());
  CHECK(zones.own() == std::map<std::string, int, std::less<>>{{"WEST", 360}});
  for (const char* site : {"PLAIN", "SAME", "ABSURD", "VOID", "STRANGER", "UNKNOWN", ""}) {
    CHECK_MESSAGE(zones.zone_of(site) == 480, site);
  }
  CHECK(zones.zone_of("WEST") == 360);
}

TEST_CASE(
    "SiteZones: a record after the workspace's midnight is still of the day where the site's is not over") {
  ReplicaFleet fleet;
  add_site(fleet.hq(), "WEST", 360);
  const SiteZones zones = zones_in(fleet.home("hq"));
  const Day day = *parse_day("2022-07-14");
  const std::int64_t midnight = kDayMs + 16 * kHour;  // of the workspace, +08:00
  CHECK(zones.day_of(midnight, "S001").number == day.number + 1);
  CHECK(zones.day_of(midnight, "WEST") == day);
  CHECK(zones.day_of(midnight + 2 * kHour, "WEST").number == day.number + 1);
  const SiteZones::Window window = zones.window(day, day);
  CHECK(window.from_ms == midnight - 24 * kHour);
  CHECK(window.to_ms == midnight + 2 * kHour);
}
