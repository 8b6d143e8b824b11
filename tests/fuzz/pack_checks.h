// What holds of every pack that was opened, whichever way its bytes came.
#pragma once

#include "fuzz.h"
#include "karez/base/limits.h"
#include "karez/log/pack.h"

namespace karez::fuzz {

/// Memory that opening a pack may take (log-format section 5.2, pack.h): what is unpacked, what is rebuilt,
/// columns and dictionaries; zstd's window, which is no larger than what is unpacked; and the changes, a
/// multiple of their contents (change.cpp) that for whole packs of the smallest operations is what counts.
inline constexpr std::size_t kPackMemory = 8 * 1024 * 1024 + 300 * limits::kPackRawBytes;

inline void check_opened(const OpenedPack& opened) {
  const PackHeader& header = opened.header;
  FUZZ_CHECK(opened.changes.size() == header.count);
  FUZZ_CHECK(header.count >= 1 && header.count <= limits::kPackChanges);
  FUZZ_CHECK(header.first_seq >= 1 && header.last_seq() <= limits::kSeq);
  Hash link = header.prev_link;
  std::uint64_t seq = header.first_seq;
  std::size_t bytes = 0;
  std::vector<PackEntry> entries;
  for (const OpenedChange& one : opened.changes) {
    const auto decoded = decode_change(one.content);
    FUZZ_CHECK(decoded.ok() && *decoded == one.change);
    FUZZ_CHECK(one.change.author == header.author && one.change.seq == seq++);
    FUZZ_CHECK(next_link(link, one.content) == one.link);
    link = one.link;
    FUZZ_CHECK(one.change.private_commitment.has_value() == one.private_part.has_value());
    if (one.private_part) {
      FUZZ_CHECK(private_commitment(one.private_part->salt, one.private_part->bytes) ==
                 *one.change.private_commitment);
      bytes += one.private_part->bytes.size();
    }
    bytes += one.content.size();
    entries.push_back({one.content, one.private_part});
  }
  // Tails leave out the first fields of a content: version, author, seq.
  FUZZ_CHECK(bytes <= limits::kPackRawBytes + header.count * (1 + 32 + 5));

  // Packed by our own writer, the same changes come back; only room may lack, where others pack tighter.
  const auto packed = encode_pack(header, entries);
  if (!packed) {
    FUZZ_CHECK(packed.error().code == ErrorCode::too_large);
    return;
  }
  FUZZ_CHECK(packed->size() <= limits::kPackBytes);
  const auto again = read_stored_pack(*packed);
  FUZZ_CHECK(again.ok() && again->changes.size() == opened.changes.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    FUZZ_CHECK(again->changes[i].content == entries[i].content);
    FUZZ_CHECK(again->changes[i].private_part == entries[i].private_part);
  }
}

/// The three ways to read a pack agree. Gives what read_stored_pack() gave.
inline Result<OpenedPack> check_pack(ByteView pack) {
  const MemoryWatch watch;
  Result<OpenedPack> stored = read_stored_pack(pack);
  FUZZ_CHECK(watch.peak_bytes() <= kPackMemory);
  const auto opened = open_pack(pack);
  const auto header = read_pack_header(pack);
  if (stored) {
    FUZZ_CHECK(header.ok() && header->author == stored->header.author &&
               header->first_seq == stored->header.first_seq && header->count == stored->header.count);
    check_opened(*stored);
    const bool is_signed = verify_head(header->workspace, header->author, header->last_seq(),
                                       stored->last_link(), header->signature);
    FUZZ_CHECK(opened.ok() == is_signed);
    if (!is_signed) FUZZ_CHECK(opened.error().code == ErrorCode::bad_signature);
  } else {
    const bool is_same = !opened && opened.error().code == stored.error().code;
    FUZZ_CHECK(is_same || (!opened && opened.error().code == ErrorCode::bad_signature));
  }
  return stored;
}

}  // namespace karez::fuzz
