// What a pack of a day of field work weighs, and what sealing and opening it cost. The rows are those of the
// workload files: one directory with r0000.tsv and so on, named by KAREZ_WORKLOAD.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "support/fleet.h"

namespace karez {
namespace {

using testing::Fleet;
using testing::Person;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t') {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  return cells;
}

/// One laptop's day as changes: one for each line of its file.
class Day {
 public:
  Day(Person& person, const std::string& name) : person_(person), name_(name) {}

  void add(const std::vector<std::string>& cells) {
    if (cells[0] == "U") return edit(cells);
    const auto ms = static_cast<std::int64_t>(std::stoull(cells[2].substr(0, 12), nullptr, 16));
    Create create;
    if (cells[1] == "v") {
      create.collection = 5;
      create.fields = {{FieldName::catalog(1), Value::of("visit")},
                       {FieldName::catalog(2), Value(WallTime{std::stoll(cells[5]), 480})},
                       {FieldName::catalog(3), Value::of(cells[3])},
                       {FieldName::catalog(8), Value::of(cells[7])},
                       {FieldName::catalog(10), Value::of(cells[4])},
                       {FieldName::catalog(12), Value::of(cells[6])}};
    } else {
      create.collection = 6;
      create.fields = {{FieldName::catalog(1), Value(records_.at(cells[3]))},
                       {FieldName::catalog(2), Value::of(cells[4])},
                       {FieldName::catalog(3), Value::of(std::int64_t{std::stoll(cells[5])})},
                       {FieldName::catalog(4), Value::of("give")},
                       {FieldName::catalog(5), Value::of(cells[6])}};
      if (!cells[7].empty()) create.fields.push_back({FieldName::catalog(6), Value::of(cells[7])});
    }
    now_ms_ = std::max(now_ms_ + 1, ms);
    const Dot dot = act(create);
    records_[cells[2]] = {dot.author, dot.seq, 1};
  }

 private:
  Dot act(Operation operation) {
    Change change;
    change.time = {static_cast<std::uint64_t>(now_ms_), 0};
    change.wall = {now_ms_, 480};
    change.operations = {std::move(operation)};
    return person_.add(std::move(change));
  }

  void edit(const std::vector<std::string>& cells) {
    static const std::map<std::string, std::uint32_t> kFields{{"note", 8}, {"people", 12},  {"site", 3},
                                                              {"qty", 3},  {"category", 5}, {"voided", 0}};
    const RecordId record = records_.at(cells[2]);
    const std::uint32_t number = kFields.at(cells[3]);
    Dot& last = writes_[{record, number}];
    if (last.seq == 0) last = record.dot();
    Value value = Value::of(cells[4]);
    if (cells[3] == "qty") value = Value::of(std::int64_t{std::stoll(cells[4])});
    if (cells[3] == "voided") value = Value::of("entered twice");
    now_ms_ += 2000 + static_cast<std::int64_t>(person_.seq() * 7919 % 5000);
    last = act(Write{record, FieldName::catalog(number), value, {last}});
  }

  Person& person_;
  std::string name_;
  std::int64_t now_ms_ = 0;
  std::map<std::string, RecordId> records_;
  std::map<std::pair<RecordId, std::uint32_t>, Dot> writes_;
};

struct Sealed {
  PackHeader header;
  std::vector<PackEntry> entries;
  Bytes pack;
};

/// All laptops of the workload, each with one pack of its day behind its enrolment.
const std::vector<Sealed>& laptops() {
  static const std::vector<Sealed> kAll = [] {
    std::vector<Sealed> all;
    const char* folder = std::getenv("KAREZ_WORKLOAD");
    if (folder == nullptr) return all;
    Fleet fleet;
    for (int i = 0;; ++i) {
      std::string name = std::to_string(i);
      name.insert(0, 4 - name.size(), '0');
      std::ifstream in(std::filesystem::path(folder) / ("r" + name + ".tsv"));
      if (!in) break;
      Person& person = fleet.volunteer(name);
      Day day(person, name);
      for (std::string line; std::getline(in, line);) day.add(cells_of(line));
      Sealed sealed{person.header(2, person.seq()), {}, person.pack(2)};
      for (std::uint64_t seq = 2; seq <= person.seq(); ++seq) sealed.entries.push_back(*person.entry(seq));
      all.push_back(std::move(sealed));
    }
    return all;
  }();
  return kAll;
}

/// Counts by change and gives the weight of a row (a change that creates one).
class Tally {
 public:
  explicit Tally(benchmark::State& state) : state_(state) {}
  bool has_rows() {
    if (!laptops().empty()) return true;
    state_.SkipWithError("KAREZ_WORKLOAD names no directory of workload files");
    return false;
  }
  void finish() {
    std::size_t changes = 0;
    std::size_t bytes = 0;
    std::size_t rows = 0;
    for (const Sealed& one : laptops()) {
      changes += one.entries.size();
      bytes += one.pack.size();
      const auto opened = open_pack(one.pack);
      ENSURE(opened.ok());
      rows += static_cast<std::size_t>(
          std::count_if(opened->changes.begin(), opened->changes.end(), [](const OpenedChange& change) {
            return std::holds_alternative<Create>(change.change.operations.front());
          }));
    }
    state_.counters["changes"] = static_cast<double>(changes);
    state_.counters["bytes_a_row"] = static_cast<double>(bytes) / static_cast<double>(rows);
    state_.counters["s_a_change"] =
        benchmark::Counter(static_cast<double>(changes),
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  }

 private:
  benchmark::State& state_;
};

void seal(benchmark::State& state) {
  Tally tally(state);
  if (!tally.has_rows()) return;
  for (auto _ : state) {
    for (const Sealed& one : laptops()) {
      auto pack = encode_pack(one.header, one.entries);
      ENSURE(pack.ok());
      benchmark::DoNotOptimize(pack->data());
    }
  }
  tally.finish();
}
BENCHMARK(seal)->Unit(benchmark::kMillisecond);

void open(benchmark::State& state) {
  Tally tally(state);
  if (!tally.has_rows()) return;
  for (auto _ : state) {
    for (const Sealed& one : laptops()) {
      const auto opened = open_pack(one.pack);
      ENSURE(opened.ok());
      benchmark::DoNotOptimize(opened->changes.data());
    }
  }
  tally.finish();
}
BENCHMARK(open)->Unit(benchmark::kMillisecond);

void chain(benchmark::State& state) {
  Tally tally(state);
  if (!tally.has_rows()) return;
  for (auto _ : state) {
    for (const Sealed& one : laptops()) {
      Hash link = one.header.prev_link;
      for (const PackEntry& entry : one.entries) link = next_link(link, entry.content);
      benchmark::DoNotOptimize(link);
    }
  }
  tally.finish();
}
BENCHMARK(chain)->Unit(benchmark::kMillisecond);

void parse(benchmark::State& state) {
  Tally tally(state);
  if (!tally.has_rows()) return;
  for (auto _ : state) {
    for (const Sealed& one : laptops()) {
      for (const PackEntry& entry : one.entries) {
        const auto change = decode_change(entry.content);
        ENSURE(change.ok());
        benchmark::DoNotOptimize(&*change);
      }
    }
  }
  tally.finish();
}
BENCHMARK(parse)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace karez

BENCHMARK_MAIN();
