#include "karez/storage/aside.h"

#include <doctest/doctest.h>

#include "karez/model/catalog.h"
#include "karez/storage/schema.h"

using namespace karez;

namespace {

struct Shelf {
  Shelf() {
    REQUIRE(upgrade_schema(database, Catalog::built_in()).ok());
    anna = id_of(1);
    bao = id_of(2);
  }
  AuthorId id_of(std::uint8_t first_byte) {
    AuthorKey key;
    key.bytes[0] = first_byte;
    return (*authors.ensure(key))->id;
  }
  /// The pack that is taken; nothing if none is.
  std::optional<Bytes> take(AuthorId author, std::uint64_t next) {
    auto taken = aside.take(author, next);
    REQUIRE(taken.ok());
    return *taken;
  }

  Database database = *Database::open(":memory:");
  Statements statements{database};
  Authors authors{statements};
  Aside aside{statements};
  AuthorId anna = 0, bao = 0;
};

}  // namespace

TEST_CASE("Aside: a pack waits until its predecessors are there, and is taken once") {
  Shelf shelf;
  REQUIRE(shelf.aside.put(shelf.anna, 9, Bytes{9}).ok());
  REQUIRE(shelf.aside.put(shelf.anna, 5, Bytes{5}).ok());
  CHECK_FALSE(shelf.take(shelf.anna, 4).has_value());
  CHECK(shelf.take(shelf.anna, 10) == Bytes{5});
  CHECK_FALSE(shelf.take(shelf.anna, 8).has_value());
  CHECK(shelf.take(shelf.anna, 9) == Bytes{9});
  CHECK_FALSE(shelf.take(shelf.anna, 10).has_value());
}

TEST_CASE("Aside: a later pack takes the place of one that begins where it does") {
  Shelf shelf;
  REQUIRE(shelf.aside.put(shelf.anna, 5, Bytes{1}).ok());
  REQUIRE(shelf.aside.put(shelf.anna, 5, Bytes{2}).ok());
  CHECK(shelf.take(shelf.anna, 5) == Bytes{2});
  CHECK_FALSE(shelf.take(shelf.anna, 5).has_value());
}

TEST_CASE("Aside: clearing an author's shelf leaves the others'") {
  Shelf shelf;
  REQUIRE(shelf.aside.put(shelf.anna, 5, Bytes{1}).ok());
  REQUIRE(shelf.aside.put(shelf.anna, 7, Bytes{2}).ok());
  REQUIRE(shelf.aside.put(shelf.bao, 5, Bytes{3}).ok());
  REQUIRE(shelf.aside.drop(shelf.anna).ok());
  CHECK_FALSE(shelf.take(shelf.anna, 100).has_value());
  CHECK(shelf.take(shelf.bao, 5) == Bytes{3});
}
