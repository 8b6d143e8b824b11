// The reference: the same rows written straight into SQLite, as a program without sync would do it. Two
// tables with 16-byte random ids as primary keys, one index on handout(visit), WAL, synchronous=FULL,
// prepared statements, the library's own page size, cache and checkpoints.
//
// One thread. A failure of SQLite stops the process: there is nothing to measure then.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/workload.h"

namespace karez::bench {

using PlainId = std::array<std::uint8_t, 16>;
/// Ids of so many rows, the same for the same seed.
[[nodiscard]] std::vector<PlainId> plain_ids(std::size_t rows, std::uint64_t seed);

class PlainStore {
 public:
  explicit PlainStore(const std::string& path);
  PlainStore(const PlainStore&) = delete;
  PlainStore& operator=(const PlainStore&) = delete;
  ~PlainStore();

  void begin();
  void commit();
  /// One action; its own durable commit outside begin() and commit().
  void apply(const Action& action, const std::vector<PlainId>& ids);
  /// Inserts rows or overwrites them, in one transaction.
  void upsert(const std::vector<FinalRow>& rows, const std::vector<PlainId>& ids);
  /// Quantity by item over handouts that are not void.
  [[nodiscard]] std::map<std::string, std::int64_t> sums();

 private:
  void upsert_visit(const PlainId& id, const Visit& visit, bool is_void);
  void upsert_handout(const PlainId& id, const PlainId& visit, const Handout& handout, bool is_void);
  sqlite3_stmt* prepare(const char* sql);
  void run(sqlite3_stmt* statement);

  sqlite3* database_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  sqlite3_stmt *begin_, *commit_, *visit_, *handout_, *void_visit_, *void_handout_;
  std::array<sqlite3_stmt*, 5> edits_;  ///< by Column
};

}  // namespace karez::bench
