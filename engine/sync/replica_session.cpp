#include "karez/sync/replica_session.h"

#include "replica_impl.h"

namespace karez {
namespace {

constexpr std::size_t kRefusalsKept = 100;
constexpr std::int64_t kAnnounceAgainMs = 10 * 60 * 1000;

}  // namespace

Status ReplicaSession::Impl::fail(Error error) {
  phase = Phase::failed;
  failure = std::move(error);
  report.in_sync = false;
  outbox.clear();
  return failure;
}

void ReplicaSession::Impl::refused(SyncRefusal refusal) {
  was_refused = true;
  report.in_sync = false;
  if (report.refused.size() < kRefusalsKept) report.refused.push_back(std::move(refusal));
}

Status ReplicaSession::Impl::receive(const FrameView& frame) {
  if (phase == Phase::failed) return failure;
  if (phase == Phase::complete) return {};  // the relay may still be talking
  report.bytes_received += frame.bytes.size();
  if (frame.bytes.size() > karez::limits::kFrameBytes) {
    return Error{ErrorCode::too_large, "The relay sent a frame that is larger than it may be."};
  }
  if (frame.is_binary) return on_binary(frame);
  KAREZ_ASSIGN(const control::FromRelay message, control::decode_from_relay(frame.bytes));
  return std::visit([this](const auto& m) { return on(m); }, message);
}

Status ReplicaSession::Impl::on(const control::Hello& hello) {
  if (phase != Phase::hello) return protocol_error("The relay said hello twice.");
  if (hello.protocol != control::kProtocol) {
    return protocol_error("The relay speaks protocol version " + std::to_string(hello.protocol) +
                          ", this program speaks 1: the older of the two needs an update.");
  }
  workspace = store.workspace();
  KAREZ_ASSIGN(cursor, store.open_relay(hello.relay, hello.incarnation));
  cursor.relay = hello.relay;
  cursor.incarnation = hello.incarnation;
  download.set_cursor(cursor.arrival);
  pack_bytes = hello.pack_bytes;
  relay_carries = hello.carries;
  report.skew_ms = clock.now_ms() - hello.now_ms;
  KAREZ_TRY(store.note_skew(report.skew_ms));
  // Only now: at its first write a store may find that it is a copy, and go on under a new key.
  const KeyPair key = store.key_pair();
  own = key.author;
  upload.prefer(own);

  control::Login login;
  login.workspace = workspace;
  login.author = own;
  random.fill(login.nonce);
  login.signature =
      sign(key, Purpose::login, login_message(workspace, own, hello.relay, hello.nonce, login.nonce, {}));
  send(login);
  phase = Phase::login;
  return {};
}

Status ReplicaSession::Impl::on(const control::Welcome& welcome) {
  if (phase != Phase::login) return protocol_error("The relay sent a welcome that does not belong here.");
  relay_has = welcome.have;
  end_at_welcome = report.to_receive_end = welcome.end;
  // After a restore, or where others have carried our packs: what both hold is not sent again, either way.
  const Heads held = store.heads();
  relay_is_unknown = cursor.arrival == 0 && welcome.end > 0 && held.size() > held.count(own);
  Heads relay = relay_is_unknown ? presumed_heads() : store.relay_heads();
  relay.erase(own);
  if (relay_has) relay[store.branch_with(own, relay_has->seq, relay_has->link).value_or(own)] = *relay_has;
  KAREZ_TRY(check_own(relay));
  upload.set_window(welcome.credit, pack_bytes);
  upload.plan(relay);
  update_totals();
  if (welcome.known) return open_flow();
  phase = Phase::introduce;
  if (upload.has_waiting(own)) return {};
  return Error{ErrorCode::stranger, "The relay does not know this device, and it has no log to show."};
}

/// Only this device writes its own log: a relay that holds more of it, or another, heard it from somebody
/// else.
Status ReplicaSession::Impl::check_own(const Heads& relay) {
  const auto theirs = relay.find(own);
  if (theirs == relay.end() || theirs->second.seq == 0) return {};
  const bool is_ours = store.branch_with(own, theirs->second.seq, theirs->second.link).has_value();
  return is_ours ? Status() : share_key(theirs->second.seq, theirs->second.link);
}

/// Our key is used by somebody else: what was written here is sent as one branch of its log, and this device
/// goes on under another key, which people are told by the store.
Status ReplicaSession::Impl::share_key(std::uint64_t seq, const Hash& link) {
  if (std::exchange(key_is_shared, true)) return {};
  KAREZ_TRY(store.key_is_shared(seq, link));
  upload.refresh();
  return {};
}

Status ReplicaSession::Impl::open_flow() {
  phase = Phase::open;
  KAREZ_TRY(announce_if_new());
  download.set_fetching(
      relay_is_unknown);  // what came before is found by ranges: the cursor rests until then
  send_want(relay_is_unknown ? end_at_welcome : cursor.arrival);
  return {};
}

void ReplicaSession::Impl::send_want(std::uint64_t since) {
  send(control::Want{cursor.incarnation, since, cursor.notes, limits.credit_bytes});
  want_is_answered = false;
}

Status ReplicaSession::Impl::announce_if_new() {
  if (key_is_shared || !is_open()) return {};
  const auto ours = upload.held().find(own);
  const std::optional<Head> head = ours == upload.held().end() ? std::nullopt : std::optional(ours->second);
  const std::int64_t now = clock.now_ms();
  if (announced && (!head || announced == head) && now - announced_ms < kAnnounceAgainMs &&
      now >= announced_ms)
    return {};
  KAREZ_ASSIGN(const Announcement announcement, store.make_announcement(now));
  announced = Head{announcement.seq, announcement.link};
  announced_ms = now;
  send(control::Announce{announcement});
  return {};
}

ReplicaSession::ReplicaSession(ReplicaStore& store, const Clock& clock, Random& random, bool live,
                               SyncLimits limits)
    : impl_(std::make_unique<Impl>(store, clock, random, live, limits)) {}
ReplicaSession::~ReplicaSession() = default;

Status ReplicaSession::receive(const FrameView& frame) {
  // Frames that were made meanwhile wait in the outbox for the end of the group: what they speak of is
  // durable when they leave.
  impl_->store.begin_group();
  Status status = impl_->receive(frame);
  const Status stored = impl_->store.end_group();  // also what came before an error stays
  if (status) status = stored;
  impl_->answer_came();
  return status ? status : impl_->fail(status.error());
}

Status ReplicaSession::local_change() {
  if (!impl_->is_open() && impl_->phase != Impl::Phase::introduce) return {};  // welcome looks anyway
  impl_->upload.refresh();
  impl_->update_totals();
  if (impl_->upload.has_waiting()) impl_->report.in_sync = impl_->is_accepted = false;
  impl_->has_carried = false;
  const Status status = impl_->announce_if_new();
  return status ? status : impl_->fail(status.error());
}

Status ReplicaSession::link_lost() {
  if (impl_->is_over()) return {};
  const Status stored = impl_->store_received();
  (void)impl_->fail({ErrorCode::unreachable, "The link to the relay broke; what came before is kept."});
  return stored;
}

std::optional<Frame> ReplicaSession::next_frame() {
  Impl& s = *impl_;
  if (s.outbox.empty() && !s.is_over() && !s.pull_pack()) {
    if (const Status status = s.settle(); !status) (void)s.fail(status.error());
  }
  if (s.outbox.empty()) return std::nullopt;
  Frame frame = std::move(s.outbox.front());
  s.outbox.pop_front();
  s.report.bytes_sent += frame.bytes.size();
  if (s.is_waiting() && !std::exchange(s.was_waiting, true)) ++s.report.round_trips;
  return frame;
}

bool ReplicaSession::is_in_sync() const { return impl_->report.in_sync; }
bool ReplicaSession::is_finished() const {
  return impl_->phase == Impl::Phase::failed ||
         (impl_->phase == Impl::Phase::complete && impl_->outbox.empty());
}
const SyncReport& ReplicaSession::report() const { return impl_->report; }

}  // namespace karez
