#include "karez/replica/sealing.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "karez/storage/erasures.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

Value sealed_text(const char* text) { return Value::of(std::string(text)); }

NewRecord person(const char* name, const char* phone) {
  return {"party",
          {{"type", sealed_text("person")}, {"name", sealed_text(name)}, {"phone", sealed_text(phone)}}};
}

RecordId record_person(Replica& replica, const char* name = "CANARY", const char* phone = "13987654321") {
  const NewRecord record = person(name, phone);
  auto ids = replica.create({&record, 1});
  REQUIRE_MESSAGE(ids.ok(), (ids ? "" : ids.error().message));
  return ids->front();
}

Value shown_field(const RecordView& view, const std::string& name) {
  for (const FieldView& one : view.fields) {
    if (one.field == name) return one.value;
  }
  return {};
}

SealState state_here(Replica& replica, const RecordId& id, const std::string& field = "name") {
  const auto view = replica.show(id);
  REQUIRE_MESSAGE(view.ok(), (view ? "" : view.error().message));
  return seal_state(shown_field(*view, field));
}

std::string opened_field(Replica& replica, const RecordId& id, const std::string& field) {
  auto unsealer = Unsealer::open(replica);
  REQUIRE_MESSAGE(unsealer.ok(), (unsealer ? "" : unsealer.error().message));
  auto view = replica.show(id);
  REQUIRE(view.ok());
  REQUIRE(unsealer->open_fields(*view).ok());
  const Value value = shown_field(*view, field);
  const auto* text = std::get_if<std::string>(&value.side);
  return text == nullptr ? "" : *text;
}

void check_whole(Replica& replica) {
  const auto report = replica.verify();
  REQUIRE(report.ok());
  CHECK_MESSAGE(report->ok,
                (report->ok ? "" : report->where.front().where + ": " + report->where.front().message));
}

/// Whether any file of a home holds these bytes.
bool lies_in(const std::string& home, std::string_view needle) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (bytes.find(needle) != std::string::npos) return true;
  }
  return false;
}

/// The private part of a laptop's own newest change, without what names the key.
std::string newest_box(Replica& replica) {
  const auto status = replica.status();
  REQUIRE(status.ok());
  auto pack = replica.sync_store().next_pack(status->author, status->own_seq - 1);
  REQUIRE((pack.ok() && pack->has_value()));
  const auto opened = open_pack((*pack)->bytes);
  REQUIRE(opened.ok());
  REQUIRE(opened->changes.back().private_part.has_value());
  const Bytes& part = opened->changes.back().private_part->bytes;
  return std::string(part.begin() + 33, part.end());
}

}  // namespace

TEST_CASE("Sealed: what a laptop saved is read at headquarters, and not on the laptop") {
  ReplicaFleet fleet;
  std::mt19937_64 order(1);
  Replica& laptop = fleet.join("l1");
  const RecordId id = record_person(laptop);
  CHECK(state_here(laptop, id) == SealState::sealed);
  CHECK(Unsealer::open(laptop).error().code == ErrorCode::refused);
  CHECK_FALSE(lies_in(fleet.home("l1"), "CANARY"));
  CHECK_FALSE(lies_in(fleet.home("l1"), "13987654321"));
  fleet.settle(order);
  CHECK(state_here(fleet.hq(), id) == SealState::sealed);
  CHECK(opened_field(fleet.hq(), id, "name") == "CANARY");
  CHECK(opened_field(fleet.hq(), id, "phone") == "13987654321");
  CHECK_FALSE(lies_in(fleet.home("hq"), "CANARY"));
  CHECK(fleet.dump("hq") == fleet.dump("l1"));
  check_whole(fleet.hq());
  check_whole(laptop);
}

TEST_CASE("Sealed: an edit replaces, concurrent ones conflict, and a marker may settle it") {
  ReplicaFleet fleet;
  std::mt19937_64 order(2);
  Replica& one = fleet.join("l1");
  Replica& two = fleet.join("l2");
  const RecordId id = record_person(one);
  fleet.settle(order);
  const auto edit = [&](Replica& replica, const char* phone) {
    const FieldSetting setting{"phone", FieldSetting::Kind::set, sealed_text(phone)};
    REQUIRE(replica.edit(id, std::span(&setting, 1)).ok());
  };
  edit(one, "1");
  CHECK(opened_field(fleet.hq(), id, "phone") == "13987654321");
  edit(two, "2");
  fleet.settle(order);
  auto open = fleet.hq().conflicts();
  REQUIRE(open.ok());
  REQUIRE(open->size() == 1);
  // Who cannot read keeps one of them by its marker.
  auto here = one.conflicts();
  REQUIRE(here.ok());
  const Value keep = here->front().siblings.back().value;
  REQUIRE(one.resolve(id, "phone", keep).ok());
  fleet.settle(order);
  CHECK(fleet.hq().conflicts()->empty());
  const std::string kept = opened_field(fleet.hq(), id, "phone");
  CHECK((kept == "1" || kept == "2"));
  CHECK(fleet.dump("hq") == fleet.dump("l2"));
  const FieldSetting empty{"phone", FieldSetting::Kind::set, Value()};
  REQUIRE(fleet.hq().edit(id, std::span(&empty, 1)).ok());
  CHECK(opened_field(fleet.hq(), id, "phone").empty());
}

TEST_CASE("Sealed: one change holds one person's values, and a laptop that knows no key seals nothing") {
  ReplicaFleet fleet;
  const std::vector<NewRecord> both{person("a", "1"), person("b", "2")};
  CHECK(fleet.hq().create(both).error().code == ErrorCode::usage);
  Replica& laptop = fleet.join("l1");
  CHECK(laptop.create(both).error().code == ErrorCode::usage);
  NewRecord longer = person("a", "1");
  longer.fields[2].second = Value::of(std::string(65, '1'));
  CHECK(laptop.create({&longer, 1}).error().code == ErrorCode::refused);
  const NewRecord bytes{"party", {{"type", sealed_text("person")}, {"name", Value(Value::Side(Bytes(16)))}}};
  CHECK(laptop.create({&bytes, 1}).error().code == ErrorCode::usage);
}

TEST_CASE("Sealed: whoever takes an erase has nothing left of it, in whatever order it came") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    ReplicaFleet fleet(seed);
    std::mt19937_64 order(seed);
    Replica& one = fleet.join("l1");
    fleet.join("away");
    const RecordId kept = record_person(one, "KEPT", "1");
    const std::string kept_box = newest_box(one);
    const RecordId id = record_person(one);
    const std::string box = newest_box(one);
    // The change lies in the middle of a pack.
    record_person(one, "LATER", "2");
    fleet.settle(order);
    CHECK(lies_in(fleet.home("away"), box));
    CHECK(erase_record(one, id, "asked").error().code == ErrorCode::refused);
    const auto erased = erase_record(fleet.hq(), id, "asked");
    REQUIRE_MESSAGE(erased.ok(), (erased ? "" : erased.error().message));
    CHECK(erased->changes == 1);
    CHECK(erased->is_wiped);
    CHECK(erase_record(fleet.hq(), id, "again").error().code == ErrorCode::refused);
    CHECK_FALSE(lies_in(fleet.home("hq"), box));
    CHECK(lies_in(fleet.home("hq"), kept_box));
    // Some come later, and get the log with the hole before or after the erase, or an old copy first.
    fleet.join("new");
    fleet.join("old");
    fleet.deliver("away", "old", order);
    CHECK(lies_in(fleet.home("old"), box));
    fleet.deliver("hq", "new", order);
    fleet.settle(order);
    for (const std::string& name : fleet.names()) {
      CAPTURE(name);
      CHECK(state_here(fleet[name], id) == SealState::erased);
      CHECK(state_here(fleet[name], kept) == SealState::sealed);
      CHECK_FALSE(lies_in(fleet.home(name), box));
      CHECK(fleet.dump(name) == fleet.dump("hq"));
      check_whole(fleet[name]);
    }
    CHECK(opened_field(fleet.hq(), kept, "name") == "KEPT");
    CHECK(opened_field(fleet.hq(), id, "name").empty());
  }
}

TEST_CASE("Sealed: what is written after an erase is sealed as ever, and can be erased again") {
  ReplicaFleet fleet;
  std::mt19937_64 order(6);
  Replica& laptop = fleet.join("l1");
  const RecordId id = record_person(laptop);
  fleet.settle(order);
  REQUIRE(erase_record(fleet.hq(), id, "asked").ok());
  fleet.settle(order);
  const FieldSetting setting{"phone", FieldSetting::Kind::set, sealed_text("5")};
  REQUIRE(laptop.edit(id, std::span(&setting, 1)).ok());
  CHECK(state_here(laptop, id, "phone") == SealState::sealed);
  CHECK(state_here(laptop, id, "name") == SealState::erased);
  fleet.settle(order);
  CHECK(opened_field(fleet.hq(), id, "phone") == "5");
  CHECK(opened_field(fleet.hq(), id, "name").empty());
  REQUIRE(erase_record(fleet.hq(), id, "asked again").ok());
  fleet.settle(order);
  CHECK(state_here(laptop, id, "phone") == SealState::erased);
  check_whole(laptop);
  check_whole(fleet.hq());
}

TEST_CASE("Sealed: an absent part that no erase names is not held, and is when it comes") {
  ReplicaFleet fleet;
  std::mt19937_64 order(3);
  Replica& laptop = fleet.join("l1");
  const RecordId id = record_person(laptop);
  const AuthorKey author = laptop.status()->author;
  auto pack = laptop.sync_store().next_pack(author, 0);
  REQUIRE((pack.ok() && pack->has_value()));
  auto opened = open_pack((*pack)->bytes);
  REQUIRE(opened.ok());
  const auto stripped = without_parts(*opened, {2});
  REQUIRE(stripped.ok());
  const auto stored = fleet.hq().sync_store().store({{0, *stripped}}, false);
  REQUIRE(stored.ok());
  CHECK(stored->front().outcome == PackOutcome::aside);
  CHECK(fleet.hq().show(id).error().code == ErrorCode::not_found);
  check_whole(fleet.hq());
  fleet.settle(order);
  CHECK(opened_field(fleet.hq(), id, "name") == "CANARY");
  check_whole(fleet.hq());
}

TEST_CASE("Sealed: a coordinator who is admitted reads all, one who was revoked nothing that comes later") {
  ReplicaFleet fleet;
  std::mt19937_64 order(4);
  Replica& laptop = fleet.join("l1");
  const RecordId first = record_person(laptop);
  Replica& deputy = fleet.join("deputy", fleet.invite("coordinator"));
  fleet.settle(order);
  CHECK(Unsealer::open(deputy).error().code == ErrorCode::refused);
  REQUIRE(fleet.hq().admit("deputy").ok());
  fleet.settle(order);
  CHECK(opened_field(deputy, first, "name") == "CANARY");
  REQUIRE(fleet.hq().revoke("deputy", std::nullopt, "left").ok());
  fleet.settle(order);
  const RecordId second = record_person(laptop, "NEWER", "3");
  fleet.settle(order);
  CHECK(opened_field(fleet.hq(), first, "name") == "CANARY");
  CHECK(opened_field(fleet.hq(), second, "name") == "NEWER");
  CHECK(opened_field(deputy, second, "name").empty());
  const auto state = sealing_status(fleet.hq());
  REQUIRE(state.ok());
  CHECK(state->keys.front().generation == 2);
  CHECK(state->readers == std::vector<std::string>{"hq"});
  CHECK(keep_sealing(fleet.hq(), false).value() == 0);
  CHECK(keep_sealing(laptop, false).error().code == ErrorCode::refused);
  CHECK(keep_sealing(fleet.hq(), true).value() > 0);
  CHECK(sealing_status(fleet.hq())->keys.front().generation == 3);
}

TEST_CASE("Sealed: parties with one phone are found however it is written") {
  CHECK(matching_form("phone", "+86 139-8765-4321") == "13987654321");
  CHECK(matching_form("phone", "１３９８７６５４３２１") == "13987654321");
  CHECK(matching_form("phone", "0086 13987654321") == "13987654321");
  CHECK(matching_form("id_number", "34060219880101987x") == "34060219880101987X");
  CHECK(matching_form("phone", "—").empty());
  ReplicaFleet fleet;
  std::mt19937_64 order(5);
  Replica& laptop = fleet.join("l1");
  const RecordId a = record_person(laptop, "a", "+86 139-8765-4321");
  const RecordId b = record_person(laptop, "b", "13987654321");
  record_person(laptop, "c", "13900000000");
  fleet.settle(order);
  const auto found = parties_that_match(fleet.hq());
  REQUIRE(found.ok());
  REQUIRE(found->size() == 1);
  CHECK(found->front().field == "phone");
  CHECK(std::set<RecordId>(found->front().parties.begin(), found->front().parties.end()) ==
        std::set<RecordId>{a, b});
  CHECK(parties_that_match(laptop).error().code == ErrorCode::refused);
}
