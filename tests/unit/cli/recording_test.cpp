#include "cli/recording.h"

#include <doctest/doctest.h>

#include "support/replica_fleet.h"

namespace karez::cli {
namespace {

using karez::testing::ReplicaFleet;

Value given(const NewRecord& record, const std::string& field) {
  for (const auto& [name, value] : record.fields) {
    if (name == field) return value;
  }
  return {};
}

NewRecord parsed(Replica& replica, const std::string& collection, const std::vector<std::string>& words) {
  auto record = parse_record(replica, collection, words);
  REQUIRE_MESSAGE(record.ok(), (record ? "" : record.error().message));
  return std::move(*record);
}

TEST_CASE("Recording: words become fields, by name, alias, and with either stroke") {
  ReplicaFleet fleet;
  const NewRecord site = parsed(fleet.hq(), "site", {"code=S1", "name=东=门", "is-24h=1"});
  CHECK(given(site, "name_zh") == Value::of(std::string("东=门")));
  const NewRecord event = parsed(fleet.hq(), "event", {"type=visit", "person-times=12"});
  CHECK(given(event, "person_times") == Value::of(std::int64_t{12}));
}

TEST_CASE("Recording: a set takes its elements in one word or in several, each once") {
  ReplicaFleet fleet;
  const NewRecord site =
      parsed(fleet.hq(), "site", {"code=S1", "role=water;station", "roles=water|store", "roles="});
  const Value expected(Value::Side(Value::List{
      Value::of(std::string("station")), Value::of(std::string("store")), Value::of(std::string("water"))}));
  CHECK(given(site, "roles") == expected);
}

TEST_CASE("Recording: the time is now, unless it is said or an event says it") {
  ReplicaFleet fleet;
  const Value now = time_of_now(fleet.hq());
  CHECK(given(parsed(fleet.hq(), "event", {"type=call"}), "time") == now);
  const NewRecord told = parsed(fleet.hq(), "event", {"type=call", "time=2022-07-14T10:00:00+08:00"});
  CHECK(given(told, "time") != now);
  auto ids = fleet.hq().create(std::vector<NewRecord>{told});
  REQUIRE(ids.ok());
  const NewRecord move =
      parsed(fleet.hq(), "move", {"event=" + to_text(ids->front()), "item=W550", "qty=1", "reason=give"});
  CHECK(given(move, "time").is_null());
  CHECK(given(move, "event") == Value(Value::Side(ids->front())));
  CHECK(given(parsed(fleet.hq(), "grant", {"code=G", "type=plan"}), "time").is_null());
}

TEST_CASE("Recording: what is no field, no value or named twice is refused") {
  ReplicaFleet fleet;
  const auto why = [&](const std::string& collection, const std::vector<std::string>& words) {
    const auto record = parse_record(fleet.hq(), collection, words);
    REQUIRE(!record.ok());
    return record.error().code;
  };
  CHECK(why("sites", {"code=S1"}) == ErrorCode::usage);
  CHECK(why("site", {"code"}) == ErrorCode::usage);
  CHECK(why("site", {"=S1"}) == ErrorCode::usage);
  CHECK(why("event", {"source_key=00"}) == ErrorCode::usage);
  CHECK(why("site", {"code=S1", "code=S2"}) == ErrorCode::usage);
  CHECK(why("site", {"name=a", "name_zh=b"}) == ErrorCode::usage);
  CHECK(why("event", {"type=bogus"}) == ErrorCode::refused);
  CHECK(why("event", {"reply_to=aaaa-1-1"}) == ErrorCode::not_found);
}

}  // namespace
}  // namespace karez::cli
