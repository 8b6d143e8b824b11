#include <algorithm>
#include <array>
#include <utility>

#include "karez/base/limits.h"
#include "karez/log/enrolment.h"
#include "path.h"

namespace karez {
namespace {

constexpr std::string_view kPrefix = "kz1.";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCheckBytes = 4;
// Two steps of the greatest size, in base64; a longer text is not worth decoding.
constexpr std::size_t kCodeLetters = 2 * (limits::kChangeBytes + 1024) * 4 / 3 + 1024;

Error malformed(std::string reason) {
  return {ErrorCode::malformed,
          std::move(reason) + " Copy the whole code again, from kz1. to its last character."};
}

FixedBytes<kCheckBytes> check_bytes(ByteView body) {
  const Hash hash = blake2b({view_of("karez/code/1"), body});
  FixedBytes<kCheckBytes> check{};
  std::copy_n(hash.begin(), kCheckBytes, check.begin());
  return check;
}

/// What mail programs and phones put between or around letters.
std::string without_spaces(std::string_view text) {
  // No-break space, zero-width space, non-joiner and joiner, word joiner, ideographic space, byte order mark.
  constexpr std::array<std::string_view, 7> kWide{"\u00A0", "\u200B", "\u200C", "\u200D",
                                                  "\u2060", "\u3000", "\uFEFF"};
  std::string out;
  while (!text.empty()) {
    const auto wide =
        std::find_if(kWide.begin(), kWide.end(), [&](std::string_view w) { return text.starts_with(w); });
    if (wide != kWide.end()) {
      text.remove_prefix(wide->size());
      continue;
    }
    const char c = text.front();
    if (c != ' ' && (c < '\t' || c > '\r')) out.push_back(c);
    text.remove_prefix(1);
  }
  return out;
}

Result<InvitationCode> read_code(ByteView bytes) {
  if (bytes.size() < kCheckBytes) return malformed("The invitation code is too short.");
  const ByteView body = bytes.first(bytes.size() - kCheckBytes);
  const ByteView check = bytes.last(kCheckBytes);
  const auto expected = check_bytes(body);
  if (!std::equal(check.begin(), check.end(), expected.begin())) {
    return malformed("The invitation code is damaged or incomplete.");
  }
  Reader reader(body);
  if (reader.u8() != kVersion) {
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
  if (!reader.finished()) return malformed("The invitation code is not put together correctly.");
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
  writer.raw(check_bytes(writer.bytes()));
  return std::string(kPrefix) + to_base64url(writer.bytes());
}

Result<InvitationCode> parse_invitation_code(std::string_view text) {
  const std::string letters = without_spaces(text);
  if (!letters.starts_with(kPrefix)) return malformed("This is not an invitation code.");
  if (letters.size() > kCodeLetters) return malformed("The invitation code is too long.");
  const auto bytes = from_base64url(std::string_view(letters).substr(kPrefix.size()));
  if (!bytes)
    return malformed("The invitation code holds characters that do not belong to it, or lacks some.");
  KAREZ_ASSIGN(InvitationCode code, read_code(*bytes));
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
