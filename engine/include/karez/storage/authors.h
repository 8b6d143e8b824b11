// The authors that a replica has heard of, with their local ids, heads and standing: a cache over the table
// `author` that is read anew when another process has committed or a transaction was rolled back.
//
// One thread; lives as long as its Database.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "karez/log/authority.h"
#include "karez/log/heads.h"
#include "karez/model/hybrid_time.h"
#include "karez/storage/statements.h"

namespace karez {

/// A local integer for an author; never leaves the file, enters no order, digest or tie.
using AuthorId = std::int64_t;

struct AuthorRow {
  AuthorId id = 0;
  AuthorKey key;
  std::string name;    ///< public name
  std::string laptop;  ///< device name as shown, NAME or NAME#2; empty until enrolled
  std::uint32_t role = 0;
  Standing standing = Standing::not_admitted;
  std::uint64_t rank = 0;
  std::uint64_t counted_through = 0;
  std::uint64_t held_seq = 0;
  Hash held_link{};
  std::uint64_t applied_seq = 0;
  bool touches_others = false;  ///< an applied change of it is about another author's record
  bool is_dirty = false;        ///< differs from the table until flush()
  HybridTime time;  ///< of this replica's own author: the greatest that it has given or taken over
};

class Authors {
 public:
  explicit Authors(Statements& statements) : statements_(statements) {}

  /// Reads the table anew.
  Status load();
  [[nodiscard]] AuthorRow* find(const AuthorKey& key);
  [[nodiscard]] AuthorRow* find(AuthorId id);
  /// The row of a key, made if it is new.
  Result<AuthorRow*> ensure(const AuthorKey& key);
  /// Notes that a row was changed; flush() writes it, once for all changes of a transaction.
  void mark(AuthorRow& row) { row.is_dirty = true; }
  /// Writes the marked rows. Call it before a commit, and before SQL of the same transaction reads the table.
  Status flush();
  /// In order of local id. Rows stay at their address until load().
  [[nodiscard]] const std::vector<std::unique_ptr<AuthorRow>>& all() const { return rows_; }
  [[nodiscard]] Heads heads() const;

 private:
  Statements& statements_;
  std::vector<std::unique_ptr<AuthorRow>> rows_;
  std::map<AuthorKey, AuthorRow*> by_key_;
  std::map<AuthorId, AuthorRow*> by_id_;
};

/// A change's place in the tables of the log: author << 32 | seq.
[[nodiscard]] constexpr std::int64_t log_key(AuthorId author, std::uint64_t seq) {
  return (author << 32) + static_cast<std::int64_t>(seq);
}

/// A record's key in the tables: author << 42 | seq << 10 | k.
using RecordKey = std::int64_t;
[[nodiscard]] constexpr RecordKey record_key(AuthorId author, std::uint64_t seq, std::uint32_t k) {
  return (author << 42) + static_cast<RecordKey>(seq << 10) +
         k;  // + : seq may be one past its limit, as an end
}
[[nodiscard]] constexpr AuthorId author_of(RecordKey key) { return key >> 42; }
[[nodiscard]] constexpr std::uint64_t seq_of(RecordKey key) {
  return static_cast<std::uint64_t>(key >> 10) & 0xFFFFFFFFu;
}
[[nodiscard]] constexpr std::uint32_t k_of(RecordKey key) { return static_cast<std::uint32_t>(key & 1023); }

}  // namespace karez
