// Upload: the sending half of a replica's session: which packs the relay lacks, what is on its way, and how
// much more the relay takes. It makes packs and counts answers; messages and order belong to ReplicaSession.
//
// Everything is by name, as ReplicaStore has it; answers speak of author keys. So packs of two branches of
// one author are never in flight at once: what an answer speaks of would not be known.
//
// One thread. Invariant: sent_[name] is the seq from which this log's next pack starts.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "karez/sync/replica_session.h"

namespace karez {

class Upload {
 public:
  /// A refusal found while looking for packs, before the relay sees anything.
  using Refusals = std::vector<SyncRefusal>;

  explicit Upload(ReplicaStore& store) : store_(store) {}

  void set_window(std::uint64_t credit_bytes, std::uint64_t pack_bytes);
  /// Starts over from what the relay holds. A log that it does not name, or of which it has another one under
  /// the same name, goes from its beginning: what it shares with others is a repetition there.
  void plan(const Heads& relay);
  /// Looks again at what is held here.
  void refresh();
  /// As refresh(), after a branch appeared: what bears a new name is planned anew.
  void renamed(const Heads& relay);
  /// The relay holds this log up to `seq`.
  void raise(const AuthorKey& name, std::uint64_t seq);
  /// Nothing more of this log in this session.
  void block(const AuthorKey& name);
  /// Nothing more of any log of this author that was sent from.
  void block_author(const AuthorKey& author);
  [[nodiscard]] bool is_blocked(const AuthorKey& name) const { return blocked_.contains(name); }

  /// The next pack, of `only` or of anyone, if there is one and the relay takes it.
  [[nodiscard]] std::optional<Bytes> next(const AuthorKey* only, Refusals& refused);

  /// Returns how many changes of packs in flight are settled by this acknowledgement.
  std::uint64_t acknowledged(const AuthorKey& author, std::uint64_t seq, std::uint64_t credit);
  /// The name under which the pack went out; nothing if none in flight is the one named: ours was damaged on
  /// its way.
  std::optional<AuthorKey> refused(const AuthorKey& author, std::uint64_t first, std::uint64_t last,
                                   std::uint64_t credit);

  /// As of the last plan() or refresh().
  [[nodiscard]] const Heads& held() const { return held_; }
  [[nodiscard]] bool has_in_flight() const { return !in_flight_.empty(); }
  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }
  [[nodiscard]] bool has_waiting(const AuthorKey& name) const;
  [[nodiscard]] bool is_settled() const { return in_flight_.empty() && waiting_.empty(); }
  /// Changes not yet settled.
  [[nodiscard]] std::uint64_t unsettled_changes() const;
  /// Our own author goes first: others' certificates may hang on it.
  void prefer(const AuthorKey& author) { preferred_ = author; }

 private:
  struct InFlight {
    AuthorKey name;
    AuthorKey author;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t reached = 0;  ///< what lies above is of another branch
    std::size_t bytes = 0;
  };
  [[nodiscard]] std::uint64_t held_there(const AuthorKey& name, const Head& head) const;
  [[nodiscard]] bool is_held_up(const AuthorKey& name) const;
  [[nodiscard]] std::optional<Bytes> take(const AuthorKey& name, Refusals& refused);
  void settle_unnamed();

  ReplicaStore& store_;
  AuthorKey preferred_;
  Heads held_;
  std::map<AuthorKey, std::uint64_t> sent_;
  std::map<AuthorKey, AuthorKey> author_of_;  ///< by name, as its packs said
  std::set<AuthorKey> blocked_;
  std::deque<AuthorKey> waiting_;
  std::deque<InFlight> in_flight_;
  std::int64_t credit_ = 0;
  std::uint64_t pack_bytes_ = limits::kPackBytes;
  std::size_t unnamed_ = 0;  ///< refusals that named no pack in flight: it was damaged on its way
};

}  // namespace karez
