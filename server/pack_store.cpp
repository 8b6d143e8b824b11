#include "pack_store.h"

#include <chrono>

namespace karez::relay {
namespace {

constexpr std::int64_t kSchemaLevel = 1;

constexpr const char* kSchema = R"sql(
CREATE TABLE meta (
  name  TEXT PRIMARY KEY CHECK (name IN ('workspace', 'incarnation', 'probe')),
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE author (
  id  INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE CHECK (length(key) = 32)
) STRICT;

-- Packs as they came, in order of arrival: 1, 2, 3, ... without holes. Packs of one author may overlap.
CREATE TABLE pack (
  arrival     INTEGER PRIMARY KEY CHECK (arrival > 0),
  author      INTEGER NOT NULL REFERENCES author (id),
  first_seq   INTEGER NOT NULL CHECK (first_seq > 0),
  last_seq    INTEGER NOT NULL CHECK (last_seq >= first_seq),
  last_link   BLOB NOT NULL CHECK (length(last_link) = 32),
  received_ms INTEGER NOT NULL,
  bytes       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX pack_by_author ON pack (author, last_seq, arrival);

-- Copies of the changes that bear on authority, so that a start need not open every pack.
CREATE TABLE authority_change (
  author  INTEGER NOT NULL REFERENCES author (id),
  seq     INTEGER NOT NULL CHECK (seq > 0),
  content BLOB NOT NULL,
  PRIMARY KEY (author, seq)
) STRICT, WITHOUT ROWID;

-- Notes: statements outside the log, the newest per author. Announcements and holdings share one numbering.
CREATE TABLE announcement (
  author         BLOB PRIMARY KEY CHECK (length(author) = 32),
  note           INTEGER NOT NULL,
  seq            INTEGER NOT NULL,
  link           BLOB NOT NULL CHECK (length(link) = 32),
  last_record_ms INTEGER NOT NULL,
  now_ms         INTEGER NOT NULL,
  relay_ms       INTEGER NOT NULL,
  signature      BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT, WITHOUT ROWID;

CREATE TABLE holding (
  author      BLOB PRIMARY KEY CHECK (length(author) = 32),
  note        INTEGER NOT NULL,
  incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
  arrival     INTEGER NOT NULL,
  signature   BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
)sql";

constexpr const char* kGetMeta = "SELECT value FROM meta WHERE name = ?1";
constexpr const char* kSetMeta =
    "INSERT INTO meta (name, value) VALUES (?1, ?2) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr const char* kInsertAuthor = "INSERT INTO author (id, key) VALUES (?1, ?2)";
constexpr const char* kInsertPack =
    "INSERT INTO pack (arrival, author, first_seq, last_seq, last_link, received_ms, "
    "bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr const char* kInsertAuthority =
    "INSERT INTO authority_change (author, seq, content) VALUES (?1, ?2, ?3)";
// The first pack that ends at or above a held change covers it, since logs have no gaps.
constexpr const char* kFindPack =
    "SELECT arrival, last_seq, last_link, bytes FROM pack "
    "WHERE author = ?1 AND last_seq >= ?2 ORDER BY last_seq, arrival LIMIT 1";
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

constexpr const char* kAuthors = "SELECT id, key FROM author ORDER BY id";
// SQLite takes bare columns beside max() from the row that holds the maximum.
constexpr const char* kHeads =
    "SELECT a.key, max(p.last_seq), p.last_link FROM pack p JOIN author a ON a.id = p.author "
    "GROUP BY p.author ORDER BY p.author";
constexpr const char* kEnd = "SELECT count(*), coalesce(max(arrival), 0) FROM pack";
constexpr const char* kAuthorityChanges = "SELECT content FROM authority_change ORDER BY author, seq";
constexpr const char* kAnnouncements =
    "SELECT author, note, seq, link, last_record_ms, now_ms, relay_ms, signature "
    "FROM announcement ORDER BY note";
constexpr const char* kHoldings =
    "SELECT author, note, incarnation, arrival, signature FROM holding ORDER BY note";

template <std::size_t N>
FixedBytes<N> fixed(ByteView bytes) {
  FixedBytes<N> out{};
  if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

std::uint64_t number(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

std::int64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

Result<std::unique_ptr<PackStore>> PackStore::open(const PackStoreOptions& options, const Clock& clock,
                                                   Random& random) {
  DatabaseOptions database_options;
  database_options.lock_path = options.folder + "/relay.lock";
  KAREZ_ASSIGN(Database database, Database::open(options.folder + "/relay.db", database_options));
  std::unique_ptr<PackStore> store(new PackStore(std::move(database), clock));
  if (options.max_pages > 0) {
    KAREZ_TRY(store->database_.execute("PRAGMA max_page_count = " + std::to_string(options.max_pages)));
  }
  KAREZ_TRY(store->create_schema());
  KAREZ_TRY(store->prepare());
  KAREZ_TRY(store->load_heads());
  KAREZ_TRY(store->load_meta(options, random));
  KAREZ_TRY(store->load_authority());
  KAREZ_TRY(store->load_notes());
  return store;
}

Status PackStore::create_schema() {
  std::int64_t level = 0;
  {
    KAREZ_ASSIGN(Statement read, database_.prepare("PRAGMA user_version"));
    KAREZ_TRY(for_each_row(read, [&](Statement& row) { level = row.integer(0); }));
  }
  if (level == kSchemaLevel) {
    KAREZ_ASSIGN(const std::vector<std::string> findings, database_.quick_check());
    if (findings.empty()) return {};
    return Error{ErrorCode::corrupt,
                 "the relay's database is damaged (" + findings.front() +
                     "); nothing was changed in it: keep the file aside and start on a backup, or on "
                     "an empty folder, and the laptops send everything again"};
  }
  if (level > kSchemaLevel) {
    return Error{ErrorCode::refused, "the relay's database was written by a newer version of this program"};
  }
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  KAREZ_TRY(database_.execute(kSchema));
  return transaction.commit();
}

Status PackStore::prepare() {
  KAREZ_ASSIGN(set_meta_, database_.prepare(kSetMeta));
  KAREZ_ASSIGN(insert_author_, database_.prepare(kInsertAuthor));
  KAREZ_ASSIGN(insert_pack_, database_.prepare(kInsertPack));
  KAREZ_ASSIGN(insert_authority_, database_.prepare(kInsertAuthority));
  KAREZ_ASSIGN(find_pack_, database_.prepare(kFindPack));
  KAREZ_ASSIGN(put_announcement_, database_.prepare(kPutAnnouncement));
  KAREZ_ASSIGN(put_holding_, database_.prepare(kPutHolding));
  return {};
}

Status PackStore::load_heads() {
  KAREZ_ASSIGN(Statement authors, database_.prepare(kAuthors));
  KAREZ_TRY(for_each_row(
      authors, [&](Statement& row) { author_ids_[AuthorKey{fixed<32>(row.blob(1))}] = row.integer(0); }));
  KAREZ_ASSIGN(Statement heads, database_.prepare(kHeads));
  KAREZ_TRY(for_each_row(heads, [&](Statement& row) {
    const Head head{number(row, 1), fixed<32>(row.blob(2))};
    state_.heads[AuthorKey{fixed<32>(row.blob(0))}] = head;
    state_.changes += head.seq;
  }));
  state_.fingerprint = fingerprint_of(state_.heads);
  std::uint64_t count = 0;
  KAREZ_ASSIGN(Statement end, database_.prepare(kEnd));
  KAREZ_TRY(for_each_row(end, [&](Statement& row) {
    count = number(row, 0);
    state_.end = number(row, 1);
  }));
  if (count != state_.end) {
    return Error{ErrorCode::corrupt, "packs are missing in the relay's database (" + std::to_string(count) +
                                         " of " + std::to_string(state_.end) +
                                         "); nothing was changed in it: restore a backup"};
  }
  return {};
}

Status PackStore::load_meta(const PackStoreOptions& options, Random& random) {
  KAREZ_ASSIGN(Statement get, database_.prepare(kGetMeta));
  bool has_incarnation = false;
  get.bind(1, "workspace");
  KAREZ_TRY(
      for_each_row(get, [&](Statement& row) { state_.workspace = WorkspaceId{fixed<32>(row.blob(0))}; }));
  get.bind(1, "incarnation");
  KAREZ_TRY(for_each_row(get, [&](Statement& row) {
    incarnation_ = fixed<16>(row.blob(0));
    has_incarnation = true;
  }));
  const bool is_told = options.workspace.has_value();
  if (is_told && state_.workspace && *state_.workspace != *options.workspace) {
    return Error{ErrorCode::wrong_workspace, "this folder serves workspace " +
                                                 to_hex(state_.workspace->bytes) +
                                                 ", not the one that was asked for; nothing was changed"};
  }
  const bool adopts = is_told && !state_.workspace;
  const bool renews = !has_incarnation || options.new_incarnation;
  if (!adopts && !renews) return {};
  if (renews) random.fill(incarnation_);
  if (adopts) state_.workspace = options.workspace;
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  if (renews) KAREZ_TRY(set_meta_.bind(1, "incarnation").bind_blob(2, incarnation_).run());
  if (adopts) KAREZ_TRY(set_meta_.bind(1, "workspace").bind_blob(2, state_.workspace->bytes).run());
  return transaction.commit();
}

Status PackStore::load_authority() {
  KAREZ_ASSIGN(Statement changes, database_.prepare(kAuthorityChanges));
  Status failed;
  KAREZ_TRY(for_each_row(changes, [&](Statement& row) {
    if (!failed) return;
    const ByteView content = row.blob(0);
    const Result<Change> change = decode_change(content);
    if (!change || !state_.workspace) {
      failed =
          Error{ErrorCode::corrupt, "an enrolment in the relay's database cannot be read; restore a backup"};
      return;
    }
    std::optional<Enrolment> enrolment;
    if (change->seq == 1) {
      Result<Enrolment> checked = check_first_change(*state_.workspace, *change, content);
      if (!checked) {
        failed = Error{ErrorCode::corrupt,
                       "an enrolment in the relay's database is not valid: " + checked.error().message};
        return;
      }
      enrolment = std::move(checked).value();
    }
    collect_facts(facts_, *change, enrolment);
  }));
  KAREZ_TRY(failed);
  state_.members = members_of(facts_);
  return {};
}

Status PackStore::load_notes() {
  KAREZ_ASSIGN(Statement announcements, database_.prepare(kAnnouncements));
  KAREZ_TRY(for_each_row(announcements, [&](Statement& row) {
    Announcement value;
    value.author.bytes = fixed<32>(row.blob(0));
    value.seq = number(row, 2);
    value.link = fixed<32>(row.blob(3));
    value.last_record_ms = row.integer(4);
    value.now_ms = row.integer(5);
    value.relay_ms = row.integer(6);
    value.signature = fixed<64>(row.blob(7));
    state_.announcements[value.author] = {number(row, 1), value};
    state_.notes_end = std::max(state_.notes_end, number(row, 1));
  }));
  KAREZ_ASSIGN(Statement holdings, database_.prepare(kHoldings));
  return for_each_row(holdings, [&](Statement& row) {
    Holding value;
    value.author.bytes = fixed<32>(row.blob(0));
    value.incarnation = fixed<16>(row.blob(2));
    value.arrival = number(row, 3);
    value.signature = fixed<64>(row.blob(4));
    state_.holdings[value.author] = {number(row, 1), value};
    state_.notes_end = std::max(state_.notes_end, number(row, 1));
  });
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
    take(joined.heads, one.heads);
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
  Admission admission(state_,
                      [this](const AuthorKey& author, std::uint64_t seq) { return find_held(author, seq); });
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
  if (!written) {
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
  for (const Admitted& pack : admission.admitted()) {
    commit.new_changes += pack.new_changes;
    commit.packs.push_back(
        {pack.arrival, pack.header.author, pack.header.first_seq, pack.header.last_seq(), pack.bytes});
    commit.heads.emplace_back(pack.header.author, Head{pack.header.last_seq(), pack.links.back()});
    for (const AuthorityChange& change : pack.authority) {
      collect_facts(facts_, change.change, change.enrolment);
      commit.members = state_.members;  // a mark; computed once below
    }
  }
  commit.adopted = admission.adopted();
  if (commit.members) commit.members = members_of(facts_);
  state_.apply(commit);
  return commit;
}

Status PackStore::write(const Admission& admission, const Batch& batch, Commit& commit) {
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  if (admission.adopted()) {
    KAREZ_TRY(set_meta_.bind(1, "workspace").bind_blob(2, admission.adopted()->bytes).run());
  }
  for (const Admitted& pack : admission.admitted()) KAREZ_TRY(write_pack(pack));
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
  for (const AuthorityChange& change : pack.authority) {
    KAREZ_TRY(
        insert_authority_.bind(1, id->second).bind(2, change.change.seq).bind_blob(3, change.content).run());
  }
  return insert_pack_.bind(1, pack.arrival)
      .bind(2, id->second)
      .bind(3, pack.header.first_seq)
      .bind(4, pack.header.last_seq())
      .bind_blob(5, pack.links.back())
      .bind(6, clock_.now_ms())
      .bind_blob(7, *pack.bytes)
      .run();
}

Status PackStore::write_notes(const Batch& batch, Commit& commit) {
  std::uint64_t note = state_.notes_end;
  for (const Announcement& value : batch.announcements) {
    const auto held = state_.announcements.find(value.author);
    // A replica set back to an old backup must not lower what is known to exist.
    if (held != state_.announcements.end() && value.seq < held->second.value.seq) continue;
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

Result<HeldChange> PackStore::find_held(const AuthorKey& author, std::uint64_t seq) {
  const auto id = author_ids_.find(author);
  if (id == author_ids_.end()) return Error{ErrorCode::internal, "a held author has no number"};
  find_pack_.bind(1, id->second).bind(2, seq);
  HeldChange held;
  Bytes bytes;
  bool found = false;
  KAREZ_TRY(for_each_row(find_pack_, [&](Statement& row) {
    found = true;
    held.arrival = number(row, 0);
    held.link = fixed<32>(row.blob(2));
    const ByteView stored = row.blob(3);
    if (number(row, 1) != seq) bytes.assign(stored.begin(), stored.end());
  }));
  if (!found) return Error{ErrorCode::corrupt, "a held change is missing in the relay's database"};
  if (bytes.empty()) return held;
  KAREZ_ASSIGN(const OpenedPack pack, open_pack(bytes));
  if (seq < pack.header.first_seq)
    return Error{ErrorCode::corrupt, "a held change is missing in the relay's database"};
  held.link = pack.changes[seq - pack.header.first_seq].link;
  return held;
}

}  // namespace karez::relay
