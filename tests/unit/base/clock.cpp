#include "karez/base/clock.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <ctime>

namespace karez {
namespace {

TEST_CASE("Clock: the system clock counts milliseconds since 1970") {
  const std::int64_t before = static_cast<std::int64_t>(std::time(nullptr)) * 1000 - 1000;
  const std::int64_t now = system_clock().now_ms();
  const std::int64_t after = static_cast<std::int64_t>(std::time(nullptr)) * 1000 + 2000;
  CHECK(now >= before);
  CHECK(now <= after);
}

TEST_CASE("Random: two fills of 32 bytes differ") {
  std::array<std::uint8_t, 32> first{}, second{};
  system_random().fill(first);
  system_random().fill(second);
  CHECK(first != second);
}

}  // namespace
}  // namespace karez
