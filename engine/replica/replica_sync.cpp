#include "karez/storage/row.h"
#include "replica_impl.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr auto kRelay = "SELECT key, incarnation, arrival, notes, stated FROM relay WHERE id=?";
constexpr auto kNearRelay = "SELECT id FROM relay WHERE key=? AND id>1";
constexpr auto kNextRelay = "SELECT max(1, coalesce(max(id), 1)) + 1 FROM relay";
constexpr auto kSetRelay =
    "INSERT INTO relay (id, key, incarnation, arrival, notes, stated) VALUES (?, ?, ?, 0, 0, 0)"
    " ON CONFLICT (id) DO UPDATE SET key=excluded.key, incarnation=excluded.incarnation, arrival=0, notes=0, "
    "stated=0";
constexpr auto kSetArrival = "UPDATE relay SET arrival=? WHERE id=?";
constexpr auto kSetNotes = "UPDATE relay SET notes=max(notes, ?) WHERE id=?";
constexpr auto kSetStated = "UPDATE relay SET stated=? WHERE id=?";
constexpr auto kSetSkew = "UPDATE relay SET skew_ms=?, last_sync_ms=? WHERE id=?";
constexpr auto kRelayHeads = "SELECT author, seq, link FROM relay_head WHERE relay=?";
constexpr auto kForgetRelayHead = "DELETE FROM relay_head WHERE relay=? AND author=?";
constexpr auto kForgetRelayHeads = "DELETE FROM relay_head WHERE relay=?";
constexpr auto kRaiseRelayHead =
    "INSERT INTO relay_head (relay, author, seq, link) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (relay, author) DO UPDATE SET seq=excluded.seq, link=excluded.link WHERE excluded.seq > "
    "seq";
constexpr auto kAddReceipt =
    "INSERT OR REPLACE INTO receipt (author, seq, link, relay, incarnation, arrival, signature) VALUES (?, "
    "?, ?, ?, ?, ?, ?)";
constexpr auto kCoveredUpTo =
    "SELECT author, max(seq), link FROM receipt WHERE incarnation=? AND arrival<=? GROUP BY author";
constexpr auto kKeepAnnouncement =
    "INSERT INTO announcement (author, seq, link, last_record_ms, now_ms, relay_ms, signature) VALUES (?, ?, "
    "?, ?, ?, ?, ?)"
    " ON CONFLICT (author) DO UPDATE SET seq=excluded.seq, link=excluded.link, "
    "last_record_ms=excluded.last_record_ms,"
    " now_ms=excluded.now_ms, relay_ms=excluded.relay_ms, signature=excluded.signature, carried=0"
    " WHERE excluded.seq > seq OR (excluded.seq = seq AND (carried = 0 OR excluded.now_ms >= now_ms))";
constexpr auto kKeepHolding =
    "INSERT INTO holding (author, incarnation, arrival, signature) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (author) DO UPDATE SET incarnation=excluded.incarnation, arrival=excluded.arrival,"
    " signature=excluded.signature WHERE incarnation != excluded.incarnation OR excluded.arrival > arrival";

/// Changes of others that are stored and applied under one lock, or one pack if it alone has more: some 10 ms
/// on an old laptop, and its commit.
constexpr std::uint64_t kSliceChanges = 1024;

struct RelayRow {
  RelayCursor cursor;
  std::uint64_t stated = 0;
};

Result<std::optional<RelayRow>> read_relay(Statements& statements, std::int64_t id) {
  std::optional<RelayRow> row;
  KAREZ_TRY(for_each_row(statements.get(kRelay).bind(1, id), [&](Statement& in) {
    row.emplace();
    row->cursor.relay.bytes = fixed<32>(in.blob(0));
    row->cursor.incarnation = fixed<16>(in.blob(1));
    row->cursor.arrival = number(in, 2);
    row->cursor.notes = number(in, 3);
    row->stated = number(in, 4);
  }));
  return row;
}

/// Whether the disk or this replica is at fault, and not the pack.
bool is_of_this_replica(const Error& error) {
  return error.code == ErrorCode::io || error.code == ErrorCode::busy || error.code == ErrorCode::corrupt ||
         error.code == ErrorCode::internal;
}

Error fork_error(const AuthorRow& row, std::uint64_t seq) {
  return {ErrorCode::fork, "two different changes are numbered " + std::to_string(seq) + " in the log of " +
                               (row.laptop.empty() ? row.name : row.laptop) +
                               "; the first one seen here stays, the other was not stored"};
}

}  // namespace

Status Replica::Impl::in_write(const std::function<Status()>& work) {
  std::optional<Transaction> alone;
  std::optional<Transaction>& transaction = is_grouped ? group : alone;
  if (!transaction) {
    KAREZ_ASSIGN(Transaction begun, begin_write());
    transaction.emplace(std::move(begun));
  }
  const Status done = work();
  if (!done) transaction.reset();  // rolls back; the caches follow at the next refresh()
  return done && !is_grouped ? commit(*transaction) : done;
}

Status Replica::Impl::end_group() {
  is_grouped = false;
  if (!group) return {};
  Transaction transaction = std::move(*group);
  group.reset();
  return commit(transaction);
}

Result<RelayCursor> Replica::Impl::open_relay(const AuthorKey& relay, const Incarnation& incarnation) {
  KAREZ_TRY(refresh());
  relay_id = kHomeRelay;
  if (is_near) KAREZ_TRY(find_near_relay(relay));
  KAREZ_ASSIGN(const auto known, read_relay(statements, relay_id));
  AuthorKey pinned;
  pinned.bytes = fixed<32>(meta.bytes("relay_key"));
  if (known) pinned = known->cursor.relay;
  const bool is_pinned = pinned == relay || pinned.is_zero() || is_mutant(Mutant::forget_relay_key);
  if (!is_near && !is_pinned) {
    return Error{ErrorCode::refused,
                 "the relay at this address is not the one this laptop knows (its key differs); "
                 "nothing was sent: ask headquarters"};
  }
  if (known && known->cursor.incarnation == incarnation) return known->cursor;
  const Status opened = in_write([&]() -> Status {
    if (is_near) KAREZ_TRY(find_near_relay(relay));  // another process may have met one meanwhile
    KAREZ_TRY(statements.get(kSetRelay)
                  .bind(1, relay_id)
                  .bind_blob(2, relay.bytes)
                  .bind_blob(3, incarnation)
                  .run());
    if (!is_mutant(Mutant::keep_old_receipts))
      KAREZ_TRY(statements.get(kForgetRelayHeads).bind(1, relay_id).run());
    return is_near ? Status() : meta.set_bytes("relay_key", relay.bytes);
  });
  KAREZ_TRY(opened);
  RelayCursor cursor;
  cursor.relay = relay;
  cursor.incarnation = incarnation;
  return cursor;
}

/// Any key will do for a laptop that serves: what comes from it is signed by its authors, and its word counts
/// for nothing else.
Status Replica::Impl::find_near_relay(const AuthorKey& relay) {
  relay_id = kNoRelay;
  KAREZ_TRY(for_each_row(statements.get(kNearRelay).bind_blob(1, relay.bytes),
                         [&](Statement& in) { relay_id = in.integer(0); }));
  if (relay_id != kNoRelay) return {};
  return for_each_row(statements.get(kNextRelay), [&](Statement& in) { relay_id = in.integer(0); });
}

Heads Replica::Impl::heads() {
  // A failed refresh shows the state of a moment ago, which is still true of the log.
  (void)refresh().ok();
  return authors.heads();
}

std::optional<Hash> Replica::Impl::link_at(const AuthorKey& author, std::uint64_t seq) {
  const AuthorRow* row = authors.find(author);
  return row == nullptr ? std::nullopt : log.link_at(row->id, seq);
}

std::optional<AuthorKey> Replica::Impl::branch_with(const AuthorKey& author, std::uint64_t seq,
                                                    const Hash& link) {
  return link_at(author, seq) == link ? std::optional(author) : std::nullopt;
}

Heads Replica::Impl::relay_heads() {
  Heads heads;
  (void)for_each_row(statements.get(kRelayHeads).bind(1, relay_id), [&](Statement& in) {
    const AuthorRow* row = authors.find(in.integer(0));
    if (row == nullptr) return;
    Head& head = heads[row->key];
    head.seq = number(in, 1);
    head.link = fixed<32>(in.blob(2));
  }).ok();
  return heads;
}

Status Replica::Impl::raise_relay_head(std::int64_t relay, AuthorId author, const Head& head) {
  if (relay == kNoRelay) return {};
  Statement& raise = statements.get(kRaiseRelayHead);
  return raise.bind(1, relay).bind(2, author).bind(3, head.seq).bind_blob(4, head.link).run();
}

Status Replica::Impl::add_receipt(AuthorId author, const Receipt& receipt) {
  Statement& add = statements.get(kAddReceipt);
  add.bind(1, author).bind(2, receipt.seq).bind_blob(3, receipt.link).bind_blob(4, receipt.relay.bytes);
  add.bind_blob(5, receipt.incarnation).bind(6, receipt.arrival).bind_blob(7, receipt.signature);
  return add.run();
}

Status Replica::Impl::keep_holding(AuthorId author, const Holding& holding) {
  Statement& keep = statements.get(kKeepHolding);
  keep.bind(1, author).bind_blob(2, holding.incarnation).bind(3, holding.arrival);
  return keep.bind_blob(4, holding.signature).run();
}

Status Replica::Impl::set_relay_heads(const Heads& wanted) {
  return in_write([&]() -> Status {
    // Only what differs is written: a repair that found one author must not cost a write for each.
    const Heads known = relay_heads();
    for (const auto& [key, head] : known) {
      const auto stays = wanted.find(key);
      if (stays != wanted.end() && stays->second == head) continue;
      KAREZ_TRY(statements.get(kForgetRelayHead).bind(1, relay_id).bind(2, authors.find(key)->id).run());
    }
    for (const auto& [key, head] : wanted) {
      if (const auto is = known.find(key); is != known.end() && is->second == head) continue;
      KAREZ_ASSIGN(AuthorRow * row, authors.ensure(key));
      KAREZ_TRY(raise_relay_head(relay_id, row->id, head));
    }
    return {};
  });
}

Result<std::optional<Bytes>> Replica::Impl::next_pack(const AuthorKey& author, std::uint64_t after) {
  KAREZ_TRY(refresh());
  const AuthorRow* row = authors.find(author);
  if (row == nullptr) return std::optional<Bytes>();
  return log.next_pack(workspace_id, *row, after, keys.find(author));
}

Status Replica::Impl::append_pack(AuthorRow& row, std::shared_ptr<const OpenedPack> opened, ByteView bytes,
                                  std::uint64_t& appended) {
  const OpenedPack& pack = *opened;
  if (pack.header.first_seq == row.held_seq + 1) {
    // The beginning of a log was compared with its author's link(0) when the pack was opened.
    const bool fits = pack.header.prev_link == row.held_link || is_mutant(Mutant::skip_chain_check);
    if (row.held_seq > 0 && !fits) return fork_error(row, row.held_seq);
  } else {
    const std::uint64_t common = std::min(row.held_seq, pack.header.last_seq());
    const auto held = log.link_at(row.id, common);
    if (!held) {
      KAREZ_TRY(database.failure());
      return Error{ErrorCode::corrupt, "the stored log cannot be read at change " + std::to_string(common) +
                                           "; nothing was changed: run karez verify"};
    }
    if (*held != pack.changes[common - pack.header.first_seq].link) return fork_error(row, common);
  }
  if (pack.header.last_seq() <= row.held_seq) return {};
  AuthorRow& own = me();
  HybridTime last = own.time;
  const std::int64_t now = clock().now_ms();
  for (const OpenedChange& change : pack.changes) {
    if (change.change.seq <= row.held_seq) continue;
    last = merged_hybrid_time(last, change.change.time, now);
    ++appended;
  }
  if (last != own.time) {
    own.time = last;
    authors.mark(own);
  }
  // Our own log comes back to a restored database: what stands alone stands at the end of a log only.
  if (const KeyPair* key = keys.find(row.key)) KAREZ_TRY(log.seal(workspace_id, row, *key));
  KAREZ_TRY(log.append_pack(row, std::move(opened), bytes));
  authors.mark(row);
  return {};
}

ReplicaStore::Stored Replica::Impl::take_pack(const Incoming& incoming) {
  Stored stored;
  const auto refuse = [&](Error error) {
    stored.outcome = PackOutcome::refused;
    stored.error = std::move(error);
    return stored;
  };
  if (auto header = read_pack_header(incoming.pack)) {
    stored.author = stored.name = header->author;
    stored.seq = header->last_seq();
    // Our own signature check of the same words stands behind this: nothing is to be unpacked again.
    const AuthorRow* known = authors.find(header->author);
    if (known != nullptr && header->workspace == workspace_id && header->last_seq() <= known->held_seq) {
      if (const auto link = log.link_signed(known->id, header->last_seq(), header->signature)) {
        stored.outcome = PackOutcome::repeated;
        stored.link = *link;
        const Status noted = raise_relay_head(relay_id, known->id, {stored.seq, stored.link});
        return noted ? stored : refuse(noted.error());
      }
    }
  }
  auto unpacked = open_pack(incoming.pack);
  if (!unpacked) return refuse(unpacked.error());
  const auto opened = std::make_shared<const OpenedPack>(std::move(*unpacked));
  if (!(opened->header.workspace == workspace_id)) {
    return refuse({ErrorCode::wrong_workspace, "the pack belongs to another workspace; it was not stored"});
  }
  stored.link = opened->last_link();
  const AuthorRow* known = authors.find(stored.author);
  const std::uint64_t held = known == nullptr ? 0 : known->held_seq;
  std::string device_name;
  if (held == 0 && opened->header.first_seq == 1) {
    const OpenedChange& first = opened->changes.front();
    auto enrolment = check_first_change(workspace_id, first.change, first.content);
    if (!enrolment) {
      // What came before its first change was kept aside on trust.
      const Status dropped = known == nullptr ? Status() : aside.drop(known->id);
      return refuse(dropped ? enrolment.error() : dropped.error());
    }
    device_name = std::move(enrolment->device_name);
  }
  auto row = authors.ensure(stored.author);
  if (!row) return refuse(row.error());
  if (!device_name.empty()) (*row)->laptop = std::move(device_name);
  if (opened->header.first_seq > held + 1) {
    const Status kept = aside.put((*row)->id, opened->header.first_seq, incoming.pack);
    if (!kept) return refuse(kept.error());
    stored.outcome = PackOutcome::aside;
  } else {
    const Status appended = append_pack(**row, opened, incoming.pack, stored.changes);
    if (!appended) return refuse(appended.error());
    stored.outcome = stored.changes > 0 ? PackOutcome::stored : PackOutcome::repeated;
    // What lay beyond the gap may follow now. A pack that turns out bad is dropped: the relay still has it.
    for (bool more = stored.changes > 0; more;) {
      auto shelved = aside.take((*row)->id, (*row)->held_seq + 1);
      more = shelved.ok() && shelved->has_value();
      if (!more) break;
      auto reopened = open_pack(**shelved);
      if (!reopened) continue;
      const auto follower = std::make_shared<const OpenedPack>(std::move(*reopened));
      const Status followed = append_pack(**row, follower, **shelved, stored.changes);
      if (!followed && is_of_this_replica(followed.error())) return refuse(followed.error());
    }
  }
  const Status noted = raise_relay_head(relay_id, (*row)->id, {stored.seq, stored.link});
  return noted ? stored : refuse(noted.error());
}

Result<std::vector<ReplicaStore::Stored>> Replica::Impl::store(std::vector<Incoming> packs, bool advance) {
  std::optional<Transaction> alone;
  std::optional<Transaction>& transaction = is_grouped ? group : alone;
  auto results = store_in(transaction, packs, advance);
  if (!results && transaction && is_mutant(Mutant::keep_half_slice)) (void)commit(*transaction).ok();
  if (!results) transaction.reset();  // no pack is left half stored
  return results;
}

Result<std::vector<ReplicaStore::Stored>> Replica::Impl::store_in(std::optional<Transaction>& transaction,
                                                                  const std::vector<Incoming>& packs,
                                                                  bool advance) {
  std::vector<Stored> results;
  std::uint64_t in_slice = 0;
  // The cursor stops before the first pack that must be asked for again. A fork must not: nobody can mend it
  // by sending.
  bool is_stopped = false;
  std::uint64_t arrival = 0;
  const auto end_slice = [&](bool is_last) -> Status {
    if (in_slice > 0) {
      KAREZ_TRY(applier->apply_ready([&](std::uint64_t done) {
        if (options.progress) options.progress("merge", done, 0);
      }));
      if (applier->take_authority_news()) KAREZ_TRY(admit_sole_claims());
    }
    if (advance && arrival > 0)
      KAREZ_TRY(statements.get(kSetArrival).bind(1, arrival).bind(2, relay_id).run());
    in_slice = 0;
    if (is_last && is_grouped) return {};  // the group's end commits
    KAREZ_TRY(commit(*transaction));
    transaction.reset();
    return {};
  };
  for (std::size_t i = 0; i < packs.size(); ++i) {
    // Somebody may be recording on this laptop meanwhile: he gets his turn before a slice grows long.
    const auto header = read_pack_header(packs[i].pack);
    if (transaction && in_slice > 0 && header && in_slice + header->count > kSliceChanges)
      KAREZ_TRY(end_slice(false));
    if (!transaction) {
      KAREZ_ASSIGN(Transaction begun, begin_write());
      transaction.emplace(std::move(begun));
    }
    results.push_back(take_pack(packs[i]));
    const Stored& stored = results.back();
    // What is not committed rolls back and is asked for again.
    if (stored.outcome == PackOutcome::refused && is_of_this_replica(stored.error)) return stored.error;
    is_stopped =
        is_stopped || (stored.outcome == PackOutcome::refused && stored.error.code != ErrorCode::fork);
    if (!is_stopped) arrival = packs[i].arrival + (is_mutant(Mutant::move_cursor_too_far) ? 1 : 0);
    in_slice += stored.changes;
  }
  if (transaction) KAREZ_TRY(end_slice(true));
  return results;
}

Status Replica::Impl::store_receipt(const Receipt& receipt) {
  return in_write([&]() -> Status {
    KAREZ_ASSIGN(AuthorRow * row, authors.ensure(receipt.author));
    KAREZ_TRY(add_receipt(row->id, receipt));
    return raise_relay_head(relay_id, row->id, {receipt.seq, receipt.link});
  });
}

Status Replica::Impl::store_notes(std::uint64_t notes_end, std::vector<Announcement> announcements,
                                  std::vector<Holding> holdings) {
  return in_write([&]() -> Status {
    if (relay_id != kHomeRelay) {
      for (const Announcement& one : announcements) KAREZ_TRY(keep_carried(one));
      for (const Holding& one : holdings) KAREZ_TRY(keep_covered(one));
      return statements.get(kSetNotes).bind(1, notes_end).bind(2, relay_id).run();
    }
    for (const Announcement& one : announcements) {
      KAREZ_ASSIGN(AuthorRow * row, authors.ensure(one.author));
      Statement& keep = statements.get(kKeepAnnouncement);
      keep.bind(1, row->id)
          .bind(2, one.seq)
          .bind_blob(3, one.link)
          .bind(4, one.last_record_ms)
          .bind(5, one.now_ms);
      KAREZ_TRY(keep.bind(6, one.relay_ms).bind_blob(7, one.signature).run());
    }
    for (const Holding& one : holdings) {
      KAREZ_ASSIGN(AuthorRow * row, authors.ensure(one.author));
      KAREZ_TRY(keep_holding(row->id, one));
    }
    return statements.get(kSetNotes).bind(1, notes_end).bind(2, relay_id).run();
  });
}

/// A holding about a laptop that serves: kept as the heads that it covers, since receipts of that laptop
/// count for nothing here.
Status Replica::Impl::keep_covered(const Holding& holding) {
  // Its log may follow in this very session: notes come before packs.
  KAREZ_ASSIGN(const AuthorRow* holder, authors.ensure(holding.author));
  std::vector<std::pair<AuthorId, Head>> covered;
  KAREZ_TRY(
      for_each_row(statements.get(kCoveredUpTo).bind_blob(1, holding.incarnation).bind(2, holding.arrival),
                   [&](Statement& in) {
                     Head head;
                     head.seq = number(in, 1);
                     head.link = fixed<32>(in.blob(2));
                     covered.emplace_back(in.integer(0), head);
                   }));
  for (const auto& [author, head] : covered) KAREZ_TRY(keep_holder_head(holder->id, author, head));
  return {};
}

Status Replica::Impl::note_skew(std::int64_t skew_ms) {
  return in_write([&] {
    return statements.get(kSetSkew).bind(1, skew_ms).bind(2, clock().now_ms()).bind(3, relay_id).run();
  });
}

Status Replica::Impl::advance_cursor(std::uint64_t arrival) {
  KAREZ_ASSIGN(const auto known, read_relay(statements, relay_id));
  if (known && known->cursor.arrival == arrival) return {};
  return in_write([&] { return statements.get(kSetArrival).bind(1, arrival).bind(2, relay_id).run(); });
}

Result<Announcement> Replica::Impl::make_announcement(std::int64_t now_ms) {
  KAREZ_TRY(refresh());
  const AuthorRow& row = me();
  Announcement out;
  out.author = row.key;
  out.seq = row.held_seq;
  out.link = row.held_link;
  out.last_record_ms = wall_of(row.id, row.held_seq).ms;
  out.now_ms = now_ms;
  out.signature = sign(*keys.find(row.key), Purpose::announcement, announcement_message(workspace_id, out));
  return out;
}

Result<std::optional<Holding>> Replica::Impl::make_holding() {
  KAREZ_TRY(refresh());
  const AuthorRow& row = me();
  const std::vector<std::uint32_t> admitting = catalog.roles_with("admit");
  const bool is_coordinator = std::find(admitting.begin(), admitting.end(), row.role) != admitting.end();
  KAREZ_ASSIGN(const auto known, read_relay(statements, relay_id));
  if (!is_coordinator || row.counted_through < row.held_seq || !known ||
      known->cursor.arrival <= known->stated) {
    return std::optional<Holding>();
  }
  Holding out;
  out.author = row.key;
  out.incarnation = known->cursor.incarnation;
  out.arrival = known->cursor.arrival;
  out.signature =
      sign(*keys.find(row.key), Purpose::holding, holding_message(workspace_id, known->cursor.relay, out));
  KAREZ_TRY(
      in_write([&] { return statements.get(kSetStated).bind(1, out.arrival).bind(2, relay_id).run(); }));
  return std::optional<Holding>(out);
}

Status Replica::Impl::key_is_shared(std::uint64_t relay_seq, const Hash&) {
  return own_key_is_shared(relay_seq, "the relay");
}

}  // namespace karez
