// The order in which sessions' packs reach the store.
#include <doctest/doctest.h>

#include <random>

#include "server/fair_queue.h"

namespace karez::relay {
namespace {

AuthorKey laptop(std::uint8_t number) {
  AuthorKey key;
  key.bytes.fill(number);
  return key;
}

/// A pack of `changes` changes; its ticket tells it apart.
Submission pack_of(std::uint8_t from, std::uint64_t changes, std::uint64_t ticket) {
  Submission submission;
  submission.ticket = ticket;
  submission.from = laptop(from);
  submission.changes = changes;
  submission.pack = std::make_shared<const Bytes>(Bytes(100));
  return submission;
}

}  // namespace

TEST_CASE("Fair queue: a live record passes the packs of all who deliver their day") {
  FairQueue queue;
  for (std::uint8_t from = 1; from <= 100; ++from) {
    for (std::uint64_t i = 0; i < 3; ++i) queue.push(pack_of(from, 800, from * 100u + i));
  }
  for (std::uint64_t live = 1; live <= 20; ++live) {
    queue.push(pack_of(200, 1, live));
    CHECK(queue.pop()->ticket == live);
    CHECK(queue.pop()->ticket > 20);  // the others go on
  }
}

TEST_CASE("Fair queue: who sends one small pack after the other takes no more than its turn") {
  FairQueue queue;
  std::uint64_t small = 0, large = 0;
  for (std::uint64_t i = 0; i < 20; ++i) queue.push(pack_of(1, 800, i));
  queue.push(pack_of(2, 1, 0));
  for (int i = 0; i < 5000; ++i) {
    const auto next = queue.pop();
    REQUIRE(next.has_value());
    if (next->from == laptop(1)) {
      large += next->changes;
      if (large >= 16'000) break;
    } else {
      small += next->changes;
      queue.push(pack_of(2, 1, 0));
    }
  }
  CHECK(large >= 8000);
  CHECK(small > large / 2);
  CHECK(small < large * 2);
}

TEST_CASE("Fair queue: every pack comes out once, those of one session in their order") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    FairQueue queue;
    std::map<AuthorKey, std::uint64_t> pushed, popped;
    const auto take = [&] {
      const auto next = queue.pop();
      if (next) CHECK(next->ticket == ++popped[next->from]);
      return next.has_value();
    };
    for (int i = 0; i < 300; ++i) {
      const auto from = static_cast<std::uint8_t>(random() % 8);
      queue.push(pack_of(from, 1 + random() % (random() % 3 == 0 ? 5000 : 5), ++pushed[laptop(from)]));
      if (random() % 2 == 0) CHECK(take());
    }
    while (take()) {
    }
    CHECK(queue.empty());
    CHECK(pushed == popped);
  }
}

TEST_CASE("Fair queue: large contents count as many changes") {
  Submission large = pack_of(1, 1, 1);
  large.pack = std::make_shared<const Bytes>(Bytes(64 * 1024));
  CHECK(FairQueue::cost_of(large) == 256);
  CHECK(FairQueue::cost_of(pack_of(1, 7, 1)) == 7);
}

}  // namespace karez::relay
