// Rows 5, 8, 10 and 11: what goes over the wire, with a real relay on loopback.
#include "bench/rows.h"
#include "bench/wire.h"

namespace karez::bench {
namespace {

/// Each laptop uploads what it recorded to a relay that has nothing yet, so that it downloads nobody else's.
WireBytes upload_all(const MergeRun& run) {
  HandClock clock(kEveningMs);
  SeededRandom random(11);
  WireBytes total;
  for (std::size_t n = 0; n < run.workload.laptops.size(); ++n) {
    const std::string folder = run.options.memory + "/one-relay";
    fresh_folder(folder);
    LocalRelay relay(folder, clock, random);
    Replica laptop = must(Replica::open(run.fleet.laptop(n).options(clock, random)));
    (void)relay.sync(laptop, clock, random, true);
    const WireBytes bytes = relay.take();
    total.up += bytes.up;
    total.down += bytes.down;
  }
  return total;
}

double per_row(std::uint64_t bytes, const Workload& workload) {
  return static_cast<double>(bytes) / static_cast<double>(workload.rows);
}

}  // namespace

std::vector<Figure> idle_rows(const MergeRun& run, const std::string& size) {
  const RunOptions& options = run.options;
  HandClock clock(kEveningMs);
  SeededRandom random(13);
  fresh_folder(options.disk + "/relay");
  LocalRelay relay(options.disk + "/relay", clock, random);
  copy_folder(run.merged, options.disk + "/idle");
  Replica replica = must(Replica::open(Seat{options.disk + "/idle"}.options(clock, random)));
  (void)relay.sync(replica, clock, random, false);
  const SyncReport report = relay.sync(replica, clock, random, true);
  const WireBytes bytes = relay.take();
  return {{"10",
           "nothing to do at " + size + ": round trips",
           "",
           static_cast<double>(report.round_trips),
           {},
           Target{1}},
          {"10b",
           "nothing to do at " + size + ": bytes",
           "B",
           static_cast<double>(bytes.both()),
           {},
           Target{1000}}};
}

std::vector<Figure> wire_rows(const MergeRun& run) {
  const RunOptions& options = run.options;
  HandClock clock(kEveningMs);
  SeededRandom random(17);
  options.say("row 5: every laptop uploads to a relay");
  const WireBytes upload = upload_all(run);

  options.say("row 5: headquarters downloads");
  fresh_folder(options.disk + "/relay");
  LocalRelay relay(options.disk + "/relay", clock, random);
  std::vector<std::string> codes;
  for (int i = 0; i < options.repeats; ++i) codes.push_back(run.fleet.invite());
  WireBytes download;
  {
    copy_folder(run.merged, options.disk + "/source");
    Replica source = must(Replica::open(Seat{options.disk + "/source"}.options(clock, random)));
    (void)relay.sync(source, clock, random, false);
    // A second replica of the same headquarters would be a clone; one that only listens shows what a download
    // costs.
    const Seat seat{options.disk + "/listener"};
    fresh_folder(seat.root);
    Replica listener = must(Replica::join(seat.options(clock, random), run.fleet.invite(), "listener"));
    (void)relay.sync(listener, clock, random, true);
    download = relay.take();
  }

  std::vector<double> newcomer_s, newcomer_bytes;
  for (int i = 0; i < options.repeats; ++i) {
    options.say("row 11, run " + std::to_string(i + 1));
    const Seat seat{options.disk + "/newcomer"};
    fresh_folder(seat.root);
    Replica newcomer = must(Replica::join(seat.options(clock, random), codes[static_cast<std::size_t>(i)],
                                          "newcomer-" + std::to_string(i)));
    const Stopwatch watch;
    (void)relay.sync(newcomer, clock, random, true);
    newcomer_s.push_back(watch.seconds());
    newcomer_bytes.push_back(static_cast<double>(relay.take().both()));
    ENSURE(sums_at(newcomer) == sums_of(run.workload));
  }

  // Headquarters holds everything of the relay, then the first laptop's next 100 rows arrive there.
  Replica source = must(Replica::open(Seat{options.disk + "/source"}.options(clock, random)));
  (void)relay.sync(source, clock, random, false);
  const std::string before = options.disk + "/before-delta";
  { Replica closed = std::move(source); }
  copy_folder(options.disk + "/source", before);
  {
    Replica feeder = must(Replica::open(Seat{options.disk + "/newcomer"}.options(clock, random)));
    store_packs(feeder, run.fleet.record_delta(run.workload.delta));
    (void)relay.sync(feeder, clock, random, false);
  }
  std::vector<double> delta_s, delta_bytes;
  for (int i = 0; i < 2 * options.repeats; ++i) {
    copy_folder(before, options.disk + "/delta");
    Replica replica = must(Replica::open(Seat{options.disk + "/delta"}.options(clock, random)));
    const bool is_counted = i % 2 == 1;
    const Stopwatch watch;
    (void)relay.sync(replica, clock, random, is_counted);
    if (is_counted) {
      delta_bytes.push_back(static_cast<double>(relay.take().both()));
    } else {
      delta_s.push_back(watch.seconds());
    }
  }
  return {
      {"5",
       "wire bytes per row, M, laptops to relay and back",
       "B",
       per_row(upload.both(), run.workload),
       {},
       Target{18}},
      {"5b",
       "wire bytes per row, M, relay to a replica and back",
       "B",
       per_row(download.both(), run.workload),
       {},
       Target{18}},
      {"8", "headquarters lacks 100 rows: bytes", "B", median(delta_bytes), {}, Target{2500}},
      {"8b",
       "headquarters lacks 100 rows: from connect to durable and in sync",
       "ms",
       median(delta_s) * 1e3,
       {},
       Target{4}},
      {"11", "new replica from M, until all is held and applied", "s", median(newcomer_s), {}, Target{1.0}},
      {"11b", "new replica from M: bytes", "MB", median(newcomer_bytes) / 1e6, {}, Target{2}}};
}

}  // namespace karez::bench
