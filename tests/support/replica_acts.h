// What people do on replicas at random, for properties that compare what comes of it.
#pragma once

#include <algorithm>

#include "support/replica_fleet.h"

namespace karez::testing {

/// One person's random day: visits, edits of anybody's records, voids, counters, sets, resolves.
inline void act(ReplicaFleet& fleet, const std::string& name, std::mt19937_64& dice) {
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

}  // namespace karez::testing
