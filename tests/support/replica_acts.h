// What people do on replicas at random, for properties that compare what comes of it.
#pragma once

#include <algorithm>

#include "karez/replica/own_fields.h"
#include "support/replica_fleet.h"

namespace karez::testing {

/// What a coordinator does with own fields of visits: makes one, retires one or brings it back.
inline void act_on_definitions(Replica& replica, std::mt19937_64& dice) {
  const auto number = std::to_string(dice() % 3);
  const char* const types[] = {"text", "count"};
  auto known = own_fields(replica);
  REQUIRE(known.ok());
  if (known->fields.empty() || dice() % 2 == 0) {
    (void)add_own_field(replica, {"event", "own_" + number, types[dice() % 2], "", "", {}}).ok();
  } else {
    (void)replica.void_record(known->fields[dice() % known->fields.size()].id, "not needed").ok();
  }
}

/// Anybody fills in an own field, if there is one that he knows.
inline void fill_in_own_field(Replica& replica, const RecordId& id, std::mt19937_64& dice) {
  const auto& own = replica.catalog().collection("event")->own;
  if (own.empty()) return;
  const Field& field = *own[dice() % own.size()];
  const auto number = static_cast<std::int64_t>(dice() % 3);
  const Value value =
      field.type == FieldType::count ? Value::of(number) : Value::of("own " + std::to_string(number));
  (void)set_field(replica, id, std::string(field.name), value).ok();
}

/// One person's random day: visits, edits of anybody's records, voids, counters, sets, own fields, resolves.
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
  switch (dice() % 9) {
    case 7:
      fill_in_own_field(replica, id, dice);
      break;
    case 8:
      name == "hq" ? act_on_definitions(replica, dice) : fill_in_own_field(replica, id, dice);
      break;
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
