// Logs of one author that diverge, at the relay: each is stored and named, whatever came first.
#include <doctest/doctest.h>

#include "server/branches.h"
#include "store_bench.h"
#include "support/streams.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// A store without anybody else in it: an invited laptop may come before its founder.
struct ForkBench : StoreBench {
  explicit ForkBench(const Grove& all) : grove(all) {}

  SubmitResult put_log(const Person& log, std::uint64_t first = 1, std::uint64_t last = 0) {
    return put(log.pack(first, last), grove.fleet.workspace());
  }
  /// What the reader gives of a name, page by page.
  std::vector<RelayedPack> packs_of(const AuthorKey& name, std::size_t page) {
    auto reader = relay::PackReader::open(folder.path());
    REQUIRE(reader.ok());
    const auto [author, ranges] = store->state().packs_named(name);
    std::vector<RelayedPack> all;
    for (;;) {
      const std::uint64_t arrival = all.empty() ? 0 : all.back().arrival;
      auto packs = reader->of(author, ranges, 0, arrival, store->state().end, page);
      REQUIRE(packs.ok());
      if (packs->empty()) return all;
      for (const RelayedPack& pack : *packs) {
        CHECK(pack.arrival > (all.empty() ? 0 : all.back().arrival));
        all.push_back(pack);
      }
    }
  }
  const Grove& grove;
};

bool holds_head(const relay::RelayState& state, const Head& head) {
  const Heads heads = state.heads.all();
  return std::any_of(heads.begin(), heads.end(), [&](const auto& one) { return one.second == head; });
}

/// Packs of all logs in an order of `random`, many of them too early or for the second time.
void put_some(ForkBench& bench, HeldLogs& model, std::mt19937_64& random) {
  const Person& log = bench.grove.logs[random() % bench.grove.logs.size()];
  const std::uint64_t first = 1 + random() % log.seq();
  const std::uint64_t last = std::min(log.seq(), first + random() % 4);
  const std::uint64_t before = bench.store->state().end;
  const bool is_new = !model.holds(log, last);
  const SubmitResult result = bench.put_log(log, first, last);
  const bool fits = model.put(log, first, last);
  CHECK(result.stored == fits);
  if (fits) {
    CHECK(bench.store->state().end == before + (is_new ? 1 : 0));
    CHECK((result.arrival > before) == is_new);
    CHECK(result.link == log.link(last));
    if (is_new) CHECK(result.covers_arrival);
  } else {
    CHECK(result.error.code == ErrorCode::gap);
  }
  CHECK(bench.store->state().heads.all() == model.heads());
  CHECK(bench.store->state().heads.fingerprint() == fingerprint_of(model.heads()));
  CHECK(bench.store->state().changes == model.changes());
}

/// Two copies of headquarters each invite and admit a coordinator, at the same seqs.
std::vector<const Person*> invite_each(Fleet& fleet, Person& hq, Person& clone) {
  std::vector<const Person*> invited;
  for (Person* by : {&hq, &clone}) {
    invited.push_back(&fleet.member(*by, kCoordinator, by == &hq ? "office" : "second office"));
  }
  return invited;
}

/// What a relay that knew no branches would have stored of this.
void make_level_1(StoreBench& bench) {
  bench.store.reset();
  auto database = Database::open(bench.folder.path() + "/relay.db");
  REQUIRE(database.ok());
  REQUIRE(database->execute(
      "DROP TABLE erased; DROP TABLE branch; DROP INDEX pack_by_branch; ALTER TABLE pack DROP COLUMN branch;"
      "CREATE UNIQUE INDEX pack_by_author ON pack (author, last_seq, arrival);"
      "ALTER TABLE authority_change RENAME TO level2; CREATE TABLE authority_change ("
      "author INTEGER NOT NULL REFERENCES author (id), seq INTEGER NOT NULL CHECK (seq > 0),"
      "content BLOB NOT NULL, PRIMARY KEY (author, seq)) STRICT, WITHOUT ROWID;"
      "INSERT INTO authority_change SELECT author, seq, content FROM level2; DROP TABLE level2;"
      "PRAGMA user_version = 1"));
}

}  // namespace

TEST_CASE("Branches: what the relay derives of branches is what whole logs say") {
  const Grove grove;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    ForkBench bench(grove);
    HeldLogs model;
    for (int i = 0; i < 60; ++i) {
      put_some(bench, model, random);
      if (random() % 20 != 0) continue;
      const relay::RelayState before = bench.store->state();
      bench.open();
      const relay::RelayState& after = bench.store->state();
      CHECK(after.heads == before.heads);
      CHECK(after.heads.fingerprint() == before.heads.fingerprint());
      CHECK(after.changes == before.changes);
      CHECK(after.branches_of(grove.author()) == before.branches_of(grove.author()));
      CHECK(after.author_of_name == before.author_of_name);
      CHECK(after.authors() == before.authors());
    }
    // In the order in which they are given, packs follow on each other: of all branches, and of one alone.
    const Heads heads = bench.store->state().heads.all();
    for (const std::size_t page : {std::size_t{1}, std::size_t{1} << 20}) {
      ForkBench copy(grove);
      for (const RelayedPack& pack : bench.packs_of(grove.author(), page)) {
        CHECK(copy.put(*pack.bytes, grove.fleet.workspace()).stored);
      }
      CHECK(copy.store->state().heads.all() == heads);
    }
    for (const auto& [name, head] : heads) {
      ForkBench copy(grove);
      for (const RelayedPack& pack : bench.packs_of(name, 1)) {
        CHECK(copy.put(*pack.bytes, grove.fleet.workspace()).stored);
      }
      CHECK(holds_head(copy.store->state(), head));
    }
  }
}

TEST_CASE(
    "Branches: whole logs in every order come to the same names, and each is given without the others") {
  const Grove grove;
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  std::optional<Heads> expected;
  do {
    ForkBench bench(grove);
    // In one batch, so that what is not stored yet is built upon too.
    std::vector<Bytes> packs;
    for (const std::size_t i : order) packs.push_back(grove.logs[i].pack());
    const relay::Commit commit = bench.put(packs, grove.fleet.workspace());
    CHECK(commit.packs.size() == 5);
    const Heads heads = bench.store->state().heads.all();
    CHECK(heads.size() == 5);
    if (!expected) expected = heads;
    CHECK(heads == *expected);
    CHECK_FALSE(heads.contains(grove.author()));
    CHECK(bench.store->state().authors() == 1);
    CHECK(bench.store->state().is_enrolled(grove.author()));
    CHECK(bench.store->state().head_of(grove.author()) == heads.begin()->second);
    // The I/O thread's state follows by the commit alone.
    relay::RelayState follower;
    follower.apply(commit);
    CHECK(follower.heads == bench.store->state().heads);
    CHECK(follower.changes == bench.store->state().changes);
    CHECK(follower.author_of_name == bench.store->state().author_of_name);
    for (const Person& log : grove.logs) {
      for (const auto& [name, head] : heads) {
        if (head.link != log.link(log.seq())) continue;
        const auto given = bench.packs_of(name, 1 << 20);
        CHECK(std::any_of(given.begin(), given.end(),
                          [&](const auto& one) { return *one.bytes == log.pack(); }));
        if (&log == &grove.logs[4]) CHECK(given.size() == 1);  // it shares nothing with the others
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("Branches: a name that several branches share stands for all of them") {
  const Grove grove;
  ForkBench bench(grove);
  for (const Person& log : grove.logs) CHECK(bench.put_log(log).stored);
  // What trunk, late and later share from 4 on.
  const AuthorKey name = stream_name(grove.author(), grove.logs[0].link(4));
  ForkBench copy(grove);
  for (const RelayedPack& pack : bench.packs_of(name, 1))
    CHECK(copy.put(*pack.bytes, grove.fleet.workspace()).stored);
  CHECK(copy.store->state().heads.size() == 3);
  for (const std::size_t i : {0u, 2u, 3u}) {
    CHECK(holds_head(copy.store->state(), {grove.logs[i].seq(), grove.logs[i].link(grove.logs[i].seq())}));
  }
  CHECK(bench.packs_of(stream_name(grove.author(), Hash{}), 1).empty());
}

TEST_CASE("Branches: a pack of a branch that is not held up to there is refused as a gap") {
  const Grove grove;
  ForkBench bench(grove);
  const Person& trunk = grove.logs[0];
  const Person& early = grove.logs[1];
  CHECK(bench.put_log(trunk).stored);
  for (const std::uint64_t first : {5u, 6u, 8u}) {
    const SubmitResult refused = bench.put_log(early, first);
    CHECK_FALSE(refused.stored);
    CHECK(refused.error.code == ErrorCode::gap);
    CHECK(refused.error.message.find("branch") != std::string::npos);
  }
  CHECK(bench.store->state().heads.size() == 1);
  CHECK(bench.put_log(early, 4, 5).stored);
  CHECK(bench.put_log(early, 6).stored);
  CHECK(bench.store->state().heads.size() == 2);
  CHECK(bench.store->state().changes == 13);
}

TEST_CASE("Branches: repetitions of what branches share, and of a branch, are answered and not stored") {
  const Grove grove;
  ForkBench bench(grove);
  const Person& trunk = grove.logs[0];
  const Person& early = grove.logs[1];
  CHECK(bench.put_log(trunk, 1, 3).arrival == 1);
  CHECK(bench.put_log(trunk, 4, 8).arrival == 2);
  CHECK(bench.put_log(early, 2, 6).arrival == 3);
  CHECK(bench.put_log(early, 7, 8).arrival == 4);
  const auto again = [&](const Person& log, std::uint64_t first, std::uint64_t last, std::uint64_t arrival,
                         bool covers) {
    const SubmitResult result = bench.put_log(log, first, last);
    CHECK(result.stored);
    CHECK(result.arrival == arrival);
    CHECK(result.covers_arrival == covers);
    CHECK(result.link == log.link(last));
  };
  again(early, 1, 3, 1, true);
  again(early, 2, 3, 1, false);
  again(early, 1, 8, 4, true);
  again(early, 4, 5, 3, false);
  again(early, 5, 6, 3, false);
  again(trunk, 1, 8, 2, true);
  CHECK(bench.store->state().end == 4);
}

TEST_CASE("Branches: one more than are taken is refused, and those that are held go on") {
  Grove grove;
  ForkBench bench(grove);
  const Person& base = grove.logs[4];
  std::vector<Person> logs;
  for (std::size_t i = 0; i < limits::kBranches; ++i) {
    logs.push_back(base);
    grow(logs.back(), 2, "branch " + std::to_string(i));
    CHECK(bench.put_log(logs.back(), 1, 4).stored);
  }
  Person one_more = base;
  grow(one_more, 1, "one more");
  const SubmitResult refused = bench.put_log(one_more);
  CHECK_FALSE(refused.stored);
  CHECK(refused.error.code == ErrorCode::fork);
  CHECK(bench.store->state().heads.size() == limits::kBranches);
  for (const Person& log : logs) CHECK(bench.put_log(log, 5).stored);
  CHECK(bench.put_log(one_more, 1, 3).stored);  // a repetition of what all share
  bench.open();
  CHECK(bench.store->state().heads.size() == limits::kBranches);
  CHECK(bench.store->state().changes == 3 + 2 * limits::kBranches);
}

TEST_CASE("Branches: a branch is checked as any log is") {
  const Grove grove;
  Fleet foreign("a foreign founder");
  ForkBench bench(grove);
  CHECK(bench.put_log(grove.logs[0]).stored);
  // Its first change is another one, which nobody invited.
  Person stranger("cloned", grove.fleet.workspace());
  stranger.add({claim(foreign.invite(foreign.founder()), stranger.author(), "cloned")});
  CHECK(bench.put(stranger.pack(), grove.fleet.workspace()).error.code == ErrorCode::wrong_workspace);
  Bytes forged = grove.logs[1].pack();
  forged[forged.size() / 2] ^= 1;
  CHECK_FALSE(bench.put(forged, grove.fleet.workspace()).stored);
  CHECK(bench.store->state().heads.size() == 1);
}

TEST_CASE("Branches: what bears on authority counts from every branch, and what they share once") {
  Fleet fleet;
  Person& hq = fleet.coordinator("hq");
  Person& victim = fleet.volunteer("victim");
  Person clone = hq;
  grow(hq, 1, "office");
  clone.add({Revoke{victim.author(), 1, victim.link(1), "lost"}});
  StoreBench bench;
  for (const auto& person : fleet.people()) CHECK(bench.put(person->pack(), fleet.workspace()).stored);
  CHECK_FALSE(bench.store->state().members->at(victim.author()).cut.has_value());
  CHECK(bench.put(clone.pack(), fleet.workspace()).stored);
  for (int i = 0; i < 2; ++i) {
    CHECK(bench.store->state().members->at(victim.author()).cut.has_value());
    CHECK(bench.store->state().members->at(hq.author()).is_coordinator);
    bench.open();
  }
}

TEST_CASE("Branches: two branches invite at one seq, and each admits its own") {
  Fleet fleet;
  Person& hq = fleet.coordinator("hq");
  Person clone = hq;
  const std::vector<const Person*> invited = invite_each(fleet, hq, clone);
  REQUIRE(hq.seq() == clone.seq());
  StoreBench bench;
  for (const auto& person : fleet.people()) CHECK(bench.put(person->pack(), fleet.workspace()).stored);
  CHECK(bench.store->state().members->at(invited[0]->author()).is_coordinator);
  CHECK_FALSE(bench.store->state().members->at(invited[1]->author()).is_coordinator);
  CHECK(bench.put(clone.pack(), fleet.workspace()).stored);
  for (int i = 0; i < 2; ++i) {
    for (const Person* person : invited) {
      CHECK(bench.store->state().members->at(person->author()).is_coordinator);
    }
    bench.open();
  }
}

TEST_CASE("Branches: a cut of one branch keeps of another what they share") {
  Fleet fleet;
  Person& hq = fleet.coordinator("hq");
  Person clone = hq;
  grow(clone, 5, "stolen");
  Person& early = fleet.member(hq, kCoordinator, "before it was known");
  fleet.revoke(fleet.founder(), clone, clone.seq() - 1, "stolen");
  StoreBench bench;
  // The branch that the cut names comes in two pieces; until it is here so far, all keep what all share.
  for (const auto& person : fleet.people()) CHECK(bench.put(person->pack(), fleet.workspace()).stored);
  CHECK(bench.put(clone.pack(1, clone.seq() - 2), fleet.workspace()).stored);
  CHECK(bench.store->state().members->at(hq.author()).cut->first == hq.seq() - 2);
  CHECK(bench.put(clone.pack(clone.seq() - 1), fleet.workspace()).stored);
  for (int i = 0; i < 2; ++i) {
    CHECK(bench.store->state().members->at(hq.author()).cut->first == clone.seq() - 1);
    CHECK_FALSE(bench.store->state().members->at(early.author()).is_coordinator);
    bench.open();
  }
}

TEST_CASE("Branches: a database of a relay that knew no branches is taken over, and takes branches") {
  const Grove grove;
  ForkBench bench(grove);
  CHECK(bench.put(grove.fleet.people().front()->pack(), grove.fleet.workspace()).stored);
  CHECK(bench.put_log(grove.logs[0], 1, 5).stored);
  CHECK(bench.put_log(grove.logs[0], 6).stored);
  const relay::RelayState before = bench.store->state();
  make_level_1(bench);
  bench.open();
  CHECK(bench.store->state().heads == before.heads);
  CHECK(bench.store->state().changes == before.changes);
  CHECK(*bench.store->state().workspace == *before.workspace);
  CHECK(bench.store->state().members->size() == before.members->size());
  for (const Person& log : grove.logs) CHECK(bench.put_log(log).stored);
  bench.open();
  CHECK(bench.store->state().heads.size() == 6);
  CHECK(bench.packs_of(grove.author(), 1).size() == 6);
}

TEST_CASE("Branches: what was stored without links has them after the take-over") {
  Fleet fleet;
  Person& hq = fleet.coordinator("hq");
  Person clone = hq;
  const std::vector<const Person*> invited = invite_each(fleet, hq, clone);
  StoreBench bench;
  for (const auto& person : fleet.people()) CHECK(bench.put(person->pack(), fleet.workspace()).stored);
  make_level_1(bench);
  bench.open();
  CHECK(bench.put(clone.pack(), fleet.workspace()).stored);
  for (const Person* person : invited)
    CHECK(bench.store->state().members->at(person->author()).is_coordinator);
}

TEST_CASE("Branches: a database that has lost a branch is refused") {
  const Grove grove;
  for (const std::string damage :
       {"DELETE FROM branch WHERE branch = 1", "DELETE FROM branch",
        "UPDATE branch SET from_seq = 9 WHERE branch = 1", "UPDATE branch SET branch = 70 WHERE branch = 4",
        "UPDATE pack SET branch = 0 WHERE branch = 2"}) {
    CAPTURE(damage);
    ForkBench bench(grove);
    for (const Person& log : grove.logs) CHECK(bench.put_log(log).stored);
    bench.store.reset();
    {
      auto database = Database::open(bench.folder.path() + "/relay.db");
      REQUIRE(database.ok());
      REQUIRE(database->execute(damage));
    }
    relay::PackStoreOptions options;
    options.folder = bench.folder.path();
    const auto opened = relay::PackStore::open(options, bench.clock, bench.random);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::corrupt);
  }
}
