#include "server/pack_store.h"

#include <doctest/doctest.h>

#include "store_bench.h"

using namespace karez;
using namespace karez::testing;

TEST_CASE("PackStore: a fresh store adopts the workspace of the first valid enrolment, and keeps it") {
  Fleet fleet;
  Fleet other("somebody else");
  StoreBench bench;
  CHECK_FALSE(bench.store->state().workspace.has_value());
  CHECK(bench.put(fleet.founder().pack(), fleet.workspace()).stored);
  bench.open();
  REQUIRE(bench.store->state().workspace.has_value());
  CHECK(*bench.store->state().workspace == fleet.workspace());
  const SubmitResult refused = bench.put(other.founder().pack(), other.workspace());
  CHECK(refused.error.code == ErrorCode::wrong_workspace);
}

TEST_CASE("PackStore: a store that is told its workspace serves no other") {
  Fleet fleet;
  Fleet other("somebody else");
  StoreBench bench;
  bench.open(0, fleet.workspace());
  CHECK(bench.put(other.founder().pack(), other.workspace()).error.code == ErrorCode::wrong_workspace);
  CHECK(bench.put(fleet.founder().pack(), fleet.workspace()).stored);
  relay::PackStoreOptions options;
  options.folder = bench.folder.path();
  options.workspace = other.workspace();
  bench.store.reset();
  const auto reopened = relay::PackStore::open(options, bench.clock, bench.random);
  REQUIRE_FALSE(reopened.ok());
  CHECK(reopened.error().code == ErrorCode::wrong_workspace);
}

TEST_CASE("PackStore: an invited laptop may reach a fresh relay before its founder") {
  Fleet fleet;
  Person& laptop = fleet.volunteer("laptop");
  write(laptop, 3);
  StoreBench bench;
  CHECK(bench.put(laptop.pack(), fleet.workspace()).stored);
  CHECK(*bench.store->state().workspace == fleet.workspace());
  CHECK(bench.put(fleet.founder().pack(), fleet.workspace()).stored);
}

TEST_CASE("PackStore: a repetition is stored once and answered with the arrival of before") {
  Fleet fleet;
  Person& founder = fleet.founder();
  write(founder, 9);
  StoreBench bench;
  CHECK(bench.put(founder.pack(1, 4), fleet.workspace()).arrival == 1);
  CHECK(bench.put(founder.pack(5, 10), fleet.workspace()).arrival == 2);
  for (const auto& [first, last, arrival] :
       {std::tuple{1u, 4u, 1u}, {5u, 10u, 2u}, {2u, 3u, 1u}, {1u, 7u, 2u}}) {
    const SubmitResult again = bench.put(founder.pack(first, last), fleet.workspace());
    CHECK(again.stored);
    CHECK(again.arrival == arrival);
    CHECK(again.link == founder.link(last));
  }
  CHECK(bench.store->state().end == 2);
}

TEST_CASE("PackStore: a repetition inside one batch is answered like any other") {
  Fleet fleet;
  StoreBench bench;
  const relay::Commit commit = bench.put({fleet.founder().pack(), fleet.founder().pack()}, fleet.workspace());
  REQUIRE(commit.answers.size() == 2);
  CHECK(commit.answers[0].result.arrival == 1);
  CHECK(commit.answers[1].result.arrival == 1);
  CHECK(commit.packs.size() == 1);
}

TEST_CASE("PackStore: a partly new pack is stored as it came") {
  Fleet fleet;
  Person& founder = fleet.founder();
  write(founder, 9);
  StoreBench bench;
  CHECK(bench.put(founder.pack(1, 6), fleet.workspace()).stored);
  const SubmitResult result = bench.put(founder.pack(4, 10), fleet.workspace());
  CHECK(result.stored);
  CHECK(result.arrival == 2);
  CHECK(bench.store->state().head_of(founder.author())->seq == 10);
  CHECK(bench.store->state().changes == 10);
  // A held change in the middle of the overlap is found again.
  CHECK(bench.put(founder.pack(7, 8), fleet.workspace()).arrival == 2);
}

TEST_CASE("PackStore: a pack beyond a gap is refused with what is held") {
  Fleet fleet;
  Person& founder = fleet.founder();
  write(founder, 9);
  StoreBench bench;
  CHECK(bench.put(founder.pack(2, 4), fleet.workspace()).error.code == ErrorCode::gap);
  CHECK(bench.put(founder.pack(1, 3), fleet.workspace()).stored);
  const SubmitResult gap = bench.put(founder.pack(5, 10), fleet.workspace());
  CHECK(gap.error.code == ErrorCode::gap);
  CHECK(gap.error.message.find("up to 3") != std::string::npos);
  CHECK(gap.first == 5);
  CHECK(gap.seq == 10);
}

TEST_CASE("PackStore: two links at one seq are a fork, wherever they meet") {
  Fleet one;
  Fleet two;  // the same keys
  write(one.founder(), 5);
  write(two.founder(), 8);
  const WorkspaceId workspace = one.workspace();
  REQUIRE(two.workspace() == workspace);
  const auto head_of = [](const Person& person, std::uint64_t seq) { return Head{seq, person.link(seq)}; };
  // The pack that makes it lies across the head, ends at it, or lies below it.
  for (const std::uint64_t last : {9u, 6u, 4u}) {
    CAPTURE(last);
    StoreBench bench;
    CHECK(bench.put(one.founder().pack(), workspace).stored);
    CHECK(bench.put(two.founder().pack(7, 9), workspace).error.code ==
          ErrorCode::gap);  // what it continues is not here
    CHECK(bench.put(two.founder().pack(4, 9), workspace).error.code == ErrorCode::gap);
    CHECK(bench.put(two.founder().pack(1, 1), workspace).arrival == 1);  // where both agree
    CHECK(bench.put(two.founder().pack(2, last), workspace).arrival == 2);
    Heads heads;
    heads[stream_name(one.founder().author(), one.founder().link(2))] = head_of(one.founder(), 6);
    heads[stream_name(one.founder().author(), two.founder().link(2))] = head_of(two.founder(), last);
    CHECK(bench.store->state().heads.all() == heads);
    CHECK(bench.put(one.founder().pack(), workspace).arrival == 1);
  }
}

TEST_CASE("PackStore: strangers, forged signatures and broken bytes are refused, the others are stored") {
  Fleet fleet;
  Fleet foreign("a foreign founder");
  Person& good = fleet.volunteer("good");
  write(good, 2);
  // An enrolment whose invitation was made by somebody outside the workspace.
  Person stranger("stranger", fleet.workspace());
  stranger.add({claim(foreign.invite(foreign.founder()), stranger.author(), "stranger")});
  Bytes forged = good.pack();
  forged[forged.size() / 2] ^= 1;
  StoreBench bench;
  const relay::Commit commit = bench.put(
      {fleet.founder().pack(), stranger.pack(), forged, Bytes{1, 2, 3}, good.pack()}, fleet.workspace());
  CHECK(commit.answers[0].result.stored);
  CHECK(commit.answers[1].result.error.code ==
        ErrorCode::wrong_workspace);  // the path ends at another founder
  CHECK(commit.answers[2].result.error.code == ErrorCode::bad_signature);
  CHECK(commit.answers[3].result.error.code == ErrorCode::malformed);
  CHECK(commit.answers[4].result.stored);
  CHECK(bench.store->state().end == 2);
  CHECK_FALSE(bench.store->state().head_of(stranger.author()).has_value());
}

TEST_CASE("PackStore: many packs of many authors become durable in one commit, in order") {
  Fleet fleet;
  std::vector<Bytes> packs;
  for (int i = 0; i < 20; ++i) write(fleet.volunteer("laptop " + std::to_string(i)), 3);
  for (const auto& person : fleet.people()) {
    packs.push_back(person->pack(1, 1));
    if (person->seq() > 1) packs.push_back(person->pack(2));
  }
  StoreBench bench;
  const std::size_t count = packs.size();
  const relay::Commit commit = bench.put(std::move(packs), fleet.workspace());
  CHECK(commit.wrote);
  CHECK(commit.packs.size() == count);
  for (std::size_t i = 0; i < count; ++i) CHECK(commit.packs[i].arrival == i + 1);
  const relay::RelayState before = bench.store->state();
  bench.open();
  CHECK(bench.store->state().end == count);
  CHECK(bench.store->state().heads == before.heads);
}

TEST_CASE("PackStore: a restart keeps heads, arrivals, fingerprint, incarnation, notes and authority") {
  Fleet fleet;
  Person& laptop = fleet.volunteer("laptop");
  Person& hq = fleet.coordinator("second coordinator");
  write(laptop, 5);
  fleet.revoke(fleet.founder(), laptop, 4, "lost");
  StoreBench bench;
  for (const auto& person : fleet.people()) CHECK(bench.put(person->pack(), fleet.workspace()).stored);
  relay::Batch notes;
  Announcement announcement{laptop.author(), 6, laptop.link(6), -5, 7, 9, {}};
  notes.announcements.push_back(announcement);
  notes.holdings.push_back({hq.author(), bench.store->incarnation(), 3, {}});
  const relay::Commit kept = bench.store->store(notes);
  CHECK(kept.announcements.size() == 1);
  CHECK(kept.holdings.size() == 1);
  const relay::RelayState before = bench.store->state();
  const Incarnation incarnation = bench.store->incarnation();
  bench.open();
  const relay::RelayState& after = bench.store->state();
  CHECK(after.heads == before.heads);
  CHECK(after.heads.fingerprint() == before.heads.fingerprint());
  CHECK(after.heads.fingerprint() == fingerprint_of(after.heads.all()));
  CHECK(after.end == before.end);
  CHECK(after.changes == before.changes);
  CHECK(after.notes_end == 2);
  CHECK(after.announcements.at(laptop.author()).value.last_record_ms == -5);
  CHECK(after.holdings.at(hq.author()).value.arrival == 3);
  CHECK(bench.store->incarnation() == incarnation);
  const auto& members = *after.members;
  CHECK(members.at(fleet.founder().author()).is_coordinator);
  CHECK(members.at(hq.author()).is_coordinator);
  CHECK_FALSE(members.at(laptop.author()).is_coordinator);
  REQUIRE(members.at(laptop.author()).cut.has_value());
  CHECK(members.at(laptop.author()).cut->first == 4);
  CHECK(members.at(laptop.author()).cut->second == "lost");
  CHECK(after.members->at(laptop.author()).cut == before.members->at(laptop.author()).cut);
}

TEST_CASE("PackStore: an announcement of an older head does not lower what is known to exist") {
  Fleet fleet;
  StoreBench bench;
  CHECK(bench.put(fleet.founder().pack(), fleet.workspace()).stored);
  relay::Batch notes;
  notes.announcements.push_back({fleet.founder().author(), 9, {}, 1, 1, 1, {}});
  CHECK(bench.store->store(notes).announcements.size() == 1);
  notes.announcements[0].seq = 8;
  CHECK(bench.store->store(notes).announcements.empty());
  notes.announcements[0].seq = 9;
  CHECK(bench.store->store(notes).announcements.at(0).note == 2);
}

TEST_CASE("PackStore: a new incarnation is drawn on request only") {
  StoreBench bench;
  const Incarnation first = bench.store->incarnation();
  bench.store.reset();
  relay::PackStoreOptions options;
  options.folder = bench.folder.path();
  options.new_incarnation = true;
  auto renewed = relay::PackStore::open(options, bench.clock, bench.random);
  REQUIRE(renewed.ok());
  CHECK((*renewed)->incarnation() != first);
}

TEST_CASE(
    "PackStore: a full disk refuses what does not fit, keeps what was stored, and goes on when there is "
    "room") {
  Fleet fleet;
  Person& founder = fleet.founder();
  write(founder, 1);
  StoreBench bench(30);
  CHECK(bench.put(founder.pack(), fleet.workspace()).stored);
  write(founder, 40, 10'000);
  const SubmitResult full = bench.put(founder.pack(3, 20), fleet.workspace());
  CHECK_FALSE(full.stored);
  CHECK(full.error.code == ErrorCode::busy);
  CHECK(bench.store->state().end == 1);
  CHECK(bench.store->state().head_of(founder.author())->seq == 2);
  // Small things still fit, also of a new author whose number was taken back with the failed batch.
  Person& laptop = fleet.volunteer("laptop");
  const relay::Commit mixed = bench.put({founder.pack(3, 20), laptop.pack()}, fleet.workspace());
  CHECK_FALSE(mixed.answers[0].result.stored);
  CHECK(mixed.answers[1].result.stored);
  CHECK(mixed.packs.size() == 1);
  bench.open();
  CHECK(bench.store->state().end == 2);
  CHECK(bench.put(founder.pack(3, 20), fleet.workspace()).stored);
}

TEST_CASE("PackStore: whoever follows a coordinator under a new key is one, and a claim alone is none") {
  Fleet fleet;
  Person& hq = fleet.coordinator("hq");
  std::vector<const Person*> next;
  for (const Person* before : {&std::as_const(fleet.founder()), &std::as_const(hq)}) {
    next.push_back(&fleet.succeed(*before, before->seq(), before == &hq ? "hq again" : "founder again"));
  }
  const Person& claims = fleet.enrol(fleet.invite(fleet.founder(), kCoordinator), "claims");
  StoreBench bench;
  for (const auto& person : fleet.people()) CHECK(bench.put(person->pack(), fleet.workspace()).stored);
  for (const Person* one : next) CHECK(bench.store->state().members->at(one->author()).is_coordinator);
  CHECK_FALSE(bench.store->state().members->at(claims.author()).is_coordinator);
}

TEST_CASE("PackStore: a database cut in half is refused with a sentence and left as it is") {
  Fleet fleet;
  write(fleet.founder(), 50, 2000);
  StoreBench bench;
  CHECK(bench.put(fleet.founder().pack(1, 30), fleet.workspace()).stored);
  bench.store.reset();
  const std::string path = bench.folder.path() + "/relay.db";
  const auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size / 2);
  relay::PackStoreOptions options;
  options.folder = bench.folder.path();
  const auto opened = relay::PackStore::open(options, bench.clock, bench.random);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK(std::filesystem::file_size(path) == size / 2);
}

TEST_CASE(
    "PackStore: a database that has lost an enrolment is refused, whatever else it knows of the author") {
  Fleet fleet;
  Person& founder = fleet.founder();
  Person& laptop = fleet.volunteer("laptop");
  for (const Person* author : {&founder, &laptop}) {
    StoreBench bench;
    CHECK(bench.put(founder.pack(), fleet.workspace()).stored);
    CHECK(bench.put(laptop.pack(), fleet.workspace()).stored);
    bench.store.reset();
    {
      auto database = Database::open(bench.folder.path() + "/relay.db");
      REQUIRE(database.ok());
      auto lose = database->prepare(
          "DELETE FROM authority_change WHERE seq=1 AND author=(SELECT id FROM author WHERE key=?)");
      REQUIRE(lose.ok());
      REQUIRE(lose->bind_blob(1, author->author().bytes).run().ok());
    }
    relay::PackStoreOptions options;
    options.folder = bench.folder.path();
    const auto opened = relay::PackStore::open(options, bench.clock, bench.random);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::corrupt);
    CHECK(opened.error().message.find("enrolment") != std::string::npos);
  }
}

TEST_CASE("PackReader: gives packs by arrival and by author, within bytes, up to an end") {
  Fleet fleet;
  Person& founder = fleet.founder();
  Person& laptop = fleet.volunteer("laptop");
  write(founder, 8, 500);
  write(laptop, 3);
  StoreBench bench;
  const std::uint64_t last = founder.seq();
  CHECK(bench
            .put({founder.pack(1, 4), laptop.pack(), founder.pack(5, 8), founder.pack(9, last)},
                 fleet.workspace())
            .packs.size() == 4);
  auto reader = relay::PackReader::open(bench.folder.path());
  REQUIRE(reader.ok());
  const auto all = reader->after(0, 4, 1'000'000);
  REQUIRE(all.ok());
  REQUIRE(all->size() == 4);
  CHECK(*(*all)[1].bytes == laptop.pack());
  CHECK(reader->after(0, 3, 1'000'000)->size() == 3);
  CHECK(reader->after(2, 4, 1)->size() == 1);
  CHECK(reader->after(4, 4, 1)->empty());
  const relay::PackRange all_of_it;
  const auto of = reader->of(founder.author(), {&all_of_it, 1}, 4, 0, 4, 1'000'000);
  REQUIRE(of.ok());
  REQUIRE(of->size() == 2);
  CHECK(of->front().first_seq == 5);
  CHECK(of->back().arrival == 4);
  const auto rest = reader->of(founder.author(), {&all_of_it, 1}, 4, 3, 4, 1'000'000);
  REQUIRE(rest->size() == 1);
  CHECK(rest->front().arrival == 4);
}
