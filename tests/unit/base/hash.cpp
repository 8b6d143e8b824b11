#include "karez/base/hash.h"

#include <doctest/doctest.h>

namespace karez {
namespace {

// Published values of BLAKE2b with 32 bytes (as of `b2sum -l 256`).
TEST_CASE("Hash: BLAKE2b-256 gives the published values") {
  CHECK(to_hex(blake2b({})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(to_hex(blake2b({view_of("abc")})) ==
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("Hash: parts count as if they were joined") {
  CHECK(blake2b({view_of("a"), view_of(""), view_of("bc")}) == blake2b({view_of("abc")}));
  CHECK(blake2b({view_of("a")}) != blake2b({view_of("b")}));
}

TEST_CASE("Hash: the short form is its own function, not a cut of the long one") {
  const Hash whole = blake2b({view_of("abc")});
  const FixedBytes<16> part = blake2b_128({view_of("abc")});
  CHECK(to_hex(part) != to_hex(whole).substr(0, 32));
  CHECK(to_hex(part) == "cf4ab791c62b8d2b2109c90275287816");
}

TEST_CASE("Hash: numbers are hashed as eight bytes, the largest first") {
  CHECK(to_hex(big_endian(0)) == "0000000000000000");
  CHECK(to_hex(big_endian(0x0102030405060708u)) == "0102030405060708");
}

}  // namespace
}  // namespace karez
