// RelaySession: the relay's end of one sync session as a sans-I/O state machine. It checks frames and asks
// its host to store packs; the host commits many sessions' packs at once and tells each session when it is
// durable.
//
// One thread (the I/O thread). The host calls it and drains next_frame().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "karez/log/head_table.h"
#include "karez/log/pack.h"
#include "karez/sync/replica_session.h"

namespace karez {

struct Burst;

/// A stored pack on its way out: one immutable buffer for all receivers.
struct RelayedPack {
  std::uint64_t arrival = 0;
  AuthorKey author;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::shared_ptr<const Bytes> bytes;  ///< the pack itself, without frame header
};

/// What the relay answers for a submitted pack, after the commit.
struct SubmitResult {
  bool stored = false;  ///< true also for a repetition: durable either way
  Error error;          ///< if not stored
  AuthorKey author;
  std::uint64_t first = 0;
  std::uint64_t seq = 0;  ///< last seq of the submitted pack
  Hash link{};
  std::uint64_t arrival = 0;    ///< of the stored pack (of the older one for a repetition)
  bool covers_arrival = false;  ///< the submitted pack holds all that the stored one does
  std::size_t bytes = 0;        ///< size of the submitted pack: credit that returns
};

/// What a session needs of its relay. Calls come on the I/O thread; reads are answered from memory or a
/// snapshot.
class RelayHost {
 public:
  virtual ~RelayHost() = default;

  virtual KeyPair relay_key() = 0;
  virtual Incarnation incarnation() = 0;
  /// The workspace served; nothing if none has come yet.
  virtual std::optional<WorkspaceId> workspace() = 0;
  virtual std::uint64_t end() = 0;        ///< newest durable arrival
  virtual Fingerprint fingerprint() = 0;  ///< of all durable heads, at end()
  virtual std::uint64_t notes_end() = 0;
  /// The head of an author's log; where it forked, of the branch with the least name.
  virtual std::optional<Head> head_of(const AuthorKey& author) = 0;
  /// All durable heads, by name (log-format section 9). Lifetime: until the next call.
  virtual const HeadTable& head_table() = 0;
  virtual bool is_enrolled(const AuthorKey& author) = 0;
  virtual bool is_coordinator(const AuthorKey& author) = 0;
  /// The seq and reason at which an author was cut.
  virtual std::optional<std::pair<std::uint64_t, std::string>> revoked_at(const AuthorKey& author) = 0;

  /// Packs with arrival above `after`, ascending, at most about `max_bytes` (at least one if any).
  virtual std::vector<RelayedPack> packs_after(std::uint64_t after, std::size_t max_bytes) = 0;
  /// Packs of what a name stands for (an author key: all that this author wrote; a stream's name: all
  /// branches with changes of it, from the beginning of the log) that end above seq `after`, with arrivals
  /// above `after_arrival`, ascending by arrival, at most about `max_bytes`. In this order each pack
  /// continues what lies before it. Errors: as the store says (it cannot be read); an empty list says that
  /// there are none.
  virtual Result<std::vector<RelayedPack>> packs_of(const AuthorKey& name, std::uint64_t after,
                                                    std::uint64_t after_arrival, std::size_t max_bytes) = 0;

  /// Hands a pack to the store for workspace `workspace`; the answer comes to the same session's submitted(),
  /// after the commit and never from inside this call. The store (not the session) opens the pack and checks
  /// chain, signature and certificate path.
  virtual void submit(class RelaySession& session, const WorkspaceId& workspace, Bytes pack) = 0;
  /// A pack was refused before it came to the store: for logs and counts.
  virtual void refused_unread(const AuthorKey& /*author*/, std::uint64_t /*first*/, std::uint64_t /*last*/,
                              const Error& /*error*/) {}

  /// Keeps a checked announcement or holding durably (answers nothing).
  virtual void keep_announcement(const Announcement& announcement) = 0;
  virtual void keep_holding(const Holding& holding) = 0;
  /// The same for an announcement that somebody else brought along (checked): kept if it says more than the
  /// one known, as said when its author says, and no later than now.
  virtual void keep_carried(const Announcement& announcement) = 0;
  struct Notes {
    std::uint64_t end = 0;
    std::vector<Announcement> announcements;
    std::vector<Holding> holdings;
  };
  virtual Notes notes_after(std::uint64_t after) = 0;

  /// The stream from `after` on as one frame, made once for all sessions that stand there: at most about
  /// `max_bytes` of packs, or one pack. Valid as long as it is held.
  std::shared_ptr<const Burst> burst_after(std::uint64_t after, std::size_t max_bytes);

 private:
  std::vector<std::shared_ptr<const Burst>> bursts_;  ///< made last
};

class RelaySession {
 public:
  RelaySession(RelayHost& host, const Clock& clock, Random& random, SyncLimits limits = {});
  ~RelaySession();

  /// Takes one frame from the replica. An error ends the session after its frames are drained; the answers to
  /// packs that were submitted before are dropped (the replica asks again).
  Status receive(const FrameView& frame);
  /// The store's answer to a submitted pack, after the commit.
  void submitted(const SubmitResult& result);
  /// New packs or notes are durable, or authority changed: send what this session may have.
  void wake();

  /// The next frame to send, if any; packs are given only while credit lasts.
  [[nodiscard]] std::optional<SharedFrame> next_frame();
  /// Bytes of frames that wait here (bounded: packs are fetched from the host only as they go out).
  [[nodiscard]] std::size_t queued_bytes() const;
  /// True after login: the author, for one-session-per-device and frame limits.
  [[nodiscard]] std::optional<AuthorKey> author() const;
  [[nodiscard]] bool is_finished() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karez
