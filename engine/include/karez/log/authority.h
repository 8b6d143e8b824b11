// Authority: which authors' records count, as one pure function of the authority operations held, never of
// their order, route or of a clock.
//
// Evaluated in one pass by seniority: recovery key, founder, then enrolment-tree order (an introducer before
// those it introduced; among its children by introducing seq, then by key). A junior cannot cut a senior; of
// concurrent cuts the lowest counts; an invitation or admission counts only below its maker's cut; an author
// introduced by an old key falls with that key's revocation. An author that forked is one author: its
// branches have one role and standing, what each of them says counts, and a cut holds for each of them up to
// where the cut log is theirs too (schema/log-format.md section 9). Values; no thread rule.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "karez/log/enrolment.h"

namespace karez {

enum class Standing {
  founder,       ///< counts
  recovery,      ///< counts; writes no records
  admitted,      ///< counts, up to its cut
  not_admitted,  ///< stored, forwarded, shown, outside totals: nobody settled its claim yet
  rival,         ///< its invitation was settled for another author
  void_path,     ///< its invitation or introducer does not count
};
[[nodiscard]] std::string_view name_of(Standing standing);

/// One of several logs of an author, as the caller numbers them; 0 where there is one. The numbers decide
/// nothing.
using BranchNumber = std::int64_t;

/// Where a change stands among the branches of an author that forked.
struct BranchPlace {
  BranchNumber branch = 0;
  Hash link{};
};

/// What one author's authority operations say, in seq order within a branch.
struct AuthorityFacts {
  Enrolment enrolment;
  struct InviteFact {
    std::uint64_t seq;
    Invite invite;
    BranchPlace place{};
  };
  struct AdmitFact {
    std::uint64_t seq;
    Admit admit;
    BranchPlace place{};
  };
  struct RevokeFact {
    std::uint64_t seq;
    Revoke revoke;
    BranchPlace place{};
  };
  std::vector<InviteFact> invites;
  std::vector<AdmitFact> admits;
  std::vector<RevokeFact> revokes;
};

/// Who may write what of the authority operations; comes from the catalog's role matrix.
struct AuthorityRights {
  std::vector<std::uint32_t> roles_that_invite;
  std::vector<std::uint32_t> roles_that_admit;
  std::vector<std::uint32_t> roles_that_revoke;
};

/// The logs of authors that have several.
struct AuthorityBranches {
  std::map<AuthorKey, std::vector<BranchNumber>> of;
  /// The last seq of a branch that a revocation of its author keeps.
  std::function<std::uint64_t(BranchNumber, const Revoke&)> kept;
};

struct AuthorityCut {
  std::uint64_t seq = 0;  ///< the last that counts
  AuthorKey revoked_by;
  std::string reason;
  bool operator==(const AuthorityCut&) const = default;
};

struct AuthorityEntry {
  Standing standing = Standing::not_admitted;
  std::uint32_t role = 0;
  std::uint64_t rank = 0;            ///< seniority: 0 is the most senior
  std::optional<std::uint64_t> cut;  ///< revoked: last seq that counts; of several branches the highest
  std::optional<AuthorKey> revoked_by;
  std::string revoke_reason;
  std::map<BranchNumber, AuthorityCut> branch_cuts;  ///< of an author that forked: each branch's
  [[nodiscard]] std::optional<std::uint64_t> cut_of(BranchNumber branch) const;
  /// The last seq whose records count (0: none).
  [[nodiscard]] std::uint64_t counted_through(BranchNumber branch = 0) const;
  bool operator==(const AuthorityEntry&) const = default;
};

struct InvitationState {
  Dot invitation;
  Hash link{};  ///< of its change, if its issuer forked
  Invite invite;
  bool counts = false;
  std::optional<AuthorKey> admitted;
  std::vector<AuthorKey> claimants;  ///< ascending by key
};

struct Authority {
  std::map<AuthorKey, AuthorityEntry> authors;
  std::vector<InvitationState> invitations;  ///< ascending by (dot, link)
};

/// Evaluates. An author whose line of introducers to the founder is not among the facts (a log has not
/// arrived) has standing not_admitted.
[[nodiscard]] Authority evaluate_authority(const std::map<AuthorKey, AuthorityFacts>& facts,
                                           const AuthorityRights& rights,
                                           const AuthorityBranches& branches = {});

/// Adds the authority operations of one change to the facts (the first change makes the entry; of several
/// first changes of one author the one with the least link enrols it). Call only with changes whose first
/// change passed check_first_change(), and with each change of an author once, however many of its branches
/// share it.
void collect_facts(std::map<AuthorKey, AuthorityFacts>& facts, const Change& change,
                   const std::optional<Enrolment>& enrolment, const BranchPlace& place = {});

}  // namespace karez
