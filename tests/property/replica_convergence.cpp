// Whatever people do on their replicas, and in whatever order, by whatever route and how often packs arrive:
// the same changes give the same dump byte for byte, and the tables kept incrementally are the ones that the
// log alone gives.
#include "support/property.h"
#include "support/replica_acts.h"

using namespace karez;
using namespace karez::testing;

KAREZ_PROPERTY("Replica: any order, route and repetition end in one dump, which the log alone gives", [] {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::mt19937_64 dice(seed);
  ReplicaFleet fleet(seed);
  const int laptops = 2 + static_cast<int>(dice() % 2);
  std::vector<std::string> names{"hq"};
  const std::string shared_code = fleet.invite();
  for (int i = 0; i < laptops; ++i) {
    names.push_back("l" + std::to_string(i));
    // The first two claim one invitation now and then: then neither counts until somebody decides.
    fleet.join(names.back(), i < 2 && seed % 3 == 0 ? shared_code : fleet.invite());
  }
  for (int step = 0; step < 30; ++step) {
    const std::string& who = names[dice() % names.size()];
    switch (dice() % 8) {
      case 0:
      case 1:
      case 2:
        fleet.deliver(who, names[dice() % names.size()], dice, dice() % 4 == 0);
        break;
      case 3:
        if (dice() % 4 == 0)
          (void)fleet.hq()
              .revoke(names[1 + dice() % static_cast<std::size_t>(laptops)], std::nullopt, "lost")
              .ok();
        if (dice() % 4 == 0) (void)fleet.hq().admit("l0").ok();
        break;
      default:
        act(fleet, who, dice);
    }
  }
  fleet.settle(dice);
  const std::string expected = fleet.dump("hq");
  for (const std::string& name : names) {
    RC_ASSERT(fleet.dump(name) == expected);
    auto report = fleet[name].verify();
    RC_ASSERT(report.ok());
    if (!report->ok)
      RC_FAIL(name + ": " + report->where.front().where + ": " + report->where.front().message);
  }
});
