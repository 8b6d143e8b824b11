#include "karez/log/authority.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "seniority.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::uint64_t kNoCut = std::numeric_limits<std::uint64_t>::max();

bool counts(Standing standing) {
  return standing == Standing::founder || standing == Standing::recovery || standing == Standing::admitted;
}

bool contains(const std::vector<std::uint32_t>& roles, std::uint32_t role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

/// Everything about one author that the pass knows, at the author's rank.
struct Person {
  AuthorKey key;
  const AuthorityFacts* facts = nullptr;
  AuthorityEntry entry;
  bool has_every_right = false;  ///< the founder, the recovery key, and who succeeds them

  [[nodiscard]] bool may(const std::vector<std::uint32_t>& roles) const {
    return has_every_right || contains(roles, entry.role);
  }
  [[nodiscard]] std::uint64_t cut_or_end() const { return entry.cut.value_or(kNoCut); }
  /// Whether what this author did at `seq` counts.
  [[nodiscard]] bool acts_at(std::uint64_t seq) const {
    return counts(entry.standing) && (seq <= cut_or_end() || is_mutant(Mutant::ignore_cut));
  }
};

struct RevokeBy {
  std::uint64_t rank;  ///< of the author that revokes
  std::uint64_t seq;   ///< of the revoke
  const Revoke* revoke;
};

struct AdmitBy {
  std::uint64_t rank;  ///< of the author that admits
  std::uint64_t seq;   ///< of the admit
  AuthorKey claimant;
};

/// The invitation by which an author came.
std::optional<Dot> claim_of(const Person& person) {
  const Enrolment& enrolment = person.facts->enrolment;
  if (enrolment.is_founder || enrolment.basis != EnrolBasis::invitation) return std::nullopt;
  return Dot{enrolment.introducer, enrolment.introducer_seq};
}

/// Ascending by dot. Several invites in one change invite nobody, since no path can prove which is meant.
void sort_invitations(std::vector<InvitationState>& list) {
  std::sort(list.begin(), list.end(), [](const InvitationState& a, const InvitationState& b) {
    return std::tie(a.invitation, a.invite.one_time, a.invite.label) <
           std::tie(b.invitation, b.invite.one_time, b.invite.label);
  });
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i - 1].invitation == list[i].invitation) list[i - 1].counts = list[i].counts = false;
  }
}

/// One pass from the most senior author down. Everything that decides about an author was done by authors
/// before it.
class Evaluation {
 public:
  Evaluation(const std::map<AuthorKey, AuthorityFacts>& facts, const AuthorityRights& rights)
      : rights_(rights), order_(seniority(facts)) {
    for (std::uint64_t rank = 0; rank < order_.authors.size(); ++rank) {
      const AuthorKey& key = order_.authors[static_cast<std::size_t>(rank)];
      Person person;
      person.key = key;
      person.facts = &facts.at(key);
      person.entry.rank = rank;
      person.entry.role = person.facts->enrolment.role;
      ranks_.emplace(key, rank);
      index(person);
      people_.push_back(std::move(person));
    }
    for (auto& [invitation, admits] : admits_) {
      std::sort(admits.begin(), admits.end(), [](const AdmitBy& a, const AdmitBy& b) {
        return std::tie(a.rank, a.seq, a.claimant) < std::tie(b.rank, b.seq, b.claimant);
      });
    }
    for (auto& [author, revokes] : revokes_) {
      std::sort(revokes.begin(), revokes.end(), [](const RevokeBy& a, const RevokeBy& b) {
        return std::tie(a.rank, a.seq, a.revoke->seq, a.revoke->reason) <
               std::tie(b.rank, b.seq, b.revoke->seq, b.revoke->reason);
      });
    }
  }

  Authority run() {
    for (Person& person : people_) {
      judge_standing(person);
      judge_cut(person);
    }
    Authority authority;
    for (const Person& person : people_) {
      list_invitations(person, authority.invitations);
      authority.authors.emplace(person.key, person.entry);
    }
    sort_invitations(authority.invitations);
    return authority;
  }

 private:
  void index(const Person& person) {
    const AuthorityFacts& facts = *person.facts;
    if (const auto invitation = claim_of(person)) claims_[*invitation].push_back(person.key);
    for (const auto& fact : facts.admits) {
      admits_[fact.admit.invitation].push_back({person.entry.rank, fact.seq, fact.admit.claimant});
    }
    for (const auto& fact : facts.revokes) {
      revokes_[fact.revoke.author].push_back({person.entry.rank, fact.seq, &fact.revoke});
    }
  }

  const Person* find(const AuthorKey& key) const {
    const auto found = ranks_.find(key);
    return found == ranks_.end() ? nullptr : &people_[static_cast<std::size_t>(found->second)];
  }

  void judge_standing(Person& person) {
    const Enrolment& enrolment = person.facts->enrolment;
    Standing& standing = person.entry.standing;
    if (enrolment.is_founder || enrolment.is_recovery) {
      standing = enrolment.is_founder ? Standing::founder : Standing::recovery;
      person.has_every_right = true;
      return;
    }
    const Person* introducer = find(enrolment.introducer);
    if (introducer == nullptr || person.entry.rank >= order_.rooted) {
      standing = Standing::not_admitted;  // nothing held here links it to the founder yet
    } else if (enrolment.basis == EnrolBasis::successor) {
      standing = introducer->entry.cut ? Standing::void_path : introducer->entry.standing;
      person.has_every_right = introducer->has_every_right;
    } else {
      standing = standing_by_invitation(person, *introducer);
    }
  }

  Standing standing_by_invitation(const Person& person, const Person& issuer) const {
    const std::uint64_t seq = person.facts->enrolment.introducer_seq;
    if (!issuer.acts_at(seq) || !issuer.may(rights_.roles_that_invite)) return Standing::void_path;
    const auto settled = admitted({issuer.key, seq}, issuer);
    if (!settled) return Standing::not_admitted;
    return *settled == person.key ? Standing::admitted : Standing::rival;
  }

  /// Whom the first admission that counts names: by the issuer or a senior of it, of somebody who really
  /// claimed.
  std::optional<AuthorKey> admitted(const Dot& invitation, const Person& issuer) const {
    const auto settled = settled_.find(invitation);
    if (settled != settled_.end()) return settled->second;
    std::optional<AuthorKey> first;
    const auto admits = admits_.find(invitation);
    if (admits != admits_.end()) {
      for (const AdmitBy& admit : admits->second) {
        if (admit.rank > issuer.entry.rank) break;
        const Person& admitter = people_[static_cast<std::size_t>(admit.rank)];
        if (!admitter.acts_at(admit.seq) || !admitter.may(rights_.roles_that_admit)) continue;
        if (!is_claimed_by(invitation, admit.claimant)) continue;
        first = admit.claimant;
        break;
      }
    }
    settled_.emplace(invitation, first);
    return first;
  }

  bool is_claimed_by(const Dot& invitation, const AuthorKey& author) const {
    const Person* person = find(author);
    return person != nullptr && claim_of(*person) == invitation;
  }

  /// The lowest cut by seniors, or by the author itself below that. Among equal ones the most senior is
  /// named.
  void judge_cut(Person& person) {
    const auto revokes = revokes_.find(person.key);
    if (revokes == revokes_.end()) return;
    const Person* by = nullptr;
    const Revoke* lowest = nullptr;
    const auto take = [&](const Person& who, const Revoke& revoke) {
      if (lowest != nullptr && lowest->seq <= revoke.seq) return;
      by = &who;
      lowest = &revoke;
    };
    for (const RevokeBy& revoke : revokes->second) {
      if (revoke.rank >= person.entry.rank) break;
      const Person& senior = people_[static_cast<std::size_t>(revoke.rank)];
      const bool may = senior.may(rights_.roles_that_revoke) || is_mutant(Mutant::let_anybody_cut);
      if (senior.acts_at(revoke.seq) && may) take(senior, *revoke.revoke);
    }
    const std::uint64_t cut_by_seniors = lowest == nullptr ? kNoCut : lowest->seq;
    if (counts(person.entry.standing) && person.may(rights_.roles_that_revoke)) {
      for (const RevokeBy& revoke : revokes->second) {
        if (revoke.rank == person.entry.rank && revoke.seq <= cut_by_seniors) take(person, *revoke.revoke);
      }
    }
    if (lowest == nullptr) return;
    person.entry.cut = lowest->seq;
    person.entry.revoked_by = by->key;
    person.entry.revoke_reason = lowest->reason;
  }

  void list_invitations(const Person& issuer, std::vector<InvitationState>& invitations) const {
    for (const auto& fact : issuer.facts->invites) {
      InvitationState state;
      state.invitation = {issuer.key, fact.seq};
      state.invite = fact.invite;
      state.counts = issuer.acts_at(fact.seq) && issuer.may(rights_.roles_that_invite);
      if (state.counts) state.admitted = admitted(state.invitation, issuer);
      const auto claims = claims_.find(state.invitation);
      if (claims != claims_.end()) state.claimants = claims->second;
      std::sort(state.claimants.begin(), state.claimants.end());
      invitations.push_back(std::move(state));
    }
  }

  const AuthorityRights& rights_;
  Seniority order_;
  std::vector<Person> people_;  ///< by rank
  std::map<AuthorKey, std::uint64_t> ranks_;
  std::map<Dot, std::vector<AuthorKey>> claims_;        ///< by invitation
  std::map<Dot, std::vector<AdmitBy>> admits_;          ///< by invitation, ascending by (rank, seq)
  std::map<AuthorKey, std::vector<RevokeBy>> revokes_;  ///< by who is revoked, ascending by (rank, seq)
  mutable std::map<Dot, std::optional<AuthorKey>> settled_;
};

}  // namespace

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::founder:
      return "founder";
    case Standing::recovery:
      return "recovery";
    case Standing::admitted:
      return "admitted";
    case Standing::not_admitted:
      return "not_admitted";
    case Standing::rival:
      return "rival";
    case Standing::void_path:
      return "void_path";
  }
  ENSURE(false && "a standing without a name");
}

std::uint64_t AuthorityEntry::counted_through() const {
  if (is_mutant(Mutant::count_revoked)) return counts(standing) ? kNoCut : 0;
  return counts(standing) ? cut.value_or(kNoCut) : 0;
}

Authority evaluate_authority(const std::map<AuthorKey, AuthorityFacts>& facts,
                             const AuthorityRights& rights) {
  return Evaluation(facts, rights).run();
}

void collect_facts(std::map<AuthorKey, AuthorityFacts>& facts, const Change& change,
                   const std::optional<Enrolment>& enrolment) {
  if (enrolment) facts[change.author].enrolment = *enrolment;
  for (const Operation& operation : change.operations) {
    const auto* invite = std::get_if<Invite>(&operation);
    const auto* admit = std::get_if<Admit>(&operation);
    const auto* revoke = std::get_if<Revoke>(&operation);
    if (invite == nullptr && admit == nullptr && revoke == nullptr) continue;
    const auto author = facts.find(change.author);
    ENSURE(author != facts.end());  // an author's first change comes first
    if (invite != nullptr) author->second.invites.push_back({change.seq, *invite});
    if (admit != nullptr) author->second.admits.push_back({change.seq, *admit});
    if (revoke != nullptr) author->second.revokes.push_back({change.seq, *revoke});
  }
}

}  // namespace karez
