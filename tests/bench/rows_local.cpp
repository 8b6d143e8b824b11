// Rows 1 to 3: what recording costs on one laptop.
#include <algorithm>

#include "bench/plain.h"
#include "bench/rows.h"

namespace karez::bench {
namespace {

constexpr WorkloadSize kImportSize{1, 10'000, 3};
constexpr std::size_t kImportActions = 1000;
constexpr std::size_t kTurnActions = 16;

struct Cost {
  double wall_s = 0, cpu_s = 0;
};

template <typename Work>
void measure(Cost& cost, Work&& work) {
  const double cpu = cpu_seconds();
  const Stopwatch watch;
  work();
  cost.wall_s += watch.seconds();
  cost.cpu_s += cpu_seconds() - cpu;
}

/// What one run cost both sides. They take turns every few actions: a disk's speed changes within seconds,
/// more than the two sides differ.
struct Costs {
  Cost karez, plain;
};

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

Costs record(Desk& desk, const std::string& folder, const std::vector<Action>& plan,
             const std::vector<PlainId>& ids) {
  fresh_folder(folder);
  PlainStore store(folder + "/plain.db");
  Replica replica = desk.laptop();
  Player player(replica, ids.size());
  Costs costs;
  for (std::size_t i = 0; i < plan.size(); i += kTurnActions) {
    const auto turn = std::span(plan).subspan(i, std::min(kTurnActions, plan.size() - i));
    measure(costs.plain, [&] {
      for (const Action& action : turn) store.apply(action, ids);
    });
    measure(costs.karez, [&] {
      for (const Action& action : turn) {
        desk.clock().set(action.at_ms);
        player.play(action);
      }
    });
  }
  return costs;
}

Costs import(Desk& desk, const std::string& folder, std::span<const Action> rows,
             const std::vector<PlainId>& ids) {
  fresh_folder(folder);
  PlainStore store(folder + "/plain.db");
  Replica replica = desk.laptop();
  Player player(replica, rows.size());
  const AuthorKey author = replica.sync_store().key_pair().author;
  Costs costs;
  for (std::size_t i = 0; i < rows.size(); i += kImportActions) {
    const auto turn = rows.subspan(i, kImportActions);
    measure(costs.plain, [&] {
      store.begin();
      for (const Action& action : turn) store.apply(action, ids);
      store.commit();
    });
    measure(costs.karez, [&] { player.import(turn, author, 2); });
  }
  return costs;
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
    const Costs one = record(desk, options.disk + "/plain", plan, plain_ids(laptop.ids.size(), 2));
    rate.plain.push_back(actions / one.plain.wall_s);
    rate.karez.push_back(actions / one.karez.wall_s);
    cpu.plain.push_back(one.plain.cpu_s / actions * 1e6);
    cpu.karez.push_back(one.karez.cpu_s / actions * 1e6);
    const Costs many = import(desk, options.disk + "/plain", creations, ids);
    import_rate.plain.push_back(static_cast<double>(rows) / many.plain.wall_s);
    import_rate.karez.push_back(static_cast<double>(rows) / many.karez.wall_s);
  }
  return {{"1", "durable actions, one commit each", "1/s", median(rate.karez), median(rate.plain),
           Target{0.9, true}},
          {"2", "CPU per action", "us", median(cpu.karez), median(cpu.plain), Target{1.5}},
          {"3", "import, 1,000 actions a transaction", "rows/s", median(import_rate.karez),
           median(import_rate.plain), Target{0.5, true}}};
}

}  // namespace karez::bench
