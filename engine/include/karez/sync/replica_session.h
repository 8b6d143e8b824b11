// ReplicaSession: the replica's end of one sync session as a sans-I/O state machine. Bytes and time in, bytes
// out; no socket, no thread, no clock of its own. The relay's end is RelaySession. Rules: schema/protocol.md.
//
// One thread. After is_finished() it takes nothing more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "karez/base/clock.h"
#include "karez/base/limits.h"
#include "karez/base/result.h"
#include "karez/log/chain.h"
#include "karez/log/heads.h"
#include "karez/log/next_pack.h"
#include "karez/sync/frame.h"

namespace karez {

using Incarnation = FixedBytes<16>;

/// Sizes of one end of a session. The defaults are the protocol's; tests make them small.
struct SyncLimits {
  std::size_t credit_bytes =
      limits::kCreditBytes;              ///< packs that the other end may have in flight towards this one
  std::size_t store_bytes = 256 * 1024;  ///< a replica stores what came as soon as it is so much
};

/// The relay's signed word that it has stored an author's log up to seq.
struct Receipt {
  AuthorKey author;
  std::uint64_t seq = 0;
  Hash link{};
  AuthorKey relay;
  Incarnation incarnation{};
  std::uint64_t arrival = 0;
  Signature signature{};
};

/// An author's signed word about its own head, with the relay's clock when it came in.
struct Announcement {
  AuthorKey author;
  std::uint64_t seq = 0;
  Hash link{};
  std::int64_t last_record_ms = 0;
  std::int64_t now_ms = 0;
  std::int64_t relay_ms = 0;  ///< unsigned: added by the relay
  Signature signature{};
};

/// A coordinator's signed word that its replica holds everything up to an arrival.
struct Holding {
  AuthorKey author;
  Incarnation incarnation{};
  std::uint64_t arrival = 0;
  Signature signature{};
};

[[nodiscard]] Bytes login_message(const WorkspaceId& workspace, const AuthorKey& author,
                                  const AuthorKey& relay, const FixedBytes<32>& relay_nonce,
                                  const FixedBytes<32>& replica_nonce, const FixedBytes<32>& channel_binding);
[[nodiscard]] Bytes receipt_message(const WorkspaceId& workspace, const Receipt& receipt);
[[nodiscard]] Bytes announcement_message(const WorkspaceId& workspace, const Announcement& announcement);
[[nodiscard]] Bytes holding_message(const WorkspaceId& workspace, const AuthorKey& relay,
                                    const Holding& holding);

/// What the replica remembers about one relay, in one incarnation.
struct RelayCursor {
  AuthorKey relay;  ///< zero: not yet pinned
  Incarnation incarnation{};
  std::uint64_t arrival = 0;  ///< everything up to here is stored here
  std::uint64_t notes = 0;
};

/// What happened to a pack that the store was given.
enum class PackOutcome {
  stored,    ///< new changes are durable
  repeated,  ///< nothing new in it
  aside,     ///< beyond a gap: kept, not held
  refused,   ///< see the error
};

/// What the session needs of a replica. All calls come on the session's thread.
///
/// Heads, links and packs to send are asked for by name (log-format section 9): an author's key, or where its
/// log forked, the present name of a branch. Packs, receipts, refusals and notes speak of author keys.
///
/// Persists: a call that returns success is durable when it returns, or within a group when its end does.
class ReplicaStore {
 public:
  virtual ~ReplicaStore() = default;

  /// What one frame leads to may share a commit: from here to end_group() a store may leave writes waiting,
  /// and shows them in what it is asked. The session says nothing of them to the relay before the end.
  virtual void begin_group() {}
  /// Errors: as the writes have. Then nothing that waited was stored.
  virtual Status end_group() { return {}; }

  virtual WorkspaceId workspace() = 0;
  virtual KeyPair key_pair() = 0;
  /// What is remembered about the relay with this key; a changed incarnation resets cursor and known heads.
  /// Errors: refused if another relay key is pinned.
  virtual Result<RelayCursor> open_relay(const AuthorKey& relay, const Incarnation& incarnation) = 0;

  virtual Heads heads() = 0;
  virtual std::optional<Hash> link_at(const AuthorKey& name, std::uint64_t seq) = 0;
  /// The present name of our branch of `author` (a key) that has this link at `seq`; nothing if none has.
  virtual std::optional<AuthorKey> branch_with(const AuthorKey& author, std::uint64_t seq,
                                               const Hash& link) = 0;
  /// What this replica knows the relay to hold (of the opened relay and incarnation). What stands for a
  /// branch that is here bears its present name, also after that changed.
  virtual Heads relay_heads() = 0;
  /// Forgets what it believed of the relay's heads and takes these instead. A head under an author's key
  /// that is no name here any more stands for the branch that has its link; under any other name that is not
  /// known here it is kept as it is.
  virtual Status set_relay_heads(const Heads& heads) = 0;

  /// The next pack of the changes of a log above `after`, what it shares with others included, sealed if they
  /// are our own, within limits::kPackBytes. Where it also holds changes of another branch, it says so by how
  /// far it reaches. Nothing if there is none.
  virtual Result<std::optional<NextPack>> next_pack(const AuthorKey& name, std::uint64_t after) = 0;

  struct Incoming {
    std::uint64_t arrival = 0;
    Bytes pack;
  };
  struct Stored {
    PackOutcome outcome = PackOutcome::stored;
    AuthorKey author;
    std::uint64_t seq = 0;      ///< the relay holds this author up to here...
    Hash link{};                ///< ...with this link
    std::uint64_t changes = 0;  ///< newly held
    Error error;                ///< if refused
    /// The branch that the pack belongs to, as it is named when the call returns. Zero if none is known: of
    /// an author with several branches, where the pack is kept aside.
    AuthorKey name;
    bool is_renamed = false;  ///< a branch appeared: heads and relay_heads bear other names now
  };
  /// Stores packs in one transaction together with the cursor (if `advance_cursor`: the arrival of the last
  /// one, or of the last before the first that was refused otherwise than as a fork) and the fact that the
  /// relay holds what they hold, also what is kept aside. Applies what can be applied; may write new changes
  /// of its own (admissions). Gives one answer per pack, in order. An error means that nothing was stored.
  virtual Result<std::vector<Stored>> store(std::vector<Incoming> packs, bool advance_cursor) = 0;

  /// The relay's receipt for what we sent; the signature is checked by the session.
  virtual Status store_receipt(const Receipt& receipt) = 0;
  virtual Status store_notes(std::uint64_t notes_end, std::vector<Announcement> announcements,
                             std::vector<Holding> holdings) = 0;
  /// Own clock minus the relay's.
  virtual Status note_skew(std::int64_t skew_ms) = 0;
  /// Sets the cursor; also backwards, when a pack was refused or the relay has lost its newest arrivals.
  virtual Status advance_cursor(std::uint64_t arrival) = 0;

  /// The announcement of our head, signed.
  virtual Result<Announcement> make_announcement(std::int64_t now_ms) = 0;
  /// Announcements of others that came here by hand and that this relay may not have heard. Not one of them
  /// is our own.
  virtual Result<std::vector<Announcement>> announcements_to_carry() { return std::vector<Announcement>(); }
  /// The relay has them on its disk.
  virtual Status announcements_carried(const std::vector<Announcement>& /*announcements*/) { return {}; }
  /// A coordinator's signed holding up to the cursor; nothing for other roles, or if nothing new would be
  /// said.
  virtual Result<std::optional<Holding>> make_holding() = 0;
  /// Our key is held by somebody else too (protocol section 3.4): go on as a new author before writing
  /// anything. `relay_link` is zero if the relay only said that it holds another change at that seq.
  virtual Status key_is_shared(std::uint64_t relay_seq, const Hash& relay_link) = 0;
};

struct SyncRefusal {
  AuthorKey author;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  Error error;
  bool by_relay = false;
};

/// The figures of one session, for people.
struct SyncReport {
  bool in_sync = false;
  std::uint64_t sent_changes = 0;      ///< acknowledged by the relay as new in this session
  std::uint64_t received_changes = 0;  ///< newly held here
  std::uint64_t bytes_sent = 0;        ///< payload of frames
  std::uint64_t bytes_received = 0;
  std::uint64_t round_trips = 0;  ///< after login: times it asked (or sent packs) while no answer was awaited
  std::uint64_t to_send_total = 0;   ///< for a progress bar: changes that this session sent or will send
  std::uint64_t to_receive_end = 0;  ///< the relay's end
  std::uint64_t received_arrival = 0;
  std::int64_t skew_ms = 0;
  bool revoked = false;
  std::uint64_t retry_after_ms = 0;  ///< the relay asked to come back so much later
  std::vector<SyncRefusal> refused;  ///< at most 100 kept
};

class ReplicaSession {
 public:
  /// `live`: stay after the first completion until stopped.
  ReplicaSession(ReplicaStore& store, const Clock& clock, Random& random, bool live, SyncLimits limits = {});
  ~ReplicaSession();

  /// Takes one frame from the relay. Errors end the session (is_finished() is then true); what was stored
  /// stays.
  Status receive(const FrameView& frame);
  /// Something was written locally: look for packs to send. Call it now and then in a live session: it also
  /// renews the announcement when the last one is ten minutes old.
  Status local_change();
  /// The link is gone: stores the packs that were received and not yet stored, and ends the session.
  Status link_lost();
  /// The next frame to send, if any. Call until it gives nothing, after every other call.
  [[nodiscard]] std::optional<Frame> next_frame();

  /// In sync now: acknowledged, received and equal.
  [[nodiscard]] bool is_in_sync() const;
  /// Nothing more will happen: the sync is complete or partial (not live), or ended by an error. False while
  /// frames wait.
  [[nodiscard]] bool is_finished() const;
  [[nodiscard]] const SyncReport& report() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karez
