// The binary frames of a reconciliation: 'R' ‖ range*. Layout and rules: schema/protocol.md section 6.
// Values; no thread rule.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "karez/base/result.h"
#include "karez/log/head_table.h"
#include "karez/sync/frame.h"

namespace karez::control {

enum class RangeMode : std::uint8_t {
  skip = 0,    ///< nothing is asked, or both ends hold the same
  sum = 1,     ///< the sum of the sender's heads
  wanted = 2,  ///< from a replica: give me your heads
  heads = 3    ///< from a relay: all its heads
};

/// Begins where the range before it ends; the first begins before every key.
struct Range {
  AuthorBound to;
  RangeMode mode = RangeMode::skip;
  RangeSum sum = 0;
  std::vector<std::pair<AuthorKey, Head>> heads;
};

inline constexpr std::uint8_t kRanges = 'R';
/// Of one question: it bounds what one frame makes the relay do.
inline constexpr std::size_t kRangesAsked = 4096;

[[nodiscard]] inline bool is_ranges_frame(ByteView frame) { return !frame.empty() && frame[0] == kRanges; }

[[nodiscard]] Frame ranges_frame(std::span<const Range> ranges);
/// The bytes that a range takes in a frame.
[[nodiscard]] std::size_t framed_bytes(const Range& range);

/// Errors: malformed: cut short, bounds that do not ascend or stand in a longer form, a mode that the sender
/// does not have, heads outside their range or not ascending, too many ranges.
[[nodiscard]] Result<std::vector<Range>> ranges_from_replica(ByteView frame);
[[nodiscard]] Result<std::vector<Range>> ranges_from_relay(ByteView frame);

}  // namespace karez::control
