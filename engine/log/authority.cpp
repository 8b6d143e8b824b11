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
  /// Whether what this author did at `seq` counts, in this branch.
  [[nodiscard]] bool acts_at(std::uint64_t seq, BranchNumber branch) const {
    return counts(entry.standing) &&
           (seq <= entry.cut_of(branch).value_or(kNoCut) || is_mutant(Mutant::ignore_cut));
  }
};

struct RevokeBy {
  std::uint64_t rank;  ///< of the author that revokes
  std::uint64_t seq;   ///< of the revoke
  BranchNumber branch;
  const Revoke* revoke;
};

struct AdmitBy {
  std::uint64_t rank;  ///< of the author that admits
  std::uint64_t seq;   ///< of the admit
  AuthorKey claimant;
  BranchNumber branch;
};

/// An invitation by its dot and, of an issuer that forked, its link: two branches may have one at one seq.
struct InvitationName {
  Dot dot;
  Hash link{};
  auto operator<=>(const InvitationName&) const = default;
};

/// Ascending. Several invites in one change invite nobody, since no path can prove which is meant.
void sort_invitations(std::vector<InvitationState>& list) {
  std::sort(list.begin(), list.end(), [](const InvitationState& a, const InvitationState& b) {
    return std::tie(a.invitation, a.link, a.invite.one_time, a.invite.label) <
           std::tie(b.invitation, b.link, b.invite.one_time, b.invite.label);
  });
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i - 1].invitation == list[i].invitation && list[i - 1].link == list[i].link)
      list[i - 1].counts = list[i].counts = false;
  }
}

/// One pass from the most senior author down. Everything that decides about an author was done by authors
/// before it.
class Evaluation {
 public:
  Evaluation(const std::map<AuthorKey, AuthorityFacts>& facts, const AuthorityRights& rights,
             const AuthorityBranches& branches)
      : rights_(rights), branches_(branches), order_(seniority(facts)) {
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
        return std::tie(a.rank, a.seq, a.revoke->seq, a.revoke->reason, a.revoke->link) <
               std::tie(b.rank, b.seq, b.revoke->seq, b.revoke->reason, b.revoke->link);
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
      admits_[fact.admit.invitation].push_back(
          {person.entry.rank, fact.seq, fact.admit.claimant, fact.place.branch});
    }
    for (const auto& fact : facts.revokes) {
      revokes_[fact.revoke.author].push_back({person.entry.rank, fact.seq, fact.place.branch, &fact.revoke});
    }
  }

  [[nodiscard]] bool is_forked(const AuthorKey& author) const { return branches_.of.contains(author); }

  /// The invitation by which an author came.
  [[nodiscard]] std::optional<InvitationName> claim_of(const Person& person) const {
    const Enrolment& enrolment = person.facts->enrolment;
    if (enrolment.is_founder || enrolment.basis != EnrolBasis::invitation) return std::nullopt;
    const bool by_link = is_forked(enrolment.introducer) && !is_mutant(Mutant::claim_without_link);
    return InvitationName{{enrolment.introducer, enrolment.introducer_seq},
                          by_link ? enrolment.introducer_link : Hash{}};
  }

  /// The branch of an issuer that holds an invitation; one that is not held is judged by the strictest cut.
  [[nodiscard]] BranchNumber branch_of(const Person& issuer, const InvitationName& invitation) const {
    for (const auto& fact : issuer.facts->invites) {
      if (fact.seq == invitation.dot.seq && fact.place.link == invitation.link) return fact.place.branch;
    }
    return 0;
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
    const InvitationName invitation = *claim_of(person);
    const BranchNumber branch = is_forked(issuer.key) ? branch_of(issuer, invitation) : 0;
    if (!issuer.acts_at(invitation.dot.seq, branch) || !issuer.may(rights_.roles_that_invite))
      return Standing::void_path;
    const auto settled = admitted(invitation, issuer);
    if (!settled) return Standing::not_admitted;
    return *settled == person.key ? Standing::admitted : Standing::rival;
  }

  /// Whom the first admission that counts names: by the issuer or a senior of it, of somebody who really
  /// claimed.
  std::optional<AuthorKey> admitted(const InvitationName& invitation, const Person& issuer) const {
    const auto settled = settled_.find(invitation);
    if (settled != settled_.end()) return settled->second;
    std::optional<AuthorKey> first;
    const auto admits = admits_.find(invitation.dot);
    if (admits != admits_.end()) {
      for (const AdmitBy& admit : admits->second) {
        if (admit.rank > issuer.entry.rank) break;
        const Person& admitter = people_[static_cast<std::size_t>(admit.rank)];
        if (!admitter.acts_at(admit.seq, admit.branch) || !admitter.may(rights_.roles_that_admit)) continue;
        if (!is_claimed_by(invitation, admit.claimant)) continue;
        first = admit.claimant;
        break;
      }
    }
    settled_.emplace(invitation, first);
    return first;
  }

  bool is_claimed_by(const InvitationName& invitation, const AuthorKey& author) const {
    const Person* person = find(author);
    return person != nullptr && claim_of(*person) == invitation;
  }

  /// Of one log, the lowest cut by seniors, or by the author itself below that. Among equal ones the most
  /// senior is named.
  std::optional<AuthorityCut> cut_of(const Person& person, const std::vector<RevokeBy>& revokes,
                                     const std::function<std::uint64_t(const Revoke&)>& kept,
                                     const std::function<bool(const RevokeBy&)>& is_kept) const {
    std::optional<AuthorityCut> lowest;
    const auto take = [&](const Person& who, const Revoke& revoke) {
      const std::uint64_t seq = kept(revoke);
      if (lowest && lowest->seq <= seq) return;
      lowest = AuthorityCut{seq, who.key, revoke.reason};
    };
    for (const RevokeBy& revoke : revokes) {
      if (revoke.rank >= person.entry.rank) break;
      const Person& senior = people_[static_cast<std::size_t>(revoke.rank)];
      const bool may = senior.may(rights_.roles_that_revoke) || is_mutant(Mutant::let_anybody_cut);
      if (senior.acts_at(revoke.seq, revoke.branch) && may) take(senior, *revoke.revoke);
    }
    if (!is_kept || !counts(person.entry.standing) || !person.may(rights_.roles_that_revoke)) return lowest;
    for (const RevokeBy& revoke : revokes) {
      if (revoke.rank == person.entry.rank && is_kept(revoke)) take(person, *revoke.revoke);
    }
    return lowest;
  }

  void judge_cut(Person& person) {
    const auto revokes = revokes_.find(person.key);
    if (revokes == revokes_.end()) return;
    const auto forked = branches_.of.find(person.key);
    const std::vector<BranchNumber> one{0};
    const bool is_one = forked == branches_.of.end();
    std::map<BranchNumber, std::uint64_t> by_seniors;
    std::map<BranchNumber, AuthorityCut> cuts;
    for (const bool also_by_itself : {false, true}) {
      for (const BranchNumber branch : is_one ? one : forked->second) {
        const auto kept = [&](const Revoke& revoke) {
          return is_one ? revoke.seq : branches_.kept(branch, revoke);
        };
        const auto is_kept = [&](const RevokeBy& revoke) {
          const auto bound = by_seniors.find(is_one ? 0 : revoke.branch);
          return bound == by_seniors.end() || revoke.seq <= bound->second;
        };
        std::function<bool(const RevokeBy&)> itself;
        if (also_by_itself) itself = is_kept;
        const auto cut = cut_of(person, revokes->second, kept, itself);
        if (!cut) continue;
        if (also_by_itself) {
          cuts[branch] = *cut;
        } else {
          by_seniors[branch] = cut->seq;
        }
      }
    }
    if (cuts.empty()) return;
    const auto rank_of = [&](const AuthorityCut& cut) { return find(cut.revoked_by)->entry.rank; };
    const AuthorityCut* shown = nullptr;
    for (const auto& [branch, cut] : cuts) {
      const bool is_higher = shown == nullptr || cut.seq > shown->seq ||
                             (cut.seq == shown->seq && std::pair(rank_of(cut), cut.reason) <
                                                           std::pair(rank_of(*shown), shown->reason));
      if (is_higher) shown = &cut;
    }
    person.entry.cut = shown->seq;
    person.entry.revoked_by = shown->revoked_by;
    person.entry.revoke_reason = shown->reason;
    if (!is_one) person.entry.branch_cuts = std::move(cuts);
  }

  void list_invitations(const Person& issuer, std::vector<InvitationState>& invitations) const {
    for (const auto& fact : issuer.facts->invites) {
      InvitationState state;
      const InvitationName name{{issuer.key, fact.seq}, is_forked(issuer.key) ? fact.place.link : Hash{}};
      state.invitation = name.dot;
      state.link = name.link;
      state.invite = fact.invite;
      state.counts = issuer.acts_at(fact.seq, fact.place.branch) && issuer.may(rights_.roles_that_invite);
      if (state.counts) state.admitted = admitted(name, issuer);
      const auto claims = claims_.find(name);
      if (claims != claims_.end()) state.claimants = claims->second;
      std::sort(state.claimants.begin(), state.claimants.end());
      invitations.push_back(std::move(state));
    }
  }

  const AuthorityRights& rights_;
  const AuthorityBranches& branches_;
  Seniority order_;
  std::vector<Person> people_;  ///< by rank
  std::map<AuthorKey, std::uint64_t> ranks_;
  std::map<InvitationName, std::vector<AuthorKey>> claims_;
  std::map<Dot, std::vector<AdmitBy>> admits_;          ///< by invitation, ascending by (rank, seq)
  std::map<AuthorKey, std::vector<RevokeBy>> revokes_;  ///< by who is revoked, ascending by (rank, seq)
  mutable std::map<InvitationName, std::optional<AuthorKey>> settled_;
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

std::optional<std::uint64_t> AuthorityEntry::cut_of(BranchNumber branch) const {
  if (branch_cuts.empty()) return cut;
  if (const auto own = branch_cuts.find(branch); own != branch_cuts.end()) return own->second.seq;
  std::uint64_t strictest = kNoCut;
  for (const auto& [other, one] : branch_cuts) strictest = std::min(strictest, one.seq);
  return strictest;
}

std::uint64_t AuthorityEntry::counted_through(BranchNumber branch) const {
  if (is_mutant(Mutant::count_revoked)) return counts(standing) ? kNoCut : 0;
  return counts(standing) ? cut_of(branch).value_or(kNoCut) : 0;
}

Authority evaluate_authority(const std::map<AuthorKey, AuthorityFacts>& facts, const AuthorityRights& rights,
                             const AuthorityBranches& branches) {
  return Evaluation(facts, rights, branches).run();
}

void collect_facts(std::map<AuthorKey, AuthorityFacts>& facts, const Change& change,
                   const std::optional<Enrolment>& enrolment, const BranchPlace& place) {
  if (enrolment) {
    const auto [entry, is_new] = facts.try_emplace(change.author);
    if (is_new || enrolment->link < entry->second.enrolment.link) entry->second.enrolment = *enrolment;
  }
  for (const Operation& operation : change.operations) {
    const auto* invite = std::get_if<Invite>(&operation);
    const auto* admit = std::get_if<Admit>(&operation);
    const auto* revoke = std::get_if<Revoke>(&operation);
    if (invite == nullptr && admit == nullptr && revoke == nullptr) continue;
    const auto author = facts.find(change.author);
    ENSURE(author != facts.end());  // an author's first change comes first
    if (invite != nullptr) author->second.invites.push_back({change.seq, *invite, place});
    if (admit != nullptr) author->second.admits.push_back({change.seq, *admit, place});
    if (revoke != nullptr) author->second.revokes.push_back({change.seq, *revoke, place});
  }
}

}  // namespace karez
