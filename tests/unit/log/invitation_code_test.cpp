#include <doctest/doctest.h>

#include <string>

#include "karez/log/enrolment.h"
#include "support/fleet.h"

namespace karez {
namespace {

using testing::Fleet;
using testing::kCoordinator;
using testing::key_of;
using testing::kVolunteer;
using testing::Person;
using testing::seed_of;

InvitationCode sample(Fleet& fleet) {
  InvitationCode code = fleet.invite(fleet.coordinator("wang"), kVolunteer, "for Li Na");
  code.relay_url = "wss://relay.example/sync";
  code.relay_key = key_of("relay").author;
  return code;
}

ErrorCode refusal(std::string_view text) {
  const auto code = parse_invitation_code(text);
  REQUIRE(!code.ok());
  CHECK(!code.error().message.empty());
  return code.error().code;
}

TEST_CASE("InvitationCode: a code comes back from its text") {
  Fleet fleet;
  const InvitationCode code = sample(fleet);
  const std::string text = to_text(code);
  CHECK(text.starts_with("kz1."));
  const auto back = parse_invitation_code(text);
  REQUIRE(back.ok());
  CHECK(back->workspace == code.workspace);
  CHECK(back->one_time_seed == code.one_time_seed);
  CHECK(back->issuer_first == code.issuer_first);
  CHECK(back->invitation == code.invitation);
  CHECK(back->relay_url == code.relay_url);
  CHECK(back->relay_key == code.relay_key);
  CHECK(invite_of(*back)->label == "for Li Na");
}

TEST_CASE("InvitationCode: white space inside and around a code does not matter") {
  Fleet fleet;
  const std::string text = to_text(sample(fleet));
  std::string broken = "\xEF\xBB\xBF \n";
  for (std::size_t i = 0; i < text.size(); ++i) {
    broken.push_back(text[i]);
    if (i % 60 == 2) broken += "\r\n\t";
    if (i % 60 == 20) broken += "\u3000\u00A0\u200B";
  }
  CHECK(parse_invitation_code(broken + "\n ").ok());
}

TEST_CASE("InvitationCode: a changed, missing or added letter is named as damage") {
  Fleet fleet;
  const std::string text = to_text(sample(fleet));
  for (std::size_t i = 0; i < text.size(); i += 7) {
    std::string bad = text;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    CHECK(refusal(bad) == ErrorCode::malformed);
    CHECK(refusal(text.substr(0, i)) == ErrorCode::malformed);
    CHECK(refusal(text.substr(0, i) + "A" + text.substr(i)) == ErrorCode::malformed);
  }
  CHECK(refusal("") == ErrorCode::malformed);
  CHECK(refusal("kz1.") == ErrorCode::malformed);
  CHECK(refusal("kz2." + text.substr(4)) == ErrorCode::malformed);
  CHECK(refusal(text + "!") == ErrorCode::malformed);
  CHECK(refusal("kz1." + std::string(300'000, 'A')) == ErrorCode::malformed);
  CHECK(parse_invitation_code(text.substr(0, 50)).error().message.find("Copy the whole code again") !=
        std::string::npos);
}

TEST_CASE("InvitationCode: a code that was put together wrongly is refused whatever its check says") {
  Fleet fleet;
  Fleet other("other founder");
  const InvitationCode good = sample(fleet);
  InvitationCode bad = good;
  bad.one_time_seed = seed_of("another");
  CHECK(refusal(to_text(bad)) == ErrorCode::stranger);
  bad = good;
  bad.workspace = other.workspace();
  CHECK(refusal(to_text(bad)) == ErrorCode::wrong_workspace);
  bad = good;
  bad.invitation.signature[0] ^= 1;
  CHECK(refusal(to_text(bad)) == ErrorCode::bad_signature);
  bad = good;
  bad.issuer_first.signature[0] ^= 1;
  CHECK(refusal(to_text(bad)) == ErrorCode::bad_signature);
  bad = good;
  bad.issuer_first.prev_link[0] ^= 1;
  CHECK(refusal(to_text(bad)) == ErrorCode::stranger);
  bad = good;
  bad.issuer_first = fleet.founder().step(1);
  CHECK(refusal(to_text(bad)) == ErrorCode::stranger);
  bad = good;
  bad.invitation.content.clear();
  CHECK(refusal(to_text(bad)) == ErrorCode::malformed);
  bad = good;
  bad.invitation = bad.issuer_first;
  CHECK(refusal(to_text(bad)) == ErrorCode::stranger);
  bad = good;
  bad.relay_url = std::string(257, 'a');
  CHECK(refusal(to_text(bad)) == ErrorCode::malformed);
}

TEST_CASE("InvitationCode: a claim made from it enrols") {
  Fleet fleet;
  const auto code = parse_invitation_code(to_text(fleet.invite(fleet.founder(), kCoordinator)));
  REQUIRE(code.ok());
  Person& person = fleet.enrol(*code, "wang");
  const auto enrolment = check_first_change(fleet.workspace(), person.change(1), person.content(1));
  REQUIRE(enrolment.ok());
  CHECK(enrolment->role == kCoordinator);
}

}  // namespace
}  // namespace karez
