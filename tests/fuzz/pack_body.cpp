// The columns of a pack. The input is what the zstd frame unpacks to, behind first seq and count (two bytes
// each); the frame, the chain and the signature are made here, so that a changed column comes as far as one
// that its author packed.
#include "pack_checks.h"
#include "support/fleet.h"
#include "support/packs.h"

namespace karez::fuzz {

Verdict fuzz_one(ByteView bytes) {
  static const KeyPair key = testing::key_of("author");
  static const WorkspaceId workspace = testing::Fleet().workspace();
  Steps steps(bytes);
  PackHeader header;
  header.author = key.author;
  header.workspace = workspace;
  header.first_seq = steps.u16();
  header.count = steps.u16();
  if (header.first_seq == 1) header.prev_link = link_zero(workspace, key.author);
  const ByteView raw = steps.rest();
  const auto stored = check_pack(testing::forged(header, raw));
  if (!stored) return Verdict::refused;
  header.signature = sign_head(key, workspace, header.last_seq(), stored->last_link());
  const Bytes pack = testing::forged(header, raw);
  FUZZ_CHECK(open_pack(pack).ok() == (pack.size() <= limits::kPackBytes));
  return Verdict::taken;
}

}  // namespace karez::fuzz
