// karez-bench: runs the rows of the benchmark's table and prints them; see README.md.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include "bench/rows.h"

using namespace karez;
using namespace karez::bench;

namespace {

struct Arguments {
  std::string folder = "bench-scratch", json_file, against_file;
  std::vector<std::string> groups;
  int repeats = 5;
  bool is_quick = false, is_large = false, is_kept = false;
};

void append(std::vector<Figure>& all, std::vector<Figure> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Figure> measure(const Arguments& arguments, const RunOptions& options) {
  const auto wants = [&](const char* group) {
    return arguments.groups.empty() ||
           std::find(arguments.groups.begin(), arguments.groups.end(), group) != arguments.groups.end();
  };
  std::vector<Figure> figures;
  if (wants("local")) append(figures, local_rows(options));
  if (wants("merge") || wants("open") || wants("wire")) {
    options.say("126 laptops record M");
    const Workload workload = make_workload(kSizeM);
    RecordedFleet fleet(options.memory + "/M", workload);
    MergeRun run{options, workload, fleet, {}};
    append(figures, merge_rows(run));
    if (wants("open")) append(figures, open_rows(run.merged, options.repeats));
    if (wants("wire")) append(figures, wire_rows(run));
    if (wants("wire") && !options.is_large) append(figures, idle_rows(run, "M"));
  }
  if (options.is_large) {
    options.say("one laptop records L");
    const Workload workload = make_workload(kSizeL);
    RecordedFleet fleet(options.memory + "/L", workload, true);
    MergeRun run{options, workload, fleet, {}};
    append(figures, large_merge_rows(run));
    append(figures, idle_rows(run, "1,000,000 rows"));
  }
  const auto number_of = [](const Figure& figure) { return std::stoi(figure.row); };
  std::stable_sort(figures.begin(), figures.end(),
                   [&](const Figure& a, const Figure& b) { return number_of(a) < number_of(b); });
  return figures;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int run(const Arguments& arguments) {
  RunOptions options;
  const std::string name = "/karez-bench-" + std::to_string(::getpid());
  options.disk = arguments.folder + name;
  options.memory =
      (std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : arguments.folder + "/prepared") + name;
  options.repeats = arguments.is_quick ? std::min(arguments.repeats, 1) : arguments.repeats;
  options.is_large = arguments.is_large;
  options.say = [](const std::string& what) { std::fprintf(stderr, "  %s\n", what.c_str()); };
  fresh_folder(options.disk);
  fresh_folder(options.memory);
  Report report;
  report.machine = look_at_machine(options.disk);
  report.figures = measure(arguments, options);
  report.machine.fdatasync_per_s_after = fdatasync_rate(options.disk);
  if (arguments.is_kept) {
    options.say("kept: " + options.disk + " and " + options.memory);
  } else {
    std::filesystem::remove_all(options.disk);
    std::filesystem::remove_all(options.memory);
  }
  std::fputs(to_table(report).c_str(), stdout);
  if (!arguments.against_file.empty()) {
    std::printf("\nAgainst %s:\n%s", arguments.against_file.c_str(),
                comparison(report, text_of(arguments.against_file)).c_str());
  }
  if (!arguments.json_file.empty()) std::ofstream(arguments.json_file) << to_json(report);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count == 4 && std::string(words[1]) == "merge-process") return merge_process(words[2], words[3]);
  if (count == 4 && std::string(words[1]) == "record-process") return record_process(words[2], words[3]);
  if (count == 4 && std::string(words[1]) == "open-process") return open_process(words[2], std::stoi(words[3]));
  Arguments arguments;
  CLI::App app("Measures Karez beside plain SQLite.");
  app.add_option("--folder", arguments.folder, "scratch folder, on the disk that is to be measured")
      ->capture_default_str();
  app.add_option("--repeats", arguments.repeats, "runs of each row; the median counts")
      ->capture_default_str();
  app.add_option("--json", arguments.json_file, "write the figures to this file");
  app.add_option("--against", arguments.against_file, "compare with an earlier run's file");
  app.add_flag("--quick", arguments.is_quick, "one run of each row");
  app.add_flag("--large", arguments.is_large, "also 1,000,000 rows: rows 10 and 13");
  app.add_flag("--keep", arguments.is_kept, "keep the scratch folders, for a profiler");
  app.add_option("groups", arguments.groups, "only these of local, merge, open, wire");
  CLI11_PARSE(app, count, words);
  return run(arguments);
}
