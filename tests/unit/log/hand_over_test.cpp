#include "karez/log/hand_over.h"

#include <doctest/doctest.h>

#include "support/fleet.h"

namespace karez {
namespace {

using testing::Fleet;
using testing::Person;

/// A change in which goods go from one account to another.
std::string sample(Fleet& fleet, const Person*& giver) {
  Person& person = fleet.volunteer("wang");
  Create move;
  move.collection = 6;
  move.fields = {{FieldName::catalog(2), Value::of(std::string("W550"))},
                 {FieldName::catalog(3), Value::of(std::int64_t{24})},
                 {FieldName::catalog(4), Value::of(std::string("alloc"))}};
  const Dot dot = person.add({move});
  giver = &person;
  return hand_over_text(fleet.workspace(), person.step(dot.seq));
}

/// The same bytes changed at one place, under a check that is true.
std::string bent(const std::string& text, std::size_t at) {
  Bytes bytes = *from_base64url(std::string_view(text).substr(4));
  bytes.resize(bytes.size() - 4);
  bytes[at] ^= 1;
  const Hash check = blake2b({view_of("karez/hand-over/1"), bytes});
  bytes.insert(bytes.end(), check.begin(), check.begin() + 4);
  return "kh1." + to_base64url(bytes);
}

TEST_CASE("Hand-over: a code comes back from its text, whatever space stands in it") {
  Fleet fleet;
  const Person* giver = nullptr;
  const std::string text = sample(fleet, giver);
  CHECK(text.starts_with("kh1."));
  std::string spaced;
  for (char letter : text) spaced += std::string(1, letter) + "\u3000\n";
  for (const std::string& one : {text, spaced}) {
    const auto code = parse_hand_over(fleet.workspace(), one);
    REQUIRE(code.ok());
    CHECK(code->step == giver->step(giver->seq()));
    CHECK(code->change == giver->change(giver->seq()));
  }
}

TEST_CASE("Hand-over: a letter lost or changed is damage, a bit changed under a true check is no signature") {
  Fleet fleet;
  const Person* giver = nullptr;
  const std::string text = sample(fleet, giver);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string bad = text;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    CHECK(parse_hand_over(fleet.workspace(), bad).error().code == ErrorCode::malformed);
    CHECK(parse_hand_over(fleet.workspace(), text.substr(0, i)).error().code == ErrorCode::malformed);
  }
  const std::size_t bytes = from_base64url(std::string_view(text).substr(4))->size() - 4;
  bool has_unsigned = false;
  for (std::size_t at = 0; at < bytes; ++at) {
    const auto code = parse_hand_over(fleet.workspace(), bent(text, at));
    REQUIRE_MESSAGE(!code.ok(), at);
    has_unsigned = has_unsigned || code.error().code == ErrorCode::bad_signature;
  }
  CHECK(has_unsigned);
}

TEST_CASE("Hand-over: a code of another workspace is told as such, also if its bytes say otherwise") {
  Fleet fleet;
  Fleet elsewhere("somebody else");
  const Person* giver = nullptr;
  const std::string text = sample(fleet, giver);
  CHECK(parse_hand_over(elsewhere.workspace(), text).error().code == ErrorCode::wrong_workspace);
  const std::string claimed = hand_over_text(elsewhere.workspace(), giver->step(giver->seq()));
  CHECK(parse_hand_over(elsewhere.workspace(), claimed).error().code == ErrorCode::bad_signature);
}

}  // namespace
}  // namespace karez
