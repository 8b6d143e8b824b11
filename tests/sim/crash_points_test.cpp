// Every crash point of the steps that change a replica or a relay: the machine dies in the n-th operation of
// its disk, for every n, killed or without power, and what stands there afterwards is either the state before
// or the state after, never a third. Rounds differ in what a cut keeps, drops and tears. In the dev build all
// of them together are some 20,000.
#include <doctest/doctest.h>

#include <iostream>

#include "steps.h"

namespace karez::sim {
namespace {

void die_at_every_point(const std::string& name, int rounds, int least_a_round) {
  const auto step = make_step(name);
  int points = 0;
  rounds = kAllRounds ? rounds : 1;
  for (int round = 0; round < rounds; ++round) {
    for (const bool power_is_cut : {false, true}) {
      for (std::uint64_t n = 1;; n += kStride) {
        step->set_back();
        step->disk().die_after(n);
        const bool succeeded = step->run().ok();
        const bool died = step->disk().is_dead();
        step->disk().die();
        step->disk().revive(power_is_cut);
        CAPTURE(round);
        CAPTURE(n);
        CAPTURE(power_is_cut);
        step->is_thorough = round < 2 || (n + static_cast<std::uint64_t>(round)) % 4 == 0;
        step->check(succeeded);
        if (!died) break;
        ++points;
      }
    }
  }
  std::cout << points << " crash points of " << name << "\n";
  CHECK(points >= rounds * least_a_round / static_cast<int>(kStride));
}

}  // namespace

TEST_CASE("Crash points: a workspace cut off in its founding is there, or can be founded again") {
  die_at_every_point("founding", 1, 235);
}
TEST_CASE("Crash points: a join that is cut off is there, or can be done again") {
  die_at_every_point("joining", 1, 228);
}
TEST_CASE("Crash points: a change is whole or absent, and none that was saved is missing") {
  die_at_every_point("recording", 24, 88);
}
TEST_CASE("Crash points: a new catalog leaves tables that the log gives, at the next start") {
  die_at_every_point("upgrading the catalog", 2, 148);
}
TEST_CASE("Crash points: a new schema level leaves tables that the log gives, at the next start") {
  die_at_every_point("upgrading the schema", 1, 163);
}
TEST_CASE("Crash points: a slice of somebody else's packs is stored whole or not at all") {
  die_at_every_point("storing packs", 12, 81);
}
TEST_CASE("Crash points: a bundle is there whole or not at all, and can be packed again") {
  die_at_every_point("packing a bundle", 20, 28);
}
TEST_CASE("Crash points: a bundle that was applied in part can be applied again") {
  die_at_every_point("applying a bundle", 12, 88);
}
TEST_CASE("Crash points: a relay's batch is stored whole or not at all") {
  die_at_every_point("a relay's commit", 20, 35);
}
TEST_CASE("Crash points: a sync in which the laptop dies is made good by the next one") {
  die_at_every_point("a sync, the laptop's disk", 10, 96);
}
TEST_CASE("Crash points: a sync in which the relay dies loses nothing that had a receipt") {
  die_at_every_point("a sync, the relay's disk", 14, 41);
}

}  // namespace karez::sim
