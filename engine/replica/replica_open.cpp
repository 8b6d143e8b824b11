#include <sys/stat.h>

#include "replica_impl.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr auto kNonceKey = "nonce";
constexpr auto kNoteKnown = "INSERT OR IGNORE INTO known (author, seq, time_ms) VALUES (?, ?, ?)";

std::string random_hex(Random& random) {
  FixedBytes<16> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

Status check_device_name(const std::string& name) {
  if (name.empty() || name.size() > limits::kNameBytes) {
    return Error{ErrorCode::usage, "a device name has 1 to 256 bytes"};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Replica::Impl>> Replica::Impl::make(const ReplicaOptions& options, bool must_exist) {
  const std::string file = options.home + "/replica.db";
  Files& files = options.files != nullptr ? *options.files : system_files();
  const bool exists = files.exists(file);
  if (must_exist && !exists) {
    return Error{ErrorCode::not_found, "there is no replica in " + options.home +
                                           "; begin with karez init (headquarters) or karez join CODE"};
  }
  if (!must_exist && exists) {
    auto existing = Replica::open(options);
    if (!existing && (existing.error().code == ErrorCode::io || existing.error().code == ErrorCode::busy)) {
      return existing.error();  // a disk that does not answer says nothing about what is there
    }
    if (existing || existing.error().code != ErrorCode::not_found) {
      return Error{ErrorCode::refused,
                   options.home + " holds a replica already; nothing was changed: choose another --home"};
    }
  }
  KAREZ_TRY(files.make_folder(options.home));
  Result<Catalog> catalog = options.catalog_json.empty() ? Result<Catalog>(Catalog::built_in())
                                                         : Catalog::parse(options.catalog_json);
  if (!catalog) return catalog.error();
  DatabaseOptions how;
  how.vfs = files.vfs();
  if (how.vfs.empty()) how.lock_path = options.home + "/replica.lock";
  KAREZ_ASSIGN(Database database, Database::open(file, how));
  if (how.vfs.empty()) ::chmod(file.c_str(), 0600);
  return std::make_unique<Impl>(options, std::move(*catalog), std::move(database));
}

Status Replica::Impl::load_identity() {
  (void)meta.take_failure().ok();
  const Bytes workspace = meta.bytes("workspace");
  const auto own = meta.integer("own_author");
  const auto replica_id = meta.text("replica_id");
  KAREZ_TRY(meta.take_failure());
  if (workspace.size() != 32 || !own || !replica_id) {
    return Error{ErrorCode::not_found,
                 "the replica in " + options.home +
                     " was never finished; begin again with karez init or karez join CODE"};
  }
  std::copy(workspace.begin(), workspace.end(), workspace_id.bytes.begin());
  own_id = *own;
  zone_minutes = static_cast<int>(meta.integer("zone_minutes").value_or(0));
  guard = std::make_unique<CloneGuard>(files(), options.state_folder, *replica_id);
  return {};
}

Status Replica::Impl::load_own_key() {
  const AuthorRow* own = authors.find(own_id);
  if (own == nullptr) {
    return Error{ErrorCode::corrupt,
                 "the database file is damaged (this laptop itself is not in it); nothing was changed "
                 "in it: keep the file, and restore a backup or join again and sync"};
  }
  if (keys.find(own->key) != nullptr) return {};
  // Not only at the start: another process may have gone on under a new key.
  const Status loaded = keys.load();
  if (!loaded && loaded.error().code != ErrorCode::not_found) return loaded;
  if (keys.find(own->key) != nullptr) return {};
  return Error{ErrorCode::refused, options.home +
                                       "/author.key does not hold this laptop's key; the records are safe in "
                                       "replica.db, but without the key nothing new can be signed: restore "
                                       "the file or join again with a new invitation"};
}

Status Replica::Impl::refresh() {
  if (group) return {};  // the caches are ahead of the table of authors until the group's end
  const std::int64_t version = database.data_version();
  if (version == seen_version && !is_stale) return load_definitions();
  KAREZ_TRY(authors.load());
  KAREZ_TRY(load_identity());
  KAREZ_TRY(load_own_key());
  if (!applier) applier = std::make_unique<Applier>(workspace_id, catalog, authors, log, tables);
  applier->forget();
  log.forget();
  tables.forget();
  KAREZ_TRY(load_definitions());
  seen_version = version;
  is_stale = false;
  return {};
}

Result<std::unique_ptr<Replica::Impl::Reading>> Replica::Impl::begin_reading() {
  if (is_reading) return std::unique_ptr<Reading>();
  // The state is taken by the first read, so the caches must be compared with it after that.
  KAREZ_TRY(database.execute("BEGIN; SELECT 1 FROM meta LIMIT 1"));
  is_reading = true;
  auto reading = std::make_unique<Reading>(*this);
  KAREZ_TRY(refresh());
  return reading;
}

Replica::Impl::Reading::~Reading() {
  // Ending a reading cannot fail in a way that matters: nothing was written.
  (void)self_.database.execute("COMMIT").ok();
  self_.is_reading = false;
}

Result<Transaction> Replica::Impl::begin_write() {
  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database));
  KAREZ_TRY(prepare_write());
  return transaction;
}

Status Replica::Impl::prepare_write() {
  KAREZ_TRY(refresh());
  is_stale = true;  // until commit() says otherwise
  for (SealedValue& one : to_seal) {
    if (auto* text = std::get_if<std::string>(&one.value.side)) wipe(*text);
  }
  to_seal.clear();
  return guard_first_write();
}

Status Replica::Impl::note_known() {
  if (!is_coordinator(me())) return {};
  for (const auto& row : authors.all()) {
    if (!row->is_dirty || row->held_seq < row->from_seq) continue;
    KAREZ_TRY(
        statements.get(kNoteKnown).bind(1, row->id).bind(2, row->held_seq).bind(3, clock().now_ms()).run());
  }
  return {};
}

Status Replica::Impl::commit(Transaction& transaction) {
  KAREZ_TRY(note_known());
  KAREZ_TRY(authors.flush());
  KAREZ_TRY(transaction.commit());
  is_stale = false;
  if (!is_guarded) {
    is_guarded = true;
    KAREZ_TRY(settle_guard());
  }
  return wipe_erased();
}

Status Replica::Impl::settle_guard() {
  // Under the lock again: another process may have moved the nonce on since our commit, and then it settles
  // its own.
  FileLock* lock = database.lock();
  if (lock != nullptr) KAREZ_TRY(lock->acquire());
  const std::string nonce = meta.text(kNonceKey).value_or("");
  const Status settled = nonce == own_nonce ? guard->settle(nonce) : Status();
  if (lock != nullptr) lock->release();
  return settled;
}

Status Replica::Impl::guard_first_write() {
  if (is_guarded) return {};
  (void)meta.take_failure().ok();
  const std::string nonce = meta.text(kNonceKey).value_or("");
  KAREZ_TRY(meta.take_failure());  // a disk that does not answer does not make this database a copy
  KAREZ_ASSIGN(const bool is_expected, guard->expects(nonce));
  const std::string next = random_hex(random());
  own_nonce = next;
  if (is_expected || is_mutant(Mutant::skip_nonce_check)) {
    KAREZ_TRY(guard->announce(is_mutant(Mutant::forget_old_nonce) ? next : nonce, next));
    return meta.set(kNonceKey, next);
  }
  // A copied or restored database: from here on it is a replica of its own, with its own outside file.
  const std::string replica_id = random_hex(random());
  KAREZ_TRY(meta.set("replica_id", replica_id));
  guard = std::make_unique<CloneGuard>(files(), options.state_folder, replica_id);
  KAREZ_TRY(guard->announce(next, next));
  KAREZ_TRY(meta.set(kNonceKey, next));
  return become_new_author(
      "this database is a copy or was restored from a backup: it goes on as a laptop of its own, and nothing "
      "is lost or "
      "counted twice");
}

Status Replica::Impl::become_new_author(const std::string& why) {
  AuthorRow& previous = me();
  const KeyPair* previous_key = keys.find(previous.key);
  KAREZ_ASSIGN(const PathStep first, step_of(previous, 1));
  KAREZ_ASSIGN(const OpenedChange opened, log.read(previous.id, 1));
  KAREZ_ASSIGN(const Enrolment own, check_first_change(workspace_id, opened.change, opened.content));
  FixedBytes<32> seed{};
  random().fill(seed);
  const KeyPair fresh = key_pair_from_seed(seed);
  KAREZ_TRY(keys.add(seed));
  Enrol enrol = succeed(workspace_id, *previous_key, previous.held_seq, previous.held_link, first,
                        fresh.author, own.device_name, own.role);
  KAREZ_ASSIGN(AuthorRow * row, authors.ensure(fresh.author));
  row->time = previous.time;
  KAREZ_TRY(meta.set("own_author", row->id));
  own_id = row->id;
  KAREZ_TRY(meta.set("notice", why));
  return append_change(fresh, *row, {Operation(std::move(enrol))});
}

Status Replica::Impl::begin_life(const WorkspaceId& id, const FixedBytes<32>& seed, Operation first,
                                 const std::string& relay_url, const AuthorKey& relay_key, int zone,
                                 const std::string& workspace_name) {
  workspace_id = id;
  zone_minutes = zone;
  const KeyPair key = key_pair_from_seed(seed);
  const std::string replica_id = random_hex(random());
  const std::string nonce = random_hex(random());
  guard = std::make_unique<CloneGuard>(files(), options.state_folder, replica_id);
  KAREZ_TRY(guard->announce(nonce, nonce));
  KAREZ_TRY(keys.add(seed));

  KAREZ_ASSIGN(Transaction transaction, Transaction::begin(database));
  KAREZ_TRY(upgrade_schema(database, catalog));
  KAREZ_TRY(authors.load());
  if (const auto own = meta.integer("own_author"); own) {
    return Error{ErrorCode::refused, options.home + " holds a replica already; nothing was changed"};
  }
  KAREZ_ASSIGN(AuthorRow * row, authors.ensure(key.author));
  own_id = row->id;
  KAREZ_TRY(meta.set_bytes("workspace", id.bytes));
  KAREZ_TRY(meta.set("own_author", own_id));
  KAREZ_TRY(meta.set("replica_id", replica_id));
  KAREZ_TRY(meta.set(kNonceKey, nonce));
  KAREZ_TRY(meta.set("zone_minutes", static_cast<std::int64_t>(zone)));
  KAREZ_TRY(meta.set("relay_url", relay_url));
  KAREZ_TRY(meta.set("workspace_name", workspace_name));
  if (!relay_key.is_zero()) KAREZ_TRY(meta.set_bytes("relay_key", relay_key.bytes));
  applier = std::make_unique<Applier>(workspace_id, catalog, authors, log, tables);
  KAREZ_TRY(append_change(key, *row, {std::move(first)}));
  KAREZ_TRY(note_known());
  KAREZ_TRY(authors.flush());
  KAREZ_TRY(transaction.commit());
  is_guarded = true;
  seen_version = database.data_version();
  return guard->settle(nonce);
}

Result<Replica> Replica::init(const ReplicaOptions& options, const InitRequest& request,
                              std::string& recovery_file) {
  KAREZ_TRY(check_device_name(request.device_name));
  if (request.workspace_name.empty() || request.workspace_name.size() > limits::kNameBytes) {
    return Error{ErrorCode::usage, "a workspace name has 1 to 256 bytes"};
  }
  KAREZ_ASSIGN(auto impl, Impl::make(options, false));
  FixedBytes<32> seed{};
  impl->random().fill(seed);
  FixedBytes<32> recovery_seed{};
  impl->random().fill(recovery_seed);
  Found found;
  found.workspace_name = request.workspace_name;
  found.device_name = request.device_name;
  found.recovery = key_pair_from_seed(recovery_seed).author;
  found.zone_minutes = request.zone_minutes;
  recovery_file = options.home + "/recovery.key";
  KAREZ_TRY(impl->files().write_durably(recovery_file, to_hex(recovery_seed) + "\n"));
  // The id is the link of the first change, which append_change makes; the zero id stands until then.
  KAREZ_TRY(impl->begin_life(WorkspaceId{}, seed, Operation(std::move(found)), request.relay_url, {},
                             request.zone_minutes, request.workspace_name));
  return Replica(std::move(impl));
}

Result<Replica> Replica::join(const ReplicaOptions& options, const std::string& code_text,
                              const std::string& device_name) {
  KAREZ_TRY(check_device_name(device_name));
  KAREZ_ASSIGN(const InvitationCode code, parse_invitation_code(code_text));
  // Zone and name of the workspace stand in the founder's first change, at the end of the path.
  PathStep step = code.issuer_first;
  int zone = 0;
  std::string workspace_name;
  for (int depth = 0; depth < limits::kPathDepth; ++depth) {
    KAREZ_ASSIGN(const Change first, decode_change(step.content));
    if (const auto* found = std::get_if<Found>(&first.operations.front())) {
      zone = found->zone_minutes;
      workspace_name = found->workspace_name;
      break;
    }
    const auto* enrol = std::get_if<Enrol>(&first.operations.front());
    if (enrol == nullptr || enrol->path.empty()) break;
    step = PathStep(enrol->path.front());
  }
  KAREZ_ASSIGN(auto impl, Impl::make(options, false));
  FixedBytes<32> seed{};
  impl->random().fill(seed);
  Enrol enrol = claim(code, key_pair_from_seed(seed).author, device_name);
  KAREZ_TRY(impl->begin_life(code.workspace, seed, Operation(std::move(enrol)), code.relay_url,
                             code.relay_key, zone, workspace_name));
  return Replica(std::move(impl));
}

Result<Replica> Replica::open(const ReplicaOptions& options) {
  KAREZ_ASSIGN(auto impl, Impl::make(options, true));
  Replica::Impl& self = *impl;
  KAREZ_ASSIGN(const bool is_current, schema_is_current(self.database, self.catalog));
  if (!is_current) {
    KAREZ_ASSIGN(Transaction transaction, Transaction::begin(self.database));
    KAREZ_TRY(upgrade_schema(self.database, self.catalog));
    self.statements.clear();
    // One commit with the new level: a cut between the two would leave tables that know nothing of the new
    // fields, and nobody who fills them.
    KAREZ_TRY(self.prepare_write());
    if (!is_mutant(Mutant::skip_rebuild)) KAREZ_TRY(self.rebuild_tables());
    KAREZ_TRY(self.commit(transaction));
  }
  KAREZ_TRY(self.refresh());
  return Replica(std::move(impl));
}

Replica::Replica(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;
Replica::~Replica() = default;

const Catalog& Replica::catalog() const { return impl_->catalog; }
int Replica::zone_minutes() const { return impl_->zone_minutes; }
const std::string& Replica::home() const { return impl_->options.home; }
std::int64_t Replica::now_ms() const { return impl_->clock().now_ms(); }
std::string Replica::relay_url() const { return impl_->meta.text("relay_url").value_or(""); }
ReplicaStore& Replica::sync_store() {
  impl_->is_near = false;
  impl_->relay_id = kHomeRelay;
  return *impl_;
}

ReplicaStore& Replica::near_store() {
  impl_->is_near = true;
  return *impl_;
}
std::int64_t Replica::change_counter() { return impl_->database.data_version(); }

Status Replica::set_relay_url(const std::string& url) {
  KAREZ_ASSIGN(Transaction transaction, impl_->begin_write());
  KAREZ_TRY(impl_->meta.set("relay_url", url));
  return impl_->commit(transaction);
}

Status Replica::rebuild() {
  KAREZ_ASSIGN(Transaction transaction, impl_->begin_write());
  KAREZ_TRY(impl_->rebuild_tables());
  return impl_->commit(transaction);
}

Status Replica::Impl::rebuild_tables() {
  KAREZ_TRY(clear_derived(database, catalog));
  for (const auto& row : authors.all()) {
    row->applied_seq = row->from_seq - 1;
    row->touches_others = false;
    row->counted_through = 0;
    row->standing = Standing::not_admitted;
    authors.mark(*row);
  }
  applier->forget();
  const std::uint64_t total = authors.changes_held();
  return applier->apply_ready([&](std::uint64_t done) {
    if (options.progress) options.progress("rebuild", done, total);
  });
}

}  // namespace karez
