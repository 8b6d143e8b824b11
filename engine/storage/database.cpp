#include "karez/storage/database.h"

#include <sqlite3.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr int kBusyTimeoutMs = 5000;
/// Pages in the write-ahead log after which the lock holder checkpoints: 4 MiB, small against old disks.
constexpr int kCheckpointPages = 1000;

ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:  // what we write fits what we wrote: a row that was there before does not
    case SQLITE_MISMATCH:
      return ErrorCode::corrupt;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return ErrorCode::io;
    case SQLITE_TOOBIG:
      return ErrorCode::too_large;
    case SQLITE_AUTH:
    case SQLITE_ERROR:
      return ErrorCode::usage;
    default:
      return ErrorCode::internal;
  }
}

Error error_of(sqlite3* handle, int sqlite_code) {
  const char* text = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(sqlite_code);
  const ErrorCode code = code_of(sqlite_code);
  std::string message = text;
  switch (code) {
    case ErrorCode::corrupt:
      message = "the database file is damaged (" + message +
                "); nothing was changed in it: keep the file, and restore a backup or join again and sync";
      break;
    case ErrorCode::io:
      message = "the disk did not take the change (" + message +
                "); what was saved before is safe: free some space or check the folder, then try again";
      break;
    case ErrorCode::busy:
      message = "another program is writing to this replica; nothing was changed: try again";
      break;
    default:
      break;
  }
  return {code, message};
}

/// The error of a statement of ours: one that does not fit the tables says that they are not what was made.
Error error_of_ours(sqlite3* handle, int sqlite_code) {
  Error error = error_of(handle, sqlite_code);
  if (error.code != ErrorCode::usage) return error;
  return {ErrorCode::corrupt,
          "the database file is damaged: its tables are not as they were made (" + error.message +
              "); nothing was changed in it: keep the file, and restore a backup or join again and sync"};
}

/// The result code that quick_check names where it could not read a page; 0 where it names none.
int code_named_in(std::string_view finding) {
  // Of the freelist's pages it tells only that: what lies outside the file it would have told before.
  if (finding.find("failed to get page") != std::string_view::npos) return SQLITE_IOERR_READ;
  constexpr std::string_view kMark = "error code=";
  const std::size_t mark = finding.find(kMark);
  int code = 0;
  if (mark == std::string_view::npos) return code;
  const char* digits = finding.data() + mark + kMark.size();
  std::from_chars(digits, finding.data() + finding.size(), code);
  return code;
}

bool is_there(const char* vfs_name, const std::string& path) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name);
  int found = 0;
  return vfs != nullptr && vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK &&
         found != 0;
}

}  // namespace

struct Database::State {
  int wal_pages = 0;            ///< in the write-ahead log after the last commit; SQLite's hook fills it
  bool is_writing = false;      ///< a Transaction is alive
  bool is_inherited = false;    ///< the write-ahead log was left by a process that did not end well
  std::unique_ptr<Error> lost;  ///< why nothing more of that Transaction may happen

  /// Keeps what makes a transaction worthless: the errors at which SQLite may roll back by itself.
  Error noted(Error error, int code) {
    const int kind = code & 0xFF;
    const bool may_roll_back = kind == SQLITE_IOERR || kind == SQLITE_FULL || kind == SQLITE_NOMEM;
    if (is_writing && may_roll_back && lost == nullptr) lost = std::make_unique<Error>(error);
    return error;
  }
};

struct Database::Prepared {
  Statement begin, commit, data_version;
};

Database::Database() : state_(std::make_unique<State>()) {}

Result<Database> Database::open(const std::string& path, const DatabaseOptions& options) {
  Database database;
  int flags = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (!options.read_only && !options.must_exist) flags |= SQLITE_OPEN_CREATE;
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  const int opened = sqlite3_open_v2(path.c_str(), &database.handle_, flags | SQLITE_OPEN_NOMUTEX, vfs);
  if (opened != SQLITE_OK) {
    const bool is_expected = options.read_only || options.must_exist;
    if (is_expected && (opened & 0xFF) == SQLITE_CANTOPEN && !is_there(vfs, path)) {
      return Error{ErrorCode::not_found, "there is no database at " + path};
    }
    return error_of(database.handle_, opened);
  }
  sqlite3_extended_result_codes(database.handle_, 1);
  sqlite3_busy_timeout(database.handle_, kBusyTimeoutMs);
  sqlite3_db_config(database.handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database.handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database.handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database.handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  if (!options.lock_path.empty()) database.lock_ = std::make_unique<FileLock>(options.lock_path);

  // Switching to WAL writes the file's header, so the first opener does it under the lock.
  if (database.lock_) KAREZ_TRY(database.lock_->acquire());
  bool is_alone = true;
  if (database.lock_) {
    KAREZ_ASSIGN(is_alone, database.lock_->stay());
  }
  database.state_->is_inherited = !options.read_only && is_alone && is_there(vfs, path + "-wal");
  const std::string pragmas =
      std::string("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON;") +
      (options.read_only ? "PRAGMA query_only=ON;"
                         : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                           "PRAGMA wal_autocheckpoint=0;");
  const Status set = database.execute(pragmas);
  // Where the disk does not let it now, the first write tries again: reading must go on.
  if (set) (void)database.begin_log_anew().ok();
  if (database.lock_) database.lock_->release();
  KAREZ_TRY(set);
  // After the pragma: wal_autocheckpoint takes SQLite's only hook away.
  sqlite3_wal_hook(
      database.handle_,
      [](void* state, sqlite3*, const char*, int count) {
        static_cast<State*>(state)->wal_pages = count;
        return SQLITE_OK;
      },
      database.state_.get());
  if (!options.read_only) {
    KAREZ_ASSIGN(Statement level, database.prepare("PRAGMA synchronous"));
    KAREZ_ASSIGN(const bool has_row, level.step());
    if (!has_row || level.integer(0) != 2) {
      return Error{ErrorCode::io, "SQLite did not accept synchronous=FULL; nothing was written"};
    }
    if (is_mutant(Mutant::skip_fsync)) KAREZ_TRY(database.execute("PRAGMA synchronous=NORMAL"));
  }
  database.prepared_ = std::make_unique<Prepared>();
  KAREZ_ASSIGN(database.prepared_->begin, database.prepare("BEGIN IMMEDIATE"));
  KAREZ_ASSIGN(database.prepared_->commit, database.prepare("COMMIT"));
  KAREZ_ASSIGN(database.prepared_->data_version, database.prepare("PRAGMA data_version"));
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      lock_(std::move(other.lock_)),
      prepared_(std::move(other.prepared_)),
      state_(std::move(other.state_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(lock_, other.lock_);
  std::swap(prepared_, other.prepared_);
  std::swap(state_, other.state_);
  return *this;
}

Database::~Database() {
  if (handle_ == nullptr) return;
  prepared_.reset();
  // The last closer checkpoints; like every checkpoint this happens under the lock.
  const bool locked = lock_ && !lock_->is_held() && lock_->acquire().ok();
  sqlite3_close_v2(handle_);
  if (locked) lock_->release();
}

Status Database::begin_log_anew() {
  if (!state_->is_inherited || is_mutant(Mutant::write_behind_hole)) return {};
  sqlite3_busy_timeout(handle_, 0);
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  if (code == SQLITE_BUSY) return {};  // somebody reads: the next write tries again
  if (code != SQLITE_OK) return error_of(handle_, code);
  state_->is_inherited = false;
  return {};
}

Result<bool> Database::wipe() {
  const bool locks = lock_ && !lock_->is_held();
  if (locks) KAREZ_TRY(lock_->acquire());
  sqlite3_busy_timeout(handle_, 0);
  int code = sqlite3_exec(handle_, "VACUUM", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  const Error error = code == SQLITE_OK ? Error{} : error_of(handle_, code);
  if (locks) lock_->release();
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return false;
  if (code != SQLITE_OK) return error;
  return true;
}

Status Database::execute(const std::string& sql) {
  if (state_->lost != nullptr) return *state_->lost;
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return state_->noted(error_of_ours(handle_, code), code);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  Statement statement;
  statement.database_ = handle_;
  statement.state_ = state_.get();
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement.handle_, nullptr);
  if (code != SQLITE_OK) return state_->noted(error_of_ours(handle_, code), code);
  ENSURE(statement.handle_ != nullptr);
  return statement;
}

Result<Statement> Database::prepare_typed(std::string_view sql) {
  Statement statement;
  statement.is_typed_ = true;
  statement.database_ = handle_;
  statement.state_ = state_.get();
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement.handle_, nullptr);
  if (code != SQLITE_OK) return state_->noted(error_of(handle_, code), code);
  if (statement.handle_ == nullptr) return Error{ErrorCode::usage, "the statement is empty"};
  return statement;
}

Error Database::last_error() const { return error_of(handle_, sqlite3_extended_errcode(handle_)); }
std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

std::int64_t Database::data_version() {
  Statement& question = prepared_->data_version;
  const auto has_row = question.step();
  const std::int64_t version = has_row && *has_row ? question.integer(0) : 0;
  question.reset();
  return version;
}

Status Database::failure() const { return state_->lost == nullptr ? Status() : Status(*state_->lost); }

Status Database::copy_from(Database& source) {
  sqlite3_backup* backup = sqlite3_backup_init(handle_, "main", source.handle_, "main");
  if (backup == nullptr) return last_error();
  const int stepped = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE) return error_of(handle_, stepped);
  return {};
}

Result<std::vector<std::string>> Database::quick_check() {
  std::vector<std::string> findings;
  KAREZ_ASSIGN(Statement check, prepare("PRAGMA quick_check"));
  KAREZ_TRY(for_each_row(check, [&](Statement& row) {
    if (row.text(0) != "ok") findings.emplace_back(row.text(0));
  }));
  // A disk that did not answer says nothing about what is on it.
  for (const std::string& finding : findings) {
    const int code = code_named_in(finding);
    if ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_NOMEM) return error_of(nullptr, code);
  }
  return findings;
}

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      state_(std::exchange(other.state_, nullptr)),
      handle_(std::exchange(other.handle_, nullptr)),
      is_typed_(other.is_typed_),
      failure_(std::move(other.failure_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(state_, other.state_);
  std::swap(handle_, other.handle_);
  std::swap(is_typed_, other.is_typed_);
  std::swap(failure_, other.failure_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement Statement::failing(Error error) {
  Statement statement;
  statement.failure_ = std::make_unique<Error>(std::move(error));
  return statement;
}

/// A statement that failed to compile takes no values: its step tells why.
void Statement::ensure_bound(int code) const { ENSURE(code == SQLITE_OK || failure_ != nullptr); }

Statement& Statement::bind(int position, std::int64_t value) {
  ensure_bound(sqlite3_bind_int64(handle_, position, value));
  return *this;
}

Statement& Statement::bind(int position, std::string_view text) {
  // A null pointer would bind NULL; an empty text is a text.
  const char* data = text.data() != nullptr ? text.data() : "";
  ensure_bound(sqlite3_bind_text(handle_, position, data, static_cast<int>(text.size()), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_blob(int position, ByteView bytes) {
  if (bytes.empty()) {
    ensure_bound(sqlite3_bind_zeroblob(handle_, position, 0));
  } else {
    ensure_bound(
        sqlite3_bind_blob(handle_, position, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT));
  }
  return *this;
}

Statement& Statement::bind_null(int position) {
  ensure_bound(sqlite3_bind_null(handle_, position));
  return *this;
}

Result<bool> Statement::step() {
  if (failure_ != nullptr) return *failure_;
  if (state_ == nullptr) return error_of(nullptr, SQLITE_MISUSE);
  if (state_->lost != nullptr) return *state_->lost;
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return state_->noted(is_typed_ ? error_of(database_, code) : error_of_ours(database_, code), code);
}

Status Statement::run() {
  Result<bool> has_row = step();
  while (has_row && *has_row) has_row = step();
  reset();
  if (!has_row) return has_row.error();
  return {};
}

void Statement::reset() {
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

int Statement::column_count() const { return sqlite3_column_count(handle_); }
std::string Statement::column_name(int column) const { return sqlite3_column_name(handle_, column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

// Through the value, which is looked for once: each column function looks for it anew.
std::string_view Statement::text(int column) const {
  sqlite3_value* value = sqlite3_column_value(handle_, column);
  const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return data == nullptr ? std::string_view()
                         : std::string_view(data, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

ByteView Statement::blob(int column) const {
  sqlite3_value* value = sqlite3_column_value(handle_, column);
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(value));
  return data == nullptr ? ByteView() : ByteView(data, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

Statement::Type Statement::type(int column) const {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_FLOAT:
      return Type::real;
    case SQLITE_TEXT:
      return Type::text;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::null;
  }
}

bool Statement::is_read_only() const { return sqlite3_stmt_readonly(handle_) != 0; }

Result<Transaction> Transaction::begin(Database& database) {
  const bool locks = database.lock() != nullptr && !is_mutant(Mutant::skip_file_lock);
  if (locks) KAREZ_TRY(database.lock()->acquire());
  const Status anew = database.begin_log_anew();
  const Status begun = anew ? database.prepared_->begin.run() : anew;
  if (!begun) {
    if (database.lock() != nullptr) database.lock()->release();
    return begun.error();
  }
  database.state_->is_writing = true;
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  database_->state_->is_writing = false;
  database_->state_->lost.reset();
  // Nothing to do about an error here: SQLite rolls back by itself when the connection or the file is gone.
  (void)database_->execute("ROLLBACK").ok();
  if (database_->lock() != nullptr) database_->lock()->release();
}

Status Transaction::commit() {
  KAREZ_TRY(database_->prepared_->commit.run());
  Database& database = *std::exchange(database_, nullptr);
  database.state_->is_writing = false;
  if (database.state_->wal_pages > kCheckpointPages) {
    // A failed or partial checkpoint loses nothing: the next commit tries again.
    sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  if (database.lock() != nullptr) database.lock()->release();
  return {};
}

}  // namespace karez
