#include "karez/model/catalog.h"

#include <doctest/doctest.h>

#include "karez/base/limits.h"

using namespace karez;

TEST_CASE("Catalog: a typed time that no change can hold is refused where it is typed") {
  const Catalog& catalog = Catalog::built_in();
  const Field& time = *catalog.collection("event")->field("time");
  // 2^47 ms after 1970 is in October of 6429.
  const auto last = parse_value(catalog, time, "6429-10-17T02:45:55.328Z", 0);
  REQUIRE(last.ok());
  CHECK(std::get<WallTime>(last->side).ms == limits::kTimeMs);
  for (const char* text : {"6429-10-17T02:45:55.329Z", "9883-07-14T08:30:00+08:00"}) {
    const auto refused = parse_value(catalog, time, text, 0);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::refused);
  }
}
