// What both ends of a bundle agree on: magic, kinds of frames, checks. Private to bundle_*.cpp. Constants;
// any thread.
#pragma once

#include "karez/sync/bundle.h"

namespace karez::bundle {

/// Line ends of both kinds and the end-of-file of DOS: a copy that changes text shows in the first bytes (as
/// in PNG).
inline constexpr FixedBytes<16> kMagic{'k', 'a', 'r', 'e', 'z', ' ', 'b', 'u',
                                       'n', 'd', 'l', 'e', 13,  10,  26,  10};

enum Kind : std::uint8_t {
  kHeader = 1,
  kHeads = 2,
  kStatement = 3,
  kAnnouncement = 4,
  kHolding = 5,
  kReceipt = 6,
  kPack = 7,
  kEnd = 8,
  kFirstUnknown = 64,  ///< from here on: for later programs, passed over
};

inline constexpr std::size_t kFrameHead = 5;  ///< kind, and size as four bytes, big-endian
inline constexpr std::size_t kCheckBytes = 16;

/// Each check covers the one before: no frame can be lost, doubled or moved by a copy without being found.
inline FixedBytes<16> next_check(const FixedBytes<16>& before, ByteView head, ByteView body) {
  return blake2b_128({view_of("karez/bundle/1"), before, head, body});
}

}  // namespace karez::bundle
