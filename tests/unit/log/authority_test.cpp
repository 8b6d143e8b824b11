#include "karez/log/authority.h"

#include <doctest/doctest.h>

#include <ctime>
#include <limits>
#include <string>

#include "support/fleet.h"

namespace karez {
namespace {

using testing::coordinators_rule;
using testing::Fleet;
using testing::kAuditor;
using testing::kCoordinator;
using testing::kVolunteer;
using testing::Person;

constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

AuthorityEntry entry(const Fleet& fleet, const Person& person) {
  return fleet.authority().authors.at(person.author());
}
Standing standing(const Fleet& fleet, const Person& person) { return entry(fleet, person).standing; }
Dot dot_of(const InvitationCode& code) { return {code.invitation.author, code.invitation.seq}; }

TEST_CASE("Authority: founder and recovery key count, the recovery key first") {
  Fleet fleet;
  CHECK(entry(fleet, fleet.founder()).rank == 0);
  Person& recovery = fleet.recover();
  CHECK(entry(fleet, recovery).rank == 0);
  CHECK(entry(fleet, fleet.founder()).rank == 1);
  CHECK(standing(fleet, recovery) == Standing::recovery);
  CHECK(standing(fleet, fleet.founder()) == Standing::founder);
  CHECK(entry(fleet, fleet.founder()).counted_through() == kEnd);
}

TEST_CASE("Authority: an author counts from the moment its claim is settled") {
  Fleet fleet;
  const InvitationCode code = fleet.invite(fleet.founder(), kVolunteer, "li");
  Person& li = fleet.enrol(code, "li");
  CHECK(standing(fleet, li) == Standing::not_admitted);
  CHECK(entry(fleet, li).counted_through() == 0);
  fleet.admit(fleet.founder(), li, dot_of(code));
  CHECK(standing(fleet, li) == Standing::admitted);
  CHECK(entry(fleet, li).role == kVolunteer);
  const auto& invitations = fleet.authority().invitations;
  REQUIRE(invitations.size() == 1);
  CHECK(invitations[0].counts);
  CHECK(invitations[0].invitation == dot_of(code));
  CHECK(invitations[0].admitted == li.author());
  CHECK(invitations[0].claimants == std::vector<AuthorKey>{li.author()});
  CHECK(invitations[0].invite.label == "li");
}

TEST_CASE("Authority: of two claimants the one first admitted holds the invitation") {
  Fleet fleet;
  const InvitationCode code = fleet.invite(fleet.founder());
  Person& li = fleet.enrol(code, "li");
  Person& thief = fleet.enrol(code, "thief");
  fleet.admit(fleet.founder(), li, dot_of(code));
  fleet.admit(fleet.founder(), thief, dot_of(code));
  CHECK(standing(fleet, li) == Standing::admitted);
  CHECK(standing(fleet, thief) == Standing::rival);
  CHECK(fleet.authority().invitations[0].claimants.size() == 2);
}

TEST_CASE("Authority: a senior's later admission outranks the issuer's") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  const InvitationCode code = fleet.invite(wang);
  Person& li = fleet.enrol(code, "li");
  Person& thief = fleet.enrol(code, "thief");
  fleet.admit(wang, thief, dot_of(code));
  CHECK(standing(fleet, thief) == Standing::admitted);
  fleet.admit(fleet.founder(), li, dot_of(code));
  CHECK(standing(fleet, li) == Standing::admitted);
  CHECK(standing(fleet, thief) == Standing::rival);
}

TEST_CASE("Authority: a junior of the issuer admits nobody") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  const InvitationCode code = fleet.invite(fleet.founder());
  Person& li = fleet.enrol(code, "li");
  fleet.admit(wang, li, dot_of(code));
  CHECK(standing(fleet, li) == Standing::not_admitted);
}

TEST_CASE("Authority: an admission of somebody who did not claim is passed over") {
  Fleet fleet;
  const InvitationCode code = fleet.invite(fleet.founder());
  const InvitationCode other = fleet.invite(fleet.founder());
  Person& li = fleet.enrol(code, "li");
  Person& lu = fleet.enrol(other, "lu");
  fleet.admit(fleet.founder(), lu, dot_of(code));
  CHECK(standing(fleet, lu) == Standing::not_admitted);
  fleet.admit(fleet.founder(), li, dot_of(code));
  CHECK(standing(fleet, li) == Standing::admitted);
}

TEST_CASE("Authority: only roles that invite invite") {
  Fleet fleet;
  Person& li = fleet.volunteer("li");
  Person& audit = fleet.member(fleet.founder(), kAuditor, "audit");
  Person& by_volunteer = fleet.member(li, kVolunteer, "friend");
  Person& by_auditor = fleet.member(audit, kCoordinator, "climber");
  CHECK(standing(fleet, by_volunteer) == Standing::void_path);
  CHECK(standing(fleet, by_auditor) == Standing::void_path);
  for (const InvitationState& state : fleet.authority().invitations) {
    CHECK(state.counts == (state.invitation.author == fleet.founder().author()));
  }
}

TEST_CASE("Authority: a revocation cuts at its seq, and the lowest of several counts") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  Person& li = fleet.volunteer("li");
  for (int i = 0; i < 5; ++i) li.add({Unknown{99, {}}});
  fleet.revoke(wang, li, 4, "moved");
  CHECK(entry(fleet, li).cut == 4);
  CHECK(entry(fleet, li).counted_through() == 4);
  CHECK(entry(fleet, li).revoked_by == wang.author());
  CHECK(standing(fleet, li) == Standing::admitted);
  fleet.revoke(fleet.founder(), li, 5, "late");
  CHECK(entry(fleet, li).cut == 4);
  fleet.revoke(fleet.founder(), li, 2, "lost");
  CHECK(entry(fleet, li).cut == 2);
  CHECK(entry(fleet, li).revoke_reason == "lost");
  CHECK(entry(fleet, li).revoked_by == fleet.founder().author());
}

TEST_CASE("Authority: a junior cannot cut a senior, nor a volunteer anybody") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  Person& zhao = fleet.coordinator("zhao");
  Person& li = fleet.volunteer("li");
  Person& lu = fleet.volunteer("lu");
  fleet.revoke(zhao, wang, 1);
  fleet.revoke(wang, fleet.founder(), 1);
  fleet.revoke(li, lu, 1);
  CHECK(!entry(fleet, wang).cut);
  CHECK(!entry(fleet, fleet.founder()).cut);
  CHECK(!entry(fleet, lu).cut);
  fleet.revoke(wang, zhao, 1);
  CHECK(entry(fleet, zhao).cut == 1);
}

TEST_CASE("Authority: what a coordinator did above its cut does not count") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  Person& before = fleet.member(wang, kVolunteer, "before");  // invitation 2, admission 3
  const InvitationCode code = fleet.invite(wang);             // 4
  Person& pending = fleet.enrol(code, "pending");
  fleet.admit(wang, pending, dot_of(code));                 // 5
  Person& after = fleet.member(wang, kVolunteer, "after");  // 6, 7
  Person& li = fleet.volunteer("li");
  fleet.revoke(wang, li, 1);  // 8
  fleet.revoke(fleet.founder(), wang, 4);
  CHECK(standing(fleet, before) == Standing::admitted);
  CHECK(standing(fleet, pending) == Standing::not_admitted);
  CHECK(standing(fleet, after) == Standing::void_path);
  CHECK(!entry(fleet, li).cut);
  fleet.admit(fleet.founder(), pending, dot_of(code));
  CHECK(standing(fleet, pending) == Standing::admitted);
}

TEST_CASE("Authority: a cut at zero leaves nothing, and those below fall") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  Person& li = fleet.member(wang, kVolunteer, "li");
  Person& next = fleet.succeed(li, 1, "li 2");
  CHECK(standing(fleet, next) == Standing::admitted);
  fleet.revoke(fleet.founder(), wang, 0);
  CHECK(entry(fleet, wang).counted_through() == 0);
  CHECK(standing(fleet, li) == Standing::void_path);
  CHECK(standing(fleet, next) == Standing::void_path);
}

TEST_CASE("Authority: a successor counts as the one before and falls with its revocation") {
  Fleet fleet;
  const InvitationCode code = fleet.invite(fleet.founder());
  Person& li = fleet.enrol(code, "li");
  Person& next = fleet.succeed(li, 1, "li 2");
  Person& third = fleet.succeed(next, 1, "li 3");
  CHECK(standing(fleet, third) == Standing::not_admitted);
  fleet.admit(fleet.founder(), li, dot_of(code));
  CHECK(standing(fleet, third) == Standing::admitted);
  fleet.revoke(fleet.founder(), li, 1);
  CHECK(standing(fleet, li) == Standing::admitted);
  CHECK(standing(fleet, next) == Standing::void_path);
  CHECK(standing(fleet, third) == Standing::void_path);
}

TEST_CASE("Authority: the founder's successor has the founder's rights and is its junior") {
  Fleet fleet;
  Person& second = fleet.succeed(fleet.founder(), 1, "founder 2");
  CHECK(standing(fleet, second) == Standing::founder);
  Person& wang = fleet.member(second, kCoordinator, "wang");
  CHECK(standing(fleet, wang) == Standing::admitted);
  fleet.revoke(second, fleet.founder(), 1);
  CHECK(!entry(fleet, fleet.founder()).cut);
}

TEST_CASE("Authority: the recovery key cuts the founder and begins anew") {
  Fleet fleet;
  Person& early = fleet.coordinator("early");  // 2, 3
  Person& late = fleet.coordinator("late");    // 4, 5
  Person& recovery = fleet.recover();
  fleet.revoke(recovery, fleet.founder(), 3, "stolen");
  fleet.revoke(fleet.founder(), recovery, 1);
  Person& fresh = fleet.member(recovery, kCoordinator, "fresh");
  CHECK(entry(fleet, fleet.founder()).cut == 3);
  CHECK(!entry(fleet, recovery).cut);
  CHECK(standing(fleet, early) == Standing::admitted);
  CHECK(standing(fleet, late) == Standing::void_path);
  CHECK(standing(fleet, fresh) == Standing::admitted);
}

TEST_CASE("Authority: an author may cut itself, below what its seniors left") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  auto facts = fleet.facts();
  facts[wang.author()].revokes.push_back({9, Revoke{wang.author(), 3, {}, "my laptop is gone"}});
  auto authority = evaluate_authority(facts, coordinators_rule());
  CHECK(authority.authors.at(wang.author()).cut == 3);
  CHECK(authority.authors.at(wang.author()).revoked_by == wang.author());
  facts[fleet.founder().author()].revokes.push_back({9, Revoke{wang.author(), 5, {}, "lost"}});
  authority = evaluate_authority(facts, coordinators_rule());
  CHECK(authority.authors.at(wang.author()).cut == 5);  // its own revoke, at 9, lies above that
}

TEST_CASE("Authority: an author whose introducer's log is missing waits") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  Person& li = fleet.member(wang, kVolunteer, "li");
  Person& next = fleet.succeed(li, 1, "li 2");
  auto facts = fleet.facts();
  facts.erase(wang.author());
  const Authority authority = evaluate_authority(facts, coordinators_rule());
  CHECK(authority.authors.at(li.author()).standing == Standing::not_admitted);
  CHECK(authority.authors.at(next.author()).standing == Standing::not_admitted);
  CHECK(authority.authors.at(li.author()).rank > authority.authors.at(fleet.founder().author()).rank);
}

TEST_CASE("Authority: seniority goes breadth-first, by introducing seq") {
  Fleet fleet;
  Person& wang = fleet.coordinator("wang");
  Person& below = fleet.member(wang, kCoordinator, "below wang");
  Person& zhao = fleet.coordinator("zhao");
  CHECK(entry(fleet, wang).rank == 1);
  CHECK(entry(fleet, zhao).rank == 2);
  CHECK(entry(fleet, below).rank == 3);
  fleet.revoke(zhao, below, 1);
  CHECK(entry(fleet, below).cut == 1);
}

TEST_CASE("Authority: two invites in one change count for nobody") {
  Fleet fleet;
  const Invite invite = *invite_of(fleet.invite(fleet.founder()));
  fleet.founder().add({invite, invite});
  const auto& invitations = fleet.authority().invitations;
  REQUIRE(invitations.size() == 3);
  CHECK(invitations[0].counts);
  CHECK(!invitations[1].counts);
  CHECK(!invitations[2].counts);
}

TEST_CASE("Authority: nobody is a case too") {
  const Authority authority = evaluate_authority({}, coordinators_rule());
  CHECK(authority.authors.empty());
  CHECK(authority.invitations.empty());
}

TEST_CASE("Authority: every standing has a name") {
  for (Standing one : {Standing::founder, Standing::recovery, Standing::admitted, Standing::not_admitted,
                       Standing::rival, Standing::void_path}) {
    CHECK(!name_of(one).empty());
  }
}

TEST_CASE("Authority: thirty thousand authors are judged in seconds") {
  Fleet fleet;
  std::map<AuthorKey, AuthorityFacts> facts = fleet.facts();
  AuthorityFacts& founder = facts[fleet.founder().author()];
  constexpr std::uint64_t kAuthors = 30'000;
  for (std::uint64_t i = 1; i <= kAuthors; ++i) {
    AuthorityFacts fact;
    fact.enrolment.author.bytes = blake2b({big_endian(i)});
    fact.enrolment.role = kVolunteer;
    fact.enrolment.introducer = fleet.founder().author();
    fact.enrolment.introducer_seq = 2 * i;
    founder.invites.push_back({2 * i, Invite{kVolunteer, 0, {}, ""}});
    founder.admits.push_back({2 * i + 1, Admit{fact.enrolment.author, {fleet.founder().author(), 2 * i}}});
    founder.revokes.push_back({2 * i + 1, Revoke{fact.enrolment.author, 7, {}, ""}});
    facts.emplace(fact.enrolment.author, fact);
  }
  const std::clock_t start = std::clock();  // of this process: other programs do not slow it down
  const Authority authority = evaluate_authority(facts, coordinators_rule());
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(authority.authors.size() == kAuthors + 1);
  CHECK(authority.invitations.size() == kAuthors);
  CHECK(seconds < 20);  // quadratic would take hours under the sanitizers
  for (const auto& [author, one] : authority.authors) REQUIRE((one.rank == 0 || one.counted_through() == 7));
}

}  // namespace
}  // namespace karez
