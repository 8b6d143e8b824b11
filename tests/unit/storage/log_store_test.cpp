#include "karez/storage/log_store.h"

#include <doctest/doctest.h>

#include <functional>
#include <random>

#include "karez/storage/schema.h"
#include "support/fleet.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// A log store in memory, with one foreign author's log growing in it.
struct OneLog {
  OneLog() {
    REQUIRE(upgrade_schema(database, Catalog::built_in()).ok());
    auto made = authors.ensure(person.author());
    REQUIRE(made.ok());
    row = *made;
  }
  void write(int count) {
    for (int i = 0; i < count; ++i) {
      Create create;
      create.collection = 5;
      create.fields.push_back(
          {FieldName::catalog(5), Value::of(static_cast<std::int64_t>(person.seq() % 7 + 1))});
      person.add({create});
    }
  }
  /// The author's changes up to `last`, as a pack of their own.
  void take(std::uint64_t first, std::uint64_t last) {
    const Bytes bytes = person.pack(first, last);
    auto opened = open_pack(bytes);
    REQUIRE(opened.ok());
    REQUIRE(log.append_pack(*row, std::make_shared<const OpenedPack>(std::move(*opened)), bytes).ok());
  }
  /// The author writes `changes` more, which come in packs that overlap what is held, with at most `most` new
  /// ones in each; `look` is called after each.
  void grow(int changes, std::uint32_t most, std::mt19937& dice, const std::function<void()>& look) {
    write(changes);
    while (row->held_seq < person.seq()) {
      const std::uint64_t held = row->held_seq;
      const std::uint64_t first = held + 1 - dice() % (held + 1) % 12;
      take(first, std::min<std::uint64_t>(held + 1 + dice() % most, person.seq()));
      look();
    }
  }
  std::int64_t count(const std::string& table) {
    std::int64_t rows = 0;
    REQUIRE(for_each_row(statements.get("SELECT count(*) FROM " + table), [&](Statement& in) {
              rows = in.integer(0);
            }).ok());
    return rows;
  }
  /// What the store says must be what the author wrote.
  void check() {
    std::uint64_t seq = 0;
    REQUIRE(log.each(row->id, 0,
                     [&](const OpenedChange& change) {
                       ++seq;
                       CHECK(change.content == person.content(seq));
                       CHECK(change.link == person.link(seq));
                       return true;
                     })
                .ok());
    CHECK(seq == row->held_seq);
    CHECK(row->held_link == person.link(seq));
  }

  /// A peer that holds any beginning of the log gets the rest in packs that open and go on from there.
  void check_packs() {
    for (std::uint64_t after = 0; after < person.seq(); ++after) {
      for (std::uint64_t at = after; at < person.seq();) {
        auto next = log.next_pack(person.workspace(), *row, at, nullptr);
        REQUIRE((next.ok() && next->has_value()));
        auto opened = open_pack((*next)->bytes);
        REQUIRE(opened.ok());
        REQUIRE(opened->header.first_seq == at + 1);
        CHECK(opened->header.prev_link == person.link(at));
        at = opened->header.last_seq();
        CHECK((*next)->reached == at);
        CHECK(opened->last_link() == person.link(at));
      }
    }
  }

  Database database = *Database::open(":memory:");
  Statements statements{database};
  Authors authors{statements};
  LogStore log{statements, authors};
  Fleet fleet;
  Person& person = fleet.founder();
  AuthorRow* row = nullptr;
};

}  // namespace

TEST_CASE("LogStore: packs of one change are merged as the log grows, and everything stays readable") {
  OneLog shelf;
  shelf.write(400);
  for (std::uint64_t seq = 1; seq <= shelf.person.seq(); ++seq) {
    shelf.take(seq, seq);
    CHECK(shelf.count("pack") <= 11);  // falling powers of two
  }
  shelf.log.forget();
  shelf.check();
  for (std::uint64_t seq : {1u, 2u, 255u, 256u, 257u, 400u, 401u}) {
    CHECK(shelf.log.link_at(shelf.row->id, seq) ==
          (seq <= 401 ? std::optional(shelf.person.link(seq)) : std::nullopt));
  }
  CHECK_FALSE(shelf.log.link_at(shelf.row->id, 402).has_value());
}

TEST_CASE(
    "LogStore: a peer that stands in the middle of a merged pack gets the rest under the author's "
    "signature") {
  OneLog shelf;
  shelf.write(60);
  for (std::uint64_t seq = 1; seq <= shelf.person.seq(); ++seq) shelf.take(seq, seq);
  shelf.check_packs();
  auto nothing = shelf.log.next_pack(shelf.person.workspace(), *shelf.row, shelf.person.seq(), nullptr);
  REQUIRE(nothing.ok());
  CHECK_FALSE(nothing->has_value());
}

TEST_CASE("LogStore: large packs stay as they came, and go on as the same bytes") {
  OneLog shelf;
  shelf.write(700);
  const Bytes first = shelf.person.pack(1, 300);
  shelf.take(1, 300);
  shelf.take(301, 701);
  CHECK(shelf.count("pack") == 2);
  auto next = shelf.log.next_pack(shelf.person.workspace(), *shelf.row, 0, nullptr);
  REQUIRE((next.ok() && next->has_value()));
  CHECK((*next)->bytes == first);
  shelf.check();
}

TEST_CASE("LogStore: a pack that overlaps what is held adds what is new") {
  OneLog shelf;
  shelf.write(20);
  shelf.take(1, 10);
  shelf.take(5, 21);
  shelf.check();
  shelf.log.forget();
  shelf.check();
}

TEST_CASE("LogStore: packs that overlap in any way are merged without a hole") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    OneLog shelf;
    shelf.grow(90, 6, dice, [&] {
      if (dice() % 3 == 0) shelf.log.forget();
    });
    CHECK(shelf.count("pack") <= 7);  // falling powers of two, of 91 changes
    shelf.check();
    if (seed % 4 == 0) shelf.check_packs();
    shelf.log.forget();
    shelf.check();
  }
}

TEST_CASE("LogStore: every link is found in any order, while packs overlap and are merged") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    OneLog shelf;
    shelf.grow(200, 20, dice, [&] {
      for (int i = 0; i < 20; ++i) {
        const std::uint64_t seq = 1 + dice() % shelf.row->held_seq;
        CHECK(shelf.log.link_at(shelf.row->id, seq) == shelf.person.link(seq));
      }
      CHECK_FALSE(shelf.log.link_at(shelf.row->id, shelf.row->held_seq + 1).has_value());
      if (dice() % 5 == 0) shelf.log.forget();
    });
  }
}

TEST_CASE("LogStore: changes that stand alone are sealed into packs, and a signature is known again") {
  OneLog shelf;
  shelf.write(30);
  for (std::uint64_t seq = 1; seq <= shelf.person.seq(); ++seq) {
    OpenedChange one{shelf.person.content(seq), shelf.person.change(seq), shelf.person.link(seq), {}};
    REQUIRE(shelf.log.append(*shelf.row, one).ok());
  }
  CHECK(shelf.count("change") == 31);
  shelf.check();
  REQUIRE(shelf.log.seal(shelf.person.workspace(), *shelf.row, shelf.person.key()).ok());
  CHECK(shelf.count("change") == 0);
  CHECK(shelf.count("pack") == 1);
  shelf.check();
  const auto header = read_pack_header(shelf.person.pack());
  REQUIRE(header.ok());
  CHECK(shelf.log.link_signed(shelf.row->id, 31, header->signature) == shelf.person.link(31));
  Signature other = header->signature;
  other[0] ^= 1;
  CHECK_FALSE(shelf.log.link_signed(shelf.row->id, 31, other).has_value());
  CHECK_FALSE(shelf.log.link_signed(shelf.row->id, 30, header->signature).has_value());
}

TEST_CASE("LogStore: the wall clock of a change is found in any order, in packs and alone") {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    OneLog shelf;
    shelf.grow(60, 20, dice, [&] { shelf.log.forget(); });
    shelf.write(5);
    for (std::uint64_t seq = shelf.row->held_seq + 1; seq <= shelf.person.seq(); ++seq) {
      OpenedChange one{shelf.person.content(seq), shelf.person.change(seq), shelf.person.link(seq), {}};
      REQUIRE(shelf.log.append(*shelf.row, one).ok());
    }
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t seq = 1 + dice() % shelf.person.seq();
      const auto wall = shelf.log.wall_at(shelf.row->id, seq);
      REQUIRE(wall.has_value());
      CHECK(wall->ms == shelf.person.change(seq).wall.ms);
      if (dice() % 3 == 0) shelf.log.forget();
    }
    CHECK_FALSE(shelf.log.wall_at(shelf.row->id, shelf.person.seq() + 1).has_value());
    CHECK_FALSE(shelf.log.wall_at(shelf.row->id, 0).has_value());
  }
}

TEST_CASE("LogStore: a stored pack that is damaged or of another place is an error that names the change") {
  OneLog shelf;
  shelf.write(300);
  shelf.take(1, 301);
  shelf.log.forget();
  SUBCASE("damaged") { REQUIRE(shelf.database.execute("UPDATE pack SET bytes=substr(bytes, 1, 200)").ok()); }
  SUBCASE("another signature") {
    REQUIRE(shelf.database.execute("UPDATE pack SET signature=zeroblob(64)").ok());
  }
  SUBCASE("another link") { REQUIRE(shelf.database.execute("UPDATE pack SET link=zeroblob(32)").ok()); }
  const Status read = shelf.log.each(shelf.row->id, 0, [](const OpenedChange&) { return true; });
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == ErrorCode::corrupt);
  CHECK(read.error().message.find("change 1") != std::string::npos);
}
