#include "karez/storage/row.h"
#include "pack_store.h"

namespace karez::relay {
namespace {

constexpr const char* kByArrival =
    "SELECT p.arrival, a.key, p.first_seq, p.last_seq, p.bytes FROM pack p "
    "JOIN author a ON a.id = p.author WHERE p.arrival > ?1 AND p.arrival <= ?2 "
    "ORDER BY p.arrival";
constexpr const char* kByAuthor =
    "SELECT p.arrival, a.key, p.first_seq, p.last_seq, p.bytes FROM author a "
    "JOIN pack p ON p.author = a.id WHERE a.key = ?1 AND p.last_seq > ?2 "
    "AND p.arrival <= ?3 ORDER BY p.last_seq, p.arrival";

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
  KAREZ_ASSIGN(reader.by_author_, reader.database_.prepare(kByAuthor));
  return reader;
}

Result<std::vector<RelayedPack>> PackReader::after(std::uint64_t after, std::uint64_t end,
                                                   std::size_t max_bytes) {
  by_arrival_.bind(1, after).bind(2, end);
  return collect(by_arrival_, max_bytes);
}

Result<std::vector<RelayedPack>> PackReader::of(const AuthorKey& author, std::uint64_t after,
                                                std::uint64_t end, std::size_t max_bytes) {
  by_author_.bind_blob(1, author.bytes).bind(2, after).bind(3, end);
  return collect(by_author_, max_bytes);
}

}  // namespace karez::relay
