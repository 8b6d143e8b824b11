#include "karez/storage/meta.h"

#include <doctest/doctest.h>

#include "karez/model/catalog.h"
#include "karez/storage/schema.h"

using namespace karez;

TEST_CASE("Meta: a fact is there as it was last set, and nothing is there before") {
  Database database = *Database::open(":memory:");
  REQUIRE(upgrade_schema(database, Catalog::built_in()).ok());
  Statements statements{database};
  Meta meta{statements};
  CHECK_FALSE(meta.text("notice").has_value());
  CHECK_FALSE(meta.integer("own_author").has_value());
  CHECK(meta.bytes("workspace").empty());

  REQUIRE(meta.set("notice", std::string("the first")).ok());
  REQUIRE(meta.set("notice", std::string("the second")).ok());
  REQUIRE(meta.set("own_author", std::int64_t{7}).ok());
  REQUIRE(meta.set_bytes("workspace", Bytes{0, 1, 255}).ok());
  CHECK(meta.text("notice") == "the second");
  CHECK(meta.integer("own_author") == 7);
  CHECK(meta.bytes("workspace") == Bytes{0, 1, 255});
}
