// What a fuzz target is: one function that takes any bytes, gives them to a decoder, and stops the process if
// the decoder breaks a promise. The same function runs under libFuzzer (libfuzzer_main.cpp, preset fuzz) and
// over the committed corpus in every preset (corpus_main.cpp). How to run them: tests/README.md.
//
// A target's verdict follows from its bytes alone: no clock, no randomness, nothing left over from a call
// before.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "karez/base/bytes.h"

namespace karez::fuzz {

/// What the decoder said. A corpus must hold both kinds: one that nothing in it satisfies any more reaches
/// only the first check.
enum class Verdict { refused, taken };

/// Each target defines it.
Verdict fuzz_one(ByteView bytes);

/// Of one committed file; libFuzzer's inputs are no longer either (tests/fuzz/run).
inline constexpr std::size_t kInputBytes = 32 * 1024;

/// Stops the process, in every build type: the decoder broke a promise.
#define FUZZ_CHECK(condition)                                                                     \
  do {                                                                                            \
    if (!(condition)) {                                                                           \
      std::fprintf(stderr, "fuzz: promise broken: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                               \
    }                                                                                             \
  } while (false)

/// Bytes that were allocated and not freed again, at most, since this object was made.
///
/// Counts malloc where a sanitizer gives hooks (so zstd and SQLite too), operator new elsewhere, and nothing
/// under the thread sanitizer. One at a time; one thread.
class MemoryWatch {
 public:
  MemoryWatch();
  [[nodiscard]] std::size_t peak_bytes() const;
};

/// Takes an input apart into small numbers and pieces, for targets whose bytes are a list of steps. After the
/// end everything is zero and empty.
class Steps {
 public:
  explicit Steps(ByteView bytes) : rest_(bytes) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::uint8_t u8() {
    if (rest_.empty()) return 0;
    const std::uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::uint16_t u16() {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  /// A length in two bytes, then so many bytes, or what there is.
  ByteView piece() { return take(u16()); }
  ByteView take(std::size_t size) {
    const ByteView part = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(part.size());
    return part;
  }
  ByteView rest() { return take(rest_.size()); }

 private:
  ByteView rest_;
};

}  // namespace karez::fuzz
