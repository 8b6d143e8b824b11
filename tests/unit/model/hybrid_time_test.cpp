#include "karez/model/hybrid_time.h"

#include <doctest/doctest.h>

#include <limits>

#include "karez/base/limits.h"

namespace karez {
namespace {

constexpr std::int64_t kNow = 1'657'756'886'000;
constexpr auto kNowMs = static_cast<std::uint64_t>(kNow);

TEST_CASE("HybridTime: a clock that is ahead gives its own time") {
  CHECK(next_hybrid_time({5, 9}, kNow) == HybridTime{kNowMs, 0});
}

TEST_CASE("HybridTime: a clock that stands or runs back counts on") {
  CHECK(next_hybrid_time({kNowMs, 3}, kNow) == HybridTime{kNowMs, 4});
  CHECK(next_hybrid_time({kNowMs, 3}, kNow - 5'000) == HybridTime{kNowMs, 4});
  CHECK(next_hybrid_time({kNowMs, 3}, -1) == HybridTime{kNowMs, 4});
  CHECK(next_hybrid_time({0, 0}, -1) == HybridTime{0, 1});
}

TEST_CASE("HybridTime: a full counter carries into the milliseconds") {
  CHECK(next_hybrid_time({kNowMs, 0xFFFF}, kNow) == HybridTime{kNowMs + 1, 0});
}

TEST_CASE("HybridTime: at the end of 48 bits the last time repeats") {
  const HybridTime last{limits::kHybridMs, 0xFFFF};
  CHECK(next_hybrid_time(last, kNow) == last);
  CHECK(next_hybrid_time(last, std::numeric_limits<std::int64_t>::max()) == last);
  CHECK(next_hybrid_time({limits::kHybridMs, 7}, std::numeric_limits<std::int64_t>::max()) ==
        HybridTime{limits::kHybridMs, 8});
}

TEST_CASE("HybridTime: a received time is merged unless it is more than ten minutes ahead") {
  const HybridTime last{kNowMs - 50, 2};
  const std::uint64_t edge = kNowMs + static_cast<std::uint64_t>(limits::kClockAheadMs);
  CHECK(merged_hybrid_time(last, {kNowMs + 1, 0}, kNow) == HybridTime{kNowMs + 1, 0});
  CHECK(merged_hybrid_time(last, {edge, 1}, kNow) == HybridTime{edge, 1});
  CHECK(merged_hybrid_time(last, {edge + 1, 0}, kNow) == last);
  CHECK(merged_hybrid_time(last, {5, 5}, kNow) == last);
  CHECK(merged_hybrid_time(last, {kNowMs, 0}, std::numeric_limits<std::int64_t>::min()) == last);
}

}  // namespace
}  // namespace karez
