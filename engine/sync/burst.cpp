#include "burst.h"

#include <algorithm>

namespace karez {
namespace {

/// Enough for one write of many live changes. On a slow line a frame is all or nothing: a larger one would
/// lose more when the line breaks, and a large pack is a frame of its own anyway.
constexpr std::size_t kBurstBytes = 8 * 1024;
/// Receivers stand at the end of the stream, or at few places behind it.
constexpr std::size_t kRemembered = 4;

}  // namespace

void keep_what_fits(std::vector<RelayedPack>& packs) {
  constexpr std::size_t kHeadBytes = 48;  // kind, end, fingerprint
  std::size_t bytes = kHeadBytes;
  const auto end = std::find_if(packs.begin(), packs.end(), [&](const RelayedPack& pack) {
    bytes += control::framed_bytes(pack.bytes->size());
    return bytes > limits::kFrameBytes;
  });
  if (end != packs.begin()) packs.erase(end, packs.end());
}

Burst make_burst(RelayHost& host, std::uint64_t after, std::size_t max_bytes) {
  Burst burst;
  burst.after = after;
  burst.made_at = host.fingerprint();
  burst.made_end = host.end();
  const std::uint64_t end = burst.made_end;
  if (after < end) burst.packs = host.packs_after(after, max_bytes);
  keep_what_fits(burst.packs);
  if (!burst.packs.empty()) {
    burst.to = burst.packs.back().arrival;
  } else {
    burst.to = std::min(after, end);  // arrivals have no holes: below the end, nothing could be read
  }
  for (const RelayedPack& pack : burst.packs) burst.bytes += pack.bytes->size();
  if (burst.to == end) burst.at = control::At{end, burst.made_at.bytes()};
  if (!burst.packs.empty() || burst.at) burst.frame = control::packs_frame(burst.packs, burst.at);
  return burst;
}

std::shared_ptr<const Burst> RelayHost::burst_after(std::uint64_t after, std::size_t max_bytes) {
  const std::size_t bytes = std::min(max_bytes, kBurstBytes);
  const Fingerprint now = fingerprint();
  const std::uint64_t newest = end();
  for (const auto& known : bursts_) {
    const bool fits = known->bytes <= bytes || known->packs.size() == 1;
    if (known->after == after && known->made_at == now && known->made_end == newest && fits) return known;
  }
  auto made = std::make_shared<const Burst>(make_burst(*this, after, bytes));
  if (!made->frame.bytes) return made;  // it could not be read: the next time, perhaps
  if (bursts_.size() == kRemembered) bursts_.erase(bursts_.begin());
  bursts_.push_back(made);
  return made;
}

}  // namespace karez
