#include "karez/storage/aside.h"

#include <doctest/doctest.h>

#include "karez/base/limits.h"
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
  /// Keeps a pack that begins at `first` behind a change with link `prev` and ends with `link`.
  void put(AuthorId author, std::uint64_t first, std::uint8_t prev, std::uint8_t link, const Bytes& pack) {
    PackHeader header;
    header.first_seq = first;
    header.prev_link = Hash{prev};
    REQUIRE(aside.put(author, header, Hash{link}, pack).ok());
  }
  /// The pack that is taken when changes up to `held` are here, the last with link `link`; nothing if none
  /// is.
  std::optional<Bytes> take(AuthorId author, std::uint64_t held, std::uint8_t link) {
    auto taken = aside.take(author, [&](std::uint64_t first, const Hash& prev) {
      return first == held + 1 && prev == Hash{link};
    });
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
  shelf.put(shelf.anna, 9, 8, 10, Bytes{9});
  shelf.put(shelf.anna, 5, 4, 8, Bytes{5});
  CHECK_FALSE(shelf.take(shelf.anna, 3, 3).has_value());
  CHECK_FALSE(shelf.take(shelf.anna, 4, 44).has_value());
  CHECK(shelf.take(shelf.anna, 4, 4) == Bytes{5});
  CHECK_FALSE(shelf.take(shelf.anna, 4, 4).has_value());
  CHECK(shelf.take(shelf.anna, 8, 8) == Bytes{9});
  CHECK_FALSE(shelf.take(shelf.anna, 8, 8).has_value());
}

TEST_CASE("Aside: packs of two branches wait at one place, and one that comes twice waits once") {
  Shelf shelf;
  shelf.put(shelf.anna, 5, 4, 8, Bytes{1});
  shelf.put(shelf.anna, 5, 4, 9, Bytes{2});
  shelf.put(shelf.anna, 5, 4, 8, Bytes{1});
  CHECK(shelf.take(shelf.anna, 4, 4) == Bytes{1});
  CHECK(shelf.take(shelf.anna, 4, 4) == Bytes{2});
  CHECK_FALSE(shelf.take(shelf.anna, 4, 4).has_value());
}

TEST_CASE("Aside: a full shelf lets go what begins last, and of no other author") {
  Shelf shelf;
  shelf.put(shelf.bao, 5'000, 1, 1, Bytes{7});
  for (std::uint64_t first = limits::kShelf + 100; first > 1; --first) {
    shelf.put(shelf.anna, first, 1, 1, Bytes{1});
  }
  CHECK(shelf.take(shelf.anna, limits::kShelf, 1) == Bytes{1});
  CHECK_FALSE(shelf.take(shelf.anna, limits::kShelf + 1, 1).has_value());
  CHECK(shelf.take(shelf.bao, 4'999, 1) == Bytes{7});
}

TEST_CASE("Aside: a pack of a lower level, of which no link is known, is tried") {
  Shelf shelf;
  REQUIRE(shelf.database.execute("INSERT INTO aside VALUES (1, 5, x'', x'', x'09')").ok());
  CHECK(shelf.take(shelf.anna, 1, 1) == Bytes{9});
  CHECK_FALSE(shelf.take(shelf.anna, 1, 1).has_value());
}

TEST_CASE("Aside: clearing an author's shelf leaves the others'") {
  Shelf shelf;
  shelf.put(shelf.anna, 5, 4, 5, Bytes{1});
  shelf.put(shelf.anna, 7, 6, 7, Bytes{2});
  shelf.put(shelf.bao, 5, 4, 5, Bytes{3});
  REQUIRE(shelf.aside.drop(shelf.anna).ok());
  CHECK_FALSE(shelf.take(shelf.anna, 4, 4).has_value());
  CHECK(shelf.take(shelf.bao, 4, 4) == Bytes{3});
}
