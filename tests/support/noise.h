// Texts that no compression makes much shorter, for tests of what a pack has room for.
#pragma once

#include <random>
#include <string>

namespace karez::testing {

inline std::string noise(std::mt19937_64& dice, std::size_t bytes) {
  std::string text(bytes, ' ');
  for (char& one : text) one = static_cast<char>('!' + dice() % 94);
  return text;
}

}  // namespace karez::testing
