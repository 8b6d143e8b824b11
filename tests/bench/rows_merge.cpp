// Rows 4, 6, 7, 9, 12 and 13: what headquarters pays for a merge, in time, disk and memory.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "bench/plain.h"
#include "bench/rows.h"

namespace karez::bench {
namespace {

using Sums = std::map<std::string, std::int64_t>;

constexpr double kMiB = 1024 * 1024;

/// Packs from a file of (size, pack), as they would come from a link: a bounded part of them is in memory.
class PackFile {
 public:
  explicit PackFile(const std::string& path) : file_(path, std::ios::binary) { ENSURE(file_.good()); }

  /// The next packs, as many as a session stores at once; empty at the end.
  Packs next() {
    Packs packs;
    std::size_t bytes = 0;
    std::uint32_t size = 0;
    while (bytes < SyncLimits{}.store_bytes && file_.read(reinterpret_cast<char*>(&size), sizeof size)) {
      Bytes pack(size);
      ENSURE(file_.read(reinterpret_cast<char*>(pack.data()), size).good());
      bytes += size;
      packs.push_back(std::move(pack));
    }
    return packs;
  }

 private:
  std::ifstream file_;
};

/// What is here already comes once more, from memory: nothing but the packs is measured.
double hand_in_again(Replica& replica, const std::string& packs_file) {
  std::vector<Packs> batches;
  PackFile file(packs_file);
  for (Packs packs = file.next(); !packs.empty(); packs = file.next()) batches.push_back(std::move(packs));
  const Stopwatch watch;
  for (const Packs& packs : batches) store_packs(replica, packs);
  return watch.seconds();
}

double merge_all(Replica& replica, const std::string& packs_file) {
  PackFile file(packs_file);
  const Stopwatch watch;
  for (Packs packs = file.next(); !packs.empty(); packs = file.next()) store_packs(replica, packs);
  return watch.seconds();
}

void check_sums(const char* whose, const Sums& sums, const Sums& expected) {
  if (sums == expected) return;
  std::fprintf(stderr, "karez-bench: the sums of handouts by item are wrong at %s\n", whose);
  std::exit(1);
}

struct Merged {
  double seconds = 0, peak_bytes = 0, again_s = 0, home_bytes = 0;
};

Merged merge(const MergeRun& run, const std::string& root, const std::string& packs_file,
             const Sums& expected) {
  copy_folder(run.fleet.hq().root, root);
  std::istringstream answer(run_self({"merge-process", root, packs_file}));
  Merged merged;
  answer >> merged.seconds >> merged.peak_bytes >> merged.again_s;
  Sums sums;
  std::string item;
  for (std::int64_t quantity = 0; answer >> item >> quantity;) sums[item] = quantity;
  check_sums("headquarters", sums, expected);
  merged.home_bytes = static_cast<double>(folder_bytes(Seat{root}.home()));
  return merged;
}

struct PlainMerged {
  double seconds = 0, file_bytes = 0;
};

PlainMerged merge_plain(const std::string& folder, const std::vector<std::vector<FinalRow>>& rows,
                        const std::vector<std::vector<PlainId>>& ids, const Sums& expected) {
  fresh_folder(folder);
  PlainMerged merged;
  {
    PlainStore store(folder + "/plain.db");
    const Stopwatch watch;
    for (std::size_t i = 0; i < rows.size(); ++i) store.upsert(rows[i], ids[i]);
    merged.seconds = watch.seconds();
    check_sums("plain SQLite", store.sums(), expected);
  }
  merged.file_bytes = static_cast<double>(folder_bytes(folder));
  return merged;
}

struct Medians {
  double seconds, plain_s, peak_bytes, again_s, home_bytes, plain_bytes;
};

Medians merge_often(MergeRun& run, int repeats, const std::string& size) {
  const RunOptions& options = run.options;
  const std::string packs_file = options.memory + "/" + size + ".packs";
  write_packs(packs_file, run.fleet.packs());
  const Sums expected = sums_of(run.workload);
  std::vector<std::vector<FinalRow>> rows;
  std::vector<std::vector<PlainId>> ids;
  for (const Laptop& laptop : run.workload.laptops) {
    rows.push_back(final_rows(laptop));
    ids.push_back(plain_ids(laptop.ids.size(), ids.size() + 1));
  }
  run.merged = options.disk + "/merged-" + size;
  std::vector<double> seconds, plain_s, peak, again;
  Merged merged;
  PlainMerged plain;
  for (int i = 0; i < repeats; ++i) {
    options.say("merge of " + size + ", run " + std::to_string(i + 1));
    plain = merge_plain(options.disk + "/plain", rows, ids, expected);
    merged = merge(run, run.merged, packs_file, expected);
    plain_s.push_back(plain.seconds);
    seconds.push_back(merged.seconds);
    peak.push_back(merged.peak_bytes);
    again.push_back(merged.again_s);
  }
  return {median(seconds), median(plain_s), median(peak), median(again), merged.home_bytes, plain.file_bytes};
}

/// Somebody records at headquarters while M is merged: the longest that he waits.
double longest_wait_ms(const MergeRun& run, const std::string& packs_file) {
  const std::string root = run.options.disk + "/recorded-meanwhile";
  copy_folder(run.fleet.hq().root, root);
  const std::string end_file = root + "/merged";
  auto recorder = std::async(std::launch::async, [&] {
    return run_self({"record-process", root, end_file});
  });
  (void)run_self({"merge-process", root, packs_file});
  std::ofstream(end_file) << "now";
  std::istringstream answer(recorder.get());
  double longest_ms = 0;
  int records = 0;
  answer >> records >> longest_ms;
  ENSURE(records > 10);
  return longest_ms;
}

}  // namespace

int record_process(const std::string& root, const std::string& end_file) {
  constexpr std::chrono::milliseconds kPause{5};
  const HandClock clock(kEveningMs);
  SeededRandom random(8);
  Replica replica = must(Replica::open(Seat{root}.options(clock, random)));
  const std::vector<std::vector<NewRecord>> one_visit{
      {{"event",
        {{"type", Value::of(std::string("visit"))},
         {"time", Value(Value::Side(WallTime{kEveningMs, 480}))}}}}};
  double longest_s = 0;
  int records = 0;
  for (; !std::filesystem::exists(end_file); ++records) {
    const Stopwatch watch;
    (void)must(replica.create_all(one_visit));
    longest_s = std::max(longest_s, watch.seconds());
    std::this_thread::sleep_for(kPause);
  }
  std::printf("%d %.3f\n", records, longest_s * 1e3);
  return 0;
}

int merge_process(const std::string& root, const std::string& packs_file) {
  const HandClock clock(kEveningMs);
  SeededRandom random(7);
  Replica replica = must(Replica::open(Seat{root}.options(clock, random)));
  reset_peak_memory();
  const double seconds = merge_all(replica, packs_file);
  const std::uint64_t peak = peak_memory();
  const double again_s = hand_in_again(replica, packs_file);
  std::printf("%.9f %llu %.9f\n", seconds, static_cast<unsigned long long>(peak), again_s);
  for (const auto& [item, quantity] : sums_at(replica)) {
    std::printf("%s %lld\n", item.c_str(), static_cast<long long>(quantity));
  }
  return 0;
}

std::vector<Figure> merge_rows(MergeRun& run) {
  const Medians m = merge_often(run, run.options.repeats, "M");
  std::vector<double> waits;
  for (int i = 0; i < run.options.repeats; ++i)
    waits.push_back(longest_wait_ms(run, run.options.memory + "/M.packs"));
  return {{"4", "merge M at headquarters", "s", m.seconds, m.plain_s, Target{0.8}},
          {"4b", "longest wait of a local record meanwhile", "ms", median(waits), {}, Target{50}},
          {"6", "headquarters' home after M", "MiB", m.home_bytes / kMiB, m.plain_bytes / kMiB, Target{1.0}},
          {"7", "peak memory while M is merged", "MiB", m.peak_bytes / kMiB, {}, Target{24}},
          {"9", "the same packs of M again", "ms", m.again_s * 1e3, {}, Target{1}}};
}

std::vector<Figure> large_merge_rows(MergeRun& run) {
  const Medians m = merge_often(run, 1, "L");
  return {{"13", "merge L, 1,000,000 rows", "s", m.seconds, m.plain_s, Target{1.5}},
          {"13b", "peak memory while L is merged", "MiB", m.peak_bytes / kMiB, {}, Target{24}},
          {"13c", "headquarters' home after L", "MiB", m.home_bytes / kMiB, m.plain_bytes / kMiB, {}}};
}

int open_process(const std::string& root, int repeats) {
  for (const Figure& figure : open_rows(root, repeats)) {
    std::printf("%s: %.3f %s\n", figure.measure.c_str(), figure.karez, figure.unit.c_str());
  }
  return 0;
}

std::vector<Figure> open_rows(const std::string& root, int repeats) {
  const HandClock clock(kEveningMs);
  SeededRandom random(9);
  std::vector<double> open_s, day_s;
  for (int i = 0; i < repeats; ++i) {
    const Stopwatch opening;
    Replica replica = must(Replica::open(Seat{root}.options(clock, random)));
    bool has_row = false;
    ListRequest first;
    first.collection = "visit";
    first.limit = 1;
    must(replica.list(first, [&](const RecordView&) { return !(has_row = true); }));
    open_s.push_back(opening.seconds());
    ENSURE(has_row);
    const Stopwatch reporting;
    const DayReport report = must(replica.day(*parse_day("2024-11-21")));
    day_s.push_back(reporting.seconds());
    ENSURE(report.visits > 0);
  }
  return {{"12", "open at M to the first row", "ms", median(open_s) * 1e3, {}, Target{2}},
          {"12b", "day report at M", "ms", median(day_s) * 1e3, {}, Target{50}}};
}

}  // namespace karez::bench
