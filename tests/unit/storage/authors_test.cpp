#include "karez/storage/authors.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "karez/model/catalog.h"
#include "karez/model/embedded.h"
#include "karez/storage/schema.h"

using namespace karez;

TEST_CASE("Authors: a disk that fails while they are read again leaves all that were known") {
  Database database = *Database::open(":memory:");
  REQUIRE(upgrade_schema(database, Catalog::built_in()).ok());
  Statements statements(database);
  Authors authors(statements);
  for (std::uint8_t i = 1; i <= 20; ++i) {
    AuthorKey key;
    key.bytes.fill(i);
    REQUIRE((*authors.ensure(key))->id > 0);
  }
  REQUIRE(authors.load().ok());
  const std::size_t count = authors.all().size();
  int left = 0;
  const auto interrupt = [](void* steps) { return --*static_cast<int*>(steps) <= 0 ? 1 : 0; };
  int failures = 0;
  for (int steps = 1;; ++steps) {
    CAPTURE(steps);
    left = steps;
    sqlite3_progress_handler(database.handle(), 10, interrupt, &left);
    const bool is_loaded = authors.load().ok();
    sqlite3_progress_handler(database.handle(), 0, nullptr, nullptr);
    CHECK(authors.all().size() == count);
    for (const auto& row : authors.all()) CHECK(authors.find(row->key) == row.get());
    if (is_loaded) break;
    ++failures;
  }
  CHECK(failures > 5);
}

TEST_CASE("Authors: a database from before streams is taken over as it was") {
  Database database = *Database::open(":memory:");
  const auto migrations = embedded_migrations();
  for (std::size_t level = 0; level < 2; ++level)
    REQUIRE(database.execute(std::string(migrations[level].text)).ok());
  REQUIRE(
      database
          .execute(
              "PRAGMA user_version=2; PRAGMA application_id=1262572101;"
              "CREATE VIEW visit AS SELECT name FROM author;"
              "INSERT INTO meta (key, value) VALUES ('catalog', 'of another program version');"
              "INSERT INTO author (id, key, name, laptop, role, held_seq, applied_seq, touches_others, time)"
              " VALUES (4, randomblob(32), 'abc', 'l1', 2, 9, 7, 1, 65537)")
          .ok());
  REQUIRE(upgrade_schema(database, Catalog::built_in()).ok());
  Statements statements(database);
  Authors authors(statements);
  REQUIRE(authors.load().ok());
  REQUIRE(authors.all().size() == 1);
  const AuthorRow& row = *authors.all().front();
  CHECK(row.id == 4);
  CHECK(row.laptop == "l1");
  CHECK(row.role == 2);
  CHECK(row.held_seq == 9);
  CHECK(row.applied_seq == 7);
  CHECK(row.touches_others);
  CHECK(row.time == HybridTime{1, 1});
  CHECK(row.from_seq == 1);
  CHECK(row.parent == 0);
  CHECK_FALSE(row.is_forked());
  CHECK(database.execute("SELECT id, laptop FROM visit; SELECT id FROM handout").ok());
}
