// The authors that a replica has heard of, with their local ids, heads and standing: a cache over the table
// `author` that is read anew when another process has committed or a transaction was rolled back.
//
// A row is one log. An author that forked has one for each branch (schema/log-format.md section 9), in the
// order in which they came: a row stands for what no earlier row of its author has, from `from_seq` on; what
// lies below is its parent's. Rows never change their place; what changes when a branch comes are the names
// of changes.
//
// One thread; lives as long as its Database.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "karez/log/authority.h"
#include "karez/log/heads.h"
#include "karez/log/streams.h"
#include "karez/model/hybrid_time.h"
#include "karez/storage/statements.h"

namespace karez {

/// A local integer for an author's log; never leaves the file, enters no order, digest or tie.
using AuthorId = std::int64_t;

struct AuthorRow {
  AuthorId id = 0;
  AuthorKey key;                        ///< what signs; the same for all branches of an author
  AuthorId parent = 0;                  ///< the row that has what lies below from_seq; 0: nothing does
  std::uint64_t from_seq = 1;           ///< the first change that no earlier row of the author has
  std::vector<StreamSegment> segments;  ///< names of its changes, ascending; empty: the author has one log
  std::string name;                     ///< public name of the key
  std::string laptop;                   ///< device name as shown, NAME or NAME#2; empty until enrolled
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

  [[nodiscard]] bool is_forked() const { return !segments.empty(); }
  /// What its change at `seq` is named by outside of contents.
  [[nodiscard]] const AuthorKey& name_at(std::uint64_t seq) const {
    return segments.empty() ? key : stream_name_at(seq);
  }
  /// What the log as a whole is named by: the name at its end, which no other log has.
  [[nodiscard]] const AuthorKey& head_name() const { return segments.empty() ? key : segments.back().name; }

 private:
  [[nodiscard]] const AuthorKey& stream_name_at(std::uint64_t seq) const;
};

class Authors {
 public:
  explicit Authors(Statements& statements) : statements_(statements) {}

  /// Reads the table anew.
  Status load();
  /// The first row of an author.
  [[nodiscard]] AuthorRow* find(const AuthorKey& key);
  [[nodiscard]] AuthorRow* find(AuthorId id);
  /// All logs of an author, in the order in which they came.
  [[nodiscard]] std::vector<AuthorRow*> rows_of(const AuthorKey& key);
  /// The row to which the change that bears this name belongs, held or not; null if no log has it.
  [[nodiscard]] AuthorRow* named(const AuthorKey& name, std::uint64_t seq);
  /// The rows of which some changes bear this name.
  [[nodiscard]] std::vector<AuthorRow*> bearing(const AuthorKey& name);
  /// The row of the log whose end bears this name.
  [[nodiscard]] AuthorRow* headed(const AuthorKey& name);
  /// The row that has a log's change at `seq` for its own: the row itself or one that it branched off from.
  [[nodiscard]] AuthorRow& owner(AuthorRow& row, std::uint64_t seq);
  [[nodiscard]] const AuthorRow& owner(const AuthorRow& row, std::uint64_t seq);
  /// Whether any author has more than one log. If not, names are keys.
  [[nodiscard]] bool has_forks() const { return !forked_.empty(); }
  /// The first seq at which logs of an author differ: what lies below all of them share. Of one that has not
  /// forked, a seq beyond any.
  [[nodiscard]] std::uint64_t first_split(const AuthorKey& key);
  /// Up to which seq two logs of one author are the same.
  [[nodiscard]] std::uint64_t common(const AuthorRow& a, const AuthorRow& b);
  /// The row of a key, made if it is new.
  Result<AuthorRow*> ensure(const AuthorKey& key);
  /// The row to which a change belongs; if no log has it, one that stands for the name alone.
  Result<AuthorRow*> ensure(const AuthorKey& name, std::uint64_t seq);
  /// A new log of an author: it shares with `parent` what lies below `from_seq`, and more than with any
  /// earlier row. `link_at` gives links of rows at which they differ from each other. All logs of the author
  /// are named anew.
  Result<AuthorRow*> branch_off(const AuthorRow& parent, std::uint64_t from_seq, const Hash& shared_link,
                                const std::function<Hash(const AuthorRow&, std::uint64_t)>& link_at);
  /// Notes that a row was changed; flush() writes it, once for all changes of a transaction.
  void mark(AuthorRow& row) { row.is_dirty = true; }
  /// Writes the marked rows. Call it before a commit, and before SQL of the same transaction reads the table.
  Status flush();
  /// In order of local id. Rows stay at their address until load().
  [[nodiscard]] const std::vector<std::unique_ptr<AuthorRow>>& all() const { return rows_; }
  [[nodiscard]] Heads heads() const;
  /// What branches share is there once.
  [[nodiscard]] std::uint64_t changes_held() const;

 private:
  void index(AuthorRow& row);
  Result<AuthorRow*> insert(const AuthorKey& key, AuthorId parent, std::uint64_t from_seq);

  Statements& statements_;
  std::vector<std::unique_ptr<AuthorRow>> rows_;
  std::map<AuthorKey, AuthorRow*> by_key_;
  std::map<AuthorId, AuthorRow*> by_id_;
  std::map<AuthorKey, std::vector<AuthorRow*>> forked_;   ///< by key, those with more than one row
  std::map<AuthorKey, std::vector<AuthorRow*>> streams_;  ///< by name, the rows that have a segment of it
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
/// The public id of a record of this log.
[[nodiscard]] inline RecordId public_id(const AuthorRow& row, RecordKey key) {
  return {row.name_at(seq_of(key)), seq_of(key), k_of(key)};
}

}  // namespace karez
