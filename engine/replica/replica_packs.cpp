// What comes from others into the log: to which of an author's logs a pack belongs, what it begins, and what
// waits for it.
#include <algorithm>
#include <set>
#include <tuple>

#include "karez/storage/row.h"
#include "replica_impl.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

/// What others said of logs of one author, by the row to which it was attached.
struct Said {
  const char* find;
  const char* move;
  const char* drop;  ///< what cannot be attached is worth nothing; null: it waits
};
constexpr Said kSaid[] = {
    {"SELECT relay, author, seq, link FROM relay_head WHERE relay IN (SELECT id FROM relay) AND author=?",
     "INSERT INTO relay_head (relay, author, seq, link) SELECT relay, ?3, seq, link FROM relay_head WHERE "
     "relay=?1 AND "
     "author=?2 ON CONFLICT (relay, author) DO UPDATE SET seq=excluded.seq, link=excluded.link WHERE "
     "excluded.seq > seq",
     "DELETE FROM relay_head WHERE relay=?1 AND author=?2"},
    {"SELECT holder, author, seq, link FROM holder_head WHERE author=?",
     "INSERT INTO holder_head (holder, author, seq, link) SELECT holder, ?3, seq, link FROM holder_head "
     "WHERE holder=?1 "
     "AND author=?2 ON CONFLICT (holder, author) DO UPDATE SET seq=excluded.seq, link=excluded.link WHERE "
     "excluded.seq > "
     "seq",
     "DELETE FROM holder_head WHERE holder=?1 AND author=?2"},
    {"SELECT 0, author, seq, link FROM announcement WHERE author=?",
     "INSERT INTO announcement (author, seq, link, last_record_ms, now_ms, relay_ms, signature, carried)"
     " SELECT ?3, seq, link, last_record_ms, now_ms, relay_ms, signature, carried FROM announcement WHERE "
     "author=?2 AND "
     "0=?1 ON CONFLICT (author) DO UPDATE SET seq=excluded.seq, link=excluded.link, "
     "last_record_ms=excluded.last_record_ms, now_ms=excluded.now_ms, relay_ms=excluded.relay_ms, "
     "signature=excluded.signature, carried=excluded.carried WHERE excluded.seq > seq",
     "DELETE FROM announcement WHERE 0=?1 AND author=?2"},
};
constexpr auto kRelayHeadsOfName = "SELECT relay, seq, link FROM relay_head_apart WHERE name=?";
constexpr auto kForgetApart = "DELETE FROM relay_head_apart WHERE relay=? AND name=?";
constexpr auto kSetRelayArrival = "UPDATE relay SET arrival=? WHERE id=?";

/// Changes of others that are stored and applied under one lock, or one pack if it alone has more: some 10 ms
/// on an old laptop, and its commit.
constexpr std::uint64_t kSliceChanges = 1024;

/// Whether the disk or this replica is at fault, and not the pack.
bool is_of_this_replica(const Error& error) {
  return error.code == ErrorCode::io || error.code == ErrorCode::busy || error.code == ErrorCode::corrupt ||
         error.code == ErrorCode::internal;
}

const Hash& link_in(const OpenedPack& pack, std::uint64_t seq) {
  return seq < pack.header.first_seq
             ? pack.header.prev_link
             : pack.changes[static_cast<std::size_t>(seq - pack.header.first_seq)].link;
}

}  // namespace

Result<Replica::Impl::PackPlace> Replica::Impl::place_of(const std::vector<AuthorRow*>& rows,
                                                         const OpenedPack& pack) {
  const std::uint64_t first = pack.header.first_seq;
  const std::uint64_t last = pack.header.last_seq();
  const auto held_link = [&](const AuthorRow& row, std::uint64_t seq) -> Result<Hash> {
    if (const auto link = log.link_at(row.id, seq)) return *link;
    KAREZ_TRY(database.failure());
    return Error{ErrorCode::corrupt, "the stored log cannot be read at change " + std::to_string(seq) +
                                         "; nothing was changed: run karez verify"};
  };
  for (AuthorRow* row : rows) {
    if (first > row->held_seq + 1) continue;
    // The beginning of a log was compared with its author's link(0) when the pack was opened.
    bool fits = row->held_seq == 0;
    if (!fits && first == row->held_seq + 1) {
      fits = pack.header.prev_link == row->held_link || is_mutant(Mutant::skip_chain_check);
    } else if (!fits) {
      const std::uint64_t common = std::min(row->held_seq, last);
      KAREZ_ASSIGN(const Hash held, held_link(*row, common));
      fits = held == link_in(pack, common);
    }
    if (!fits) continue;
    return PackPlace{last <= row->held_seq ? PackPlace::Kind::repeated : PackPlace::Kind::next, row, 0};
  }
  // The log that shares most with it is the one from which it branches off.
  PackPlace place{PackPlace::Kind::gap, nullptr, 0};
  for (AuthorRow* row : rows) {
    if (row->held_seq < first || row->held_seq == 0) continue;
    if (first > 1) {
      KAREZ_ASSIGN(const Hash before, held_link(*row, first - 1));
      if (before != pack.header.prev_link) continue;
    }
    std::uint64_t same = first - 1;
    for (std::uint64_t differs = std::min(row->held_seq, last); same + 1 < differs;) {
      const std::uint64_t middle = same + (differs - same) / 2;
      KAREZ_ASSIGN(const Hash held, held_link(*row, middle));
      (held == link_in(pack, middle) ? same : differs) = middle;
    }
    if (place.row != nullptr && same + 1 <= place.from_seq) continue;
    place = {PackPlace::Kind::branch, row, same + 1};
  }
  return place;
}

Result<AuthorRow*> Replica::Impl::begin_branch(const PackPlace& place, const std::vector<AuthorRow*>& rows,
                                               const OpenedPack& pack) {
  if (rows.size() >= limits::kBranches) {
    const AuthorRow& first = *rows.front();
    return Error{ErrorCode::fork, "the log of " + (first.laptop.empty() ? first.name : first.laptop) +
                                      " was written in more than " + std::to_string(limits::kBranches) +
                                      " copies; this one was not stored"};
  }
  if (place.from_seq == 1) {
    const OpenedChange& first = pack.changes.front();
    auto enrolment = check_first_change(workspace_id, first.change, first.content);
    if (!enrolment) return enrolment.error();
  }
  const AuthorId newest = authors.all().back()->id;
  bool is_whole = true;
  const auto link = [&](const AuthorRow& row, std::uint64_t seq) {
    if (row.id > newest && seq >= place.from_seq) return link_in(pack, seq);
    const auto held = log.link_at(row.id, seq);
    is_whole = is_whole && held.has_value();
    return held.value_or(Hash{});
  };
  const Hash shared = place.from_seq == 1 ? Hash{} : link_in(pack, place.from_seq - 1);
  std::vector<std::vector<StreamSegment>> names;
  for (const AuthorRow* held : rows) names.push_back(held->segments);
  KAREZ_ASSIGN(AuthorRow * row, authors.branch_off(*place.row, place.from_seq, shared, link));
  if (!is_whole) {
    return Error{ErrorCode::corrupt,
                 "the stored log of a laptop that was copied cannot be read; nothing was changed: run karez "
                 "verify"};
  }
  is_renamed = true;
  // One more log where others have parted already leaves every name and its meaning as it was.
  for (std::size_t i = 0; i < rows.size(); ++i) rebuild_is_due |= rows[i]->segments != names[i];
  rebuild_is_due |= place.from_seq == 1;  // its first change may be the one that enrols the author
  if (row->key == me().key && !is_mutant(Mutant::go_on_under_shared_key)) copied_at = pack.header.last_seq();
  return row;
}

Status Replica::Impl::append_pack(AuthorRow& row, std::shared_ptr<const OpenedPack> opened, ByteView bytes,
                                  std::uint64_t& appended) {
  KAREZ_ASSIGN(auto stripped, without_erased(row, *opened));
  if (stripped) {
    opened = std::move(stripped->first);
    bytes = stripped->second;
  }
  const OpenedPack& pack = *opened;
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
  const KeyPair* key = row.parent == 0 ? keys.find(row.key) : nullptr;
  if (key != nullptr) KAREZ_TRY(log.seal(workspace_id, row, *key));
  KAREZ_TRY(log.append_pack(row, std::move(opened), bytes));
  authors.mark(row);
  return applier->log_grew(row);
}

Result<Replica::Impl::PackPlace> Replica::Impl::place_pack(const std::shared_ptr<const OpenedPack>& opened,
                                                           ByteView bytes, std::uint64_t& appended) {
  const std::vector<AuthorRow*> rows = authors.rows_of(opened->header.author);
  KAREZ_ASSIGN(PackPlace place, place_of(rows, *opened));
  if (place.kind == PackPlace::Kind::next || place.kind == PackPlace::Kind::branch) {
    // The erase that allows it may be on its way: until then the pack waits as one beyond a gap does.
    KAREZ_ASSIGN(const bool is_whole, is_rightly_absent(place.row, *opened));
    if (!is_whole) return PackPlace{PackPlace::Kind::gap, nullptr, 0};
  }
  if (place.kind == PackPlace::Kind::branch) {
    KAREZ_ASSIGN(place.row, begin_branch(place, rows, *opened));
  }
  if (place.kind == PackPlace::Kind::next || place.kind == PackPlace::Kind::branch) {
    KAREZ_TRY(append_pack(*place.row, opened, bytes, appended));
    if (place.row->is_forked()) KAREZ_TRY(find_branches_again(place.row->key));
  }
  return place;
}

Status Replica::Impl::find_branches_again(const AuthorKey& author) {
  StreamNames& names = tables.names();
  const std::vector<AuthorRow*> rows = authors.rows_of(author);
  for (const Said& said : kSaid) {
    for (const AuthorRow* row : rows) {
      std::vector<std::tuple<std::int64_t, std::uint64_t, Hash>> all;
      KAREZ_TRY(for_each_row(statements.get(said.find).bind(1, row->id), [&](Statement& in) {
        all.emplace_back(in.integer(0), number(in, 2), fixed<32>(in.blob(3)));
      }));
      for (const auto& [by, seq, link] : all) {
        if (names.has_link(*row, seq, link)) continue;
        const AuthorRow* meant = names.branch_with(author, seq, link);
        // Above what is held here it may still be this one's.
        if (meant == nullptr && seq > row->held_seq) continue;
        if (meant != nullptr && !is_mutant(Mutant::forget_heads_of_branch))
          KAREZ_TRY(statements.get(said.move).bind(1, by).bind(2, row->id).bind(3, meant->id).run());
        KAREZ_TRY(statements.get(said.drop).bind(1, by).bind(2, row->id).run());
      }
    }
  }
  std::set<AuthorKey> names_of_all{author};
  for (const AuthorRow* row : rows) {
    for (const StreamSegment& one : row->segments) names_of_all.insert(one.name);
  }
  for (const AuthorKey& name : names_of_all) KAREZ_TRY(take_relay_heads_apart(name, author));
  return {};
}

/// What relays said of a log before it was known here is about one of the author's rows now.
Status Replica::Impl::take_relay_heads_apart(const AuthorKey& name, const AuthorKey& author) {
  std::vector<std::pair<std::int64_t, Head>> heads;
  KAREZ_TRY(for_each_row(statements.get(kRelayHeadsOfName).bind_blob(1, name.bytes), [&](Statement& in) {
    heads.emplace_back(in.integer(0), Head{number(in, 1), fixed<32>(in.blob(2))});
  }));
  const std::vector<AuthorRow*> rows = authors.rows_of(author);
  for (const auto& [relay, head] : heads) {
    const AuthorRow* row =
        rows.size() == 1 ? rows.front() : tables.names().branch_with(author, head.seq, head.link);
    if (row == nullptr) continue;
    if (!is_mutant(Mutant::forget_heads_apart)) KAREZ_TRY(raise_relay_head(relay, row->id, head));
    KAREZ_TRY(statements.get(kForgetApart).bind(1, relay).bind_blob(2, name.bytes).run());
  }
  return {};
}

Status Replica::Impl::go_on_as_new_author(std::uint64_t seq) {
  return become_new_author(
      "changes came that were made under this laptop's name (up to " + std::to_string(seq) +
      ") and not on it: its database was copied or restored; what was recorded on either "
      "counts, and this laptop goes on under a name of its own");
}

/// What lay beyond a gap may follow now. A pack that turns out bad is dropped: the relay still has it.
Status Replica::Impl::take_from_aside(const AuthorKey& author, std::uint64_t& appended) {
  const AuthorId shelf = authors.find(author)->id;
  StreamNames& names = tables.names();
  const auto follows = [&](std::uint64_t first, const Hash& prev_link) {
    const std::vector<AuthorRow*> rows = authors.rows_of(author);
    return first == 1 || std::any_of(rows.begin(), rows.end(), [&](const AuthorRow* row) {
             return names.has_link(*row, first - 1, prev_link);
           });
  };
  for (;;) {
    KAREZ_ASSIGN(const auto shelved, aside.take(shelf, follows));
    if (!shelved) return {};
    auto reopened = open_pack(*shelved, AbsentParts::accepted);
    if (!reopened) continue;
    const auto follower = std::make_shared<const OpenedPack>(std::move(*reopened));
    const auto place = place_pack(follower, *shelved, appended);
    if (!place && is_of_this_replica(place.error())) return place.error();
    const bool lacks_part = std::any_of(follower->changes.begin(), follower->changes.end(), is_part_absent);
    if (place && place->kind == PackPlace::Kind::gap && lacks_part) {
      // It follows, but a private part is absent that no erase names yet.
      return aside.put(shelf, follower->header, follower->last_link(), *shelved);
    }
  }
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
    for (const AuthorRow* known : authors.rows_of(header->author)) {
      if (!(header->workspace == workspace_id) || header->last_seq() > known->held_seq) continue;
      const auto link = log.link_signed(known->id, header->last_seq(), header->signature);
      if (!link) continue;
      stored.outcome = PackOutcome::repeated;
      stored.name = known->head_name();
      stored.link = *link;
      const Status noted = raise_relay_head(relay_id, known->id, {stored.seq, stored.link});
      return noted ? stored : refuse(noted.error());
    }
  }
  auto unpacked = open_pack(incoming.pack, AbsentParts::accepted);
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
  if (held == 0) {
    const Status attached = take_relay_heads_apart(stored.author, stored.author);
    if (!attached) return refuse(attached.error());
  }
  if (!device_name.empty()) (*row)->laptop = std::move(device_name);
  is_renamed = false;
  const auto place = place_pack(opened, incoming.pack, stored.changes);
  if (!place) return refuse(place.error());
  AuthorId on_relay = 0;
  if (place->kind == PackPlace::Kind::gap) {
    const Status kept = aside.put((*row)->id, opened->header, stored.link, incoming.pack);
    if (!kept) return refuse(kept.error());
    stored.outcome = PackOutcome::aside;
    if ((*row)->is_forked()) stored.name = AuthorKey{};  // nobody knows yet of which branch it is
    // Of an author with one log here it is that log's, as far as anybody can tell.
    const bool is_of_it = !(*row)->is_forked() && opened->header.first_seq > (*row)->held_seq + 1;
    if (is_of_it) on_relay = (*row)->id;
  } else {
    on_relay = place->row->id;
    stored.outcome = stored.changes > 0 ? PackOutcome::stored : PackOutcome::repeated;
    const Status taken = stored.changes > 0 ? take_from_aside(stored.author, stored.changes) : Status();
    if (!taken) return refuse(taken.error());
    stored.name = place->row->head_name();
  }
  stored.is_renamed = is_renamed;
  if (on_relay == 0) return stored;
  const Status noted = raise_relay_head(relay_id, on_relay, {stored.seq, stored.link});
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
  rebuild_is_due = false;
  copied_at.reset();
  std::uint64_t in_slice = 0;
  // The cursor stops before the first pack that must be asked for again. A branch too many must not: nobody
  // can mend it by sending.
  bool is_stopped = false;
  std::uint64_t arrival = 0;
  const auto end_slice = [&](bool is_last) -> Status {
    if (in_slice > 0) {
      // Names are what everything is ordered and found by: with other names the tables are others.
      KAREZ_TRY(rebuild_is_due && !is_mutant(Mutant::keep_old_names)
                    ? rebuild_tables()
                    : applier->apply_ready([&](std::uint64_t done) {
                        if (options.progress) options.progress("merge", done, 0);
                      }));
      rebuild_is_due = false;
      KAREZ_ASSIGN(const bool is_more, carry_out_erasures());
      if (is_more) KAREZ_TRY(applier->apply_ready());
      if (applier->take_authority_news()) KAREZ_TRY(admit_sole_claims());
      if (const auto at = std::exchange(copied_at, std::nullopt)) KAREZ_TRY(go_on_as_new_author(*at));
    }
    if (advance && arrival > 0)
      KAREZ_TRY(statements.get(kSetRelayArrival).bind(1, arrival).bind(2, relay_id).run());
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
  // A later pack may have brought the branch by which an earlier one's is named.
  for (Stored& stored : results) {
    if (!authors.has_forks() || stored.outcome == PackOutcome::refused ||
        stored.outcome == PackOutcome::aside)
      continue;
    stored.name = branch_with(stored.author, stored.seq, stored.link).value_or(stored.name);
  }
  return results;
}

}  // namespace karez
