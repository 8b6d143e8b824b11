#include <utility>

#include "code_text.h"
#include "karez/base/limits.h"
#include "karez/log/enrolment.h"
#include "path.h"

namespace karez {
namespace {

constexpr std::uint8_t kVersion = 1;
/// Two steps of the greatest size, in base64.
constexpr CodeKind kKind{"kz1.", "karez/code/1", "invitation code",
                         2 * (limits::kChangeBytes + 1024) * 4 / 3 + 1024};

Result<InvitationCode> read_code(ByteView body) {
  Reader reader(body);
  if (reader.u8() != kVersion && !reader.failed()) {
    return Error{ErrorCode::malformed,
                 "The invitation code is of a newer format: use a newer version of the program."};
  }
  InvitationCode code;
  code.workspace.bytes = reader.fixed<32>();
  code.one_time_seed = reader.fixed<32>();
  code.issuer_first = path::read_step(reader);
  code.invitation = path::read_step(reader);
  code.relay_url = reader.text(limits::kNameBytes);
  code.relay_key.bytes = reader.fixed<32>();
  if (!reader.finished()) return malformed_code(kKind, "The invitation code is not put together correctly.");
  return code;
}

Status check_code(const InvitationCode& code) {
  const PathStep& first = code.issuer_first;
  KAREZ_ASSIGN(const Change issuer, decode_change(first.content));
  KAREZ_TRY(check_first_change(code.workspace, issuer, first.content));
  KAREZ_TRY(path::check_first_step(code.workspace, first, issuer));
  KAREZ_ASSIGN(const auto invitation, path::check_invitation(code.workspace, first.author, code.invitation));
  if (key_pair_from_seed(code.one_time_seed).author != invitation.invite.one_time) {
    return Error{ErrorCode::stranger,
                 "The key in the invitation code is not the one that its invitation names."};
  }
  return {};
}

}  // namespace

std::string to_text(const InvitationCode& code) {
  Writer writer;
  writer.u8(kVersion);
  writer.raw(code.workspace.bytes);
  writer.raw(code.one_time_seed);
  path::write_step(writer, code.issuer_first);
  path::write_step(writer, code.invitation);
  writer.text(code.relay_url);
  writer.raw(code.relay_key.bytes);
  return code_text(kKind, writer.bytes());
}

Result<InvitationCode> parse_invitation_code(std::string_view text) {
  KAREZ_ASSIGN(const Bytes body, code_body(kKind, text));
  KAREZ_ASSIGN(InvitationCode code, read_code(body));
  KAREZ_TRY(check_code(code));
  return code;
}

Result<Invite> invite_of(const InvitationCode& code) {
  KAREZ_ASSIGN(const Change change, decode_change(code.invitation.content));
  return path::only_invite(change);
}

Enrol claim(const InvitationCode& code, const AuthorKey& author, std::string device_name) {
  const auto invite = invite_of(code);
  ENSURE(invite.ok());  // a code is checked before it is claimed
  const Hash link = next_link(code.invitation.prev_link, code.invitation.content);
  Enrol enrol;
  enrol.device_name = std::move(device_name);
  enrol.role = invite->role;
  enrol.basis = EnrolBasis::invitation;
  enrol.introducer = code.invitation.author;
  enrol.introducer_seq = code.invitation.seq;
  enrol.introducer_link = link;
  enrol.proof = sign(key_pair_from_seed(code.one_time_seed), Purpose::claim,
                     path::claim_message(code.workspace, author, link));
  enrol.path = {code.issuer_first, code.invitation};
  return enrol;
}

}  // namespace karez
