#include "karez/base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace karez {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{ErrorCode::refused, "odd"};
  return value / 2;
}

Status even(int value) {
  if (value % 2 != 0) return Error{ErrorCode::refused, "odd"};
  return {};
}

Result<int> quarter(int value) {
  KAREZ_ASSIGN(const int first, half(value));
  KAREZ_ASSIGN(const int second, half(first));
  return second;
}

Status all_even(int a, int b) {
  KAREZ_TRY(even(a));
  KAREZ_TRY(even(b));
  return {};
}

TEST_CASE("Result: holds a value or an error") {
  CHECK(half(4).ok());
  CHECK(*half(4) == 2);
  CHECK(!half(3).ok());
  CHECK(half(3).error().code == ErrorCode::refused);
  CHECK(half(3).error().message == "odd");
}

TEST_CASE("Result: the first error leaves the function") {
  CHECK(quarter(8).value() == 2);
  CHECK(!quarter(6).ok());
  CHECK(!quarter(5).ok());
  CHECK(all_even(2, 4).ok());
  CHECK(!all_even(1, 4).ok());
  CHECK(!all_even(2, 3).ok());
}

TEST_CASE("Result: carries a type that can only be moved") {
  Result<std::unique_ptr<std::string>> result(std::make_unique<std::string>("水"));
  REQUIRE(result.ok());
  const std::unique_ptr<std::string> taken = std::move(result).value();
  CHECK(*taken == "水");
}

}  // namespace
}  // namespace karez
