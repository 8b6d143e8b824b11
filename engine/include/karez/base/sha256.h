// SHA-256 (FIPS 180-4): the digest by which people and other programs know a photograph or a list. Everything
// that the engine itself chains or signs is BLAKE2b (hash.h).
#pragma once

#include "karez/base/bytes.h"

namespace karez {

/// Thread: any.
[[nodiscard]] FixedBytes<32> sha256(ByteView bytes);

}  // namespace karez
