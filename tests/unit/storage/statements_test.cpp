#include "karez/storage/statements.h"

#include <doctest/doctest.h>

using namespace karez;

TEST_CASE("Statements: tables that do not fit are a damaged file, until they fit again") {
  Database database = *Database::open(":memory:");
  REQUIRE(database.execute("CREATE TABLE author (id INTEGER PRIMARY KEY, nane TEXT) STRICT").ok());
  Statements statements(database);
  const auto insert = [&] {
    return statements.get("INSERT INTO author (id, name) VALUES (?, ?)").bind(1, 7).bind(2, "anna").run();
  };
  for (int i = 0; i < 2; ++i) {
    const Status status = insert();
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().code == ErrorCode::corrupt);
    CHECK(status.error().message.find("no column named name") != std::string::npos);
  }
  int rows = 0;
  CHECK_FALSE(for_each_row(statements.get("SELECT name FROM author"), [&](Statement&) { ++rows; }).ok());
  CHECK(rows == 0);

  REQUIRE(database.execute("ALTER TABLE author RENAME COLUMN nane TO name").ok());
  CHECK(insert().ok());
  CHECK(for_each_row(statements.get("SELECT name FROM author"), [&](Statement& row) {
          CHECK(row.text(0) == "anna");
          ++rows;
        }).ok());
  CHECK(rows == 1);
}
