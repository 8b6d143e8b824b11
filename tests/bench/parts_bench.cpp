// Parts: what single steps of a merge cost, on changes as the workload's laptops make them.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "bench/workload.h"
#include "karez/storage/database.h"
#include "support/fleet.h"

using namespace karez;
using namespace karez::bench;

namespace {

constexpr std::uint64_t kChanges = 888;  // what a laptop of the workload records in a day

/// A volunteer's log of visits with notes, and what follows from it.
struct Log {
  testing::Fleet fleet;
  testing::Person& person = fleet.volunteer("ana");
  Bytes pack;

  Log() {
    const Workload workload = make_workload(kSizeS);
    for (const Action& action : workload.laptops[0].actions) {
      if (action.kind == ActionKind::visit) add(action.visit);
    }
    for (const Action& action : workload.laptops[1].actions) {
      if (person.seq() <= kChanges && action.kind == ActionKind::handout) add(action.handout);
    }
    pack = person.pack(2);
  }
  [[nodiscard]] const Bytes& content() const { return person.content(2); }

 private:
  void add(const Visit& visit) {
    Create create;
    create.collection = 5;
    create.fields = {{FieldName::catalog(2), Value(WallTime{visit.started_ms, 480})},
                     {FieldName::catalog(3), Value::of(visit.site)},
                     {FieldName::catalog(8), Value::of(visit.note)},
                     {FieldName::catalog(12), Value::of(visit.people)}};
    person.add({create});
  }
  void add(const Handout& handout) {
    Create create;
    create.collection = 6;
    create.fields = {{FieldName::catalog(1), Value(RecordId{person.author(), 2, 1})},
                     {FieldName::catalog(2), Value::of(handout.item)},
                     {FieldName::catalog(3), Value::of(handout.quantity)}};
    person.add({create});
  }
};

const Log& the_log() {
  static const Log log;
  return log;
}

void next_link_of_a_change(benchmark::State& state) {
  const Log& log = the_log();
  Hash link = log.person.link(1);
  for (auto _ : state) benchmark::DoNotOptimize(link = next_link(link, log.content()));
}

void decode_a_change(benchmark::State& state) {
  const Log& log = the_log();
  for (auto _ : state) benchmark::DoNotOptimize(decode_change(log.content()));
}

void encode_a_change(benchmark::State& state) {
  const Log& log = the_log();
  for (auto _ : state) benchmark::DoNotOptimize(encode(log.person.change(2)));
}

void open_a_days_pack(benchmark::State& state) {
  const Log& log = the_log();
  for (auto _ : state) benchmark::DoNotOptimize(open_pack(log.pack));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.person.seq() - 1));
  state.counters["bytes/change"] =
      static_cast<double>(log.pack.size()) / static_cast<double>(log.person.seq() - 1);
}

void verify_a_head(benchmark::State& state) {
  const Log& log = the_log();
  const PackHeader header = log.person.header(2, log.person.seq());
  for (auto _ : state) {
    const bool is_good = verify_head(header.workspace, header.author, header.last_seq(),
                                     log.person.link(header.last_seq()), header.signature);
    if (!is_good) state.SkipWithError("the signature is not good");
  }
}

/// One row of the log's shape into a table, inside one transaction: what SQLite asks for the least that a
/// merge does.
void insert_a_row(benchmark::State& state) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "karez-parts-bench.db";
  std::filesystem::remove(path);
  {
    auto database = Database::open(path.string());
    ENSURE(database.ok());
    ENSURE(database
               ->execute("CREATE TABLE change (author INTEGER, seq INTEGER, link BLOB, content BLOB,"
                         " PRIMARY KEY (author, seq)) STRICT, WITHOUT ROWID; BEGIN")
               .ok());
    auto insert = database->prepare("INSERT INTO change VALUES (1, ?, ?, ?)");
    ENSURE(insert.ok());
    const Log& log = the_log();
    std::int64_t seq = 0;
    for (auto _ : state) {
      insert->bind(1, ++seq).bind_blob(2, log.person.link(2)).bind_blob(3, log.content());
      if (!insert->run()) state.SkipWithError("the insert failed");
    }
    ENSURE(database->execute("COMMIT").ok());
  }
  std::filesystem::remove(path);
}

BENCHMARK(next_link_of_a_change);
BENCHMARK(decode_a_change);
BENCHMARK(encode_a_change);
BENCHMARK(open_a_days_pack)->Unit(benchmark::kMicrosecond);
BENCHMARK(verify_a_head);
BENCHMARK(insert_a_row)->Iterations(200'000);

}  // namespace

BENCHMARK_MAIN();
