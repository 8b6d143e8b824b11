// Authority is a function of the facts held: of no order in which they came.
#include "karez/log/authority.h"
#include "property/log_generators.h"
#include "support/property.h"

namespace karez {

using testing::any_chance;
using testing::any_in;
using testing::Fleet;
using testing::Person;

namespace {

Person& anybody(Fleet& fleet) { return *fleet.people()[any_in<std::size_t>(0, fleet.people().size() - 1)]; }

void step(Fleet& fleet, std::vector<InvitationCode>& codes) {
  Person& who = anybody(fleet);
  const std::string name = "person " + std::to_string(fleet.people().size());
  switch (any_in(0, 7)) {
    case 0:
    case 1:
      codes.push_back(fleet.invite(who, any_in<std::uint32_t>(1, 3)));
      break;
    case 2:
    case 3:
      if (!codes.empty() && fleet.people().size() < 12) fleet.enrol(*rc::gen::elementOf(codes), name);
      break;
    case 4:
    case 5: {
      if (codes.empty()) break;
      const InvitationCode& code = *rc::gen::elementOf(codes);
      fleet.admit(who, anybody(fleet), {code.invitation.author, code.invitation.seq});
      break;
    }
    case 6: {
      const Person& whom = anybody(fleet);
      if (whom.author() != who.author()) fleet.revoke(who, whom, any_in<std::uint64_t>(0, whom.seq()));
      break;
    }
    default:
      if (fleet.people().size() < 12) fleet.succeed(who, any_in<std::uint64_t>(1, who.seq()), name);
  }
}

/// Any fleet of a few people with deeds of every kind, allowed or not. Paths stay within the depth that is
/// allowed.
Fleet any_fleet() {
  Fleet fleet;
  std::vector<InvitationCode> codes;
  if (any_chance(50)) fleet.recover();
  for (int i = 0; i < 4; ++i)
    fleet.member(fleet.founder(), any_in<std::uint32_t>(1, 3), "early " + std::to_string(i));
  for (int i = any_in(0, 25); i > 0; --i) step(fleet, codes);
  return fleet;
}

bool counts(const AuthorityEntry& entry) {
  return entry.standing == Standing::founder || entry.standing == Standing::recovery ||
         entry.standing == Standing::admitted;
}

}  // namespace

KAREZ_PROPERTY("Authority: the order in which changes come does not matter", [] {
  const Fleet fleet = any_fleet();
  std::map<AuthorKey, AuthorityFacts> facts;
  std::vector<std::pair<const Person*, std::uint64_t>> waiting;  // each author's changes stay in order
  for (const auto& person : fleet.people()) waiting.emplace_back(person.get(), 1);
  while (!waiting.empty()) {
    const auto at = any_in<std::size_t>(0, waiting.size() - 1);
    auto& [person, seq] = waiting[at];
    collect_facts(facts, person->change(seq),
                  seq == 1 ? std::optional(fleet.enrolment(*person)) : std::nullopt);
    if (++seq > person->seq()) waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const Authority expected = fleet.authority();
  const Authority shuffled = evaluate_authority(facts, testing::coordinators_rule());
  RC_ASSERT(shuffled.authors == expected.authors);
  RC_ASSERT(shuffled.invitations.size() == expected.invitations.size());
  for (std::size_t i = 0; i < expected.invitations.size(); ++i) {
    RC_ASSERT(shuffled.invitations[i].invitation == expected.invitations[i].invitation);
    RC_ASSERT(shuffled.invitations[i].counts == expected.invitations[i].counts);
    RC_ASSERT(shuffled.invitations[i].admitted == expected.invitations[i].admitted);
  }
})

KAREZ_PROPERTY("Authority: nobody is cut by a junior, and an invitation admits at most one", [] {
  const Fleet fleet = any_fleet();
  const Authority authority = fleet.authority();
  std::map<Dot, int> admitted;
  for (const auto& person : fleet.people()) {
    const AuthorityEntry& entry = authority.authors.at(person->author());
    if (entry.revoked_by) RC_ASSERT(authority.authors.at(*entry.revoked_by).rank < entry.rank);
    const Enrolment enrolment = fleet.enrolment(*person);
    const bool is_invited = !enrolment.is_founder && enrolment.basis == EnrolBasis::invitation;
    if (is_invited && entry.standing == Standing::admitted) {
      const int holders = ++admitted[{enrolment.introducer, enrolment.introducer_seq}];
      RC_ASSERT(holders == 1);
    }
  }
})

KAREZ_PROPERTY("Authority: whoever counts stands on a line of those who count, up to the founder", [] {
  const Fleet fleet = any_fleet();
  const Authority authority = fleet.authority();
  for (const auto& person : fleet.people()) {
    const Enrolment enrolment = fleet.enrolment(*person);
    if (enrolment.is_founder || enrolment.is_recovery || !counts(authority.authors.at(person->author())))
      continue;
    const AuthorityEntry& introducer = authority.authors.at(enrolment.introducer);
    RC_ASSERT(counts(introducer));
    if (enrolment.basis == EnrolBasis::invitation)
      RC_ASSERT(enrolment.introducer_seq <= introducer.counted_through());
    if (enrolment.basis == EnrolBasis::successor) RC_ASSERT(!introducer.cut);
  }
})

}  // namespace karez
