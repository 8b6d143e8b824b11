#include "path.h"

#include <utility>

#include "karez/base/limits.h"

namespace karez::path {
namespace {

Error stranger(std::string reason) {
  return {ErrorCode::stranger, "The path to the founder does not hold: " + std::move(reason)};
}

Status check_names(const PathStep& step, const Change& change) {
  if (step.author != change.author || step.seq != change.seq) {
    return stranger("a step names another author or seq than its content.");
  }
  return {};
}

Status check_signature(const WorkspaceId& workspace, const PathStep& step, const Hash& link) {
  if (verify_head(workspace, step.author, step.seq, link, step.signature)) return {};
  return Error{ErrorCode::bad_signature, "A step of the path to the founder is not signed by its author."};
}

}  // namespace

Bytes claim_message(const WorkspaceId& workspace, const AuthorKey& claimant, const Hash& invitation) {
  Writer writer;
  writer.raw(workspace.bytes);
  writer.raw(claimant.bytes);
  writer.raw(invitation);
  return writer.take();
}

Bytes successor_message(const WorkspaceId& workspace, const AuthorKey& author, std::uint64_t seq,
                        const Hash& link) {
  return head_message(workspace, author, seq, link);
}

Status check_first_step(const WorkspaceId& workspace, const PathStep& step, const Change& change) {
  KAREZ_TRY(check_names(step, change));
  if (change.seq != 1) return stranger("a step that should be a first change is not.");
  const bool is_found = std::holds_alternative<Found>(change.operations.front());
  if (step.prev_link != link_zero(is_found ? WorkspaceId{} : workspace, step.author)) {
    return stranger("a first change does not begin where its author's chain begins.");
  }
  return check_signature(workspace, step, next_link(step.prev_link, step.content));
}

Result<Invitation> check_invitation(const WorkspaceId& workspace, const AuthorKey& issuer,
                                    const PathStep& step) {
  KAREZ_ASSIGN(const Change change, decode_change(step.content));
  KAREZ_TRY(check_names(step, change));
  if (change.author != issuer) return stranger("an invitation is not by its issuer.");
  Invitation invitation;
  KAREZ_ASSIGN(invitation.invite, only_invite(change));
  invitation.link = next_link(step.prev_link, step.content);
  KAREZ_TRY(check_signature(workspace, step, invitation.link));
  return invitation;
}

Result<Invite> only_invite(const Change& change) {
  const Invite* only = nullptr;
  for (const Operation& operation : change.operations) {
    const auto* invite = std::get_if<Invite>(&operation);
    if (invite == nullptr) continue;
    if (only != nullptr) return stranger("a change with several invites invites nobody.");
    only = invite;
  }
  if (only == nullptr) return stranger("the change that should invite does not.");
  return *only;
}

void write_step(Writer& writer, const PathStep& step) {
  writer.raw(step.author.bytes);
  writer.varint(step.seq);
  writer.raw(step.prev_link);
  writer.sized(step.content);
  writer.raw(step.signature);
}

PathStep read_step(Reader& reader) {
  PathStep step;
  step.author.bytes = reader.fixed<32>();
  step.seq = reader.varint();
  step.prev_link = reader.fixed<32>();
  const ByteView content = reader.sized(reader.remaining());
  step.content.assign(content.begin(), content.end());
  step.signature = reader.fixed<64>();
  return step;
}

}  // namespace karez::path
