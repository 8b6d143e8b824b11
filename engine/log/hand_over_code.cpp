#include <algorithm>

#include "code_text.h"
#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/log/hand_over.h"
#include "path.h"

namespace karez {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kWorkspaceBytes = 8;
constexpr CodeKind kKind{"kh1.", "karez/hand-over/1", "hand-over code",
                         (limits::kChangeBytes + 1024) * 4 / 3 + 1024};

}  // namespace

std::string hand_over_text(const WorkspaceId& workspace, const PathStep& step) {
  Writer writer;
  writer.u8(kVersion);
  writer.raw(ByteView(workspace.bytes).first(kWorkspaceBytes));
  path::write_step(writer, step);
  return code_text(kKind, writer.bytes());
}

Result<HandOverCode> parse_hand_over(const WorkspaceId& workspace, std::string_view text) {
  KAREZ_ASSIGN(const Bytes body, code_body(kKind, text));
  Reader reader(body);
  if (reader.u8() != kVersion && !reader.failed()) {
    return Error{ErrorCode::malformed,
                 "The hand-over code is of a newer format: use a newer version of the program."};
  }
  const auto of = reader.fixed<kWorkspaceBytes>();
  HandOverCode code;
  code.workspace = workspace;
  code.step = path::read_step(reader);
  if (!reader.finished()) return malformed_code(kKind, "The hand-over code is not put together correctly.");
  if (!std::ranges::equal(of, ByteView(workspace.bytes).first(kWorkspaceBytes))) {
    return Error{ErrorCode::wrong_workspace,
                 "the hand-over code belongs to another workspace; nothing was recorded"};
  }
  KAREZ_ASSIGN(code.change, decode_change(code.step.content));
  const PathStep& step = code.step;
  if (code.change.author != step.author || code.change.seq != step.seq) {
    return malformed_code(kKind, "The hand-over code is not put together correctly.");
  }
  const Hash link = next_link(step.prev_link, step.content);
  if (!verify_head(workspace, step.author, step.seq, link, step.signature)) {
    return Error{
        ErrorCode::bad_signature,
        "the hand-over code is not signed by the laptop that it names; nothing was recorded: ask the "
        "giver to show it again"};
  }
  return code;
}

}  // namespace karez
