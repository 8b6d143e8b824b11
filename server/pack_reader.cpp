#include <map>

#include "karez/storage/row.h"
#include "pack_store.h"

namespace karez::relay {
namespace {

constexpr const char* kByArrival =
    "SELECT p.arrival, a.key, p.first_seq, p.last_seq, p.bytes FROM pack p "
    "JOIN author a ON a.id = p.author WHERE p.arrival > ?1 AND p.arrival <= ?2 "
    "ORDER BY p.arrival";
// Of one branch a later arrival is also a later part: the order of the index is the order of arrival, and
// where the last page ended in this branch, the next one begins behind it.
constexpr const char* kByBranch =
    "SELECT p.arrival, a.key, p.first_seq, p.last_seq, p.bytes FROM author a "
    "JOIN pack p ON p.author = a.id WHERE a.key = ?1 AND p.branch = ?2 AND p.last_seq > max(?3, "
    "coalesce((SELECT q.last_seq FROM pack q WHERE q.arrival = ?5 AND q.author = a.id AND q.branch = ?2), "
    "0)) "
    "AND p.first_seq < ?4 AND p.arrival > ?5 AND p.arrival <= ?6 ORDER BY p.last_seq, p.arrival";

RelayedPack pack_in(const Statement& row) {
  RelayedPack pack;
  pack.arrival = number(row, 0);
  pack.author.bytes = fixed<32>(row.blob(1));
  pack.first_seq = number(row, 2);
  pack.last_seq = number(row, 3);
  const ByteView bytes = row.blob(4);
  pack.bytes = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
  return pack;
}

Result<std::vector<RelayedPack>> collect(Statement& statement, std::size_t max_bytes) {
  std::vector<RelayedPack> packs;
  std::size_t total = 0;
  while (total < max_bytes || packs.empty()) {
    const Result<bool> has_row = statement.step();
    if (!has_row) {
      statement.reset();
      return has_row.error();
    }
    if (!*has_row) break;
    packs.push_back(pack_in(statement));
    total += packs.back().bytes->size();
  }
  statement.reset();  // ends the read transaction, so that the writer can checkpoint
  return packs;
}

}  // namespace

Result<PackReader> PackReader::open(const std::string& folder, const std::string& vfs) {
  DatabaseOptions options;
  options.read_only = true;
  options.must_exist = true;
  options.vfs = vfs;
  KAREZ_ASSIGN(Database database, Database::open(folder + "/relay.db", options));
  PackReader reader(std::move(database));
  KAREZ_ASSIGN(reader.by_arrival_, reader.database_.prepare(kByArrival));
  return reader;
}

Result<std::vector<RelayedPack>> PackReader::after(std::uint64_t after, std::uint64_t end,
                                                   std::size_t max_bytes) {
  by_arrival_.bind(1, after).bind(2, end);
  return collect(by_arrival_, max_bytes);
}

Result<std::vector<RelayedPack>> PackReader::of(const AuthorKey& author, std::span<const PackRange> ranges,
                                                std::uint64_t after, std::uint64_t after_arrival,
                                                std::uint64_t end, std::size_t max_bytes) {
  while (by_branch_.size() < ranges.size()) {
    KAREZ_ASSIGN(Statement next, database_.prepare(kByBranch));
    by_branch_.push_back(std::move(next));
  }
  Status failed;
  // The ranges that have more, each at its next pack.
  std::map<std::uint64_t, Statement*> next;
  const auto step = [&](Statement& statement) {
    const Result<bool> has_row = statement.step();
    if (!has_row && failed) failed = has_row.error();
    if (has_row && *has_row) next[number(statement, 0)] = &statement;
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    by_branch_[i].bind_blob(1, author.bytes).bind(2, std::uint64_t{ranges[i].branch}).bind(3, after);
    by_branch_[i].bind(4, ranges[i].below).bind(5, after_arrival).bind(6, end);
    step(by_branch_[i]);
  }
  std::vector<RelayedPack> packs;
  for (std::size_t total = 0; failed && !next.empty() && (total < max_bytes || packs.empty());) {
    Statement& statement = *next.extract(next.begin()).mapped();
    packs.push_back(pack_in(statement));
    total += packs.back().bytes->size();
    step(statement);
  }
  // Ends the read transaction, so that the writer can checkpoint.
  for (std::size_t i = 0; i < ranges.size(); ++i) by_branch_[i].reset();
  if (!failed) return failed.error();
  return packs;
}

}  // namespace karez::relay
