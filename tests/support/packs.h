// Packs taken apart and put together by hand, for tests of what a reader of packs refuses. The layout is that
// of schema/log-format.md, written a second time: the codec's own writer makes no wrong packs.
#pragma once

#include <zstd.h>

#include <optional>

#include "karez/log/pack.h"

namespace karez::testing {

/// A pack from a header and raw bytes, however wrong. `raw_size`: what the pack claims that its frame unpacks
/// to; `frame`: what stands there in place of `raw` compressed.
inline Bytes forged(const PackHeader& header, ByteView raw,
                    std::optional<std::uint64_t> raw_size = std::nullopt, Bytes frame = {}) {
  if (frame.empty()) {
    frame.resize(ZSTD_compressBound(raw.size()));
    frame.resize(ZSTD_compress(frame.data(), frame.size(), raw.data(), raw.size(), 1));
  }
  Writer pack;
  pack.raw(view_of("KZP\x01"));
  pack.raw(header.workspace.bytes);
  pack.raw(header.author.bytes);
  pack.varint(header.first_seq);
  pack.varint(header.count);
  pack.raw(header.prev_link);
  pack.raw(header.signature);
  pack.varint(raw_size.value_or(raw.size()));
  pack.raw(frame);
  return pack.take();
}

/// What the frame of a well-formed pack unpacks to.
inline Bytes raw_of(ByteView pack) {
  Reader in(pack);
  in.raw(4 + 32 + 32);
  in.varint();
  in.varint();
  in.raw(32 + 64);
  Bytes raw(static_cast<std::size_t>(in.varint()));
  const ByteView frame = in.raw(in.remaining());
  ENSURE(ZSTD_decompress(raw.data(), raw.size(), frame.data(), frame.size()) == raw.size());
  return raw;
}

}  // namespace karez::testing
