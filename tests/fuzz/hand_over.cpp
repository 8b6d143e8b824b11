// A hand-over code as somebody pastes it, and the same with its letters made from the bytes of the input
// (behind a first byte that is no letter): so that what is changed comes past base64 and the check.
#include "karez/log/hand_over.h"
#include "fuzz.h"
#include "support/fleet.h"

namespace karez::fuzz {
namespace {

/// The letters of a code for these bytes, with the check that belongs to them.
std::string letters_of(ByteView body) {
  Bytes bytes(body.begin(), body.end());
  const Hash check = blake2b({view_of("karez/hand-over/1"), body});
  bytes.insert(bytes.end(), check.begin(), check.begin() + 4);
  return "kh1." + to_base64url(bytes);
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  static const WorkspaceId workspace = testing::Fleet().workspace();
  const bool is_body = !bytes.empty() && bytes.front() == 0;
  const std::string text = is_body ? letters_of(bytes.subspan(1)) : std::string(text_of(bytes));
  const auto code = parse_hand_over(workspace, text);
  if (!code) {
    const ErrorCode why = code.error().code;
    FUZZ_CHECK(why != ErrorCode::internal && why != ErrorCode::usage && !code.error().message.empty());
    return Verdict::refused;
  }
  // Whatever is accepted was signed by the author that it names, and is written again as it was.
  const PathStep& step = code->step;
  FUZZ_CHECK(code->change.author == step.author && code->change.seq == step.seq);
  FUZZ_CHECK(
      verify_head(workspace, step.author, step.seq, next_link(step.prev_link, step.content), step.signature));
  const std::string again = hand_over_text(workspace, step);
  if (is_body) FUZZ_CHECK(again == text);
  const auto reread = parse_hand_over(workspace, again);
  FUZZ_CHECK(reread.ok() && reread->step == step);
  return Verdict::taken;
}

}  // namespace karez::fuzz
