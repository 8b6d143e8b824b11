#include "karez/base/sha256.h"

#include <sodium.h>

namespace karez {

FixedBytes<32> sha256(ByteView bytes) {
  FixedBytes<32> out{};
  crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
  return out;
}

}  // namespace karez
