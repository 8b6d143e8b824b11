// Steps of a certificate path: changes that prove themselves. Private to the log floor. Pure functions, any
// thread.
#pragma once

#include "karez/log/chain.h"
#include "karez/log/change.h"

namespace karez::path {

/// The bytes that a claim and a succession sign (after their tags).
[[nodiscard]] Bytes claim_message(const WorkspaceId& workspace, const AuthorKey& claimant,
                                  const Hash& invitation);
[[nodiscard]] Bytes successor_message(const WorkspaceId& workspace, const AuthorKey& author,
                                      std::uint64_t seq, const Hash& link);

/// Checks a step that is a first change, whose content is `change`: author, seq, the chain's beginning, the
/// signature.
///
/// Errors: stranger, bad_signature.
[[nodiscard]] Status check_first_step(const WorkspaceId& workspace, const PathStep& step,
                                      const Change& change);

struct Invitation {
  Invite invite;
  Hash link{};  ///< of the change that holds it
};

/// Checks a step in which `issuer` invites: author, seq, signature, exactly one invite.
///
/// Errors: stranger, bad_signature, malformed, too_large.
[[nodiscard]] Result<Invitation> check_invitation(const WorkspaceId& workspace, const AuthorKey& issuer,
                                                  const PathStep& step);

/// The only invite of a change; stranger if it has none or several.
[[nodiscard]] Result<Invite> only_invite(const Change& change);

void write_step(Writer& writer, const PathStep& step);
[[nodiscard]] PathStep read_step(Reader& reader);

}  // namespace karez::path
