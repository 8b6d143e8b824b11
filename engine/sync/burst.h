// Burst: the next packs of a relay's stream as one frame, made once for all sessions that stand at the same
// arrival. Where a thousand laptops listen, each change is framed once and leaves in one write to each.
//
// Values; no thread rule.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "pack_frames.h"

namespace karez {

struct Burst {
  std::uint64_t after = 0;         ///< the first pack's arrival is above it
  std::uint64_t to = 0;            ///< everything up to this arrival is in it
  std::vector<RelayedPack> packs;  ///< ascending by arrival
  std::size_t bytes = 0;           ///< of the packs: what they cost of a receiver's credit
  std::optional<control::At> at;   ///< if it reaches the relay's end
  Fingerprint made_at;             ///< of the relay's heads when it was made
  std::uint64_t made_end = 0;      ///< the newest arrival then
  SharedFrame frame;               ///< without bytes: the host could not read what is there
};

/// At most about `max_bytes` of packs, at least one if there is any. Reads the host's packs.
[[nodiscard]] Burst make_burst(RelayHost& host, std::uint64_t after, std::size_t max_bytes);

/// As many of the packs, from the first, as one frame may hold.
void keep_what_fits(std::vector<RelayedPack>& packs);

}  // namespace karez
