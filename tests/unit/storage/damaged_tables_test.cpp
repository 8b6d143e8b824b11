// Cells and rows that SQLite takes and that we never wrote. Found by tests/fuzz.
#include <doctest/doctest.h>

#include "karez/storage/database.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// Runs SQL on a replica's file beside the engine.
void damage(const ReplicaFleet& fleet, const std::string& name, const std::string& sql) {
  auto database = Database::open(fleet.home(name) + "/replica.db");
  REQUIRE(database.ok());
  REQUIRE(database->execute("PRAGMA ignore_check_constraints=ON; " + sql).ok());
}

}  // namespace

TEST_CASE("Damage: a standing that no author can have counts for nothing, and verify names it") {
  ReplicaFleet fleet;
  damage(fleet, "hq", "UPDATE author SET standing=99");
  Replica& hq = fleet.reopen("hq");
  const auto status = hq.status();
  REQUIRE(status.ok());
  CHECK(status->standing == "not_admitted");
  const auto verified = hq.verify();
  REQUIRE(verified.ok());
  REQUIRE_FALSE(verified->ok);
  CHECK(verified->where.front().message.find("the table says 99") != std::string::npos);
}

TEST_CASE(
    "Damage: without its own enrolment a laptop's next invitation is an error, and verify names the loss") {
  ReplicaFleet fleet;
  damage(fleet, "hq", "DELETE FROM authority_change");
  Replica& hq = fleet.reopen("hq");
  const auto code = hq.invite("volunteer", "", kDayMs + 1);
  REQUIRE_FALSE(code.ok());
  CHECK(code.error().code == ErrorCode::corrupt);
  const auto verified = hq.verify();
  REQUIRE(verified.ok());
  CHECK_FALSE(verified->ok);
}
