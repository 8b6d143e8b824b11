#include "karez/base/error.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace karez {
namespace {

constexpr int kLastCode = static_cast<int>(ErrorCode::protocol);

TEST_CASE("Error: every code has its own name and the name leads back to it") {
  std::set<std::string> names;
  for (int number = 1; number <= kLastCode; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    const std::string name(name_of(code));
    CHECK(error_code_of(name) == code);
    CHECK(names.insert(name).second);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
  }
}

TEST_CASE("Error: a name or number of a newer peer is an internal error here") {
  CHECK(error_code_of("out_of_tea") == ErrorCode::internal);
  CHECK(error_code_of("") == ErrorCode::internal);
  CHECK(name_of(static_cast<ErrorCode>(kLastCode + 1)) == "internal");
}

TEST_CASE("Error: the numbers are stable") {
  CHECK(static_cast<int>(ErrorCode::usage) == 2);
  CHECK(static_cast<int>(ErrorCode::refused) == 4);
  CHECK(static_cast<int>(ErrorCode::unreachable) == 5);
  CHECK(static_cast<int>(ErrorCode::fork) == 10);
  CHECK(static_cast<int>(ErrorCode::protocol) == 19);
}

}  // namespace
}  // namespace karez
