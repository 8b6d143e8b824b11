#include "karez/storage/database.h"

#include <fstream>

#include "support/replica_fleet.h"

using namespace karez;
using karez::testing::TemporaryFolder;

namespace {

Database opened(const std::string& path, const std::string& lock = {}) {
  DatabaseOptions options;
  options.lock_path = lock;
  auto database = Database::open(path, options);
  REQUIRE_MESSAGE(database.ok(), (database ? "" : database.error().message));
  return std::move(*database);
}

std::int64_t one(Database& database, const std::string& sql) {
  auto statement = database.prepare(sql);
  REQUIRE(statement.ok());
  auto has_row = statement->step();
  REQUIRE((has_row.ok() && *has_row));
  return statement->integer(0);
}

}  // namespace

TEST_CASE("Database: opens with full synchronisation, WAL and without checkpoints of its own") {
  TemporaryFolder folder;
  Database database = opened(folder.path() + "/a.db");
  CHECK(one(database, "PRAGMA synchronous") == 2);
  CHECK(one(database, "PRAGMA wal_autocheckpoint") == 0);
  CHECK(one(database, "PRAGMA foreign_keys") == 1);
  CHECK(one(database, "PRAGMA trusted_schema") == 0);
  auto mode = database.prepare("PRAGMA journal_mode");
  REQUIRE(mode.ok());
  REQUIRE(*mode->step());
  CHECK(mode->text(0) == "wal");
}

TEST_CASE("Database: a file that is no database, or half of one, is a clear error and stays as it is") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/a.db";
  {
    Database database = opened(path);
    REQUIRE(database.execute("CREATE TABLE t (x BLOB) STRICT").ok());
    for (int i = 0; i < 50; ++i) REQUIRE(database.execute("INSERT INTO t VALUES (randomblob(3000))").ok());
  }
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2 - 100);
  const auto size = std::filesystem::file_size(path);
  auto database = Database::open(path);
  bool is_told = !database.ok();
  if (database) {
    auto findings = database->quick_check();
    is_told = !findings.ok() || !findings->empty();
  }
  CHECK(is_told);
  CHECK(std::filesystem::file_size(path) == size);

  std::ofstream(folder.path() + "/b.db")
      << "this is a letter to my aunt, and no database at all, and long enough to be read";
  auto letter = Database::open(folder.path() + "/b.db");
  REQUIRE_FALSE(letter.ok());
  CHECK(letter.error().code == ErrorCode::corrupt);
  CHECK(letter.error().message.find("nothing was changed") != std::string::npos);
}

TEST_CASE("Transaction: rolls back unless committed, and holds the file lock until then") {
  TemporaryFolder folder;
  const std::string lock = folder.path() + "/lock";
  Database database = opened(folder.path() + "/a.db", lock);
  REQUIRE(database.execute("CREATE TABLE t (x INTEGER) STRICT").ok());
  FileLock other(lock);
  {
    auto transaction = Transaction::begin(database);
    REQUIRE(transaction.ok());
    REQUIRE(database.execute("INSERT INTO t VALUES (1)").ok());
    CHECK(other.try_acquire().error().code == ErrorCode::busy);
  }
  CHECK(one(database, "SELECT count(*) FROM t") == 0);
  REQUIRE(other.try_acquire().ok());
  other.release();
  auto transaction = Transaction::begin(database);
  REQUIRE(transaction.ok());
  REQUIRE(database.execute("INSERT INTO t VALUES (2)").ok());
  REQUIRE(transaction->commit().ok());
  CHECK(one(database, "SELECT sum(x) FROM t") == 2);
  CHECK(other.try_acquire().ok());
}

TEST_CASE("Transaction: once the disk has failed it, nothing more of it happens, and the next one does") {
  TemporaryFolder folder;
  Database database = opened(folder.path() + "/a.db");
  REQUIRE(database.execute("CREATE TABLE t (x BLOB) STRICT; PRAGMA max_page_count=20").ok());
  auto insert = database.prepare("INSERT INTO t VALUES (zeroblob(?))");
  REQUIRE(insert.ok());
  {
    auto transaction = Transaction::begin(database);
    REQUIRE(transaction.ok());
    REQUIRE(insert->bind(1, 10).run().ok());
    const Status full = insert->bind(1, 200'000).run();
    REQUIRE_FALSE(full.ok());
    CHECK(full.error().code == ErrorCode::io);
    // Small things would fit, each in a transaction of its own if SQLite had rolled back.
    CHECK(insert->bind(1, 10).run().error().message == full.error().message);
    CHECK(database.execute("INSERT INTO t VALUES (x'00')").error().message == full.error().message);
    CHECK(transaction->commit().error().message == full.error().message);
  }
  CHECK(one(database, "SELECT count(*) FROM t") == 0);
  auto transaction = Transaction::begin(database);
  REQUIRE(transaction.ok());
  REQUIRE(insert->bind(1, 10).run().ok());
  REQUIRE(transaction->commit().ok());
  CHECK(one(database, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("Transaction: the lock holder keeps the write-ahead log short") {
  TemporaryFolder folder;
  Database database = opened(folder.path() + "/a.db", folder.path() + "/lock");
  REQUIRE(database.execute("CREATE TABLE t (x BLOB) STRICT").ok());
  for (int i = 0; i < 60; ++i) {
    auto transaction = Transaction::begin(database);
    REQUIRE(transaction.ok());
    REQUIRE(database.execute("INSERT INTO t VALUES (randomblob(400000))").ok());
    REQUIRE(transaction->commit().ok());
  }
  // 24 MB were written; a log that nobody checkpoints would hold all of it.
  CHECK(std::filesystem::file_size(folder.path() + "/a.db-wal") < 12'000'000);
}

TEST_CASE("Database: a read-only connection cannot write, whatever it is asked") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/a.db";
  Database writer = opened(path);
  REQUIRE(writer.execute("CREATE TABLE t (x INTEGER) STRICT").ok());
  DatabaseOptions options;
  options.read_only = true;
  auto reader = Database::open(path, options);
  REQUIRE(reader.ok());
  CHECK_FALSE(reader->execute("INSERT INTO t VALUES (1)").ok());
  CHECK_FALSE(reader->execute("PRAGMA query_only=OFF; INSERT INTO t VALUES (1)").ok());
  CHECK(one(*reader, "SELECT count(*) FROM t") == 0);
}

TEST_CASE(
    "Database: SQL of ours that does not fit the tables tells of damage, typed SQL of its own mistake") {
  Database database = opened(":memory:");
  REQUIRE(database.execute("CREATE TABLE pack (id INTEGER PRIMARY KEY, bytes BLOB) STRICT").ok());
  const auto code_of = [](const auto& result) {
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().message.find("damaged") != std::string::npos);
    return result.error().code;
  };
  CHECK(code_of(database.prepare("SELECT link FROM pack")) == ErrorCode::corrupt);
  CHECK(code_of(database.execute("INSERT INTO pack (link) VALUES (1)")) == ErrorCode::corrupt);

  // A statement that was compiled before its table changed fails at its step.
  auto read = database.prepare("SELECT bytes FROM pack");
  REQUIRE(read.ok());
  REQUIRE(database.execute("ALTER TABLE pack RENAME COLUMN bytes TO bites").ok());
  CHECK(code_of(read->step()) == ErrorCode::corrupt);

  // A row that should not be there.
  REQUIRE(database.execute("INSERT INTO pack (id) VALUES (7)").ok());
  CHECK(code_of(database.execute("INSERT INTO pack (id) VALUES (7)")) == ErrorCode::corrupt);

  const auto typed = database.prepare_typed("SELECT link FROM pack");
  REQUIRE_FALSE(typed.ok());
  CHECK(typed.error().code == ErrorCode::usage);
  CHECK(typed.error().message == "no such column: link");
  CHECK_FALSE(database.prepare_typed("  ").ok());
  auto overflow = database.prepare_typed("SELECT abs(-9223372036854775808)");
  REQUIRE(overflow.ok());
  CHECK(overflow->step().error().code == ErrorCode::usage);
}
