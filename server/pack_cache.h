// PackCache: the packs used last, one shared immutable buffer for all receivers, bounded in bytes. One
// thread.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "karez/sync/relay_session.h"

namespace karez::relay {

class PackCache {
 public:
  explicit PackCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void put(const RelayedPack& pack) {
    if (by_arrival_.contains(pack.arrival)) return;
    packs_.push_front(pack);
    by_arrival_[pack.arrival] = packs_.begin();
    bytes_ += pack.bytes->size();
    while (bytes_ > max_bytes_ && packs_.size() > 1) {
      bytes_ -= packs_.back().bytes->size();
      by_arrival_.erase(packs_.back().arrival);
      packs_.pop_back();
    }
  }

  [[nodiscard]] std::optional<RelayedPack> get(std::uint64_t arrival) {
    const auto found = by_arrival_.find(arrival);
    if (found == by_arrival_.end()) return std::nullopt;
    packs_.splice(packs_.begin(), packs_, found->second);
    return *found->second;
  }

  /// Forgets a pack that is no longer what the store holds.
  void drop(std::uint64_t arrival) {
    const auto found = by_arrival_.find(arrival);
    if (found == by_arrival_.end()) return;
    bytes_ -= found->second->bytes->size();
    packs_.erase(found->second);
    by_arrival_.erase(found);
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::list<RelayedPack> packs_;  // the most recently used first
  std::unordered_map<std::uint64_t, std::list<RelayedPack>::iterator> by_arrival_;
};

}  // namespace karez::relay
