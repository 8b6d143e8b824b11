// A step of reading a log pack by pack. Value; no thread rule.
#pragma once

#include <cstdint>

#include "karez/base/bytes.h"

namespace karez {

/// The next pack of a log for somebody who has its beginning.
struct NextPack {
  Bytes bytes;
  /// How much of the log he has then: above this comes the next. Less than the pack's last seq where the pack
  /// is of a log that this one branched off from, and runs past where they part (log-format section 9).
  std::uint64_t reached = 0;
};

}  // namespace karez
