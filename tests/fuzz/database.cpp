// A replica whose file is damaged (damage.h): whatever a program does with it gives an answer or an error;
// one that cannot be opened is left as it is; and if verify finds nothing, then what people see is what it
// was, to the last byte.
#include "damage.h"
#include "replica_bed.h"

namespace karez::fuzz {
namespace {

/// An error that people get for a damaged file: none that says that we made a mistake.
void check_error(const Error& error) {
  if (error.code != ErrorCode::internal && error.code != ErrorCode::usage) return;
  std::fprintf(stderr, "fuzz: %s\n", error.message.c_str());
  FUZZ_CHECK(error.code != ErrorCode::internal && error.code != ErrorCode::usage);
}
template <typename T>
bool is_fine(const Result<T>& result) {
  if (!result) check_error(result.error());
  return result.ok();
}

/// Opening a file may switch it to the write-ahead log (two bytes), which counts the change (two numbers) and
/// names the version of SQLite.
std::string without_counters(std::string file) {
  for (const auto& [at, size] : {std::pair{18u, 2u}, {24u, 4u}, {92u, 8u}}) {
    if (file.size() >= at + size) file.replace(at, size, size, '\0');
  }
  return file;
}

void read_everything(Replica& replica) {
  (void)is_fine(replica.status());
  (void)is_fine(replica.devices());
  (void)is_fine(replica.invitations());
  (void)is_fine(replica.conflicts());
  (void)is_fine(replica.day(*parse_day("2022-07-14")));
  std::vector<RecordId> ids;
  for (const char* collection : {"visit", "handout", "event", "site"}) {
    ListRequest request;
    request.collection = collection;
    request.include_outside = true;
    (void)is_fine(replica.list(request, [&](const RecordView& row) {
      ids.push_back(row.id);
      return ids.size() < 64;
    }));
  }
  for (const RecordId& id : ids) {
    (void)is_fine(replica.show(id));
    (void)is_fine(replica.history(id));
  }
  ReplicaStore& store = replica.sync_store();
  for (const auto& [author, head] : store.heads()) {
    (void)store.link_at(author, head.seq);
    (void)is_fine(store.next_pack(author, 0));
  }
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  static ReplicaBed bed;
  bed.reset();
  static const Damage damage(bed.database());
  damage.apply(bed.database(), bytes);
  const std::string before = read_file(bed.database());
  auto replica = bed.open();
  if (!is_fine(replica)) {
    // An empty file is a database that was never begun; SQLite gives it its first page.
    if (!before.empty() && !fs::exists(bed.database().string() + "-wal")) {
      FUZZ_CHECK(without_counters(read_file(bed.database())) == without_counters(before));
    }
    return Verdict::refused;
  }
  const auto verified = replica->verify();
  const bool is_whole = is_fine(verified) && verified->ok;
  if (is_whole) FUZZ_CHECK(dump_of(*replica) == bed.dump());
  read_everything(*replica);
  (void)is_fine(ReplicaBed::record_visit(*replica));
  (void)is_fine(replica->invite("volunteer", "", testing::kStartMs + 86'400'000));
  (void)is_fine(replica->sync_store().store({{0, bed.people().anna.pack()}, {0, bed.news()}}, false));
  (void)is_fine(replica->verify());
  (void)is_fine(replica->rebuild());
  return is_whole ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
