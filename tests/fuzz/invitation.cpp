// An invitation code as somebody pastes it, and the same with its letters made from the bytes of the input
// (behind a first byte that is no letter): so that what is changed comes past base64 and the check.
#include "fuzz.h"
#include "karez/log/enrolment.h"
#include "support/fleet.h"

namespace karez::fuzz {
namespace {

/// Whatever stands in a code that was accepted can be used.
void check_code(const InvitationCode& code) {
  const std::string text = to_text(code);
  const auto again = parse_invitation_code(text);
  FUZZ_CHECK(again.ok() && to_text(*again) == text);
  FUZZ_CHECK(invite_of(code).ok());

  const KeyPair claimant = testing::key_of("claimant");
  Change first;
  first.author = claimant.author;
  first.seq = 1;
  first.operations.push_back(claim(code, claimant.author, "laptop"));
  const auto content = encode(first);
  if (!content) {
    FUZZ_CHECK(content.error().code == ErrorCode::too_large);
    return;
  }
  const auto enrolment = check_first_change(code.workspace, first, *content);
  FUZZ_CHECK(enrolment.ok() && enrolment->introducer == code.issuer_first.author);
}

/// The letters of a code for these bytes, with the check that belongs to them.
std::string letters_of(ByteView body) {
  Bytes bytes(body.begin(), body.end());
  const Hash check = blake2b({view_of("karez/code/1"), body});
  bytes.insert(bytes.end(), check.begin(), check.begin() + 4);
  return "kz1." + to_base64url(bytes);
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  const bool is_body = !bytes.empty() && bytes.front() == 0;
  const std::string text = is_body ? letters_of(bytes.subspan(1)) : std::string(text_of(bytes));
  const auto code = parse_invitation_code(text);
  if (!code) {
    const ErrorCode why = code.error().code;
    FUZZ_CHECK(why != ErrorCode::internal && why != ErrorCode::usage && !code.error().message.empty());
    return Verdict::refused;
  }
  check_code(*code);
  std::string letters = text;
  if (is_body) FUZZ_CHECK(to_text(*code) == letters);
  return Verdict::taken;
}

}  // namespace karez::fuzz
