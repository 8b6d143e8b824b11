// A thousand random routes home: the relay, a second relay, a stick, a laptop that serves, somebody who
// carries the records of others, in any order, broken off anywhere, again and again. Whatever the route,
// everybody who has heard everything has the same tables, byte for byte, and they are those that the log
// gives.
//
// Real replicas and pack stores on the simulator's disks; a seed decides a route. KAREZ_ROUTE=N runs route N
// alone and tells its steps.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "sim/machine.h"
#include "support/store_host.h"
#include "support/temporary_folder.h"

namespace karez::sim {
namespace {

constexpr std::size_t kLaptops = 5;  ///< headquarters is the first

NewRecord a_visit(Dice& dice) {
  NewRecord event;
  event.collection = "event";
  event.fields = {{"type", Value::of(std::string("visit"))},
                  {"time", Value(Value::Side(WallTime{kBeginMs, 480}))},
                  {"site", Value::of("S" + std::to_string(dice.below(4)))},
                  {"person_times", Value::of(static_cast<std::int64_t>(dice.below(60)))}};
  return event;
}

FieldSetting an_edit(Dice& dice) {
  using Kind = FieldSetting::Kind;
  switch (dice.below(5)) {
    case 0:
      return {"tally", Kind::add, Value::of(static_cast<std::int64_t>(dice.below(9)) - 4)};
    case 1:
      return {"tags", Kind::put, Value::of("t" + std::to_string(dice.below(3)))};
    case 2:
      return {"tags", Kind::drop, Value::of("t" + std::to_string(dice.below(3)))};
    case 3:
      return {"person_times", Kind::set, Value::of(static_cast<std::int64_t>(dice.below(9)))};
    default:
      return {"note", Kind::set, Value::of("note " + std::to_string(dice.below(20)))};
  }
}

/// The laptops and relays of all routes, as they are before each: joined, with some records that all know.
class Place {
 public:
  Place() {
    begin_vfs(1);
    for (std::size_t i = 0; i < kLaptops; ++i) {
      machines_.push_back(std::make_unique<Machine>("l" + std::to_string(i), i + 1));
    }
    for (const char* name : {"home", "second"}) {
      relays_.push_back(std::make_unique<Machine>(name, 100 + relays_.size()));
    }
    std::string recovery;
    auto made = Replica::init(machines_[0]->options(), {"routes", "hq", "", 480}, recovery);
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    replicas_.push_back(std::make_unique<Replica>(std::move(*made)));
    const Value code = Value::of(std::string("S1"));
    const NewRecord site{"site", {{"code", code}, {"name_zh", Value::of(std::string("站"))}}};
    REQUIRE(replicas_[0]->create(std::span(&site, 1)).ok());
    for (int i = 0; i < 2; ++i) {
      const NewRecord visit = a_visit(dice_);
      popular_.push_back(replicas_[0]->create(std::span(&visit, 1))->front());
    }
    for (std::size_t i = 1; i < kLaptops; ++i) {
      const auto invitation =
          replicas_[0]->invite(i == 1 ? "coordinator" : "volunteer", "", kBeginMs + kDayMs);
      auto joined = Replica::join(machines_[i]->options(), to_text(*invitation), name(i));
      REQUIRE_MESSAGE(joined.ok(), (joined ? "" : joined.error().message));
      replicas_.push_back(std::make_unique<Replica>(std::move(*joined)));
    }
    // The last one has met nobody yet: its claim travels like everything else.
    for (int round = 0; round < 2; ++round) {
      for (std::size_t i = 0; i + 1 < kLaptops; ++i) meet_relay(0, i, testing::RelayBox::kAll);
    }
    REQUIRE(replicas_[0]->admit(name(1)).ok());
    for (auto& relay : boxes_) relay->close();
    replicas_.clear();
    for (auto& machine : machines_) machine->keep();
    for (auto& relay : relays_) relay->keep();
  }

  void run(std::uint64_t seed, bool is_told) {
    dice_ = Dice(seed);
    is_told_ = is_told;
    pocket_.clear();
    for (auto& machine : machines_) {
      machine->set_back();
      machine->clock.now = kBeginMs;
      auto opened = Replica::open(machine->options());
      REQUIRE_MESSAGE(opened.ok(), (opened ? "" : opened.error().message));
      replicas_.push_back(std::make_unique<Replica>(std::move(*opened)));
    }
    for (auto& relay : relays_) relay->set_back();
    for (std::uint64_t left = 6 + dice_.below(14); left > 0; --left) step();
    // What headquarters admits goes out in the second round.
    for (int round = 0; round < 2; ++round) come_together();
    compare();
    for (auto& box : boxes_) box->close();
    replicas_.clear();
  }

  std::uint64_t carried = 0;  ///< acts that carried something from here to there
  std::uint64_t conflicts = 0;

 private:
  static std::string name(std::size_t laptop) {
    return laptop == 0 ? "hq" : "laptop-" + std::to_string(laptop);
  }
  std::size_t somebody() { return dice_.below(kLaptops); }
  void tell(const std::string& what) const {
    if (is_told_) std::cout << "  " << what << "\n";
  }

  void step() {
    for (auto& machine : machines_) machine->clock.now += dice_.between(1, 3'600'000);
    const std::size_t who = somebody();
    // Now and then the link breaks after some frames.
    const std::uint64_t frames = dice_.chance(0.3) ? 1 + dice_.below(12) : testing::RelayBox::kAll;
    switch (dice_.below(9)) {
      case 0:
        return record(who);
      case 1:
      case 2:
        for (std::uint64_t left = 1 + dice_.below(3); left > 0; --left) edit(who);
        return;
      case 3:
        return meet_relay(0, who, frames);
      case 4:
        return meet_relay(1, who, frames);
      case 5:
        return pack(who);
      case 6:
        if (!pocket_.empty()) return apply(dice_.one_of(pocket_), who);  // late, twice, at a third one
        return pack(who);
      default:
        return serve(who, somebody(), frames);
    }
  }

  void record(std::size_t who) {
    tell(name(who) + " records");
    std::vector<NewRecord> visits(1 + dice_.below(2), a_visit(dice_));
    REQUIRE(replicas_[who]->create(visits).ok());
  }
  void edit(std::size_t who) {
    const FieldSetting setting = an_edit(dice_);
    // The last laptop may not have heard of it.
    const Status edited = replicas_[who]->edit(dice_.one_of(popular_), std::span(&setting, 1));
    tell(name(who) + " edits " + setting.field + (edited ? "" : ": " + edited.error().message));
  }

  testing::RelayBox& box(Machine& machine) {
    for (std::size_t i = 0; i < boxed_.size(); ++i) {
      if (boxed_[i] == &machine) return open(*boxes_[i], machine);
    }
    FixedBytes<32> seed{};
    Dice(boxed_.size() + 1000).fill(seed);
    boxed_.push_back(&machine);
    boxes_.push_back(std::make_unique<testing::RelayBox>(machine.clock, key_pair_from_seed(seed)));
    return open(*boxes_.back(), machine);
  }
  static testing::RelayBox& open(testing::RelayBox& box, Machine& machine) {
    if (box.is_open()) return box;
    relay::PackStoreOptions options;
    options.folder = "/" + machine.name() + "/relay";
    options.vfs = "karez-sim";
    const Status opened = box.open(options, machine.dice());
    REQUIRE_MESSAGE(opened.ok(), (opened ? "" : opened.error().message));
    return box;
  }
  /// Relay 0 is the workspace's own, whose receipts count.
  void meet_relay(std::size_t relay, std::size_t who, std::uint64_t frames) {
    tell(name(who) + " meets relay " + std::to_string(relay));
    ReplicaStore& store = relay == 0 ? replicas_[who]->sync_store() : replicas_[who]->near_store();
    sync(box(*relays_[relay]), store, who, frames);
  }
  void sync(testing::RelayBox& relay, ReplicaStore& store, std::size_t who, std::uint64_t frames) {
    const SyncReport report = relay.sync(store, machines_[who]->clock, dice_, frames);
    if (frames == testing::RelayBox::kAll) CHECK(report.in_sync);
    if (report.received_changes > 0) ++carried;
  }
  /// A laptop is a relay for another one, with a store in its home.
  void serve(std::size_t host, std::size_t guest, std::uint64_t frames) {
    tell(name(host) + " serves " + name(guest));
    testing::RelayBox& relay = box(*machines_[host]);
    sync(relay, replicas_[host]->near_store(), host, testing::RelayBox::kAll);
    sync(relay, replicas_[guest]->near_store(), guest, frames);
    sync(relay, replicas_[host]->near_store(), host, testing::RelayBox::kAll);
  }

  void pack(std::size_t who) {
    const std::size_t whom = somebody();
    const bool is_addressed = whom != who && dice_.chance(0.4);
    const std::string stick = folder_.path() + "/" + std::to_string(pocket_.size());
    auto packed = replicas_[who]->pack_bundle(stick, is_addressed ? name(whom) : "");
    const bool is_unknown = !packed && packed.error().code == ErrorCode::not_found;
    if (is_unknown) packed = replicas_[who]->pack_bundle(stick, "");
    REQUIRE_MESSAGE(packed.ok(), (packed ? "" : packed.error().message));
    tell(name(who) + " packs stick " + std::to_string(pocket_.size()) +
         (is_addressed && !is_unknown ? " for " + name(whom) : ""));
    pocket_.push_back(stick);
  }
  void apply(const std::string& stick, std::size_t who) {
    const auto applied = replicas_[who]->apply_bundle(stick);
    REQUIRE_MESSAGE(applied.ok(), (applied ? "" : applied.error().message));
    CHECK(applied->bundle.fault == BundleFault::none);
    CHECK(applied->refused_packs == 0);
    CHECK_FALSE(applied->is_new_author);
    if (applied->new_changes > 0) ++carried;
    tell("a stick at " + name(who) + ": " + std::to_string(applied->new_changes) + " new");
    if (dice_.chance(0.3)) CHECK(replicas_[who]->apply_bundle(stick)->new_changes == 0);
  }

  /// Whatever `from` holds, `to` holds afterwards, one way or another.
  void carry(std::size_t from, std::size_t to) {
    switch (dice_.below(4)) {
      case 0:
      case 1: {
        const std::size_t relay = dice_.below(2);
        meet_relay(relay, from, testing::RelayBox::kAll);
        return meet_relay(relay, to, testing::RelayBox::kAll);
      }
      case 2:
        return dice_.chance(0.5) ? serve(from, to, testing::RelayBox::kAll)
                                 : serve(to, from, testing::RelayBox::kAll);
      default: {
        const std::string stick = folder_.path() + "/hand";
        REQUIRE(replicas_[from]->pack_bundle(stick, "").ok());
        return apply(stick, to);
      }
    }
  }
  void come_together() {
    const std::size_t hub = somebody();
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < kLaptops; ++i) {
      if (i != hub) others.push_back(i);
    }
    for (std::size_t i = others.size(); i > 1; --i) std::swap(others[i - 1], others[dice_.below(i)]);
    for (const std::size_t one : others) carry(one, hub);
    for (const std::size_t one : others) carry(hub, one);
  }

  void compare() {
    const std::string expected = dump_of(*replicas_[0]);
    const Heads heads = replicas_[0]->sync_store().heads();
    conflicts += replicas_[0]->conflicts()->size();
    for (std::size_t i = 1; i < kLaptops; ++i) {
      CAPTURE(i);
      CHECK(replicas_[i]->sync_store().heads() == heads);
      REQUIRE(dump_of(*replicas_[i]) == expected);
    }
    CHECK(replicas_[0]->status()->waiting.empty());
    if (!dice_.chance(0.25)) return;  // equal tables are right if one of them is
    const auto report = replicas_[somebody()]->verify();
    REQUIRE(report.ok());
    CHECK_MESSAGE(report->ok, report->where.front().message);
  }
  static std::string dump_of(Replica& replica) {
    std::string text;
    REQUIRE(replica.dump([&](std::string_view line) { text.append(line).append("\n"); }).ok());
    return text;
  }

  Dice dice_{1};
  bool is_told_ = false;
  std::vector<std::unique_ptr<Machine>> machines_, relays_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::vector<Machine*> boxed_;
  std::vector<std::unique_ptr<testing::RelayBox>> boxes_;
  std::vector<RecordId> popular_;
  testing::TemporaryFolder folder_;
  std::vector<std::string> pocket_;  ///< sticks that somebody carries
};

void run_routes(std::uint64_t first, std::uint64_t count) {
  Place place;
  const char* only = std::getenv("KAREZ_ROUTE");
  if (only != nullptr) {
    first = std::strtoull(only, nullptr, 10);
    count = 1;
  }
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    place.run(seed, only != nullptr);
  }
  std::cout << count << " routes, " << place.carried << " deliveries, " << place.conflicts
            << " conflicts open in the end\n";
  CHECK(place.carried > 5 * count);
  CHECK(place.conflicts >= count / 50);
}

}  // namespace

TEST_CASE("Routes: whatever the route, all have the same tables in the end (first half)") {
  run_routes(1, KAREZ_ROUTES / 2);
}
TEST_CASE("Routes: whatever the route, all have the same tables in the end (second half)") {
  run_routes(1 + KAREZ_ROUTES / 2, KAREZ_ROUTES / 2);
}

}  // namespace karez::sim
