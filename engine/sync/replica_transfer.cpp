// A replica's session after login: packs, answers, repair, and the end of a sync.
#include "replica_impl.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

/// Notes that wait for a commit together with what follows them.
constexpr std::size_t kKeptNotes = 1000;

}  // namespace

Status ReplicaSession::Impl::on_binary(const FrameView& frame) {
  if (!is_open()) return protocol_error("The relay sent packs before it was asked.");
  if (control::is_ranges_frame(frame.bytes)) return on_ranges(frame);
  KAREZ_ASSIGN(control::PacksFromRelay incoming, control::packs_from_relay(frame.bytes));
  if (!incoming.packs.empty()) report.in_sync = is_accepted = false;
  for (auto& [arrival, pack] : incoming.packs) {
    saw_arrival(arrival);
    if (repair.is_fetching()) fetched_arrival = std::max(fetched_arrival, arrival);
    report.received_arrival = std::max(report.received_arrival, arrival);
    download.take(arrival, std::move(pack));
    if (download.is_due()) KAREZ_TRY(store_received());
  }
  return incoming.at ? on_at(*incoming.at) : Status();
}

Status ReplicaSession::Impl::store_received() {
  if (download.is_empty()) return {};
  KAREZ_TRY(store_kept_notes());
  KAREZ_ASSIGN(const auto outcomes, download.flush());
  const bool is_renamed = std::any_of(outcomes.begin(), outcomes.end(),
                                      [](const Download::Outcome& one) { return one.stored.is_renamed; });
  if (is_renamed) KAREZ_TRY(plan_renamed());
  for (const auto& [first, stored] : outcomes) {
    if (stored.outcome == PackOutcome::refused) {
      if (stored.error.code == ErrorCode::fork) refused_branches.insert(stored.link);
      refused({stored.author, first, std::max(first, stored.seq), stored.error, false});
      continue;
    }
    if (stored.outcome == PackOutcome::aside) repair.met_gap();
    report.received_changes += stored.changes;
    if (stored.name.is_zero()) continue;
    upload.raise(stored.name, stored.seq);
    repair.raise(stored.name, {stored.seq, stored.link});
  }
  if (const std::uint64_t bytes = download.take_credit(); bytes > 0) send(control::Credit{bytes});
  upload.refresh();  // what came may have led to changes of our own
  update_totals();
  return announce_if_new();
}

/// A branch appeared: logs have other names than before, and whether the relay has the same ones shows at its
/// next fingerprint, or at the last.
Status ReplicaSession::Impl::plan_renamed() {
  upload.renamed(store.relay_heads());
  at_is_compared = is_accepted = false;
  report.in_sync = false;
  // If the branch is of our own log, the store goes on under another key by itself.
  key_is_shared = key_is_shared || !(store.key_pair().author == own);
  return {};
}

Status ReplicaSession::Impl::on_at(const control::At& message) {
  KAREZ_TRY(store_kept_notes());
  KAREZ_TRY(store_received());
  if (!relay_is_unknown) KAREZ_TRY(download.reached(message.end));
  if (!carrying.empty()) KAREZ_TRY(store.announcements_carried(std::exchange(carrying, {})));
  at = message;
  newest_arrival = 0;  // what was sent before an `at` lies at or below it
  at_is_compared = is_accepted = false;
  want_is_answered = true;
  answer_came();
  report.to_receive_end = message.end;
  report.received_arrival = message.end;
  return settle();
}

Status ReplicaSession::Impl::on(const control::Ack& ack) {
  if (phase != Phase::introduce && !is_open())
    return protocol_error("The relay acknowledged what was not sent.");
  Receipt receipt = ack.receipt;
  receipt.relay = cursor.relay;
  receipt.incarnation = cursor.incarnation;
  const std::uint64_t changes = upload.acknowledged(receipt.author, receipt.seq, ack.credit);
  answer_came();
  const auto name = store.branch_with(receipt.author, receipt.seq, receipt.link);
  const bool is_true = is_signed(receipt) || is_mutant(Mutant::believe_any_receipt);
  if (!is_true || !name) {
    refused({receipt.author,
             receipt.seq,
             receipt.seq,
             {ErrorCode::bad_signature, "The relay's receipt is not signed by it, or not for what was sent."},
             false});
    upload.block_author(receipt.author);
    return settle();
  }
  KAREZ_TRY(store.store_receipt(receipt));
  upload.raise(*name, receipt.seq);
  repair.raise(*name, {receipt.seq, receipt.link});
  is_accepted = false;
  saw_arrival(receipt.arrival);
  if (receipt.arrival > end_at_welcome) report.sent_changes += changes;
  update_totals();
  if (phase == Phase::introduce && receipt.author == own) KAREZ_TRY(open_flow());
  return settle();
}

Status ReplicaSession::Impl::on(const control::Refuse& refuse) {
  if (phase != Phase::introduce && !is_open()) return protocol_error("The relay refused what was not sent.");
  const auto name = upload.refused(refuse.author, refuse.first, refuse.last, refuse.credit);
  const bool was_blocked = name && upload.is_blocked(*name);
  answer_came();
  is_accepted = false;
  // The relay holds less of this log than we believed: its heads say how much. Not so where it names a pack
  // that never left here: that one was damaged on its way, and is told as refused.
  if (refuse.error.code == ErrorCode::gap && name && is_open() && !was_blocked && repair.has_rounds()) {
    gap_was_refused = true;
    return settle();
  }
  refused({refuse.author, refuse.first, refuse.last, refuse.error, true});
  if (name) {
    upload.block(*name);
  } else {
    upload.block_author(refuse.author);
  }
  // It holds as many logs under our key as it takes, or, an older one, another than ours.
  if (refuse.error.code == ErrorCode::fork && refuse.author == own) {
    KAREZ_TRY(share_key(refuse.first, Hash{}));
  }
  update_totals();
  return settle();
}

Status ReplicaSession::Impl::on_ranges(const FrameView& frame) {
  KAREZ_ASSIGN(const auto answer, control::ranges_from_relay(frame.bytes));
  if (repair.is_comparing()) {
    was_waiting = false;
    KAREZ_ASSIGN(auto next, repair.take(answer));
    if (next) {
      outbox.push_back(std::move(*next));
      return {};
    }
    KAREZ_TRY(store_received());
    return learned(repair.take_heads());
  }
  if (repair.is_fetching()) {
    KAREZ_TRY(store_received());
    send_fetches();
    if (repair.is_fetching()) was_waiting = false;  // the next group is another round trip
    return settle();
  }
  return {};
}

Status ReplicaSession::Impl::on(const control::Notes& notes) {
  if (!is_open()) return protocol_error("The relay sent notes before it was asked.");
  bool all_true = true;
  for (const Announcement& a : notes.announcements) {
    const bool is_true = is_signed(a) || is_mutant(Mutant::believe_any_note);
    if (is_true) kept_announcements.push_back(a);
    all_true = all_true && is_true;
  }
  for (const Holding& h : notes.holdings) {
    const bool is_true = is_signed(h);
    if (is_true) kept_holdings.push_back(h);
    all_true = all_true && is_true;
  }
  if (all_true) {
    cursor.notes = notes.end;
  } else {
    refused(
        {{}, 0, 0, {ErrorCode::bad_signature, "The relay sent a note that its author did not sign."}, false});
  }
  has_kept_notes = true;
  // Before an `at` they share its commit; if the link breaks first they are asked for again.
  const bool is_much = kept_announcements.size() + kept_holdings.size() >= kKeptNotes;
  return want_is_answered || is_much ? store_kept_notes() : Status();
}

Status ReplicaSession::Impl::store_kept_notes() {
  if (!std::exchange(has_kept_notes, false)) return {};
  return store.store_notes(cursor.notes, std::exchange(kept_announcements, {}),
                           std::exchange(kept_holdings, {}));
}

Status ReplicaSession::Impl::on(const control::Revoked&) {
  if (!is_open()) return protocol_error("The relay sent a revocation before login.");
  report.revoked = true;
  report.in_sync = false;
  want_is_answered = true;
  repair.stop();
  KAREZ_TRY(store_kept_notes());
  KAREZ_TRY(store_received());
  if (std::exchange(relay_is_unknown, false)) {
    // Nobody will say what it lacks: it gets everything, as a relay that was wiped does.
    Heads relay = store.relay_heads();
    if (relay_has) relay.emplace(own, *relay_has);
    upload.plan(relay);
    update_totals();
  }
  return settle();
}

Status ReplicaSession::Impl::on(const control::Failure& error) {
  report.retry_after_ms = error.retry_after_ms.value_or(0);
  return error.error;
}

Status ReplicaSession::Impl::on(const control::UnknownType& unknown) {
  send(control::Failure{protocol_error("The message type \"" + unknown.type + "\" is not known here."), {}});
  return {};
}

/// Takes the next step once nothing is on its way. Called after everything that can change the answer.
Status ReplicaSession::Impl::settle() {
  if (is_over() || !repair.is_idle()) return {};
  if (gap_was_refused && !upload.has_in_flight()) return start_repair();
  if (phase == Phase::introduce && !upload.has_in_flight() && !upload.has_waiting(own)) {
    phase = Phase::complete;  // our own log was refused: the relay will serve us nothing
  }
  if (!upload.is_settled()) return {};
  if (!is_open() || is_accepted) return {};
  if (report.revoked) {
    if (!is_live) phase = Phase::complete;
    return {};
  }
  if (!at || !want_is_answered || at->end < newest_arrival) return {};
  const Heads relay = store.relay_heads();
  const bool is_known = fingerprint_of(relay).bytes() == at->fingerprint;
  const bool may_repair = !at_is_compared && repair.has_rounds() && !is_mutant(Mutant::skip_repair);
  if (!is_known && may_repair) return start_repair();
  if (is_known && relay_is_unknown && !std::exchange(at_is_compared, true)) {
    // Learned in an earlier session that broke before its end: what was presumed at login gives way to it.
    return learned(relay);
  }
  // After the comparison: before it, packs may seem to be there that are not.
  KAREZ_ASSIGN(const bool is_carrying, carry_announcements());
  if (is_carrying) return {};
  if (!is_known) return accept();
  if (repair.plan_fetch(relay, store)) {
    send_fetches();
    return {};
  }
  // What did not come, or was refused, keeps the cursor where it is: the next session compares again.
  if (holds_all(relay, store.heads())) KAREZ_TRY(relay_is_known());
  return accept();
}

/// Only now: the relay holds the packs that they speak of. A relay reads on when a note is on its disk, so
/// the answer to a second `want` says that they are.
Result<bool> ReplicaSession::Impl::carry_announcements() {
  if (!relay_carries || std::exchange(has_carried, true)) return false;
  KAREZ_ASSIGN(carrying, store.announcements_to_carry());
  std::erase_if(carrying, [&](const Announcement& one) { return one.author == own; });
  if (carrying.empty()) return false;
  for (const Announcement& one : carrying) send(control::Carry{one});
  send_want(at->end);
  return true;
}

/// What it was last known to hold; of the others, what we hold.
Heads ReplicaSession::Impl::presumed_heads() {
  Heads heads = store.relay_heads();
  heads.merge(store.heads());
  return heads;
}

Status ReplicaSession::Impl::start_repair() {
  const Heads presumed = presumed_heads();
  const bool is_right = !gap_was_refused && at && fingerprint_of(presumed).bytes() == at->fingerprint;
  gap_was_refused = false;
  at_is_compared = true;
  report.in_sync = false;
  if (is_right) return learned(presumed);
  outbox.push_back(repair.start(presumed));
  return {};
}

/// What differed is stored here: only now may the cursor pass it, or a link that breaks meanwhile leaves a
/// cursor that claims more than is held.
Status ReplicaSession::Impl::relay_is_known() {
  if (!std::exchange(relay_is_unknown, false)) return {};
  download.set_fetching(false);
  return at ? download.reached(at->end) : Status();
}

/// The relay's heads, found by ranges, or presumed and confirmed by the fingerprint.
Status ReplicaSession::Impl::learned(const Heads& relay) {
  KAREZ_TRY(store.set_relay_heads(relay));
  KAREZ_TRY(check_own(relay));
  const Heads known = store.relay_heads();  // what is here by the name that it has here
  upload.plan(known);
  update_totals();
  if (repair.plan_fetch(known, store)) send_fetches();
  return settle();
}

void ReplicaSession::Impl::send_fetches() {
  const auto group = repair.next_group();
  download.set_fetching(group.has_value());
  if (!group) {
    // Fetched packs may be newer than the last `at`; a second `want` is always answered by another.
    // (After our own packs an `at` comes by itself.)
    if (at && at->end < fetched_arrival) send_want(at->end);
    return;
  }
  for (const control::Fetch& fetch : *group) send(fetch);
  outbox.push_back(control::ranges_frame({}));
}

/// Both ends have said everything: is it the same?
Status ReplicaSession::Impl::accept() {
  const Heads held = store.heads();
  const bool is_equal = fingerprint_of(held).bytes() == at->fingerprint;
  if (is_equal) {
    KAREZ_TRY(download.proved(at->end));
    repair.reset();
  }
  report.in_sync = is_equal && !was_refused;
  is_accepted = true;
  if (holds_all(store.relay_heads(), held)) {
    KAREZ_ASSIGN(const auto holding, store.make_holding());
    if (holding) send(control::Hold{*holding});
  }
  if (!is_live) phase = Phase::complete;
  return {};
}

/// What a holding claims. One branch too many of an author that forks without end does not count: it would
/// keep everybody's proof from coming.
bool ReplicaSession::Impl::holds_all(const Heads& relay, const Heads& held) {
  if (fingerprint_of(relay).bytes() != at->fingerprint) return false;
  return std::all_of(relay.begin(), relay.end(), [&](const auto& entry) {
    return refused_branches.contains(entry.second.link) || holds(store, held, entry.first, entry.second);
  });
}

/// Queues the next pack that the relay takes; false if there is none.
bool ReplicaSession::Impl::pull_pack() {
  if (phase != Phase::introduce && !is_open()) return false;
  // While heads are compared, what the relay lacks is not known.
  if (repair.is_comparing() || gap_was_refused) return false;
  Upload::Refusals found;
  const auto pack = upload.next(phase == Phase::introduce ? &own : nullptr, found);
  refused(std::move(found));
  if (pack) outbox.push_back(control::pack_frame(*pack));
  return pack.has_value();
}

}  // namespace karez
