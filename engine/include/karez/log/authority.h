// Authority: which authors' records count, as one pure function of the authority operations held, never of
// their order, route or of a clock.
//
// Evaluated in one pass by seniority: recovery key, founder, then enrolment-tree order (an introducer before
// those it introduced; among its children by introducing seq, then by key). A junior cannot cut a senior; of
// concurrent cuts the lowest counts; an invitation or admission counts only below its maker's cut; an author
// introduced by an old key falls with that key's revocation. Values; no thread rule.
#pragma once

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

/// What one author's authority operations say, in seq order.
struct AuthorityFacts {
  Enrolment enrolment;
  struct InviteFact {
    std::uint64_t seq;
    Invite invite;
  };
  struct AdmitFact {
    std::uint64_t seq;
    Admit admit;
  };
  struct RevokeFact {
    std::uint64_t seq;
    Revoke revoke;
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

struct AuthorityEntry {
  Standing standing = Standing::not_admitted;
  std::uint32_t role = 0;
  std::uint64_t rank = 0;            ///< seniority: 0 is the most senior
  std::optional<std::uint64_t> cut;  ///< revoked: last seq that counts
  std::optional<AuthorKey> revoked_by;
  std::string revoke_reason;
  /// The last seq whose records count (0: none).
  [[nodiscard]] std::uint64_t counted_through() const;
  bool operator==(const AuthorityEntry&) const = default;
};

struct InvitationState {
  Dot invitation;
  Invite invite;
  bool counts = false;
  std::optional<AuthorKey> admitted;
  std::vector<AuthorKey> claimants;  ///< ascending by key
};

struct Authority {
  std::map<AuthorKey, AuthorityEntry> authors;
  std::vector<InvitationState> invitations;  ///< ascending by dot
};

/// Evaluates. An author whose line of introducers to the founder is not among the facts (a log has not
/// arrived) has standing not_admitted.
[[nodiscard]] Authority evaluate_authority(const std::map<AuthorKey, AuthorityFacts>& facts,
                                           const AuthorityRights& rights);

/// Adds the authority operations of one change to the facts (the first change makes the entry).
/// Call only with changes whose first change passed check_first_change().
void collect_facts(std::map<AuthorKey, AuthorityFacts>& facts, const Change& change,
                   const std::optional<Enrolment>& enrolment);

}  // namespace karez
