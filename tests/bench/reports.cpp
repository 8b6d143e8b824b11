// karez-reports: what reports cost over a replica with a million handouts of one day; see README.md.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include "bench/fleet.h"
#include "bench/machine.h"
#include "karez/exchange/export.h"
#include "karez/replica/reports.h"

using namespace karez;
using namespace karez::bench;

namespace {

constexpr std::int64_t kMorningMs = 1'657'756'800'000;  // 2022-07-14T00:00Z
constexpr int kZoneMinutes = 480;
constexpr int kVisitsPerChange = 200;
constexpr int kLinesPerVisit = 3;
constexpr int kSites = 700, kPeople = 500'000, kSeconds = 10 * 3'600;
constexpr int kGreedyEach = 10'000;  ///< of so many visits one is for the person who is handed too much

struct Arguments {
  std::string folder = "bench-scratch", kept;
  int handouts = 1'000'000, repeats = 5;
  bool is_kept = false, has_zones = false, has_rule = false, is_export = false;
};

Value text(std::string value) { return Value::of(std::move(value)); }

/// The n-th visit and its handouts: made of n alone, so that every run has the same.
void add_visit(std::vector<NewRecord>& records, int n) {
  static const char* const kTrades[]{"san", "build", "rider", "courier", "hail"};
  static const char* const kItems[]{"W550", "HXZQ", "TOWEL"};
  const auto visit = static_cast<std::uint32_t>(records.size() + 1);
  const std::int64_t at = kMorningMs + std::int64_t{n % kSeconds} * 1000;
  records.push_back({"event",
                     {{"type", text("visit")},
                      {"time", Value(Value::Side(WallTime{at, kZoneMinutes}))},
                      {"site", text("S" + std::to_string(n * 7 % kSites))},
                      {"trade", text(kTrades[n % 5])},
                      {"campaign", text(n % 4 == 0 ? "C2" : "C1")},
                      {"person_times", Value::of(std::int64_t{n % 12})}}});
  for (int line = 0; line < kLinesPerVisit; ++line) {
    const int person = n % kGreedyEach == 0 ? 0 : (n * kLinesPerVisit + line) % kPeople;
    records.push_back({"move",
                       {{"event", Value(Value::Side(RecordId{{}, 0, visit}))},
                        {"item", text(kItems[line])},
                        {"qty", Value::of(std::int64_t{n % 3 + 1})},
                        {"reason", text("give")},
                        {"voucher", text("V" + std::to_string(person))}}});
  }
}

ReplicaOptions options_in(const std::string& folder) {
  ReplicaOptions options;
  options.home = folder + "/home";
  options.state_folder = folder + "/state";
  return options;
}

Replica recorded(const std::string& folder, const Arguments& arguments) {
  const ReplicaOptions options = options_in(folder);
  std::string recovery;
  Replica replica = must(Replica::init(options, {"reports", "hq", "", kZoneMinutes}, recovery));
  std::vector<std::vector<NewRecord>> lists(1);
  lists[0].push_back({"campaign", {{"code", text("C1")}}});
  lists[0].push_back({"campaign", {{"code", text("C2")}, {"parent", text("C1")}}});
  lists[0].push_back({"grant",
                      {{"code", text("P1")},
                       {"type", text("plan")},
                       {"campaign", text("C1")},
                       {"item", text("W550")},
                       {"qty", Value::of(std::int64_t{100'000})}}});
  if (arguments.has_zones) {
    lists[0].push_back({"site", {{"code", text("S7")}, {"zone", Value::of(std::int64_t{360})}}});
  }
  if (arguments.has_rule) {
    lists[0].push_back({"rule",
                        {{"code", text("R1")},
                         {"scope", text("person")},
                         {"item", text("W550")},
                         {"limit", text("max")},
                         {"qty", Value::of(std::int64_t{3})},
                         {"per", text("day")},
                         {"across", text("all")},
                         {"on_break", text("warn")}}});
  }
  must(replica.create_all(lists));
  const int visits = arguments.handouts / kLinesPerVisit;
  for (int n = 0; n < visits;) {
    std::vector<std::vector<NewRecord>> changes;
    for (int change = 0; change < 50 && n < visits; ++change) {
      std::vector<NewRecord> records;
      for (int i = 0; i < kVisitsPerChange && n < visits; ++i, ++n) add_visit(records, n);
      changes.push_back(std::move(records));
    }
    must(replica.create_all(changes));
  }
  return replica;
}

struct Cost {
  double seconds = 0, cpu_seconds = 0;
};

template <typename Work>
Cost median_of(int repeats, Work&& work) {
  std::vector<double> seconds, cpu;
  for (int i = 0; i < repeats; ++i) {
    const Stopwatch watch;
    const double before = cpu_seconds();
    work();
    seconds.push_back(watch.seconds());
    cpu.push_back(cpu_seconds() - before);
  }
  return {median(std::move(seconds)), median(std::move(cpu))};
}

void print_row(const char* name, const Cost& cost, const char* target) {
  std::printf("%-46s %8.0f ms %8.0f ms of CPU   %s\n", name, cost.seconds * 1e3, cost.cpu_seconds * 1e3,
              target);
}

/// Writes every visit and handout into a file of that ending; whether it took less than so long.
bool measure_export(Replica& replica, const std::string& folder, const std::string& ending,
                    double seconds_most, const char* target) {
  const std::string path = folder + "/out." + ending;
  reset_peak_memory();
  const std::uint64_t memory = peak_memory();
  const Cost cost = median_of(1, [&] {
    ExportRequest request;
    request.collections = {"move"};
    request.headings = Headings::zh;
    const ExportSummary summary = must(export_records(replica, path, request));
    ENSURE(summary.sheets.size() == 1 && summary.sheets[0].rows > 0);
  });
  print_row(("export of the handouts, ." + ending).c_str(), cost, target);
  std::printf("  %.1f MB written, peak memory %.1f MB above the %.1f MB before\n",
              static_cast<double>(std::filesystem::file_size(path)) / 1e6,
              static_cast<double>(peak_memory() - memory) / 1e6, static_cast<double>(memory) / 1e6);
  std::filesystem::remove(path);
  return cost.seconds < seconds_most;
}

int run_exports(Replica& replica, const std::string& folder) {
  const bool is_csv_met = measure_export(replica, folder, "csv", 10, "below 10 s");
  const bool is_xlsx_met = measure_export(replica, folder, "xlsx", 60, "below 60 s");
  measure_export(replica, folder, "jsonl", 0, "");
  return is_csv_met && is_xlsx_met ? 0 : 1;
}

int run_reports(Replica& replica, const Arguments& arguments);

int run(const Arguments& arguments) {
  const bool is_new = arguments.kept.empty();
  const std::string folder =
      is_new ? arguments.folder + "/karez-reports-" + std::to_string(::getpid()) : arguments.kept;
  std::filesystem::create_directories(folder);
  const Stopwatch recording;
  Replica replica = is_new ? recorded(folder, arguments) : must(Replica::open(options_in(folder)));
  if (is_new)
    std::printf("%d handouts of one day, recorded in %.1f s\n", arguments.handouts, recording.seconds());
  const int exit = arguments.is_export ? run_exports(replica, folder) : run_reports(replica, arguments);
  if (is_new && !arguments.is_kept) std::filesystem::remove_all(folder);
  return exit;
}

int run_reports(Replica& replica, const Arguments& arguments) {
  const Day day = day_of(kMorningMs, kZoneMinutes);
  const Cost day_cost = median_of(arguments.repeats, [&] {
    const DayReport report = must(replica.day(day));
    ENSURE(report.lines > 0 && report.over_quota.empty() != arguments.has_rule);
  });
  print_row("day report", day_cost, "below 1 s");
  const Cost campaign_cost = median_of(arguments.repeats, [&] {
    ENSURE(must(campaign_report(replica, {"C1", {}, {}})).total.lines > 0);
  });
  print_row("report of a campaign and the one below it", campaign_cost, "below 3 s");
  const Cost range_cost = median_of(arguments.repeats, [&] {
    ENSURE(must(campaign_report(replica, {"", day, day})).total.lines > 0);
  });
  print_row("report of a range of days", range_cost, "below 3 s");
  const Cost explain_cost = median_of(arguments.repeats, [&] {
    ENSURE(!must(explain_figure(replica, {"", day, day}, "by_site.S7.W550")).records.empty());
  });
  print_row("explanation of a site's figure", explain_cost, "");
  const bool is_met = day_cost.seconds < 1 && campaign_cost.seconds < 3 && range_cost.seconds < 3;
  return is_met ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  CLI::App app(
      "Measures the reports over a replica with many handouts; ends with 1 where a target is missed.");
  app.add_option("--folder", arguments.folder, "scratch folder")->capture_default_str();
  app.add_option("--handouts", arguments.handouts, "how many")->capture_default_str();
  app.add_option("--repeats", arguments.repeats, "runs of each; the median counts")->capture_default_str();
  app.add_flag("--zones", arguments.has_zones, "one site has a zone of its own");
  app.add_flag("--rule", arguments.has_rule, "a person may have three bottles a day");
  app.add_flag("--export", arguments.is_export, "measure the exports instead");
  app.add_flag("--keep", arguments.is_kept, "keep the scratch folder");
  app.add_option("--of", arguments.kept, "the folder that an earlier run kept, instead of recording again");
  CLI11_PARSE(app, count, words);
  return run(arguments);
}
