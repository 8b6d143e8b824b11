#include "karez/storage/applier.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <memory>
#include <string_view>

#include "karez/storage/schema.h"
#include "support/fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

constexpr std::uint64_t kPacks = 12;
/// More than are merged, so that every pack stays as it came.
constexpr std::uint64_t kInEachPack = 300;

/// The stores of a replica in memory, to which people's packs are handed.
struct Ledger {
  Ledger() { REQUIRE(upgrade_schema(database, catalog).ok()); }

  void take(const Person& person, std::uint64_t first = 1, std::uint64_t last = 0) {
    const Bytes bytes = person.pack(first, last);
    auto row = authors.ensure(person.author());
    auto opened = open_pack(bytes);
    REQUIRE((row.ok() && opened.ok()));
    REQUIRE(log.append_pack(**row, std::make_shared<const OpenedPack>(std::move(*opened)), bytes).ok());
  }
  std::uint64_t applied(const Person& person) { return authors.find(person.author())->applied_seq; }
  /// Applies what is held. How often the bytes of a stored pack were read for that, to be unpacked.
  int packs_read_to_apply() {
    int read = 0;
    sqlite3_trace_v2(
        database.handle(), SQLITE_TRACE_STMT,
        [](unsigned, void* count, void*, void* sql) {
          const std::string_view text(static_cast<const char*>(sql));
          const bool is_read = text.rfind("SELECT", 0) == 0 && text.find(" bytes FROM pack") != text.npos;
          if (is_read) ++*static_cast<int*>(count);
          return 0;
        },
        &read);
    REQUIRE(applier.apply_ready().ok());
    sqlite3_trace_v2(database.handle(), 0, nullptr, nullptr);
    return read;
  }

  Fleet fleet;
  Catalog catalog = Catalog::built_in();
  Database database = *Database::open(":memory:");
  Statements statements{database};
  Authors authors{statements};
  LogStore log{statements, authors};
  Tables tables{statements, catalog, authors, log};
  Applier applier{fleet.workspace(), catalog, authors, log, tables};
};

/// `victim` has written kPacks packs, all applied; `eve` has enrolled.
struct Pinned : Ledger {
  Pinned() {
    for (std::uint64_t i = 0; i < kPacks * kInEachPack; ++i) {
      Create visit;
      visit.collection = 5;
      visit.fields = {{FieldName::catalog(1), Value::of(std::string("visit"))},
                      {FieldName::catalog(8), Value::of(std::string("note"))}};
      victim.add({visit});
    }
    take(fleet.founder());
    take(victim, 1, 1);
    for (std::uint64_t i = 0; i < kPacks; ++i) take(victim, 2 + i * kInEachPack, 1 + (i + 1) * kInEachPack);
    take(eve);
    packs_read_to_apply();
    REQUIRE(applied(victim) == victim.seq());
  }
  /// The place in the victim's log to which the n-th pin goes: inside of a pack, and each time of another
  /// one.
  static std::uint64_t place(std::uint64_t n) {
    return 2 + n % kPacks * kInEachPack + 50 + n / kPacks % (kInEachPack - 100);
  }
  void pin_at(Pin pin) {
    Change change;
    change.operations = {Unknown{99, {}}};
    change.pins.push_back(pin);
    eve.add(change);
  }

  Person& victim = fleet.volunteer("victim");
  Person& eve = fleet.volunteer("eve");
};

}  // namespace

TEST_CASE("Applier: pins all over another author's log unpack each of its packs once") {
  Pinned p;
  for (std::uint64_t n = 0; n < 600; ++n) p.pin_at(p.victim.pin(Pinned::place(n)));
  p.take(p.eve, 2, 301);
  const int read = p.packs_read_to_apply();
  CHECK(read >= static_cast<int>(kPacks) - 4);  // four may be there unpacked
  // Besides the victim's packs: what each() looks for behind the ends of logs.
  CHECK(read <= static_cast<int>(kPacks) + 10);
  CHECK(p.applied(p.eve) == 301);
  p.take(p.eve, 302, 601);
  CHECK(p.packs_read_to_apply() <= 10);
  CHECK(p.applied(p.eve) == 601);
}

TEST_CASE(
    "Applier: edits all over another author's log that have to be weighed unpack each of its packs once") {
  Pinned p;
  constexpr std::uint32_t kNote = 8;
  for (std::uint64_t n = 0; n < 600; ++n) {
    const RecordId record{p.victim.author(), Pinned::place(n), 1};
    p.eve.add({Write{record, FieldName::catalog(kNote), Value::of(std::string("x")), {p.eve.last()}}});
  }
  p.take(p.eve, 2, 301);
  const int read = p.packs_read_to_apply();
  CHECK(read >= static_cast<int>(kPacks) - 4);
  CHECK(read <= static_cast<int>(kPacks) + 10);
  CHECK(p.applied(p.eve) == 301);
  p.take(p.eve, 302, 601);
  CHECK(p.packs_read_to_apply() <= 10);
  CHECK(p.applied(p.eve) == 601);
}

TEST_CASE("Applier: voids and second edits that replace what was there unpack nothing") {
  Pinned p;
  constexpr std::uint32_t kNote = 8;
  for (std::uint64_t n = 0; n < 300; ++n) {
    const RecordId record{p.victim.author(), Pinned::place(n), 1};
    p.eve.add({Write{record, FieldName::catalog(kVoidField), Value::of(std::string("x")), {record.dot()}}});
    p.eve.add({Write{record, FieldName::catalog(kNote), Value::of(std::string("y")), {record.dot()}}});
    p.eve.add({Write{record, FieldName::catalog(kNote), Value::of(std::string("z")), {p.eve.last()}}});
  }
  p.take(p.eve, 2);
  CHECK(p.packs_read_to_apply() <= 10);
  CHECK(p.applied(p.eve) == 901);
}

TEST_CASE(
    "Applier: a pin to a link that is not the log's holds up its author, whatever was compared before") {
  Pinned p;
  for (std::uint64_t n = 0; n < 30; ++n) p.pin_at(p.victim.pin(Pinned::place(n)));
  Pin wrong = p.victim.pin(Pinned::place(0));
  wrong.link[7] ^= 1;
  p.pin_at(wrong);
  p.take(p.eve, 2);
  p.packs_read_to_apply();
  CHECK(p.applied(p.eve) == 31);
  const auto waits = p.applier.waits_for(*p.authors.find(p.eve.author()));
  REQUIRE((waits.ok() && waits->has_value()));
  CHECK((*waits)->link == wrong.link);
}
