// The content of a change, and a value outside of one: what is decoded encodes to the same bytes, with little
// memory, and travels through a pack unchanged.
#include "fuzz.h"
#include "karez/log/enrolment.h"
#include "karez/log/pack.h"
#include "support/fleet.h"

namespace karez::fuzz {
namespace {

/// "A small multiple of the input": an operation takes two bytes in a content and some 300 in memory, and a
/// vector that grows stands there twice for a moment.
std::size_t bound(ByteView bytes) { return 64 * 1024 + 512 * bytes.size(); }

void check_value(ByteView bytes) {
  const MemoryWatch watch;
  const auto value = decode_value(bytes);
  FUZZ_CHECK(watch.peak_bytes() <= bound(bytes));
  if (value) FUZZ_CHECK(encode_value(*value) == Bytes(bytes.begin(), bytes.end()));
}

/// Where the content could stand: in the log of its author, in a workspace that its first change allows.
PackHeader header_of(const Change& change, ByteView content) {
  PackHeader header;
  header.author = change.author;
  header.first_seq = change.seq;
  header.count = 1;
  if (change.seq > 1) return header;
  const bool founds = std::holds_alternative<Found>(change.operations.front());
  if (const auto workspace = claimed_workspace(change, content)) header.workspace = *workspace;
  header.prev_link = link_zero(founds ? WorkspaceId{} : header.workspace, change.author);
  return header;
}

void check_in_pack(const Change& change, const Bytes& content) {
  const PackEntry entry{content, std::nullopt};
  const auto pack = encode_pack(header_of(change, content), std::span(&entry, 1));
  FUZZ_CHECK(pack.ok());
  const auto stored = read_stored_pack(*pack);
  if (change.private_commitment) {
    FUZZ_CHECK(!stored && stored.error().code == ErrorCode::withheld);
    return;
  }
  FUZZ_CHECK(stored.ok());
  FUZZ_CHECK(stored->changes.size() == 1 && stored->changes.front().content == content);
  FUZZ_CHECK(stored->changes.front().change == change);
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  check_value(bytes);
  const MemoryWatch watch;
  const auto change = decode_change(bytes);
  FUZZ_CHECK(watch.peak_bytes() <= bound(bytes));
  if (!change) {
    FUZZ_CHECK(change.error().code == ErrorCode::malformed || change.error().code == ErrorCode::too_large);
    return Verdict::refused;
  }
  const auto again = encode(*change);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(*again == Bytes(bytes.begin(), bytes.end()));
  check_in_pack(*change, *again);
  if (change->seq == 1) {
    const auto workspace = claimed_workspace(*change, bytes);
    if (workspace) (void)check_first_change(*workspace, *change, bytes).ok();
  }
  return Verdict::taken;
}

}  // namespace karez::fuzz
