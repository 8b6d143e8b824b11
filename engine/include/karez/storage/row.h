// Small readers of result rows. Pure functions.
#pragma once

#include <algorithm>

#include "karez/storage/database.h"

namespace karez {

/// N bytes of a blob; zeros if it is of another size, which the schema does not allow.
template <std::size_t N>
[[nodiscard]] FixedBytes<N> fixed(ByteView bytes) {
  FixedBytes<N> out{};
  if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

[[nodiscard]] inline std::uint64_t number(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

}  // namespace karez
