#include "pack_frames.h"

namespace karez::control {
namespace {

constexpr std::uint8_t kPacks = 'P';
constexpr std::uint8_t kAt = 'A';

Error malformed() { return {ErrorCode::malformed, "A binary frame does not hold whole packs."}; }

}  // namespace

Frame pack_frame(ByteView pack) {
  Writer writer;
  writer.u8(kPacks);
  writer.raw(pack);
  return {true, writer.take()};
}

Result<Bytes> pack_from_replica(ByteView frame) {
  Reader reader(frame);
  if (reader.u8() != kPacks || reader.failed() || reader.remaining() == 0) return malformed();
  const ByteView pack = reader.raw(reader.remaining());
  return Bytes(pack.begin(), pack.end());
}

SharedFrame packs_frame(std::span<const RelayedPack> packs, const std::optional<At>& at) {
  Writer writer;
  writer.u8(at ? kAt : kPacks);
  if (at) {
    writer.varint(at->end);
    writer.raw(at->fingerprint);
  }
  for (const RelayedPack& pack : packs) {
    writer.varint(pack.arrival);
    writer.varint(pack.bytes->size());
    writer.raw(*pack.bytes);
  }
  SharedFrame frame(true, writer.take());
  frame.packs = static_cast<std::uint32_t>(packs.size());
  return frame;
}

Result<PacksFromRelay> packs_from_relay(ByteView frame) {
  Reader reader(frame);
  PacksFromRelay out;
  const std::uint8_t kind = reader.u8();
  if (kind != kPacks && kind != kAt) return malformed();
  if (kind == kAt) {
    At& at = out.at.emplace();
    at.end = reader.varint();
    at.fingerprint = reader.fixed<32>();
  }
  while (!reader.failed() && reader.remaining() > 0) {
    const std::uint64_t arrival = reader.varint();
    const std::uint64_t size = reader.varint();
    if (reader.failed() || size == 0 || size > reader.remaining()) return malformed();
    const ByteView pack = reader.raw(size);
    out.packs.push_back({arrival, Bytes(pack.begin(), pack.end())});
  }
  if (reader.failed() || (out.packs.empty() && !out.at)) return malformed();
  return out;
}

}  // namespace karez::control
