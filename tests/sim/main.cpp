// karez-sim: runs seeds and says what held. Exit code 0: everything; 1: an invariant was violated; 2: usage.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "run.h"

namespace {

using karez::sim::Figures;
using karez::sim::RunResult;

constexpr auto kUsage =
    "karez-sim [--days N] [--seed S] [--seeds K] [--file FILE] [--twice] [--ways] [--verbose] [--trace]\n"
    "  --days N     device-days in all, shared among the seeds (0: as each seed draws)\n"
    "  --seed S     the first seed (1)\n"
    "  --seeds K    how many seeds from there (1)\n"
    "  --file FILE  lines 'seed days' instead, 'seed days ways' for a run with --ways: the kept seeds\n"
    "  --twice      runs each seed twice and compares the traces\n"
    "  --ways       also sticks and relays of other sites\n"
    "  --trace      prints what happens: virtual day, what, machine, figure\n";

struct Work {
  std::uint64_t seed = 1;
  std::uint64_t days = 0;
  bool has_ways = false;
};

struct Arguments {
  std::uint64_t days = 0, seed = 1, seeds = 1;
  std::string file;
  bool twice = false, has_ways = false, verbose = false, trace = false, is_good = true;
};

Arguments parse(int count, char** values) {
  Arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    const auto number = [&](std::uint64_t& to) {
      out.is_good = out.is_good && ++i < count;
      if (out.is_good) to = std::strtoull(values[i], nullptr, 0);
    };
    if (name == "--days") {
      number(out.days);
    } else if (name == "--seed") {
      number(out.seed);
    } else if (name == "--seeds") {
      number(out.seeds);
    } else if (name == "--file" && i + 1 < count) {
      out.file = values[++i];
    } else if (name == "--twice") {
      out.twice = true;
    } else if (name == "--ways") {
      out.has_ways = true;
    } else if (name == "--trace") {
      out.trace = true;
    } else if (name == "--verbose") {
      out.verbose = true;
    } else {
      out.is_good = false;
    }
  }
  return out;
}

std::vector<Work> work_of(const Arguments& arguments) {
  std::vector<Work> all;
  if (arguments.file.empty()) {
    const std::uint64_t each = arguments.days / std::max<std::uint64_t>(arguments.seeds, 1);
    for (std::uint64_t i = 0; i < arguments.seeds; ++i)
      all.push_back({arguments.seed + i, each, arguments.has_ways});
    return all;
  }
  std::ifstream in(arguments.file);
  for (std::string line; std::getline(in, line);) {
    Work one;
    std::array<char, 5> word{};
    const int read = std::sscanf(line.c_str(), "%lu %lu %4s", &one.seed, &one.days, word.data());
    one.has_ways = arguments.has_ways || (read == 3 && std::string_view(word.data()) == "ways");
    if (read >= 2) all.push_back(one);
  }
  return all;
}

void print(const Figures& f, double seconds) {
  const double days = std::max(f.device_days, 1.0);
  std::printf(
      "%.0f device-days, %lu records (%.1f a device-day), %lu edits, %lu syncs (%.2f a device-day) of %lu "
      "sessions, "
      "%lu broken,\n  %lu syncs with near relays, %lu sticks, %lu of them brought news,\n  %lu power cuts, "
      "%lu kills, %lu crash points, %lu relay crashes, %lu disk faults, %lu "
      "copies, "
      "%lu restores, %lu losses, %lu rejoins, %lu ghosts, %lu branches of forked logs,\n  %lu relay "
      "restores, %lu wipes, %lu attacks, %lu changed "
      "frames, "
      "%lu revocations, %lu admissions by hand, %lu refusals,\n  %lu changes, %lu struck, %lu replicas "
      "verified, "
      "%lu records in the model; %.0f s, %.0f device-days an hour\n",
      f.device_days, f.records, static_cast<double>(f.records) / days, f.edits, f.syncs,
      static_cast<double>(f.syncs) / days, f.sessions, f.broken_sessions, f.near_syncs, f.sticks, f.applied,
      f.cuts, f.kills, f.crash_points, f.relay_cuts, f.disk_faults, f.copies, f.restores, f.losses, f.rejoins,
      f.ghosts, f.forks, f.relay_restores, f.relay_wipes, f.attacks, f.noise, f.revokes, f.admits, f.refusals,
      f.changes, f.struck, f.verified, f.model_records, seconds,
      f.device_days * 3600 / std::max(seconds, 0.001));
  std::fflush(stdout);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

bool report(const Work& work, const RunResult& result) {
  if (result.invariant.empty()) return true;
  std::printf("seed %lu violates %s: %s\n  %s\n  again: karez-sim --seed %lu --days %lu%s\n", work.seed,
              result.invariant.c_str(), result.what.c_str(), result.options.c_str(), work.seed, work.days,
              work.has_ways ? " --ways" : "");
  std::fflush(stdout);
  return false;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = parse(count, values);
  const std::vector<Work> all = work_of(arguments);
  if (!arguments.is_good || all.empty()) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  auto printed = begin;
  Figures total;
  int failed = 0;
  for (const Work& work : all) {
    const auto seed_begin = std::chrono::steady_clock::now();
    if (arguments.verbose || all.size() == 1) std::printf("seed %lu\n", work.seed);
    std::fflush(stdout);
    const auto watch = [&](const Figures& now) {
      if (seconds_since(printed) < 10) return;
      printed = std::chrono::steady_clock::now();
      Figures sum = total;
      sum.add(now);
      print(sum, seconds_since(begin));
    };
    const RunResult result =
        karez::sim::run_seed(work.seed, work.days, watch, arguments.trace, work.has_ways);
    total.add(result.figures);
    if (!report(work, result)) ++failed;
    if (arguments.verbose || all.size() == 1) {
      std::printf("seed %lu: trace %016lx, %lu events, %.2f s\n  %s\n", work.seed, result.trace_hash,
                  result.events, seconds_since(seed_begin), result.options.c_str());
      if (all.size() > 1) print(result.figures, seconds_since(seed_begin));
    }
    if (!arguments.twice) continue;
    const RunResult again = karez::sim::run_seed(work.seed, work.days, {}, false, work.has_ways);
    if (again.trace_hash != result.trace_hash || again.what != result.what) {
      std::printf("seed %lu is not the same twice: %016lx, %016lx\n", work.seed, result.trace_hash,
                  again.trace_hash);
      ++failed;
    }
  }
  print(total, seconds_since(begin));
  std::printf("%zu seeds, %d failed\n", all.size(), failed);
  return failed == 0 ? 0 : 1;
}
