#include <doctest/doctest.h>
#include <sqlite3.h>

#include <random>
#include <string>

#include "karez/base/limits.h"
#include "karez/storage/schema.h"
#include "karez/storage/tables.h"
#include "support/fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// Fields of an event: a text, a natural key, a counter, a set, and one that no catalog knows.
constexpr std::uint32_t kNote = 8, kSourceKey = 17, kTally = 14, kTags = 15, kUnheardOf = 99;

/// Own fields, of which nobody here knows what they are.
FieldName own_field(std::uint32_t k) { return {0, {key_of("somebody").author, 9, k}}; }

/// A volunteer who records and edits as no page would let him.
void write_at_random(Person& person, std::mt19937& dice) {
  const auto one_of = [&](std::size_t count) { return dice() % count; };
  std::vector<RecordId> records;
  for (int i = 0; i < 60; ++i) {
    if (records.empty() || one_of(2) == 0) {
      Create create;
      create.collection = kEvent;
      create.fields = {{FieldName::catalog(1), Value::of(std::string("visit"))},
                       {FieldName::catalog(kNote), Value::of("note " + std::to_string(i))}};
      if (one_of(2) == 0) create.fields.push_back({FieldName::catalog(kTally), Value::of(std::int64_t{3})});
      if (one_of(3) == 0) {
        const Bytes key{static_cast<std::uint8_t>(one_of(3))};
        create.fields.push_back({FieldName::catalog(kSourceKey), Value(Value::Side(key))});
      }
      if (one_of(3) == 0) create.fields.push_back({own_field(1), Value::of("own " + std::to_string(i))});
      person.add({create});
      records.push_back({person.author(), person.seq(), 1});
      continue;
    }
    const RecordId& record = records[one_of(records.size())];
    const FieldName known = FieldName::catalog(std::vector<std::uint32_t>{
        kNote, 3, kVoidField, kVoidField, kTally, kSourceKey, kUnheardOf}[one_of(7)]);
    const FieldName field = one_of(4) == 0 ? own_field(1 + static_cast<std::uint32_t>(one_of(2))) : known;
    if (one_of(8) == 0) {
      person.add({Add{record, FieldName::catalog(kTally), 5}});
    } else if (one_of(8) == 0) {
      person.add({Put{record, FieldName::catalog(kTags), Value::of(std::string("tag"))}});
    } else {
      Write write{record, field, Value::of("w" + std::to_string(i)), {record.dot()}};
      if (one_of(4) == 0) write.value = {};
      if (field == FieldName::catalog(kSourceKey)) write.value = Value(Value::Side(Bytes{1}));
      if (one_of(3) == 0) write.replaces.push_back({person.author(), person.seq()});
      if (write.replaces.size() == 2 && write.replaces[0] == write.replaces[1]) write.replaces.pop_back();
      person.add({write});
    }
  }
}

/// The stores of a replica in memory that hold one person's log.
struct Tabled {
  Tabled(const Person& person, std::uint64_t counted_through) {
    REQUIRE(upgrade_schema(database, catalog).ok());
    author = *authors.ensure(person.author());
    author->role = 1;
    author->counted_through = counted_through;
    const Bytes bytes = person.pack();
    REQUIRE(log.append_pack(*author, std::make_shared<const OpenedPack>(*open_pack(bytes)), bytes).ok());
  }
  std::string everything() {
    std::string text;
    for (const DerivedTable& table : derived_tables(catalog)) {
      text += table.name + "\n";
      Statement& rows = statements.get("SELECT * FROM " + table.name + " ORDER BY " + table.order);
      REQUIRE(
          for_each_row(rows, [&](Statement& in) {
            for (int i = 0; i < in.column_count(); ++i) {
              const bool is_blob = in.type(i) == Statement::Type::blob;
              text += (in.is_null(i) ? "-" : is_blob ? to_hex(in.blob(i)) : std::string(in.text(i))) + "|";
            }
            text += "\n";
          }).ok());
    }
    return text;
  }

  Catalog catalog = Catalog::built_in();
  Database database = *Database::open(":memory:");
  Statements statements{database};
  Authors authors{statements};
  LogStore log{statements, authors};
  Tables tables{statements, catalog, authors, log};
  AuthorRow* author = nullptr;
};

}  // namespace

TEST_CASE("Tables: a run of changes ends as its changes do one by one") {
  std::int64_t saved = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    Fleet fleet;
    Person& person = fleet.volunteer("amina");
    write_at_random(person, dice);
    // All of it counts, or its beginning, or nothing.
    const std::uint64_t counted = std::vector<std::uint64_t>{limits::kSeq, person.seq() / 2, 0}[seed % 3];
    Tabled in_runs(person, counted), one_by_one(person, counted);
    REQUIRE(in_runs.log
                .each_run(in_runs.author->id, 0,
                          [&](std::span<const OpenedChange> run) {
                            REQUIRE(in_runs.tables.apply_run(*in_runs.author, run).ok());
                            return run.size();
                          })
                .ok());
    REQUIRE(one_by_one.log
                .each(one_by_one.author->id, 0,
                      [&](const OpenedChange& one) {
                        REQUIRE(one_by_one.tables.apply(*one_by_one.author, one.change).ok());
                        return true;
                      })
                .ok());
    CHECK(in_runs.everything() == one_by_one.everything());
    saved += sqlite3_total_changes64(one_by_one.database.handle()) -
             sqlite3_total_changes64(in_runs.database.handle());
  }
  CHECK(saved > 100);  // rows written: or no run held an edit of its own records
}
