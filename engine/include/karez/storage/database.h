// SQLite as three small objects: Database, Statement, Transaction. The constructor acquires, the
// destructor releases, an uncommitted transaction rolls back. sqlite3.h never reaches a user of this header.
//
// One thread per Database. Several processes may open one file: every write transaction holds the file lock,
// and only its holder checkpoints (SQLite before 3.51.3 has a WAL-reset race between a writer and a
// checkpointer).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "karez/base/bytes.h"
#include "karez/base/result.h"
#include "karez/storage/file_lock.h"

struct sqlite3;
struct sqlite3_stmt;

namespace karez {

struct DatabaseOptions {
  bool read_only = false;
  bool must_exist = false;
  std::string lock_path;  ///< empty: no file lock (memory databases, read-only)
  std::string vfs;        ///< name of a registered SQLite VFS; empty: SQLite's own
};

class Statement;

class Database {
 public:
  /// Opens a file (or ":memory:") with the house settings: WAL, synchronous=FULL (set and read back), foreign
  /// keys on, trusted_schema off, cell_size_check on, defensive, busy timeout 5 s, mmap off, no automatic
  /// checkpoint.
  ///
  /// Errors: not_found, corrupt (not a database, cut in half: says that nothing was changed), io, busy.
  static Result<Database> open(const std::string& path, const DatabaseOptions& options = {});
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs statements of ours that give no rows and take no values. Errors: as prepare() and its steps have.
  Status execute(const std::string& sql);
  /// Compiles a statement of ours. Errors: corrupt where it, or a step of it, does not fit the file's tables:
  /// they are not as they were made.
  Result<Statement> prepare(std::string_view sql);
  /// The same for what somebody typed. Errors: usage, with SQLite's sentence.
  Result<Statement> prepare_typed(std::string_view sql);
  /// Bytes of the last error, for people.
  [[nodiscard]] Error last_error() const;
  [[nodiscard]] std::int64_t last_insert_id() const;
  [[nodiscard]] std::int64_t changes() const;
  /// Changes whenever another connection commits (PRAGMA data_version).
  [[nodiscard]] std::int64_t data_version();
  /// Why the Transaction under way is lost, if it is: whoever finds nothing where something must be asks this
  /// before he calls the file damaged.
  [[nodiscard]] Status failure() const;
  /// Copies everything of `source` into this database (backup API).
  Status copy_from(Database& source);
  /// Rewrites the file without what was deleted, and empties the write-ahead log. Outside of transactions;
  /// takes the lock. False: somebody else uses the file. Errors: io (the disk needs room for the file once
  /// more).
  Result<bool> wipe();
  /// PRAGMA quick_check; the sentences that it gives, empty if all is well. Errors: io (a page could not be
  /// read: the disk is at fault, and nothing is known of the database).
  Result<std::vector<std::string>> quick_check();
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  [[nodiscard]] FileLock* lock() const { return lock_.get(); }

 private:
  Database();
  friend class Transaction;
  sqlite3* handle_ = nullptr;
  std::unique_ptr<FileLock> lock_;
  struct Prepared;  ///< what every write and every question for news needs, compiled once
  std::unique_ptr<Prepared> prepared_;
  struct State;  ///< what statements and hooks share with their connection
  friend class Statement;
  /// What stands in a write-ahead log that a killed process left goes to the database file, and the log
  /// begins anew; at the opening, or else before the first write. A disk may have lost what an fsync of that
  /// process was to confirm and still show it; what were written behind that hole would be gone with it at a
  /// power cut, although its own fsync succeeded ("fsyncgate", PostgreSQL 2018). Put off while another
  /// program reads the file: recording does not wait for that. Call it under the lock.
  Status begin_log_anew();
  std::unique_ptr<State> state_;
};

/// A compiled statement. Bind by position from 1, step, read columns from 0. Views live until the next step
/// or reset.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();
  /// A statement that could not be compiled: takes every value, and each step of it is `error`.
  static Statement failing(Error error);
  [[nodiscard]] bool is_compiled() const { return handle_ != nullptr; }

  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, std::uint64_t value) {
    return bind(position, static_cast<std::int64_t>(value));
  }
  Statement& bind(int position, int value) { return bind(position, static_cast<std::int64_t>(value)); }
  Statement& bind(int position, std::string_view text);
  Statement& bind(int position, const char* text) { return bind(position, std::string_view(text)); }
  Statement& bind_blob(int position, ByteView bytes);
  Statement& bind_null(int position);

  /// True: a row is there. False: done. Errors: as SQLite says, mapped.
  Result<bool> step();
  /// Steps to the end and resets. Use it for statements without rows.
  Status run();
  void reset();

  [[nodiscard]] int column_count() const;
  [[nodiscard]] std::string column_name(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] ByteView blob(int column) const;
  enum class Type { integer, real, text, blob, null };
  [[nodiscard]] Type type(int column) const;
  [[nodiscard]] bool is_read_only() const;

 private:
  friend class Database;
  void ensure_bound(int code) const;
  sqlite3* database_ = nullptr;
  Database::State* state_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
  bool is_typed_ = false;  ///< by a person: a wrong word in it is no damage
  std::unique_ptr<Error> failure_;
};

/// BEGIN IMMEDIATE under the file lock; rolls back unless committed. After the commit, while the lock is
/// still held, the write-ahead log is checkpointed if it has grown.
///
/// Once the disk has failed a statement of it, every later one and the commit answer with that same error:
/// SQLite may have rolled back by itself, and what followed would be written alone, each statement for
/// itself.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_ = nullptr;
};

/// Runs `statement` to its end and calls `row(statement)` for each row; resets it in any case.
template <typename F>
Status for_each_row(Statement& statement, F&& row) {
  for (;;) {
    auto has_row = statement.step();
    if (!has_row) {
      statement.reset();
      return has_row.error();
    }
    if (!*has_row) break;
    row(statement);
  }
  statement.reset();
  return {};
}

}  // namespace karez
