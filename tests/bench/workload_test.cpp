// Pins the benchmark's workload: figures of two runs compare only if both ran the same actions.
#include "bench/workload.h"

#include <doctest/doctest.h>

#include "karez/base/hash.h"

using namespace karez;
using namespace karez::bench;

namespace {

std::string text_of(const Laptop& laptop) {
  std::string text;
  for (const Action& action : laptop.actions) text += line(laptop, action) + "\n";
  return text;
}

/// Hash over the files r0000.tsv, r0001.tsv, ... and delta.tsv, one after the other.
std::string hash_of(const Workload& workload) {
  std::string text;
  for (const Laptop& laptop : workload.laptops) text += text_of(laptop);
  text += text_of(workload.delta);
  return to_hex(blake2b({view_of(text)}));
}

struct Sums {
  std::int64_t handouts = 0, quantity = 0;
};
Sums sums_of(const Workload& workload) {
  Sums sums;
  for (const Laptop& laptop : workload.laptops) {
    for (const FinalRow& row : final_rows(laptop)) {
      if (!row.is_handout) continue;
      ++sums.handouts;
      if (!row.is_void) sums.quantity += row.handout.quantity;
    }
  }
  return sums;
}

}  // namespace

TEST_CASE("Workload: S is the same text as ever") {
  const Workload workload = make_workload(kSizeS);
  CHECK(workload.rows == 8'000);
  CHECK(workload.actions == 8'880);
  CHECK(workload.delta.ids.size() == 100);
  CHECK(hash_of(workload) == "c9209681dbd50164e9f0a11c06f29a8f0f1c84e21a2fb933ae50be0bc0eab5d4");
}

TEST_CASE("Workload: M has the counts that a merge must show") {
  const Workload workload = make_workload(kSizeM);
  CHECK(workload.rows == 100'800);
  CHECK(workload.actions == 111'888);
  const Sums sums = sums_of(workload);
  CHECK(sums.handouts == 75'600);
  CHECK(sums.quantity == 486'228);
  CHECK(hash_of(workload) == "65134161dac973ca3f5eb557b40fc6c813469f06dbb92d5ce5dddac2c2e0db0c");
}
