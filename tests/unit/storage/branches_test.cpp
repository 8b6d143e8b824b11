// Several logs of one author on one disk: each row holds what no earlier one has, and is read as a whole log.
#include <doctest/doctest.h>

#include <functional>
#include <random>

#include "karez/storage/schema.h"
#include "karez/storage/stream_names.h"
#include "support/fleet.h"
#include "support/noise.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// The logs that copies of one person wrote, in a store in memory.
struct Branches {
  Branches() { REQUIRE(upgrade_schema(database, Catalog::built_in()).ok()); }

  void write(Person& person, int count) {
    for (int i = 0; i < count; ++i) {
      Create create;
      create.collection = 5;
      create.fields.push_back({FieldName::catalog(5), Value::of(static_cast<std::int64_t>(++written))});
      if (width > 0) create.fields.push_back({FieldName::catalog(8), Value::of(noise(letters, width))});
      person.add({create});
    }
  }
  void append(AuthorRow& row, const Person& person, std::uint64_t first, std::uint64_t last) {
    const Bytes bytes = person.pack(first, last);
    auto opened = open_pack(bytes);
    REQUIRE(opened.ok());
    REQUIRE(log.append_pack(row, std::make_shared<const OpenedPack>(std::move(*opened)), bytes).ok());
    authors.mark(row);
  }
  /// Puts a log there whole, in packs of random sizes whose first may hold shared changes again.
  AuthorRow& put(const Person& person, std::mt19937& dice) {
    std::uint64_t from = 0;
    const Person* most = nullptr;
    for (const Person& other : logs) {
      std::uint64_t same = 0;
      while (same < std::min(person.seq(), other.seq()) && person.link(same + 1) == other.link(same + 1))
        ++same;
      if (most == nullptr || same + 1 > from) {
        from = same + 1;
        most = &other;
      }
    }
    AuthorRow* row = nullptr;
    if (most == nullptr) {
      row = *authors.ensure(person.author());
    } else {
      AuthorRow& parent = *rows[static_cast<std::size_t>(most - logs.data())];
      auto made = authors.branch_off(parent, from, person.link(from - 1),
                                     [&](const AuthorRow& of, std::uint64_t seq) {
                                       const auto held = log.link_at(of.id, seq);
                                       return seq <= of.held_seq && held ? *held : person.link(seq);
                                     });
      REQUIRE(made.ok());
      row = *made;
    }
    logs.push_back(person);
    rows.push_back(row);
    while (row->held_seq < person.seq()) {
      const std::uint64_t first = row->held_seq + 1 - dice() % std::min<std::uint64_t>(row->held_seq + 1, 9);
      append(*row, person, first, std::min<std::uint64_t>(row->held_seq + 1 + dice() % 9, person.seq()));
    }
    return *row;
  }
  void check() {
    for (std::size_t i = 0; i < logs.size(); ++i) {
      const Person& person = logs[i];
      const AuthorRow& row = *authors.find(rows_ids[i]);
      for (std::uint64_t seq = 1; seq <= person.seq(); ++seq) {
        CHECK(log.link_at(row.id, seq) == person.link(seq));
        CHECK(log.read(row.id, seq)->content == person.content(seq));
        CHECK(*log.change_at(row.id, seq) == person.change(seq));
        CHECK(log.time_at(row.id, seq) == person.change(seq).time);
      }
      CHECK_FALSE(log.link_at(row.id, person.seq() + 1).has_value());
      // A peer that has any beginning of the log gets the rest of it, in packs that go on from there.
      for (std::uint64_t after : {std::uint64_t{0}, row.from_seq / 2, row.from_seq, person.seq() - 1}) {
        int packs = 0;
        for (std::uint64_t at = after; at < person.seq(); ++packs) {
          REQUIRE(packs < 200);
          auto next = log.next_pack(person.workspace(), row, at, nullptr);
          REQUIRE_MESSAGE((next.ok() && next->has_value()), (next ? "" : next.error().message));
          const std::uint64_t reached = (*next)->reached;
          const auto opened = open_pack((*next)->bytes);
          REQUIRE(opened.ok());
          REQUIRE(opened->header.first_seq == at + 1);
          CHECK(opened->header.prev_link == person.link(at));
          REQUIRE((at < reached && reached <= opened->header.last_seq()));
          CHECK(opened->changes[reached - at - 1].link == person.link(reached));
          if (reached < opened->header.last_seq()) ++across;
          at = reached;
        }
      }
    }
  }
  /// Every change of every log is found by its name, once, and by no other.
  void check_names() {
    std::map<std::pair<AuthorKey, std::uint64_t>, std::pair<Hash, AuthorId>> told;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      AuthorRow& row = *authors.find(rows_ids[i]);
      for (std::uint64_t seq = 1; seq <= logs[i].seq(); ++seq) {
        const AuthorRow* owner = authors.named(row.name_at(seq), seq);
        REQUIRE(owner != nullptr);
        CHECK(owner == &authors.owner(row, seq));
        const auto [entry, is_new] =
            told.emplace(std::pair(row.name_at(seq), seq), std::pair(logs[i].link(seq), owner->id));
        CHECK(entry->second == std::pair(logs[i].link(seq), owner->id));
      }
      CHECK(authors.headed(row.head_name()) == &row);
      for (std::size_t j = 0; j < logs.size(); ++j) {
        std::uint64_t same = 0;
        while (same < std::min(logs[i].seq(), logs[j].seq()) &&
               logs[i].link(same + 1) == logs[j].link(same + 1))
          ++same;
        if (i != j) CHECK(authors.common(row, *authors.find(rows_ids[j])) == same);
      }
    }
    CHECK(authors.heads().size() == logs.size());
  }
  void keep_ids() {
    rows_ids.clear();
    for (const AuthorRow* row : rows) rows_ids.push_back(row->id);
  }

  Database database = *Database::open(":memory:");
  Statements statements{database};
  Authors authors{statements};
  LogStore log{statements, authors};
  Fleet fleet;
  std::vector<Person> logs;
  std::vector<AuthorRow*> rows;
  std::vector<AuthorId> rows_ids;
  int written = 0;
  std::size_t width = 0;  ///< bytes that each change has beside, which no compression makes much shorter
  std::mt19937_64 letters{1};
  int across = 0;  ///< how often check() got changes of another branch too
};

}  // namespace

TEST_CASE("LogStore: branches of a log, and branches of those, are each read as a whole log") {
  int across = 0;
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    Branches b;
    if (seed > 25) b.width = 15'000;  // what two packs hold is more than one does
    std::vector<Person> people{b.fleet.founder()};
    b.write(people[0], 1 + static_cast<int>(dice() % 30));
    const std::size_t copies = 1 + dice() % 4;
    for (std::size_t i = 0; i < copies; ++i) {
      Person copy = people[dice() % people.size()];
      b.write(copy, 1 + static_cast<int>(dice() % 12));
      for (Person& other : people) b.write(other, 1 + static_cast<int>(dice() % 12));
      people.push_back(copy);
    }
    std::shuffle(people.begin(), people.end(), dice);
    for (const Person& person : people) b.put(person, dice);
    b.keep_ids();
    b.check();
    b.check_names();
    REQUIRE(b.authors.flush().ok());
    REQUIRE(b.authors.load().ok());
    b.log.forget();
    b.check();
    b.check_names();
    across += b.across;
  }
  CHECK(across > 0);
}

TEST_CASE(
    "LogStore: what a branch shares goes with its own first pack, or before it where one pack has no room") {
  Branches b;
  std::mt19937 dice(1);
  Person person = b.fleet.founder();
  b.write(person, 3000);
  Person copy = person;
  b.write(person, 900);
  b.write(copy, 3000);
  b.append(**b.authors.ensure(person.author()), person, 1, person.seq());
  AuthorRow& first = *b.authors.find(person.author());
  auto made =
      b.authors.branch_off(first, 3002, person.link(3001), [&](const AuthorRow& of, std::uint64_t seq) {
        return of.id == first.id ? person.link(seq) : copy.link(seq);
      });
  REQUIRE(made.ok());
  b.append(**made, copy, 2990, copy.seq());
  const auto give = [&](std::uint64_t after) {
    auto next = b.log.next_pack(person.workspace(), **made, after, nullptr);
    REQUIRE_MESSAGE((next.ok() && next->has_value()), (next ? "" : next.error().message));
    return std::pair(*read_pack_header((*next)->bytes), (*next)->reached);
  };
  // 6,001 changes are more than a pack has: the parent's comes whole, and then the branch's own.
  const auto [parents, reached] = give(0);
  CHECK(parents.last_seq() == person.seq());
  CHECK(reached == 2989);
  const auto [own, end] = give(reached);
  CHECK(own.first_seq == 2990);
  CHECK(own.last_seq() == copy.seq());
  CHECK(end == copy.seq());
  CHECK(give(2000).first.first_seq == 2001);
  CHECK(give(2000).second == copy.seq());
}

TEST_CASE(
    "StreamNames: a dot means its writer's branch, the one that was pinned, what all share, or nothing") {
  Branches b;
  std::mt19937 dice(3);
  Person& reader = b.fleet.volunteer("reader");
  Person& other = b.fleet.volunteer("copied");
  b.write(other, 4);
  Person copy = other;
  b.write(other, 3);
  b.write(copy, 3);
  b.put(other, dice);
  b.put(copy, dice);
  AuthorRow& by = **b.authors.ensure(reader.author());
  StreamNames names(b.statements, b.authors, b.log);
  const std::uint64_t split = b.rows[1]->from_seq;
  REQUIRE(split == 6);
  const auto meaning = [&](std::uint64_t seq, std::vector<Pin> pins, AuthorRow& row, std::uint64_t of) {
    Change change;
    change.author = row.key;
    change.seq = of;
    change.pins = std::move(pins);
    change.operations = {Add{{other.author(), seq, 1}, FieldName::catalog(1), 1}};
    collect_authors(change);
    REQUIRE(names.concerns(row, change));
    REQUIRE(names.keep_pins(row, change).ok());
    REQUIRE(names.name(row, change).ok());
    return std::get<Add>(change.operations.front()).record.author;
  };
  const AuthorKey one = b.rows[0]->head_name();
  const AuthorKey two = b.rows[1]->head_name();
  CHECK(meaning(split - 1, {}, by, 2) == other.author());
  const AuthorKey nothing = meaning(split, {}, by, 2);
  CHECK(b.authors.named(nothing, split) == nullptr);
  CHECK(meaning(split, {copy.pin()}, by, 3) == two);
  CHECK(meaning(split, {}, by, 4) == two);
  CHECK(meaning(split - 1, {}, by, 4) == other.author());
  CHECK(meaning(split, {other.pin()}, by, 5) == one);
  CHECK(meaning(split, {}, by, 4) == two);  // what an earlier change meant stays
  CHECK(meaning(split, {other.pin(3)}, by, 6) ==
        nothing);  // a pin below where they part says nothing above it
  CHECK(meaning(split, {}, *b.rows[0], split + 1) == one);
  CHECK(meaning(split, {}, *b.rows[1], split + 1) == two);
  // What it names ahead of where they part is another change in each of them: no two replicas may differ.
  CHECK(meaning(split, {}, *b.rows[0], split - 2) == nothing);
  CHECK(meaning(split - 1, {}, *b.rows[1], split - 2) == other.author());
}
