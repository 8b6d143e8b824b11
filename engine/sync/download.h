// Download: the receiving half of a replica's session: packs that came and are not stored yet, the credit
// that is owed for them, and the cursor. Many packs share one commit. What outcomes mean belongs to
// ReplicaSession.
//
// One thread. Invariant: never more than SyncLimits::store_bytes and one frame wait here.
#pragma once

#include "karez/sync/replica_session.h"

namespace karez {

class Download {
 public:
  Download(ReplicaStore& store, const Clock& clock, SyncLimits limits);

  void set_cursor(std::uint64_t arrival) { cursor_ = position_ = arrival; }
  /// While packs are fetched by author their arrivals say nothing about what lies between: the cursor rests.
  void set_fetching(bool fetching) { fetching_ = fetching; }

  /// Takes a pack. It is stored when is_due() says so.
  void take(std::uint64_t arrival, Bytes pack);
  /// Enough is here, or it has waited long enough that a link that breaks now would cost time.
  [[nodiscard]] bool is_due() const;
  [[nodiscard]] bool is_empty() const { return packs_.empty(); }

  struct Outcome {
    std::uint64_t first = 0;  ///< of the pack, as far as its header can be read
    ReplicaStore::Stored stored;
  };
  /// Stores what is here. A refused pack holds the cursor before it until the relay's heads prove that
  /// nothing is missing.
  [[nodiscard]] Result<std::vector<Outcome>> flush();
  /// Everything up to `end` was sent; moves the cursor there unless a refused pack holds it.
  [[nodiscard]] Status reached(std::uint64_t end);
  /// Heads equal the relay's at `end`: nothing is missing, whatever was refused on the way.
  [[nodiscard]] Status proved(std::uint64_t end);

  /// Bytes to grant now; small amounts wait, so that a short session needs no message for them.
  [[nodiscard]] std::uint64_t take_credit();

 private:
  [[nodiscard]] Status keep_cursor(const std::vector<ReplicaStore::Stored>& stored,
                                   const std::vector<std::uint64_t>& arrivals, bool advanced);

  ReplicaStore& store_;
  const Clock& clock_;
  SyncLimits limits_;
  std::vector<ReplicaStore::Incoming> packs_;
  std::size_t bytes_ = 0;
  std::int64_t first_came_ms_ = 0;
  bool in_order_ = true;  ///< all of packs_ continue the stream
  bool fetching_ = false;
  bool is_held_ = false;  ///< a refused pack lies after the cursor
  std::uint64_t cursor_ = 0;
  std::uint64_t position_ = 0;  ///< newest arrival of the stream that was seen
  std::uint64_t owed_ = 0;
};

}  // namespace karez
