#include "karez/base/hash.h"

#include <sodium.h>

#include "karez/base/result.h"

namespace karez {
namespace {

template <std::size_t N>
FixedBytes<N> blake2b_of(std::initializer_list<ByteView> parts) {
  crypto_generichash_state state;
  ENSURE(crypto_generichash_init(&state, nullptr, 0, N) == 0);
  for (ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
  FixedBytes<N> out{};
  crypto_generichash_final(&state, out.data(), N);
  return out;
}

}  // namespace

Hash blake2b(std::initializer_list<ByteView> parts) { return blake2b_of<32>(parts); }
FixedBytes<16> blake2b_128(std::initializer_list<ByteView> parts) { return blake2b_of<16>(parts); }

FixedBytes<8> big_endian(std::uint64_t value) {
  FixedBytes<8> out{};
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return out;
}

}  // namespace karez
