// schema/vectors/ranges.json: frames of ranges, and whole reconciliations, byte for byte.
#include <doctest/doctest.h>

#include "engine/sync/reconciliation.h"
#include "unit/log/vectors_json.h"

namespace karez {
namespace {

using control::Range;
using control::RangeMode;
using nlohmann::json;
using testing::cases_of;
using testing::hex_bytes;
using testing::hex_fixed;
using testing::hex_key;

RangeSum sum_from(const json& text) {
  RangeSum sum = 0;
  for (const std::uint8_t byte : hex_fixed<16>(text)) sum = sum << 8 | byte;
  return sum;
}

Heads heads_from(const json& rows) {
  Heads heads;
  for (const json& row : rows) {
    heads[hex_key(row.at(0))] = {row.at(1).get<std::uint64_t>(), hex_fixed<32>(row.at(2))};
  }
  return heads;
}

std::vector<Range> ranges_from(const json& one) {
  std::vector<Range> ranges;
  for (const json& told : one.at("ranges")) {
    Range range;
    range.to = told.at("to") == "end" ? end_bound() : AuthorBound{false, hex_key(told.at("to"))};
    const auto mode = told.at("mode").get<std::string>();
    range.mode = mode == "skip"     ? RangeMode::skip
                 : mode == "sum"    ? RangeMode::sum
                 : mode == "wanted" ? RangeMode::wanted
                                    : RangeMode::heads;
    if (told.contains("sum")) range.sum = sum_from(told.at("sum"));
    if (told.contains("heads")) {
      const Heads heads = heads_from(told.at("heads"));
      range.heads.assign(heads.begin(), heads.end());
    }
    ranges.push_back(std::move(range));
  }
  return ranges;
}

Result<std::vector<Range>> read(const json& one) {
  const Bytes frame = testing::bytes_of(one);
  return one.at("from") == "relay" ? control::ranges_from_relay(frame) : control::ranges_from_replica(frame);
}

}  // namespace

TEST_CASE("Vectors: bounds between keys, and sums of heads") {
  for (const json& one : cases_of("ranges.json", "bounds")) {
    AuthorKey expected;
    const Bytes prefix = hex_bytes(one.at("bound"));
    std::copy(prefix.begin(), prefix.end(), expected.bytes.begin());
    CHECK(bound_between(hex_key(one.at("below")), hex_key(one.at("above"))) == AuthorBound{false, expected});
  }
  for (const json& one : cases_of("ranges.json", "sums")) {
    const HeadTable table(heads_from(one.at("heads")));
    CHECK((table.mark(end_bound()).sum == sum_from(one.at("sum"))));
  }
}

TEST_CASE("Vectors: frames of ranges are read, and made of the same bytes") {
  for (const json& one : cases_of("ranges.json", "frames")) {
    INFO(testing::name_of(one));
    const auto ranges = read(one);
    REQUIRE(ranges);
    CHECK(ranges->size() == one.at("count").get<std::size_t>());
    CHECK(control::ranges_frame(*ranges).bytes == testing::bytes_of(one));
    if (one.contains("ranges"))
      CHECK(control::ranges_frame(ranges_from(one)).bytes == testing::bytes_of(one));
  }
}

TEST_CASE("Vectors: bad frames of ranges are refused") {
  for (const json& one : cases_of("ranges.json", "bad_frames")) {
    INFO(testing::name_of(one));
    const auto ranges = read(one);
    REQUIRE_FALSE(ranges);
    CHECK(ranges.error().code == ErrorCode::malformed);
  }
}

TEST_CASE("Vectors: reconciliations ask and answer the same bytes, and end with the relay's heads") {
  for (const json& one : cases_of("ranges.json", "runs")) {
    INFO(testing::name_of(one));
    const Heads presumed = heads_from(one.at("presumed"));
    Heads relay = presumed;
    for (const json& author : one.at("gone")) relay.erase(hex_key(author));
    for (const auto& [author, head] : heads_from(one.at("other"))) relay[author] = head;
    const HeadTable table(relay);
    Reconciliation reconciliation(presumed);
    for (const json& step : one.at("frames")) {
      REQUIRE_FALSE(reconciliation.is_done());
      const Frame question = reconciliation.ask();
      CHECK(to_hex(question.bytes) == step.at(0));
      std::size_t work = 0;
      const Frame answer = answer_ranges(table, *control::ranges_from_replica(question.bytes), work);
      CHECK(to_hex(answer.bytes) == step.at(1));
      REQUIRE(reconciliation.take(*control::ranges_from_relay(answer.bytes)));
    }
    CHECK(reconciliation.is_done());
    CHECK(reconciliation.take_heads() == relay);
  }
}

}  // namespace karez
