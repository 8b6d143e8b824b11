#include "karez/base/sha256.h"

#include <doctest/doctest.h>

namespace karez {
namespace {

// FIPS 180-4, appendix B.1, and the digest of nothing.
TEST_CASE("Hash: SHA-256 gives the published values") {
  CHECK(to_hex(sha256(view_of("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace karez
