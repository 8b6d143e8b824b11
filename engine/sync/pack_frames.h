// The binary frames of a session: packs, and the relay's word that they are all. Layout: schema/protocol.md
// section 1. Values; no thread rule.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "karez/sync/relay_session.h"

namespace karez::control {

/// Everything up to arrival `end` has been sent; the fingerprint of the relay's heads there.
struct At {
  std::uint64_t end = 0;
  Hash fingerprint{};
};

/// From a replica: 'P' ‖ pack.
[[nodiscard]] Frame pack_frame(ByteView pack);
/// Errors: malformed.
[[nodiscard]] Result<Bytes> pack_from_replica(ByteView frame);

/// From a relay: 'P' ‖ packs, or 'A' ‖ end ‖ fingerprint ‖ packs.
[[nodiscard]] SharedFrame packs_frame(std::span<const RelayedPack> packs, const std::optional<At>& at = {});
/// What a pack of this size adds to a frame, at most.
[[nodiscard]] constexpr std::size_t framed_bytes(std::size_t pack_bytes) { return pack_bytes + 16; }

struct PackFromRelay {
  std::uint64_t arrival = 0;
  Bytes pack;
};
struct PacksFromRelay {
  std::vector<PackFromRelay> packs;
  std::optional<At> at;  ///< comes after the packs
};
/// Errors: malformed; then nothing of the frame is taken.
[[nodiscard]] Result<PacksFromRelay> packs_from_relay(ByteView frame);

}  // namespace karez::control
