// Rows 1 to 3: what recording costs on one laptop.
#include <filesystem>

#include "bench/plain.h"
#include "bench/rows.h"

namespace karez::bench {
namespace {

constexpr WorkloadSize kImportSize{1, 10'000, 3};
constexpr std::size_t kImportActions = 1000;

struct Cost {
  double wall_s = 0, cpu_s = 0;
};

template <typename Work>
Cost measure(Work&& work) {
  const double cpu = cpu_seconds();
  const Stopwatch watch;
  work();
  return {watch.seconds(), cpu_seconds() - cpu};
}

/// An admitted laptop without records, on the disk that is measured.
class Desk {
 public:
  explicit Desk(const RunOptions& options)
      : options_(options), fleet_(options.memory + "/desk", Workload{}) {}

  Replica laptop() {
    const Seat seat{options_.disk + "/laptop"};
    fresh_folder(seat.root);
    const std::string code = fleet_.invite();
    Replica replica = must(Replica::join(seat.options(fleet_.clock, fleet_.random), code, "desk"));
    fleet_.introduce(replica);
    return replica;
  }
  HandClock& clock() { return fleet_.clock; }

 private:
  const RunOptions& options_;
  RecordedFleet fleet_;
};

Cost record(Desk& desk, const std::vector<Action>& plan, std::size_t rows) {
  Replica replica = desk.laptop();
  Player player(replica, rows);
  return measure([&] {
    for (const Action& action : plan) {
      desk.clock().set(action.at_ms);
      player.play(action);
    }
  });
}

Cost record_plain(const std::string& folder, const std::vector<Action>& plan,
                  const std::vector<PlainId>& ids) {
  fresh_folder(folder);
  PlainStore store(folder + "/plain.db");
  return measure([&] {
    for (const Action& action : plan) store.apply(action, ids);
  });
}

Cost import(Desk& desk, std::span<const Action> rows) {
  Replica replica = desk.laptop();
  Player player(replica, rows.size());
  const AuthorKey author = replica.sync_store().key_pair().author;
  return measure([&] {
    for (std::size_t i = 0; i < rows.size(); i += kImportActions)
      player.import(rows.subspan(i, kImportActions), author, 2);
  });
}

Cost import_plain(const std::string& folder, std::span<const Action> rows, const std::vector<PlainId>& ids) {
  fresh_folder(folder);
  PlainStore store(folder + "/plain.db");
  return measure([&] {
    for (std::size_t i = 0; i < rows.size(); i += kImportActions) {
      store.begin();
      for (const Action& action : rows.subspan(i, kImportActions)) store.apply(action, ids);
      store.commit();
    }
  });
}

struct Pair {
  std::vector<double> karez, plain;
};

}  // namespace

std::vector<Figure> local_rows(const RunOptions& options) {
  const Workload small = make_workload(kSizeS);
  const Workload large = make_workload(kImportSize);
  const std::size_t rows = large.laptops[0].ids.size();
  const std::span<const Action> creations = std::span(large.laptops[0].actions).first(rows);
  const std::vector<PlainId> ids = plain_ids(rows, 1);
  Desk desk(options);
  Pair rate, cpu, import_rate;
  for (int i = 0; i < options.repeats; ++i) {
    options.say("rows 1 to 3, run " + std::to_string(i + 1));
    const Laptop& laptop = small.laptops[static_cast<std::size_t>(i) % small.laptops.size()];
    const std::vector<Action> plan = effective_actions(laptop);
    const auto actions = static_cast<double>(plan.size());
    const Cost plain = record_plain(options.disk + "/plain", plan, ids);
    const Cost karez = record(desk, plan, laptop.ids.size());
    rate.plain.push_back(actions / plain.wall_s);
    rate.karez.push_back(actions / karez.wall_s);
    cpu.plain.push_back(plain.cpu_s / actions * 1e6);
    cpu.karez.push_back(karez.cpu_s / actions * 1e6);
    import_rate.plain.push_back(static_cast<double>(rows) /
                                import_plain(options.disk + "/plain", creations, ids).wall_s);
    import_rate.karez.push_back(static_cast<double>(rows) / import(desk, creations).wall_s);
  }
  return {{"1", "durable actions, one commit each", "1/s", median(rate.karez), median(rate.plain),
           Target{0.9, true}},
          {"2", "CPU per action", "us", median(cpu.karez), median(cpu.plain), Target{1.5}},
          {"3", "import, 1,000 actions a transaction", "rows/s", median(import_rate.karez),
           median(import_rate.plain), Target{0.5, true}}};
}

}  // namespace karez::bench
