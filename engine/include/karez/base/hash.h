// BLAKE2b-256 (RFC 7693) over a list of parts, and the 256-bit values that come out.
#pragma once

#include <compare>
#include <initializer_list>

#include "karez/base/bytes.h"

namespace karez {

using Hash = FixedBytes<32>;

/// BLAKE2b with a 32-byte result over the parts in order, as if concatenated. Thread: any.
[[nodiscard]] Hash blake2b(std::initializer_list<ByteView> parts);

/// BLAKE2b with a 16-byte result, for public ids and keys of sources.
[[nodiscard]] FixedBytes<16> blake2b_128(std::initializer_list<ByteView> parts);

/// 64-bit big-endian bytes of a number, for signed and hashed tuples.
[[nodiscard]] FixedBytes<8> big_endian(std::uint64_t value);

}  // namespace karez
