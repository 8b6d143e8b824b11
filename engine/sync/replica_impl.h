// The state of a replica's session. Private to replica_session.cpp (login and what surrounds it) and
// replica_transfer.cpp (what flows afterwards).
//
// One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>

#include "control_json.h"
#include "download.h"
#include "pack_frames.h"
#include "repair.h"
#include "upload.h"

namespace karez {

/// The flow of protocol section 3. Messages come in through on(), packs through on_binary(); whatever
/// happened, settle() looks whether the session can take its next step: repair, fetch, or be complete.
struct ReplicaSession::Impl {
  enum class Phase {
    hello,      ///< waits for the relay's first frame
    login,      ///< waits for welcome
    introduce,  ///< the relay does not know us: our own log goes first
    open,       ///< both directions flow
    complete,
    failed
  };

  Impl(ReplicaStore& replica, const Clock& time, Random& source, bool stays, SyncLimits sizes)
      : store(replica),
        clock(time),
        random(source),
        is_live(stays),
        limits(sizes),
        upload(replica),
        download(replica, time, sizes) {}

  ReplicaStore& store;
  const Clock& clock;
  Random& random;
  const bool is_live;
  const SyncLimits limits;

  Phase phase = Phase::hello;
  Error failure;
  SyncReport report;
  bool was_refused = false;
  std::set<Hash> refused_branches;  ///< links of packs that were one branch of their author too many
  std::deque<Frame> outbox;
  Upload upload;
  Download download;
  Repair repair;

  WorkspaceId workspace;
  AuthorKey own;
  RelayCursor cursor;
  std::uint64_t pack_bytes = 0;
  std::optional<Head> relay_has;  ///< of our own log, at welcome
  std::uint64_t end_at_welcome = 0;
  bool key_is_shared = false;
  /// Came and wait for the commit of the packs, or of the `at`, that follow them.
  std::vector<Announcement> kept_announcements;
  std::vector<Holding> kept_holdings;
  bool has_kept_notes = false;
  std::optional<Head> announced;
  std::int64_t announced_ms = 0;
  std::optional<control::At> at;      ///< the newest
  bool at_is_compared = false;        ///< a repair was already made for it
  bool relay_is_unknown = false;      ///< its heads were never learned in this incarnation: they are presumed
  bool gap_was_refused = false;       ///< the relay lacks earlier changes than we believed
  std::uint64_t newest_arrival = 0;   ///< seen since that `at`: if it is greater, another `at` follows
  std::uint64_t fetched_arrival = 0;  ///< newest of the packs that came while packs were fetched
  bool relay_carries = false;         ///< it takes other authors' announcements
  bool has_carried = false;           ///< looked for them since something was written here
  std::vector<Announcement> carrying;  ///< sent, and on the relay's disk when the next `at` comes
  bool is_accepted = false;            ///< nothing happened since accept()
  bool want_is_answered = true;
  bool was_waiting = false;

  // Frames in.
  Status receive(const FrameView& frame);
  Status on_binary(const FrameView& frame);
  Status on(const control::Hello& hello);
  Status on(const control::Welcome& welcome);
  Status on(const control::Ack& ack);
  Status on(const control::Refuse& refuse);
  Status on_at(const control::At& message);
  Status on_ranges(const FrameView& frame);
  Status on(const control::Notes& notes);
  Status on(const control::Revoked& revoked);
  Status on(const control::Failure& error);
  Status on(const control::UnknownType& unknown);

  // Steps.
  Status open_flow();
  void send_want(std::uint64_t since);
  Status announce_if_new();
  Status store_received();
  Status store_kept_notes();
  Status plan_renamed();
  Status settle();
  [[nodiscard]] Heads presumed_heads();
  Status start_repair();
  Result<bool> carry_announcements();
  Status learned(const Heads& relay);
  Status relay_is_known();
  void send_fetches();
  Status accept();
  [[nodiscard]] bool holds_all(const Heads& relay, const Heads& held);
  Status check_own(const Heads& relay);
  Status share_key(std::uint64_t seq, const Hash& link);
  bool pull_pack();

  template <typename Message>
  void send(const Message& message) {
    outbox.push_back(control::encode(message));
  }
  void refused(SyncRefusal refusal);
  void refused(std::vector<SyncRefusal> all) {
    for (SyncRefusal& one : all) refused(std::move(one));
  }
  [[nodiscard]] bool is_over() const { return phase == Phase::complete || phase == Phase::failed; }
  [[nodiscard]] bool is_open() const { return phase == Phase::open; }
  /// An answer is awaited.
  [[nodiscard]] bool is_waiting() const {
    return !want_is_answered || upload.has_in_flight() || !repair.is_idle();
  }
  [[nodiscard]] bool is_signed(const Receipt& receipt) const {
    return verify(receipt.relay, Purpose::receipt, receipt_message(workspace, receipt), receipt.signature);
  }
  [[nodiscard]] bool is_signed(const Announcement& a) const {
    return verify(a.author, Purpose::announcement, announcement_message(workspace, a), a.signature);
  }
  [[nodiscard]] bool is_signed(const Holding& h) const {
    return verify(h.author, Purpose::holding, holding_message(workspace, cursor.relay, h), h.signature);
  }
  /// Whatever is asked next is another round trip, if no other answer is awaited.
  void answer_came() { was_waiting = was_waiting && is_waiting(); }
  void saw_arrival(std::uint64_t arrival) { newest_arrival = std::max(newest_arrival, arrival); }
  Status fail(Error error);
  void update_totals() { report.to_send_total = report.sent_changes + upload.unsettled_changes(); }
};

}  // namespace karez
