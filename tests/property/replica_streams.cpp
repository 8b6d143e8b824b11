// Laptops that are copied at random moments, copies of copies among them: whatever anybody does then, and in
// whatever order, by whatever route and how often packs arrive, all replicas say the same, nothing is lost or
// counted twice, and what each made of it step by step is what its log alone gives.
#include "support/property.h"
#include "support/replica_acts.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// The records that were made, told apart by who made them under which of a laptop's lives; a copy starts
/// with what its original had.
std::size_t records_on(Replica& replica) {
  std::size_t records = 0;
  const Status listed = replica.list({"event", {}, "", true, 0}, [&](const RecordView&) {
    ++records;
    return true;
  });
  REQUIRE(listed.ok());
  return records;
}

}  // namespace

KAREZ_PROPERTY(
    "Streams: copied laptops, in any order, by any route, end in one dump, which the log alone gives", [] {
      const auto seed = *rc::gen::arbitrary<std::uint64_t>();
      std::mt19937_64 dice(seed);
      ReplicaFleet fleet(seed);
      std::vector<std::string> names{"hq", "l0", "l1"};
      fleet.join("l0");
      fleet.join("l1");
      std::size_t made = 0;
      std::size_t copies = 0;
      for (int step = 0; step < 36; ++step) {
        const std::string who = names[dice() % names.size()];
        switch (dice() % 8) {
          case 0:
          case 1:
          case 2:
            fleet.deliver(who, names[dice() % names.size()], dice, dice() % 4 == 0);
            break;
          case 3:
            if (dice() % 3 == 0) {
              (void)fleet.hq().revoke(names[1 + dice() % (names.size() - 1)], std::nullopt, "lost").ok();
              break;
            }
            if (copies == 4) break;
            names.push_back("c" + std::to_string(++copies));
            fleet.clone(who, names.back());
            break;
          default: {
            const std::size_t before = records_on(fleet[who]);
            act(fleet, who, dice);
            made += records_on(fleet[who]) - before;
          }
        }
      }
      for (int round = 0; round < 3; ++round) fleet.settle(dice);
      const std::string expected = fleet.dump("hq");
      RC_ASSERT(records_on(fleet.hq()) == made);
      for (const std::string& name : names) {
        RC_ASSERT(fleet.dump(name) == expected);
        auto report = fleet[name].verify();
        RC_ASSERT(report.ok());
        if (!report->ok)
          RC_FAIL(name + ": " + report->where.front().where + ": " + report->where.front().message);
        RC_ASSERT(fleet[name].rebuild().ok());
        RC_ASSERT(fleet.dump(name) == expected);
      }
    });
