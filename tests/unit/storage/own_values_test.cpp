// Values in own fields as tables keep them: the merge of every register, whatever order changes come in.
#include <doctest/doctest.h>

#include "karez/storage/schema.h"
#include "karez/storage/tables.h"
#include "support/fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// Tables in memory and the logs of some people, all of whom count.
struct People {
  People() { REQUIRE(upgrade_schema(database, catalog).ok()); }
  void apply(const Person& person, std::uint64_t from, std::uint64_t to) {
    AuthorRow* author = *authors.ensure(person.author());
    author->role = kVolunteer;
    author->counted_through = limits::kSeq;
    const Bytes bytes = person.pack(from, to);
    REQUIRE(log.append_pack(*author, std::make_shared<const OpenedPack>(*open_pack(bytes)), bytes).ok());
    for (std::uint64_t seq = from; seq <= to; ++seq) REQUIRE(tables.apply(*author, person.change(seq)).ok());
  }
  std::map<FieldKey, Value> values(const RecordId& id) { return *tables.own_values(*tables.key_of(id)); }
  std::size_t siblings(const RecordId& id, const FieldName& field) {
    const RecordKey key = *tables.key_of(id);
    const auto all = *tables.writes(*catalog.collection(kEvent), key, *tables.find_field(field));
    return visible_writes(all).size();
  }

  Catalog catalog = Catalog::built_in();
  Database database = *Database::open(":memory:");
  Statements statements{database};
  Authors authors{statements};
  LogStore log{statements, authors};
  Tables tables{statements, catalog, authors, log};
};

}  // namespace

TEST_CASE("Tables: writes of an own field merge as any register's, in either order") {
  Fleet fleet;
  Person& amina = fleet.volunteer("amina");
  Person& ben = fleet.volunteer("ben");
  const FieldName mood{0, {fleet.founder().author(), 77, 1}};
  const FieldName heat{0, {fleet.founder().author(), 77, 2}};
  amina.add({Create{kEvent,
                    {{FieldName::catalog(1), Value::of(std::string("visit"))},
                     {mood, Value::of(std::string("glad"))},
                     {heat, Value(Value::Side(WallTime{kStartMs, 480}))}}}});
  const RecordId id{amina.author(), amina.seq(), 1};
  amina.add({Write{id, mood, Value::of(std::string("tired")), {id.dot()}}});
  ben.add({Write{id, mood, Value::of(std::string("sad")), {id.dot()}}});
  ben.add({Write{id, heat, Value{}, {id.dot()}}});
  // What own fields do not have: counters and sets. Kept in the log, and nowhere else.
  ben.add({Add{id, heat, 3}});
  ben.add({Put{id, mood, Value::of(std::string("x"))}});
  People one, other;
  one.apply(amina, 1, amina.seq());
  CHECK(one.values(id).size() == 2);
  one.apply(ben, 1, ben.seq());
  other.apply(ben, 1, ben.seq());
  other.apply(amina, 1, amina.seq());
  for (People* shelf : {&one, &other}) {
    const auto values = shelf->values(id);
    REQUIRE(values.size() == 1);
    CHECK(values.begin()->first == *shelf->tables.find_field(mood));
    // The later of two that did not see each other; both are there.
    const bool is_ben_later = ben.change(2).time > amina.change(amina.seq()).time;
    CHECK(values.begin()->second == Value::of(std::string(is_ben_later ? "sad" : "tired")));
    CHECK(shelf->siblings(id, mood) == 2);
    CHECK(shelf->siblings(id, heat) == 1);
    std::int64_t open = 0;
    Statement& count = shelf->statements.get("SELECT count(*) FROM conflict");
    REQUIRE(for_each_row(count, [&](Statement& in) { open = in.integer(0); }).ok());
    CHECK(open == 1);
    for (const char* table : {"counter_add", "set_operation"}) {
      Statement& rows = shelf->statements.get(std::string("SELECT 1 FROM ") + table);
      bool has_row = false;
      REQUIRE(for_each_row(rows, [&](Statement&) { has_row = true; }).ok());
      CHECK_FALSE(has_row);
    }
  }
}
