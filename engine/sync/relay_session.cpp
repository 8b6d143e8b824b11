#include "karez/sync/relay_session.h"

#include <algorithm>
#include <list>
#include <map>

#include "control_json.h"
#include "pack_frames.h"
#include "relay_outbound.h"

#include "karez/base/mutants.h"

namespace karez {

/// Answers in this order: control frames, receipts, notes, requests, the stream. So no `at` is ahead of a
/// receipt that it speaks of.
struct RelaySession::Impl {
  Impl(RelaySession& outside, RelayHost& relay, const Clock& time, Random& random, SyncLimits sizes)
      : session(outside), host(relay), clock(time), limits(sizes), outbound(relay) {
    random.fill(nonce);
    control::Hello hello;
    hello.relay = host.relay_key().author;
    hello.incarnation = host.incarnation();
    hello.nonce = nonce;
    hello.now_ms = clock.now_ms();
    hello.credit_bytes = limits.credit_bytes;
    hello.carries = true;
    send(hello);
  }

  RelaySession& session;
  RelayHost& host;
  const Clock& clock;
  const SyncLimits limits;
  FixedBytes<32> nonce{};
  std::optional<AuthorKey> author;
  WorkspaceId workspace;
  bool is_closing = false;
  bool revocation_was_told = false;

  std::list<Frame> outbox;  ///< a list: idle sessions are many, and an empty deque takes half a KiB
  std::size_t outbox_bytes = 0;
  struct Receivable {
    Receipt receipt;
    std::uint64_t credit = 0;
  };
  std::map<AuthorKey, Receivable> receipts;  ///< not yet sent; a newer one stands for those before it
  RelayOutbound outbound;
  std::size_t submitted_packs = 0;
  std::uint64_t submitted_bytes = 0;
  std::uint64_t notes_position = 0;
  bool notes_are_due = false;
  bool position_is_told = true;  ///< an empty `notes` would tell nothing
  RelayHost::Notes notes;        ///< loaded and not yet sent
  bool notes_wait = false;
  std::uint64_t notes_before = 0;

  Status receive(const FrameView& frame);
  Status on_pack(const FrameView& frame);
  Status on(const control::Login& login);
  Status on(const control::Want& want);
  Status on(const control::Credit& credit);
  Status on_ranges(const FrameView& frame);
  Status on(const control::Fetch& fetch);
  Status on(const control::Announce& announce);
  Status on(const control::Carry& carry);
  Status on(const control::Hold& hold);
  Status on(const control::Failure&) { return {}; }
  Status on(const control::UnknownType& unknown);

  Status check_login(const control::Login& login) const;
  Status check_workspace() const;
  /// True if the author may ask for anything; else it was told why not.
  bool is_served();
  void tell_revocation();
  void refuse(const AuthorKey& of, std::uint64_t first, std::uint64_t last, Error error, std::size_t credit);
  void refuse_unread(const AuthorKey& of, std::uint64_t first, std::uint64_t last, const Error& error,
                     std::size_t credit);
  void submitted(const SubmitResult& result);
  void wake();
  void load_notes();
  void send_notes_page();
  Frame next_receipt();

  template <typename Message>
  void send(const Message& message) {
    outbox.push_back(control::encode(message));
    outbox_bytes += outbox.back().bytes.size();
  }
  void fail(const Error& error) {
    send(control::Failure{error, {}});
    is_closing = true;
    receipts.clear();
    outbound.stop();
  }
};

Status RelaySession::Impl::receive(const FrameView& frame) {
  if (is_closing) return protocol_error("The session is over.");
  if (!author && frame.is_binary) return protocol_error("Log in first.");
  if (frame.bytes.size() > (author ? limits::kFrameBytes : limits::kFrameBytesBeforeLogin)) {
    return Error{ErrorCode::too_large, "The frame is larger than the limit that hello states."};
  }
  // A peer that asks and does not read must not fill our memory.
  if (outbox_bytes > limits::kCreditBytes) return Error{ErrorCode::busy, "Too many answers wait to be read."};
  if (author) KAREZ_TRY(check_workspace());
  if (frame.is_binary) return control::is_ranges_frame(frame.bytes) ? on_ranges(frame) : on_pack(frame);
  KAREZ_ASSIGN(const control::FromReplica message, control::decode_from_replica(frame.bytes));
  if (!author && !std::holds_alternative<control::Login>(message)) return protocol_error("Log in first.");
  return std::visit([this](const auto& m) { return on(m); }, message);
}

/// A relay that served no workspace at login may serve another one by now.
Status RelaySession::Impl::check_workspace() const {
  const auto served = host.workspace();
  if (!served || *served == workspace) return {};
  return Error{ErrorCode::wrong_workspace, "This relay serves another workspace."};
}

Status RelaySession::Impl::check_login(const control::Login& login) const {
  if (login.protocol != control::kProtocol) return protocol_error("This relay speaks protocol version 1.");
  const Bytes message =
      login_message(login.workspace, login.author, host.relay_key().author, nonce, login.nonce, {});
  if (verify(login.author, Purpose::login, message, login.signature)) return {};
  if (is_mutant(Mutant::admit_any_login)) return {};
  return Error{ErrorCode::bad_signature, "The login is not signed by the author that it names."};
}

Status RelaySession::Impl::on(const control::Login& login) {
  if (author) return protocol_error("Logged in already.");
  KAREZ_TRY(check_login(login));
  workspace = login.workspace;
  KAREZ_TRY(check_workspace());
  author = login.author;
  control::Welcome welcome;
  welcome.known = host.is_enrolled(*author);
  if (welcome.known) welcome.have = host.head_of(*author);
  welcome.end = host.end();
  welcome.fingerprint = host.fingerprint().bytes();
  welcome.notes_end = host.notes_end();
  welcome.credit = limits.credit_bytes;
  send(welcome);
  return {};
}

Status RelaySession::Impl::on_pack(const FrameView& frame) {
  KAREZ_ASSIGN(Bytes pack, control::pack_from_replica(frame.bytes));
  if (submitted_bytes + pack.size() > limits.credit_bytes + limits::kFrameBytes) {
    return protocol_error("More packs are in flight than the credit allows.");
  }
  const auto header = read_pack_header(pack);
  if (!header) {
    refuse_unread({}, 0, 0, header.error(), pack.size());
  } else if (pack.size() > limits::kPackBytes) {
    refuse_unread(header->author, header->first_seq, header->last_seq(),
                  {ErrorCode::too_large, "The pack is larger than the limit that hello states."},
                  pack.size());
  } else if (header->workspace != workspace) {
    refuse_unread(header->author, header->first_seq, header->last_seq(),
                  {ErrorCode::wrong_workspace, "The pack belongs to another workspace."}, pack.size());
  } else {
    ++submitted_packs;
    submitted_bytes += pack.size();
    host.submit(session, workspace, std::move(pack));
  }
  return {};
}

void RelaySession::Impl::refuse_unread(const AuthorKey& of, std::uint64_t first, std::uint64_t last,
                                       const Error& error, std::size_t credit) {
  host.refused_unread(of, first, last, error);
  refuse(of, first, last, error, credit);
}

void RelaySession::Impl::refuse(const AuthorKey& of, std::uint64_t first, std::uint64_t last, Error error,
                                std::size_t credit) {
  send(control::Refuse{of, first, last, std::move(error), credit});
}

void RelaySession::Impl::submitted(const SubmitResult& result) {
  submitted_packs -= std::min<std::size_t>(submitted_packs, 1);
  submitted_bytes -= std::min<std::uint64_t>(submitted_bytes, result.bytes);
  if (is_closing) return;
  if (!result.stored) return refuse(result.author, result.first, result.seq, result.error, result.bytes);
  if (result.covers_arrival) outbound.came_from_peer(result.arrival);
  outbound.look();
  Receivable& receivable = receipts[result.author];
  receivable.credit += result.bytes;
  if (result.seq < receivable.receipt.seq) return;
  receivable.receipt.author = result.author;
  receivable.receipt.seq = result.seq;
  receivable.receipt.link = result.link;
  receivable.receipt.arrival = result.arrival;
}

/// Signed only now: one signature for all packs of an author that became durable together.
Frame RelaySession::Impl::next_receipt() {
  const auto first = receipts.begin();
  auto [receipt, credit] = first->second;
  receipts.erase(first);
  const KeyPair key = host.relay_key();
  receipt.relay = key.author;
  receipt.incarnation = host.incarnation();
  receipt.signature = sign(key, Purpose::receipt, receipt_message(workspace, receipt));
  return control::encode(control::Ack{receipt, credit});
}

bool RelaySession::Impl::is_served() {
  if (!host.is_enrolled(*author)) {
    send(control::Failure{
        {ErrorCode::stranger, "This author's enrolment is not here: send its own log first."}, {}});
    return false;
  }
  if (!host.revoked_at(*author) || is_mutant(Mutant::serve_revoked)) return true;
  revocation_was_told = false;  // asked again, answered again
  tell_revocation();
  return false;
}

void RelaySession::Impl::tell_revocation() {
  const auto cut = host.revoked_at(*author);
  if (!cut || std::exchange(revocation_was_told, true)) return;
  outbound.stop();
  notes_are_due = notes_wait = false;
  send(control::Revoked{cut->first, cut->second});
}

Status RelaySession::Impl::on(const control::Want& want) {
  if (!is_served()) return {};
  const bool same = want.incarnation == host.incarnation();
  outbound.want(same ? want.since : 0, want.credit);
  notes_position = same ? std::min(want.notes, host.notes_end()) : 0;
  notes_are_due = host.notes_end() > notes_position;
  position_is_told = false;
  return {};
}

Status RelaySession::Impl::on(const control::Credit& credit) {
  outbound.grant(credit.bytes);
  return {};
}

Status RelaySession::Impl::on(const control::Fetch& fetch) {
  if (!is_served() || outbound.ask(fetch)) return {};
  return Error{ErrorCode::busy, "Too many requests wait for an answer."};
}

Status RelaySession::Impl::on_ranges(const FrameView& frame) {
  KAREZ_ASSIGN(auto ranges, control::ranges_from_replica(frame.bytes));
  return is_served() ? outbound.ask(std::move(ranges), clock.now_ms()) : Status();
}

Status RelaySession::Impl::on(const control::Announce& announce) {
  if (!host.is_enrolled(*author)) return is_served(), Status();
  Announcement announcement = announce.announcement;
  announcement.author = *author;
  const Bytes message = announcement_message(workspace, announcement);
  if (!verify(*author, Purpose::announcement, message, announcement.signature)) {
    return Error{ErrorCode::bad_signature, "The announcement is not signed by its author."};
  }
  announcement.relay_ms = clock.now_ms();
  host.keep_announcement(announcement);
  return {};
}

Status RelaySession::Impl::on(const control::Carry& carry) {
  if (!host.is_enrolled(*author)) return is_served(), Status();
  const Announcement& one = carry.announcement;
  if (!verify(one.author, Purpose::announcement, announcement_message(workspace, one), one.signature)) {
    return Error{ErrorCode::bad_signature, "The announcement is not signed by its author."};
  }
  // An author whose packs are not here is a name without a log: nothing to announce.
  if (host.is_enrolled(one.author) && one.author != *author) host.keep_carried(one);
  return {};
}

Status RelaySession::Impl::on(const control::Hold& hold) {
  if (!host.is_enrolled(*author)) return is_served(), Status();
  Holding holding = hold.holding;
  holding.author = *author;
  const Bytes message = holding_message(workspace, host.relay_key().author, holding);
  if (!verify(*author, Purpose::holding, message, holding.signature)) {
    return Error{ErrorCode::bad_signature, "The holding is not signed by its author."};
  }
  // Not errors: a role or an incarnation may have changed on the way. Such a word is worth nothing and is not
  // kept.
  const bool counts = host.is_coordinator(*author) && !host.revoked_at(*author) &&
                      holding.incarnation == host.incarnation() && holding.arrival <= host.end();
  if (counts) host.keep_holding(holding);
  return {};
}

Status RelaySession::Impl::on(const control::UnknownType& unknown) {
  send(control::Failure{protocol_error("The message type \"" + unknown.type + "\" is not known here."), {}});
  return {};
}

void RelaySession::Impl::wake() {
  if (is_closing || !author || !outbound.is_wanted()) return;
  if (host.revoked_at(*author)) return tell_revocation();
  outbound.look();
  if (host.notes_end() > notes_position) notes_are_due = true;
}

/// Announcements are for coordinators, and nobody gets back its own.
void RelaySession::Impl::load_notes() {
  notes_are_due = false;
  notes = host.notes_after(notes_position);
  if (!host.is_coordinator(*author)) notes.announcements.clear();
  std::erase_if(notes.announcements, [&](const Announcement& a) { return a.author == *author; });
  std::erase_if(notes.holdings, [&](const Holding& h) { return h.author == *author; });
  notes_wait = !notes.announcements.empty() || !notes.holdings.empty() || !position_is_told;
  position_is_told = true;
  notes_before = std::exchange(notes_position, notes.end);
}

/// A page at a time; only the last moves the replica's position.
void RelaySession::Impl::send_notes_page() {
  control::Notes page;
  const auto move_to = [&](auto& from, auto& to) {
    while (!from.empty() && page.announcements.size() + page.holdings.size() < control::kNotesPerPage) {
      to.push_back(from.back());
      from.pop_back();
    }
  };
  move_to(notes.announcements, page.announcements);
  move_to(notes.holdings, page.holdings);
  notes_wait = !notes.announcements.empty() || !notes.holdings.empty();
  page.end = notes_wait ? notes_before : notes.end;
  send(page);
}

RelaySession::RelaySession(RelayHost& host, const Clock& clock, Random& random, SyncLimits limits)
    : impl_(std::make_unique<Impl>(*this, host, clock, random, limits)) {}
RelaySession::~RelaySession() = default;

Status RelaySession::receive(const FrameView& frame) {
  Status status = impl_->receive(frame);
  if (!status && !impl_->is_closing) impl_->fail(status.error());
  return status;
}

void RelaySession::submitted(const SubmitResult& result) { impl_->submitted(result); }
void RelaySession::wake() { impl_->wake(); }

std::optional<SharedFrame> RelaySession::next_frame() {
  Impl& s = *impl_;
  if (s.outbox.empty() && !s.receipts.empty()) return s.next_receipt();
  if (s.outbox.empty() && !s.is_closing) {
    if (s.notes_are_due && !s.notes_wait) s.load_notes();
    if (s.notes_wait) s.send_notes_page();
  }
  if (s.outbox.empty() && s.is_closing) return std::nullopt;
  if (s.outbox.empty()) {
    auto frame = s.outbound.next(s.submitted_packs > 0);
    if (frame || !s.outbound.is_unreadable()) return frame;
    s.fail({ErrorCode::busy,
            "The relay cannot read its store at the moment; what came before is kept: try again later."});
  }
  Frame frame = std::move(s.outbox.front());
  s.outbox.pop_front();
  s.outbox_bytes -= frame.bytes.size();
  return SharedFrame(std::move(frame));
}

std::size_t RelaySession::queued_bytes() const { return impl_->outbox_bytes; }
std::optional<AuthorKey> RelaySession::author() const { return impl_->author; }
bool RelaySession::is_finished() const { return impl_->is_closing && impl_->outbox.empty(); }

}  // namespace karez
