// Whatever people do on their replicas, and in whatever order, by whatever route and how often packs arrive:
// the same changes give the same dump byte for byte, and the tables kept incrementally are the ones that the
// log alone gives.
#include <algorithm>

#include "support/property.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// One person's random day: visits, edits of anybody's records, voids, counters, sets, resolves.
void act(ReplicaFleet& fleet, const std::string& name, std::mt19937_64& dice) {
  Replica& replica = fleet[name];
  fleet.clock(name).set(kDayMs + static_cast<std::int64_t>(dice() % 86'400'000));
  std::vector<RecordId> records;
  const Status listed = replica.list({"event", {}, "", true, 0}, [&](const RecordView& view) {
    records.push_back(view.id);
    return true;
  });
  REQUIRE(listed.ok());
  std::sort(records.begin(), records.end());
  if (records.empty() || dice() % 4 == 0) {
    record_visit(replica, "S" + std::to_string(dice() % 5), static_cast<std::int64_t>(dice() % 50),
                 {{"W550", 2}});
    return;
  }
  const RecordId id = records[dice() % records.size()];
  // Refusals (a void record, nothing to resolve) are part of the game; what they must not do is leave a
  // trace.
  switch (dice() % 7) {
    case 0:
      (void)set_field(replica, id, "note", Value::of("note " + std::to_string(dice() % 3))).ok();
      break;
    case 1:
      (void)set_field(replica, id, "person_times", Value::of(static_cast<std::int64_t>(dice() % 9))).ok();
      break;
    case 2:
      (void)set_field(replica, id, "tally", Value::of(static_cast<std::int64_t>(dice() % 9) - 4),
                      FieldSetting::Kind::add)
          .ok();
      break;
    case 3:
      (void)set_field(replica, id, "tags", Value::of("t" + std::to_string(dice() % 3)),
                      FieldSetting::Kind::put)
          .ok();
      break;
    case 4:
      (void)set_field(replica, id, "tags", Value::of("t" + std::to_string(dice() % 3)),
                      FieldSetting::Kind::drop)
          .ok();
      break;
    case 5:
      (void)replica.void_record(id, "reason " + std::to_string(dice() % 2)).ok();
      break;
    default: {
      auto open = replica.conflicts();
      REQUIRE(open.ok());
      if (open->empty()) break;
      const Conflict& conflict = (*open)[dice() % open->size()];
      if (conflict.field != "void")
        (void)replica.resolve(conflict.id, conflict.field, conflict.siblings.back().value).ok();
      if (conflict.field == "void") (void)replica.resolve(conflict.id, "void", Value{}).ok();
    }
  }
}

}  // namespace

KAREZ_PROPERTY("Replica: any order, route and repetition end in one dump, which the log alone gives", [] {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::mt19937_64 dice(seed);
  ReplicaFleet fleet(seed);
  const int laptops = 2 + static_cast<int>(dice() % 2);
  std::vector<std::string> names{"hq"};
  const std::string shared_code = fleet.invite();
  for (int i = 0; i < laptops; ++i) {
    names.push_back("l" + std::to_string(i));
    // The first two claim one invitation now and then: then neither counts until somebody decides.
    fleet.join(names.back(), i < 2 && seed % 3 == 0 ? shared_code : fleet.invite());
  }
  for (int step = 0; step < 30; ++step) {
    const std::string& who = names[dice() % names.size()];
    switch (dice() % 8) {
      case 0:
      case 1:
      case 2:
        fleet.deliver(who, names[dice() % names.size()], dice, dice() % 4 == 0);
        break;
      case 3:
        if (dice() % 4 == 0)
          (void)fleet.hq()
              .revoke(names[1 + dice() % static_cast<std::size_t>(laptops)], std::nullopt, "lost")
              .ok();
        if (dice() % 4 == 0) (void)fleet.hq().admit("l0").ok();
        break;
      default:
        act(fleet, who, dice);
    }
  }
  fleet.settle(dice);
  const std::string expected = fleet.dump("hq");
  for (const std::string& name : names) {
    RC_ASSERT(fleet.dump(name) == expected);
    auto report = fleet[name].verify();
    RC_ASSERT(report.ok());
    if (!report->ok)
      RC_FAIL(name + ": " + report->where.front().where + ": " + report->where.front().message);
  }
});
