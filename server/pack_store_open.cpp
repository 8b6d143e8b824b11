#include <algorithm>
#include <array>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/storage/row.h"
#include "pack_store.h"

namespace karez::relay {
namespace {

// The schema, level by level: none is edited once there are databases of it.
constexpr const char* kLevel1 = R"sql(
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

// Level 1 knew no branches: it refused what diverged, so all that it holds is of branch 0.
constexpr const char* kLevel2 = R"sql(
-- Where logs of one author diverge (log-format section 9), each of them is a branch, numbered 0, 1, 2, ... as
-- they came. Here stand those above 0: which one they left, and the links of both at their first own change.
CREATE TABLE branch (
  author      INTEGER NOT NULL REFERENCES author (id),
  branch      INTEGER NOT NULL CHECK (branch > 0),
  parent      INTEGER NOT NULL CHECK (parent >= 0 AND parent < branch),
  from_seq    INTEGER NOT NULL CHECK (from_seq > 0),
  first_link  BLOB NOT NULL CHECK (length(first_link) = 32),
  parent_link BLOB NOT NULL CHECK (length(parent_link) = 32),
  PRIMARY KEY (author, branch)
) STRICT, WITHOUT ROWID;

-- Packs of one branch may overlap; its first one may begin with changes that it shares.
ALTER TABLE pack ADD COLUMN branch INTEGER NOT NULL DEFAULT 0 CHECK (branch >= 0);
DROP INDEX pack_by_author;
CREATE UNIQUE INDEX pack_by_branch ON pack (author, branch, last_seq, arrival);

ALTER TABLE authority_change RENAME TO old_authority_change;
CREATE TABLE authority_change (
  author  INTEGER NOT NULL REFERENCES author (id),
  branch  INTEGER NOT NULL CHECK (branch >= 0),
  seq     INTEGER NOT NULL CHECK (seq > 0),
  link    BLOB NOT NULL CHECK (length(link) IN (0, 32)),  -- empty: of level 1, to be filled
  content BLOB NOT NULL,
  PRIMARY KEY (author, branch, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO authority_change SELECT author, 0, seq, x'', content FROM old_authority_change ORDER BY author, seq;
DROP TABLE old_authority_change;

PRAGMA user_version = 2;
)sql";

constexpr const char* kLevel3 = R"sql(
-- Changes whose private part a stored erase names (sealed-fields.md). state: 0 not carried out (yet), 1 the part
-- is gone from the packs, 2 from the file too.
CREATE TABLE erased (
  author    BLOB NOT NULL CHECK (length(author) = 32),
  seq       INTEGER NOT NULL,
  by_author BLOB NOT NULL CHECK (length(by_author) = 32),
  by_seq    INTEGER NOT NULL,
  state     INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
  PRIMARY KEY (author, seq, by_author, by_seq)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
)sql";

constexpr std::array<const char*, 3> kLevels{kLevel1, kLevel2, kLevel3};
constexpr auto kSchemaLevel = static_cast<std::int64_t>(kLevels.size());

constexpr const char* kGetMeta = "SELECT value FROM meta WHERE name = ?1";
constexpr const char* kAuthors = "SELECT id, key FROM author ORDER BY id";
// SQLite takes bare columns beside max() from the row that holds the maximum.
constexpr const char* kHeads =
    "SELECT a.key, p.branch, max(p.last_seq), p.last_link FROM pack p JOIN author a ON a.id = p.author "
    "GROUP BY p.author, p.branch ORDER BY p.author, p.branch";
constexpr const char* kBranches =
    "SELECT a.key, b.branch, b.parent, b.from_seq, b.first_link, b.parent_link FROM branch b "
    "JOIN author a ON a.id = b.author ORDER BY b.author, b.branch";
constexpr const char* kEnd = "SELECT count(*), coalesce(max(arrival), 0) FROM pack";
constexpr const char* kAuthorityChanges =
    "SELECT content, branch, link FROM authority_change ORDER BY author, branch, seq";
constexpr const char* kUnlinked =
    "SELECT a.key, c.seq FROM authority_change c JOIN author a ON a.id = c.author WHERE length(c.link) = 0";
constexpr const char* kSetLink =
    "UPDATE authority_change SET link = ?3 WHERE author = ?1 AND branch = 0 AND seq = ?2";
constexpr const char* kAnnouncements =
    "SELECT author, note, seq, link, last_record_ms, now_ms, relay_ms, signature "
    "FROM announcement ORDER BY note";
constexpr const char* kHoldings =
    "SELECT author, note, incarnation, arrival, signature FROM holding ORDER BY note";

Error lost_branch() {
  return {
      ErrorCode::corrupt,
      "a branch of a log is missing in the relay's database; nothing was changed in it: restore a backup"};
}

Error lost_enrolment() {
  return {ErrorCode::corrupt,
          "an enrolment is missing in the relay's database; nothing was changed in it: restore a backup"};
}

}  // namespace

Result<std::unique_ptr<PackStore>> PackStore::open(const PackStoreOptions& options, const Clock& clock,
                                                   Random& random) {
  DatabaseOptions database_options;
  database_options.vfs = options.vfs;
  if (options.vfs.empty()) database_options.lock_path = options.folder + "/relay.lock";
  KAREZ_ASSIGN(Database database, Database::open(options.folder + "/relay.db", database_options));
  std::unique_ptr<PackStore> store(new PackStore(std::move(database), clock));
  if (options.max_pages > 0) {
    KAREZ_TRY(store->database_.execute("PRAGMA max_page_count = " + std::to_string(options.max_pages)));
  }
  KAREZ_TRY(store->create_schema());
  KAREZ_TRY(store->prepare());
  KAREZ_TRY(store->load_heads());
  KAREZ_TRY(store->load_meta(options, random));
  KAREZ_TRY(store->link_authority());
  KAREZ_TRY(store->load_authority());
  KAREZ_TRY(store->load_notes());
  std::vector<std::uint64_t> rewritten;
  KAREZ_TRY(store->carry_out_erasures(rewritten));
  return store;
}

Status PackStore::create_schema() {
  std::int64_t level = 0;
  {
    KAREZ_ASSIGN(Statement read, database_.prepare("PRAGMA user_version"));
    KAREZ_TRY(for_each_row(read, [&](Statement& row) { level = row.integer(0); }));
  }
  if (level > kSchemaLevel) {
    return Error{ErrorCode::refused, "the relay's database was written by a newer version of this program"};
  }
  if (level > 0) {
    KAREZ_ASSIGN(const std::vector<std::string> findings, database_.quick_check());
    if (!findings.empty()) {
      return Error{ErrorCode::corrupt,
                   "the relay's database is damaged (" + findings.front() +
                       "); nothing was changed in it: keep the file aside and start on a backup, or on "
                       "an empty folder, and the laptops send everything again"};
    }
  }
  if (level == kSchemaLevel) return {};
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  for (std::int64_t next = std::max<std::int64_t>(level, 0); next < kSchemaLevel; ++next) {
    KAREZ_TRY(database_.execute(kLevels[static_cast<std::size_t>(next)]));
  }
  return transaction.commit();
}

Status PackStore::load_heads() {
  KAREZ_ASSIGN(Statement authors, database_.prepare(kAuthors));
  KAREZ_TRY(for_each_row(
      authors, [&](Statement& row) { author_ids_[AuthorKey{fixed<32>(row.blob(1))}] = row.integer(0); }));
  std::map<AuthorKey, Branches> forked;
  KAREZ_TRY(load_branches(forked));
  KAREZ_ASSIGN(Statement heads, database_.prepare(kHeads));
  Heads all;
  bool is_whole = true;
  KAREZ_TRY(for_each_row(heads, [&](Statement& row) {
    const AuthorKey author{fixed<32>(row.blob(0))};
    const std::uint64_t branch = number(row, 1);
    const Head head{number(row, 2), fixed<32>(row.blob(3))};
    const auto several = forked.find(author);
    if (several == forked.end()) {
      all[author] = head;
      is_whole = is_whole && branch == 0;
    } else if (branch < several->second.size()) {
      several->second[branch].head = head;
    } else {
      is_whole = false;
    }
    state_.changes += head.seq;
  }));
  for (auto& [author, branches] : forked) {
    KAREZ_TRY(name_branches(author, branches));
    for (const Branch& branch : branches) {
      all[name_of(author, branch)] = branch.head;
      state_.changes -= branch.from_seq - 1;
    }
    state_.put(author, std::make_shared<const Branches>(std::move(branches)));
  }
  if (!is_whole) return lost_branch();
  state_.heads = HeadTable(all);
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

/// All but their heads and names.
Status PackStore::load_branches(std::map<AuthorKey, Branches>& logs) {
  KAREZ_ASSIGN(Statement statement, database_.prepare(kBranches));
  bool is_whole = true;
  KAREZ_TRY(for_each_row(statement, [&](Statement& row) {
    Branches& branches = logs[AuthorKey{fixed<32>(row.blob(0))}];
    if (branches.empty()) branches.emplace_back();
    is_whole = is_whole && number(row, 1) == branches.size() && branches.size() < limits::kBranches;
    if (!is_whole) return;
    Branch& branch = branches.emplace_back();
    branch.parent = static_cast<std::size_t>(number(row, 2));
    branch.from_seq = number(row, 3);
    branch.first_link = fixed<32>(row.blob(4));
    branch.parent_link = fixed<32>(row.blob(5));
  }));
  return is_whole ? Status() : lost_branch();
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
  const bool renews = (!has_incarnation || options.new_incarnation) && !is_mutant(Mutant::keep_incarnation);
  if (!adopts && !renews) return {};
  if (renews) random.fill(incarnation_);
  if (adopts) state_.workspace = options.workspace;
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  if (renews) KAREZ_TRY(set_meta_.bind(1, "incarnation").bind_blob(2, incarnation_).run());
  if (adopts) KAREZ_TRY(set_meta_.bind(1, "workspace").bind_blob(2, state_.workspace->bytes).run());
  return transaction.commit();
}

/// What level 1 copied had no links.
Status PackStore::link_authority() {
  std::vector<std::pair<AuthorKey, std::uint64_t>> unlinked;
  KAREZ_ASSIGN(Statement find, database_.prepare(kUnlinked));
  KAREZ_TRY(for_each_row(find, [&](Statement& row) {
    unlinked.emplace_back(AuthorKey{fixed<32>(row.blob(0))}, number(row, 1));
  }));
  if (unlinked.empty()) return {};
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database_));
  KAREZ_ASSIGN(Statement set, database_.prepare(kSetLink));
  for (const auto& [author, seq] : unlinked) {
    KAREZ_ASSIGN(const HeldChange held, find_held(author, 0, seq));
    KAREZ_TRY(set.bind(1, author_ids_.at(author)).bind(2, seq).bind_blob(3, held.link).run());
  }
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
    } else if (!facts_.contains(change->author)) {
      failed = lost_enrolment();
      return;
    }
    collect_facts(facts_, *change, enrolment, {row.integer(1), fixed<32>(row.blob(2))});
  }));
  KAREZ_TRY(failed);
  // Whoever's log is here was enrolled: what comes of it next builds on that.
  for (const auto& [author, id] : author_ids_) {
    if (!facts_.contains(author)) return lost_enrolment();
  }
  state_.members = members();
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

}  // namespace karez::relay
