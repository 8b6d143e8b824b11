#include "karez/log/enrolment.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "support/fleet.h"

namespace karez {
namespace {

using testing::Fleet;
using testing::kCoordinator;
using testing::key_of;
using testing::kVolunteer;
using testing::Person;

Result<Enrolment> checked(const Fleet& fleet, const Person& person) {
  return check_first_change(fleet.workspace(), person.change(1), person.content(1));
}

/// The answer to a first change whose enrolment was bent before it was encoded.
ErrorCode refusal(const Fleet& fleet, const Person& person, const std::function<void(Enrol&)>& bend) {
  Change change = person.change(1);
  bend(std::get<Enrol>(change.operations.front()));
  const auto content = encode(change);
  REQUIRE(content.ok());
  const auto enrolment = check_first_change(fleet.workspace(), change, *content);
  REQUIRE(!enrolment.ok());
  CHECK(enrolment.error().message.ends_with("."));
  return enrolment.error().code;
}

TEST_CASE("Enrolment: the founder's first change is its own proof") {
  Fleet fleet;
  const auto founder = checked(fleet, fleet.founder());
  REQUIRE(founder.ok());
  CHECK(founder->is_founder);
  CHECK(!founder->is_recovery);
  CHECK(founder->role == 0);
  CHECK(founder->author == fleet.founder().author());
  CHECK(founder->link == fleet.workspace().bytes);
  CHECK(founder->introducer.is_zero());
}

TEST_CASE("Enrolment: an invited author proves itself without any log") {
  Fleet fleet;
  Person& coordinator = fleet.coordinator("wang");
  Person& volunteer = fleet.member(coordinator, kVolunteer, "li");
  const auto enrolment = checked(fleet, volunteer);
  REQUIRE(enrolment.ok());
  CHECK(enrolment->author == volunteer.author());
  CHECK(enrolment->link == volunteer.link(1));
  CHECK(enrolment->device_name == "li");
  CHECK(enrolment->role == kVolunteer);
  CHECK(enrolment->basis == EnrolBasis::invitation);
  CHECK(enrolment->introducer == coordinator.author());
  CHECK(enrolment->introducer_seq == 2);
}

TEST_CASE("Enrolment: a successor keeps name and role") {
  Fleet fleet;
  Person& volunteer = fleet.volunteer("li");
  Person& next = fleet.succeed(volunteer, 1, "li's second key");
  const auto enrolment = checked(fleet, next);
  REQUIRE(enrolment.ok());
  CHECK(enrolment->basis == EnrolBasis::successor);
  CHECK(enrolment->device_name == "li");
  CHECK(enrolment->role == kVolunteer);
  CHECK(enrolment->introducer == volunteer.author());
  CHECK(refusal(fleet, next, [](Enrol& e) { e.role = kCoordinator; }) == ErrorCode::stranger);
  CHECK(refusal(fleet, next, [](Enrol& e) { e.device_name = "lu"; }) == ErrorCode::stranger);
  CHECK(refusal(fleet, next, [](Enrol& e) { e.introducer_seq = 0; }) == ErrorCode::stranger);
  CHECK(refusal(fleet, next, [](Enrol& e) { e.introducer_link[0] ^= 1; }) == ErrorCode::stranger);
  CHECK(refusal(fleet, next, [](Enrol& e) { e.introducer_seq = 2; }) == ErrorCode::bad_signature);
  CHECK(refusal(fleet, next, [](Enrol& e) { e.path.push_back(e.path[0]); }) == ErrorCode::stranger);
}

TEST_CASE("Enrolment: a founder and a successor can be succeeded") {
  Fleet fleet;
  Person& second = fleet.succeed(fleet.founder(), 1, "founder 2");
  Person& third = fleet.succeed(second, 1, "founder 3");
  REQUIRE(checked(fleet, third).ok());
  CHECK(checked(fleet, third)->role == 0);
  CHECK(!checked(fleet, third)->is_founder);
}

TEST_CASE("Enrolment: only the key that the founder named recovers") {
  Fleet fleet;
  Person& recovery = fleet.recover();
  const auto enrolment = checked(fleet, recovery);
  REQUIRE(enrolment.ok());
  CHECK(enrolment->is_recovery);
  CHECK(enrolment->role == kCoordinator);
  CHECK(enrolment->introducer.is_zero());
  CHECK(refusal(fleet, recovery, [](Enrol& e) { e.introducer_seq = 1; }) == ErrorCode::stranger);
  CHECK(refusal(fleet, recovery, [](Enrol& e) { e.proof[0] = 1; }) == ErrorCode::stranger);
  Person impostor("impostor", fleet.workspace());
  impostor.add({std::get<Enrol>(recovery.change(1).operations.front())});
  CHECK(checked(fleet, impostor).error().code == ErrorCode::stranger);
  Person& volunteer = fleet.volunteer("li");
  CHECK(refusal(fleet, recovery, [&](Enrol& e) { e.path[0] = volunteer.step(1); }) == ErrorCode::stranger);
}

TEST_CASE("Enrolment: every part of a claim is bound") {
  Fleet fleet;
  Person& coordinator = fleet.coordinator("wang");
  Person& volunteer = fleet.member(coordinator, kVolunteer, "li");
  const auto refused = [&](const std::function<void(Enrol&)>& bend) {
    return refusal(fleet, volunteer, bend);
  };
  CHECK(refused([](Enrol& e) { e.role = kCoordinator; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.introducer_seq += 1; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.introducer_link[0] ^= 1; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.introducer = key_of("wei").author; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.proof[3] ^= 1; }) == ErrorCode::bad_signature);
  CHECK(refused([](Enrol& e) { e.path.pop_back(); }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.path.clear(); }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.path[0].signature[0] ^= 1; }) == ErrorCode::bad_signature);
  CHECK(refused([](Enrol& e) { e.path[1].signature[0] ^= 1; }) == ErrorCode::bad_signature);
  CHECK(refused([](Enrol& e) { e.path[0].prev_link[0] ^= 1; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.path[1].prev_link[0] ^= 1; }) == ErrorCode::bad_signature);
  CHECK(refused([](Enrol& e) { e.path[0].seq = 2; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.path[1].seq = 9; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.path[0].author.bytes[0] ^= 1; }) == ErrorCode::stranger);
  CHECK(refused([](Enrol& e) { e.path[0].content.push_back(0); }) == ErrorCode::malformed);
  CHECK(refused([](Enrol& e) { e.path[1].content.pop_back(); }) == ErrorCode::malformed);
  CHECK(refused([](Enrol& e) { std::swap(e.path[0], e.path[1]); }) == ErrorCode::stranger);
  CHECK(refused([&](Enrol& e) { e.path[0] = fleet.founder().step(1); }) == ErrorCode::stranger);
  CHECK(refused([&](Enrol& e) { e.path[1] = coordinator.step(3); }) == ErrorCode::stranger);
}

TEST_CASE("Enrolment: a claim of somebody else cannot be taken over") {
  Fleet fleet;
  Person& volunteer = fleet.volunteer("li");
  Person thief("thief", fleet.workspace());
  thief.add({std::get<Enrol>(volunteer.change(1).operations.front())});
  CHECK(checked(fleet, thief).error().code == ErrorCode::bad_signature);
}

TEST_CASE("Enrolment: a change with two invites invites nobody") {
  Fleet fleet;
  const InvitationCode good = fleet.invite(fleet.founder());
  const Invite invite = *invite_of(good);
  const Dot dot = fleet.founder().add({invite, invite});
  InvitationCode code = good;
  code.invitation = fleet.founder().step(dot.seq);
  CHECK(invite_of(code).error().code == ErrorCode::stranger);
  Person person("li", fleet.workspace());
  Enrol enrol = claim(good, person.author(), "li");
  enrol.introducer_seq = dot.seq;
  enrol.introducer_link = fleet.founder().link(dot.seq);
  enrol.path[1] = code.invitation;
  person.add({enrol});
  CHECK(checked(fleet, person).error().code == ErrorCode::stranger);
}

TEST_CASE("Enrolment: an author of one workspace is no author of another") {
  Fleet here("founder");
  Fleet there("other founder");
  Person& volunteer = there.volunteer("li");
  CHECK(checked(here, volunteer).error().code == ErrorCode::wrong_workspace);
  CHECK(checked(here, there.founder()).error().code == ErrorCode::wrong_workspace);
  CHECK(claimed_workspace(volunteer.change(1), volunteer.content(1)).value() == there.workspace());
  CHECK(claimed_workspace(there.founder().change(1), there.founder().content(1)).value() ==
        there.workspace());
}

TEST_CASE("Enrolment: sixteen enrolments below the founder are the deepest path") {
  Fleet fleet;
  Person* issuer = &fleet.founder();
  for (int depth = 1; depth <= 16; ++depth) {
    issuer = &fleet.enrol(fleet.invite(*issuer, kCoordinator), "coordinator " + std::to_string(depth));
    REQUIRE(checked(fleet, *issuer).ok());
  }
  Person& below = fleet.enrol(fleet.invite(*issuer), "too deep");
  CHECK(checked(fleet, below).error().code == ErrorCode::stranger);
  CHECK(claimed_workspace(below.change(1), below.content(1)).error().code == ErrorCode::stranger);
}

TEST_CASE("Enrolment: later changes and path ends of nonsense are refused") {
  Fleet fleet;
  Person& volunteer = fleet.volunteer("li");
  CHECK(check_first_change(fleet.workspace(), fleet.founder().change(2), fleet.founder().content(2))
            .error()
            .code == ErrorCode::stranger);
  CHECK(claimed_workspace(fleet.founder().change(2), fleet.founder().content(2)).error().code ==
        ErrorCode::stranger);
  CHECK(refusal(fleet, volunteer, [&](Enrol& e) { e.path[0].content = fleet.founder().content(2); }) ==
        ErrorCode::stranger);
}

}  // namespace
}  // namespace karez
