// Host: what RelaySessions see of the relay. It answers from memory, reads packs through a cache, hands
// submissions to the storage thread, and on each commit moves its own state first, then answers, then wakes
// everybody: so nothing that a session says can be undone. Thread: the I/O thread.
#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <unordered_map>

#include "event_log.h"
#include "karez/relay/options.h"
#include "karez/sync/relay_session.h"
#include "metrics.h"
#include "pack_cache.h"
#include "storage_thread.h"
#include "token_bucket.h"

namespace karez::relay {

/// One connection that carries a session.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual RelaySession& session() = 0;
  /// Frames may be waiting in the session.
  virtual void kick() = 0;
  /// The same author logged in elsewhere: end this session.
  virtual void replaced() = 0;
  /// What await_notes() or await_relief() was asked for has come.
  virtual void resume() = 0;
};

struct HostParts {
  KeyPair key;
  Incarnation incarnation{};
  RelayState state;  ///< as loaded
  PackReader reader;
  RelayLimits limits;
  const Clock& clock;
  EventLog& log;
  Metrics& metrics;
};

class Host final : public RelayHost {
 public:
  explicit Host(HostParts parts);
  /// Starts the storage thread. Must be called before the first session; `deliver` is called on the storage
  /// thread. `post` lets the I/O thread do what else waits there, then what it is given.
  void connect_store(std::unique_ptr<PackStore> store, std::function<void(Commit)> deliver,
                     std::function<void(std::function<void()>)> post);
  /// Stores what is queued and ends the storage thread. Thread: any but the storage thread. What comes later
  /// is dropped.
  void stop_store() { storage_->stop(); }

  void attach(const std::shared_ptr<Peer>& peer);
  void detach(Peer& peer);
  /// Call when session().author() appears: an older session of the author is replaced.
  void logged_in(const std::shared_ptr<Peer>& peer);

  /// A commit came back from the storage thread.
  void deliver(const Commit& commit);
  /// Lets delayed packs go on whose author's rate allows it now. Call a few times a second with a steady
  /// clock.
  void tick(std::int64_t steady_ms);
  /// More is queued than the store keeps up with: read nothing more for the moment.
  [[nodiscard]] bool is_overloaded() const { return queued_bytes_ > limits_.inbound_bytes; }
  /// Resumes the peer when it is no longer so.
  void await_relief(const std::shared_ptr<Peer>& peer) { relief_waiters_.push_back(peer); }

  /// Notes handed to the store so far, and settled so far. A session that has given a note is read on only
  /// when the note is settled: so a sync that is complete has its announcement where headquarters will find
  /// it.
  [[nodiscard]] std::uint64_t notes_given() const { return notes_given_; }
  [[nodiscard]] std::uint64_t notes_settled() const { return notes_settled_; }
  void await_notes(std::uint64_t count, const std::shared_ptr<Peer>& peer) {
    note_waiters_.emplace(count, peer);
  }

  /// Asks the store to write something; `probes_done` counts the answers, `is_writable` is the newest one.
  void probe() { storage_->probe(); }
  [[nodiscard]] std::uint64_t probes_done() const { return probes_done_; }
  [[nodiscard]] bool is_writable() const { return is_writable_; }
  /// When the store last wrote, or failed to (steady clock).
  [[nodiscard]] std::int64_t last_write_ms() const { return last_write_ms_; }
  void fill(Gauges& gauges) const;

  KeyPair relay_key() override { return key_; }
  Incarnation incarnation() override { return incarnation_; }
  std::optional<WorkspaceId> workspace() override { return state_.workspace; }
  std::uint64_t end() override { return state_.end; }
  Fingerprint fingerprint() override { return state_.heads.fingerprint(); }
  std::uint64_t notes_end() override { return state_.notes_end; }
  std::optional<Head> head_of(const AuthorKey& author) override { return state_.head_of(author); }
  const HeadTable& head_table() override { return state_.heads; }
  bool is_enrolled(const AuthorKey& author) override { return state_.is_enrolled(author); }
  bool is_coordinator(const AuthorKey& author) override;
  std::optional<std::pair<std::uint64_t, std::string>> revoked_at(const AuthorKey& author) override;
  std::vector<RelayedPack> packs_after(std::uint64_t after, std::size_t max_bytes) override;
  Result<std::vector<RelayedPack>> packs_of(const AuthorKey& name, std::uint64_t after,
                                            std::uint64_t after_arrival, std::size_t max_bytes) override;
  void submit(RelaySession& session, const WorkspaceId& workspace, Bytes pack) override;
  void refused_unread(const AuthorKey& author, std::uint64_t first, std::uint64_t last,
                      const Error& error) override {
    note_refusal(author, first, last, error);
  }
  void keep_announcement(const Announcement& announcement) override;
  void keep_holding(const Holding& holding) override;
  void keep_carried(const Announcement& announcement) override;
  Notes notes_after(std::uint64_t after) override;

 private:
  struct Waiting {
    std::weak_ptr<Peer> peer;
    std::size_t bytes = 0;
  };
  struct Meter {
    TokenBucket bucket;
    std::deque<Submission> delayed;  ///< in order: a log has no gaps
  };

  void pass_on(Submission submission);
  void answer(const Answer& answer);
  void resume_waiters();
  void begin_fan_out();
  void fan_out();
  void note_refusal(const AuthorKey& author, std::uint64_t first, std::uint64_t last, const Error& error);
  void count(const Commit& commit);

  KeyPair key_;
  Incarnation incarnation_;
  RelayState state_;
  PackReader reader_;
  RelayLimits limits_;
  const Clock& clock_;
  EventLog& log_;
  Metrics& metrics_;
  std::unique_ptr<StorageThread> storage_;
  PackCache cache_;

  std::unordered_map<const RelaySession*, std::weak_ptr<Peer>> peers_;
  std::map<AuthorKey, std::weak_ptr<Peer>> by_author_;
  std::map<AuthorKey, Meter> meters_;                   ///< of enrolled authors: their number bounds it
  std::unordered_map<std::uint64_t, Waiting> waiting_;  ///< by ticket
  std::vector<Answer> refused_here_;  ///< answers that need no store; given at the next tick
  std::multimap<std::uint64_t, std::weak_ptr<Peer>> note_waiters_;
  std::vector<std::weak_ptr<Peer>> relief_waiters_;
  std::function<void(std::function<void()>)> post_;
  std::vector<std::weak_ptr<Peer>> to_wake_;  ///< of the fan-out under way
  bool has_news_ = false;                     ///< that came since it began
  std::uint64_t notes_given_ = 0;
  std::uint64_t notes_settled_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::size_t queued_bytes_ = 0;  ///< handed to the storage thread, not answered
  std::size_t delayed_bytes_ = 0;
  std::size_t delayed_packs_ = 0;
  std::int64_t steady_ms_ = 0;
  std::uint64_t probes_done_ = 0;
  bool is_writable_ = true;
  std::int64_t last_write_ms_ = std::numeric_limits<std::int64_t>::min() / 2;
};

}  // namespace karez::relay
