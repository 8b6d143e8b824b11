#include "pack_store.h"

#include <algorithm>
#include <chrono>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/storage/row.h"

namespace karez::relay {
namespace {

constexpr const char* kSetMeta =
    "INSERT INTO meta (name, value) VALUES (?1, ?2) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr const char* kInsertAuthor = "INSERT INTO author (id, key) VALUES (?1, ?2)";
constexpr const char* kInsertBranch =
    "INSERT INTO branch (author, branch, parent, from_seq, first_link, parent_link) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr const char* kInsertPack =
    "INSERT INTO pack (arrival, author, branch, first_seq, last_seq, last_link, received_ms, "
    "bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr const char* kInsertAuthority =
    "INSERT INTO authority_change (author, branch, seq, link, content) VALUES (?1, ?2, ?3, ?4, ?5)";
// The first pack that ends at or above a held change covers it, since logs have no gaps.
constexpr const char* kFindPack =
    "SELECT arrival, first_seq, last_seq, last_link, bytes FROM pack "
    "WHERE author = ?1 AND branch = ?2 AND last_seq >= ?3 ORDER BY last_seq, arrival LIMIT 1";
constexpr const char* kPutAnnouncement =
    "INSERT INTO announcement (author, note, seq, link, last_record_ms, now_ms, relay_ms, signature) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (author) DO UPDATE SET note = excluded.note, "
    "seq = excluded.seq, link = excluded.link, last_record_ms = excluded.last_record_ms, now_ms = "
    "excluded.now_ms, "
    "relay_ms = excluded.relay_ms, signature = excluded.signature";
constexpr const char* kPutHolding =
    "INSERT INTO holding (author, note, incarnation, arrival, signature) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (author) DO UPDATE SET note = excluded.note, incarnation = excluded.incarnation, "
    "arrival = excluded.arrival, signature = excluded.signature";

std::int64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

Status PackStore::prepare() {
  KAREZ_ASSIGN(set_meta_, database_.prepare(kSetMeta));
  KAREZ_ASSIGN(insert_author_, database_.prepare(kInsertAuthor));
  KAREZ_ASSIGN(insert_branch_, database_.prepare(kInsertBranch));
  KAREZ_ASSIGN(insert_pack_, database_.prepare(kInsertPack));
  KAREZ_ASSIGN(insert_authority_, database_.prepare(kInsertAuthority));
  KAREZ_ASSIGN(find_pack_, database_.prepare(kFindPack));
  KAREZ_ASSIGN(put_announcement_, database_.prepare(kPutAnnouncement));
  KAREZ_ASSIGN(put_holding_, database_.prepare(kPutHolding));
  return prepare_erasures();
}

Commit PackStore::store(const Batch& batch) {
  Commit commit = store_once(batch);
  if (!commit.failed || batch.packs.size() < 2) return commit;
  // One pack may be what the disk or the schema cannot take: the others must not suffer for it.
  Commit joined;
  joined.was_probe = batch.probe;
  for (std::size_t i = 0; i < batch.packs.size(); ++i) {
    Batch single;
    single.packs.push_back(batch.packs[i]);
    if (i == 0) {
      single.announcements = batch.announcements;
      single.holdings = batch.holdings;
      single.probe = batch.probe;
    }
    Commit one = store_once(single);
    joined.failed = joined.failed || one.failed;
    joined.wrote = joined.wrote || one.wrote;
    joined.commit_us += one.commit_us;
    joined.check_us += one.check_us;
    joined.new_changes += one.new_changes;
    if (one.adopted) joined.adopted = one.adopted;
    if (one.members) joined.members = std::move(one.members);
    const auto take = [](auto& to, auto& from) {
      to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    take(joined.answers, one.answers);
    take(joined.packs, one.packs);
    take(joined.rewritten, one.rewritten);
    take(joined.heads, one.heads);
    take(joined.forked, one.forked);
    take(joined.announcements, one.announcements);
    take(joined.holdings, one.holdings);
  }
  return joined;
}

Commit PackStore::store_once(const Batch& batch) {
  Commit commit;
  commit.was_probe = batch.probe;
  // All checking happens before BEGIN, so the file lock is held for the write alone.
  const auto check_start = std::chrono::steady_clock::now();
  Admission admission(
      state_,
      [this](const AuthorKey& author, std::size_t branch, std::uint64_t seq) {
        return find_held(author, branch, seq);
      },
      [this](const AuthorKey& author, std::uint64_t seq) { return part_state(author, seq); });
  for (const Submission& submission : batch.packs) {
    commit.answers.push_back({submission.ticket, admission.check(submission)});
  }
  commit.check_us = microseconds_since(check_start);
  const bool has_notes = !batch.announcements.empty() || !batch.holdings.empty();
  if (admission.admitted().empty() && !has_notes && !batch.probe) return commit;

  const auto write_start = std::chrono::steady_clock::now();
  const std::size_t known_authors = author_ids_.size();
  const Status written = write(admission, batch, commit);
  commit.commit_us = microseconds_since(write_start);
  if (!written && !is_mutant(Mutant::answer_before_commit)) {
    // Nothing of this batch is durable: every positive answer turns into a refusal, repetitions of it
    // included.
    Commit failure;
    failure.was_probe = batch.probe;
    failure.failed = true;
    failure.commit_us = commit.commit_us;
    failure.check_us = commit.check_us;
    failure.answers = std::move(commit.answers);
    for (Answer& answer : failure.answers) {
      if (!answer.result.stored || answer.result.arrival <= state_.end) continue;
      answer.result.stored = false;
      answer.result.arrival = 0;
      answer.result.error = {ErrorCode::busy, "the relay could not store this now (" +
                                                  written.error().message +
                                                  "); everything is safe on your laptop, try again later"};
    }
    for (auto id = author_ids_.begin(); id != author_ids_.end();) {
      id = id->second > static_cast<std::int64_t>(known_authors) ? author_ids_.erase(id) : std::next(id);
    }
    return failure;
  }
  commit.wrote = true;
  bool bears_on_members = false;
  for (const Admitted& pack : admission.admitted()) {
    commit.new_changes += pack.new_changes;
    commit.packs.push_back(
        {pack.arrival, pack.header.author, pack.header.first_seq, pack.header.last_seq(), pack.bytes});
    for (const AuthorityChange& change : pack.authority) {
      const auto branch = static_cast<BranchNumber>(pack.branch);
      collect_facts(facts_, change.change, change.enrolment, {branch, change.link});
      bears_on_members = true;
    }
  }
  admission.tell_heads(commit);
  commit.adopted = admission.adopted();
  state_.apply(commit);
  // Which branch a cut means shows when that branch has come so far.
  for (const auto& [author, branches] : commit.forked) bears_on_members = bears_on_members || is_cut(author);
  if (bears_on_members) commit.members = state_.members = members();
  // After the members: an erase counts by who made it. What fails here is done at the next batch, or the next
  // start.
  (void)carry_out_erasures(commit.rewritten).ok();
  return commit;
}

bool PackStore::is_cut(const AuthorKey& author) const {
  return std::any_of(facts_.begin(), facts_.end(), [&](const auto& one) {
    const auto& revokes = one.second.revokes;
    return std::any_of(revokes.begin(), revokes.end(),
                       [&](const auto& fact) { return fact.revoke.author == author; });
  });
}

std::shared_ptr<const Members> PackStore::members() {
  AuthorityBranches branches;
  for (const auto& [author, several] : state_.forked) {
    for (std::size_t i = 0; i < several->size(); ++i) {
      branches.of[author].push_back(static_cast<BranchNumber>(i));
    }
  }
  branches.kept = [this](BranchNumber branch, const Revoke& revoke) {
    const Branches& all = *state_.forked.at(revoke.author);
    const auto judged = static_cast<std::size_t>(branch);
    const Head cut{revoke.seq, revoke.link};
    if (cut.seq == 0 || has_link(revoke.author, all, judged, cut)) return cut.seq;
    std::uint64_t shared = limits::kSeq;
    bool is_held = false;
    for (std::size_t i = 0; i < all.size() && !is_held; ++i) {
      is_held = i != judged && has_link(revoke.author, all, i, cut);
      if (is_held) shared = shared_by(all, judged, i);
    }
    for (std::size_t i = 1; i < all.size() && !is_held; ++i) shared = std::min(shared, all[i].from_seq - 1);
    return std::min(cut.seq, shared);
  };
  return members_of(facts_, branches);
}

bool PackStore::has_link(const AuthorKey& author, const Branches& branches, std::size_t branch,
                         const Head& head) {
  const Head& held = branches[branch].head;
  if (head.seq >= held.seq) return head == held;
  const Result<HeldChange> change = find_held(author, owner_of(branches, branch, head.seq), head.seq);
  return change && change->link == head.link;
}

Status PackStore::write(const Admission& admission, const Batch& batch, Commit& commit) {
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  if (admission.adopted()) {
    KAREZ_TRY(set_meta_.bind(1, "workspace").bind_blob(2, admission.adopted()->bytes).run());
  }
  for (const Admitted& pack : admission.admitted()) {
    const bool is_last = &pack == &admission.admitted().back() && admission.admitted().size() > 1;
    if (is_last && is_mutant(Mutant::forget_last_of_batch)) continue;
    KAREZ_TRY(write_pack(pack));
  }
  KAREZ_TRY(write_notes(batch, commit));
  if (batch.probe) {
    KAREZ_TRY(set_meta_.bind(1, "probe")
                  .bind_blob(2, big_endian(static_cast<std::uint64_t>(clock_.now_ms())))
                  .run());
  }
  return transaction.commit();
}

Status PackStore::write_pack(const Admitted& pack) {
  auto id = author_ids_.find(pack.header.author);
  if (id == author_ids_.end()) {
    // Ids count 1, 2, 3, ...: a failed batch takes its own back by that.
    const auto next = static_cast<std::int64_t>(author_ids_.size()) + 1;
    KAREZ_TRY(insert_author_.bind(1, next).bind_blob(2, pack.header.author.bytes).run());
    id = author_ids_.emplace(pack.header.author, next).first;
  }
  const std::uint64_t branch = pack.branch;
  if (pack.opened) {
    insert_branch_.bind(1, id->second).bind(2, branch).bind(3, std::uint64_t{pack.opened->parent});
    insert_branch_.bind(4, pack.opened->from_seq).bind_blob(5, pack.opened->first_link);
    KAREZ_TRY(insert_branch_.bind_blob(6, pack.opened->parent_link).run());
  }
  for (const auto& [erased, by_seq] : pack.erases) {
    put_erasure_.bind_blob(1, erased.author.bytes).bind(2, erased.seq).bind_blob(3, pack.header.author.bytes);
    KAREZ_TRY(put_erasure_.bind(4, by_seq).run());
    has_erasures_ = true;
  }
  for (const AuthorityChange& change : pack.authority) {
    insert_authority_.bind(1, id->second).bind(2, branch).bind(3, change.change.seq);
    KAREZ_TRY(insert_authority_.bind_blob(4, change.link).bind_blob(5, change.content).run());
  }
  return insert_pack_.bind(1, pack.arrival)
      .bind(2, id->second)
      .bind(3, branch)
      .bind(4, pack.header.first_seq)
      .bind(5, pack.header.last_seq())
      .bind_blob(6, pack.links.back())
      .bind(7, clock_.now_ms())
      .bind_blob(8, *pack.bytes)
      .run();
}

Status PackStore::write_notes(const Batch& batch, Commit& commit) {
  std::uint64_t note = state_.notes_end;
  for (const Announcement& value : batch.announcements) {
    const auto held = state_.announcements.find(value.author);
    // A replica set back to an old backup must not lower what is known to exist.
    const bool is_older = held != state_.announcements.end() && value.seq < held->second.value.seq;
    if (is_older && !is_mutant(Mutant::lower_announcement)) continue;
    commit.announcements.push_back({++note, value});
    KAREZ_TRY(put_announcement_.bind_blob(1, value.author.bytes)
                  .bind(2, note)
                  .bind(3, value.seq)
                  .bind_blob(4, value.link)
                  .bind(5, value.last_record_ms)
                  .bind(6, value.now_ms)
                  .bind(7, value.relay_ms)
                  .bind_blob(8, value.signature)
                  .run());
  }
  for (const Holding& value : batch.holdings) {
    commit.holdings.push_back({++note, value});
    KAREZ_TRY(put_holding_.bind_blob(1, value.author.bytes)
                  .bind(2, note)
                  .bind_blob(3, value.incarnation)
                  .bind(4, value.arrival)
                  .bind_blob(5, value.signature)
                  .run());
  }
  return {};
}

Result<HeldChange> PackStore::find_held(const AuthorKey& author, std::size_t branch, std::uint64_t seq) {
  const auto id = author_ids_.find(author);
  if (id == author_ids_.end()) return Error{ErrorCode::internal, "a held author has no number"};
  find_pack_.bind(1, id->second).bind(2, std::uint64_t{branch}).bind(3, seq);
  HeldChange held;
  Bytes bytes;
  KAREZ_TRY(for_each_row(find_pack_, [&](Statement& row) {
    held.arrival = number(row, 0);
    held.first_seq = number(row, 1);
    held.last_seq = number(row, 2);
    held.link = fixed<32>(row.blob(3));
    if (held.last_seq == seq || held.arrival == opened_arrival_) return;
    const ByteView stored = row.blob(4);
    bytes.assign(stored.begin(), stored.end());
  }));
  const Error missing{ErrorCode::corrupt, "a held change is missing in the relay's database"};
  if (held.arrival == 0 || seq < held.first_seq) return missing;
  if (held.last_seq == seq) return held;
  if (held.arrival != opened_arrival_) {
    KAREZ_ASSIGN(const OpenedPack pack, open_pack(bytes, AbsentParts::accepted));
    if (pack.header.first_seq != held.first_seq) return missing;
    opened_arrival_ = held.arrival;
    opened_links_.clear();
    for (const OpenedChange& one : pack.changes) opened_links_.push_back(one.link);
  }
  if (seq - held.first_seq >= opened_links_.size()) return missing;
  held.link = opened_links_[seq - held.first_seq];
  return held;
}

}  // namespace karez::relay
