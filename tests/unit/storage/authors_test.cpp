#include "karez/storage/authors.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "karez/model/catalog.h"
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
