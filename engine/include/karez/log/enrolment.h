// Enrolment and invitation: how an author proves, without any log at hand, that it belongs to a workspace.
// Layouts and rules: schema/log-format.md section 6.
#pragma once

#include <string>

#include "karez/log/chain.h"
#include "karez/log/change.h"

namespace karez {

/// What a checked first change says.
struct Enrolment {
  AuthorKey author;
  Hash link{};  ///< link(1)
  bool is_founder = false;
  bool is_recovery = false;
  std::string device_name;
  std::uint32_t role = 0;
  EnrolBasis basis = EnrolBasis::invitation;  ///< meaningless for the founder
  AuthorKey introducer;                       ///< zero for founder and recovery
  std::uint64_t introducer_seq = 0;
  Hash introducer_link{};  ///< the link there: which branch of the introducer is meant
};

/// Checks a first change (seq 1) and its whole certificate path up to the founder of `workspace`.
///
/// Errors: stranger (with the broken step), bad_signature, wrong_workspace, malformed.
/// Cost:   at most limits::kPathDepth steps, two signatures each.
[[nodiscard]] Result<Enrolment> check_first_change(const WorkspaceId& workspace, const Change& first,
                                                   ByteView content);

/// What a first change says that check_first_change() has accepted before: for logs that were checked when
/// they were stored.
[[nodiscard]] Enrolment enrolment_of(const WorkspaceId& workspace, const Change& first, ByteView content);

/// The workspace that a first change claims to belong to: a founder's own link, or the end of its path.
/// Nothing is checked; use check_first_change() with the answer.
[[nodiscard]] Result<WorkspaceId> claimed_workspace(const Change& first, ByteView content);

/// What the pasted, scanned or carried code holds. Works without signal; a laptop that has it may reach a
/// fresh relay first, since the path is inside.
struct InvitationCode {
  WorkspaceId workspace;
  FixedBytes<32> one_time_seed{};
  PathStep issuer_first;  ///< the issuer's first change
  PathStep invitation;    ///< the change that holds exactly one Invite
  std::string relay_url;  ///< may be empty
  AuthorKey relay_key;    ///< zero if not yet known
};

[[nodiscard]] std::string to_text(const InvitationCode& code);
/// Errors: malformed (says what to do: copy the whole code again), bad_signature, stranger.
[[nodiscard]] Result<InvitationCode> parse_invitation_code(std::string_view text);

/// The Invite operation inside a checked code.
[[nodiscard]] Result<Invite> invite_of(const InvitationCode& code);

/// The first change's Enrol for a code, claimed by `author`.
[[nodiscard]] Enrol claim(const InvitationCode& code, const AuthorKey& author, std::string device_name);

/// The first change's Enrol of the author that follows `previous` (a clone was suspected).
[[nodiscard]] Enrol succeed(const WorkspaceId& workspace, const KeyPair& previous, std::uint64_t previous_seq,
                            const Hash& previous_link, const PathStep& previous_first,
                            const AuthorKey& author, std::string device_name, std::uint32_t role);

}  // namespace karez
