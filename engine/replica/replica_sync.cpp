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
constexpr auto kRelayHeadsApart = "SELECT name, seq, link FROM relay_head_apart WHERE relay=?";
constexpr auto kForgetRelayHeadsApart = "DELETE FROM relay_head_apart WHERE relay=?";
constexpr auto kForgetRelayHeadApart = "DELETE FROM relay_head_apart WHERE relay=? AND name=?";
constexpr auto kAddRelayHeadApart =
    "INSERT OR REPLACE INTO relay_head_apart (relay, name, seq, link) VALUES (?, ?, ?, ?)";
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
    if (!is_mutant(Mutant::keep_old_receipts)) {
      KAREZ_TRY(statements.get(kForgetRelayHeads).bind(1, relay_id).run());
      KAREZ_TRY(statements.get(kForgetRelayHeadsApart).bind(1, relay_id).run());
    }
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

AuthorRow* Replica::Impl::log_named(const AuthorKey& name, std::uint64_t seq) {
  if (AuthorRow* row = authors.headed(name)) return row;
  AuthorRow* row = authors.named(name, seq);
  return row != nullptr ? row : authors.find(name);
}

std::optional<Hash> Replica::Impl::link_at(const AuthorKey& name, std::uint64_t seq) {
  const AuthorRow* row = authors.headed(name);
  if (row == nullptr) row = authors.named(name, seq);
  return row == nullptr || seq > row->held_seq ? std::nullopt : log.link_at(row->id, seq);
}

std::optional<AuthorKey> Replica::Impl::branch_with(const AuthorKey& author, std::uint64_t seq,
                                                    const Hash& link) {
  const AuthorRow* row = tables.names().branch_with(author, seq, link);
  return row == nullptr ? std::nullopt : std::optional(row->head_name());
}

Heads Replica::Impl::relay_heads() {
  Heads heads;
  (void)for_each_row(statements.get(kRelayHeads).bind(1, relay_id), [&](Statement& in) {
    const AuthorRow* row = authors.find(in.integer(0));
    if (row == nullptr) return;
    Head& head = heads[row->head_name()];
    head.seq = number(in, 1);
    head.link = fixed<32>(in.blob(2));
  }).ok();
  (void)for_each_row(statements.get(kRelayHeadsApart).bind(1, relay_id), [&](Statement& in) {
    AuthorKey name;
    name.bytes = fixed<32>(in.blob(0));
    heads.try_emplace(name, Head{number(in, 1), fixed<32>(in.blob(2))});
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
    for (const auto& [name, head] : known) {
      const auto stays = wanted.find(name);
      if (stays != wanted.end() && stays->second == head) continue;
      KAREZ_TRY(statements.get(kForgetRelayHeadApart).bind(1, relay_id).bind_blob(2, name.bytes).run());
      if (const AuthorRow* row = authors.headed(name))
        KAREZ_TRY(statements.get(kForgetRelayHead).bind(1, relay_id).bind(2, row->id).run());
    }
    for (const auto& [name, head] : wanted) {
      if (const auto is = known.find(name); is != known.end() && is->second == head) continue;
      KAREZ_TRY(keep_relay_head(name, head));
    }
    return {};
  });
}

/// The log that the relay names may bear another name there, or not be here.
AuthorRow* Replica::Impl::log_with_head(const AuthorKey& name, const Head& head) {
  if (AuthorRow* row = authors.headed(name)) return row;
  if (AuthorRow* row = authors.named(name, head.seq)) return row;
  for (AuthorRow* row : authors.bearing(name)) {
    if (tables.names().has_link(*row, head.seq, head.link)) return row;
  }
  return nullptr;
}

Status Replica::Impl::keep_relay_head(const AuthorKey& name, const Head& head) {
  const AuthorRow* row = log_with_head(name, head);
  if (row == nullptr) {
    Statement& add = statements.get(kAddRelayHeadApart);
    return add.bind(1, relay_id).bind_blob(2, name.bytes).bind(3, head.seq).bind_blob(4, head.link).run();
  }
  return raise_relay_head(relay_id, row->id, head);
}

Result<std::optional<NextPack>> Replica::Impl::next_pack(const AuthorKey& name, std::uint64_t after) {
  KAREZ_TRY(refresh());
  const AuthorRow* row = log_named(name, after + 1);
  if (row == nullptr) return std::optional<NextPack>();
  return log.next_pack(workspace_id, *row, after, keys.find(row->key));
}

Status Replica::Impl::store_receipt(const Receipt& receipt) {
  return in_write([&]() -> Status {
    KAREZ_ASSIGN(AuthorRow * row, authors.ensure(receipt.author));
    if (row->is_forked()) {
      row = tables.names().branch_with(receipt.author, receipt.seq, receipt.link);
      if (row == nullptr) return {};  // of a branch that is not here
    }
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
      KAREZ_ASSIGN(const AuthorRow* row, row_announced(one.author, one.seq, one.link));
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

/// The branch that an author announced; of one that is not here so far, the first that may still grow into
/// it.
Result<AuthorRow*> Replica::Impl::row_announced(const AuthorKey& author, std::uint64_t seq,
                                                const Hash& link) {
  KAREZ_ASSIGN(AuthorRow * first, authors.ensure(author));
  if (!first->is_forked()) return first;
  if (AuthorRow* row = tables.names().branch_with(author, seq, link)) return row;
  for (AuthorRow* row : authors.rows_of(author)) {
    if (row->held_seq < seq) return row;
  }
  return first;
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
