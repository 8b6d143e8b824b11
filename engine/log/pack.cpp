#include "karez/log/pack.h"

#include <zstd.h>

#include <algorithm>
#include <utility>

#include "form.h"
#include "karez/base/limits.h"

namespace karez {
namespace {

constexpr std::string_view kMagic = "KZP\x01";
constexpr int kCompressionLevel = 3;
constexpr std::size_t kSmallestFrame = 8;  ///< no zstd frame is shorter, and its magic number needs 4

constexpr std::uint8_t kNoPart = 0;
constexpr std::uint8_t kPartHere = 1;
constexpr std::uint8_t kPartAbsent = 2;

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

/// version, author and seq: what a content begins with and an entry leaves out.
Bytes prefix_of(const AuthorKey& author, std::uint64_t seq) {
  Writer writer;
  writer.u8(form::kVersion);
  writer.raw(author.bytes);
  writer.varint(seq);
  return writer.take();
}

Status check_header(const PackHeader& header) {
  if (header.first_seq == 0 || header.first_seq > limits::kSeq) {
    return malformed("A pack begins at a seq from 1 to 4294967295.");
  }
  if (header.count == 0) return malformed("A pack holds at least one change.");
  if (header.count > limits::kPackChanges) return form::at_most(limits::kPackChanges, "A pack", "changes");
  if (header.last_seq() > limits::kSeq) return malformed("A pack ends at a seq of at most 4294967295.");
  return {};
}

/// The commitment inside canonical content; reads only as far as there.
Result<std::optional<Hash>> commitment_of(ByteView tail) {
  Reader reader(tail);
  for (int i = 0; i < 4; ++i) reader.varint();  // both times
  const std::uint64_t authors = reader.varint();
  if (authors <= limits::kAuthorsPerChange) reader.raw(static_cast<std::size_t>(authors) * 32);
  const std::uint64_t pins = reader.varint();
  for (std::uint64_t i = 0; i < pins && !reader.failed(); ++i) {
    reader.varint();
    reader.varint();
    reader.raw(32);
  }
  const std::uint8_t has_private = reader.u8();
  std::optional<Hash> commitment;
  if (has_private == 1) commitment = reader.fixed<32>();
  if (reader.failed() || has_private > 1 || authors > limits::kAuthorsPerChange) {
    return Error{ErrorCode::usage, "The content of a change for a pack is not canonical."};
  }
  return commitment;
}

Status write_entry(Writer& raw, const PackHeader& header, std::size_t i, const PackEntry& entry) {
  const Bytes prefix = prefix_of(header.author, header.first_seq + i);
  const ByteView content = entry.content;
  if (content.size() > limits::kChangeBytes) return form::at_most(limits::kChangeBytes, "A change", "bytes");
  if (content.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), content.begin())) {
    return Error{ErrorCode::usage, "The content of a change for a pack is of another author or seq."};
  }
  const ByteView tail = content.subspan(prefix.size());
  KAREZ_ASSIGN(const auto commitment, commitment_of(tail));
  raw.sized(tail);
  if (!entry.private_part) {
    raw.u8(commitment ? kPartAbsent : kNoPart);
    return {};
  }
  if (commitment != private_commitment(entry.private_part->salt, entry.private_part->bytes)) {
    return Error{ErrorCode::usage,
                 "The private part of a change for a pack does not fit its content's commitment."};
  }
  raw.u8(kPartHere);
  raw.raw(entry.private_part->salt);
  raw.sized(entry.private_part->bytes);
  return {};
}

struct Unread {
  PackHeader header;
  std::size_t raw_size = 0;
  ByteView frame;
};

Result<Unread> read_header(ByteView pack) {
  if (pack.size() > limits::kPackBytes) return form::at_most(limits::kPackBytes, "A pack", "bytes");
  Reader reader(pack);
  const ByteView magic = reader.raw(kMagic.size());
  if (text_of(magic) != kMagic) return malformed("These bytes do not begin as a pack of format 1 does.");
  Unread unread;
  unread.header.workspace.bytes = reader.fixed<32>();
  unread.header.author.bytes = reader.fixed<32>();
  unread.header.first_seq = reader.varint();
  unread.header.count = reader.varint();
  unread.header.prev_link = reader.fixed<32>();
  unread.header.signature = reader.fixed<64>();
  const std::uint64_t raw_size = reader.varint();
  if (reader.failed()) return malformed("The header of a pack is cut short or holds a malformed number.");
  KAREZ_TRY(check_header(unread.header));
  if (raw_size > limits::kPackRawBytes)
    return form::at_most(limits::kPackRawBytes, "An unpacked pack", "bytes");
  unread.raw_size = static_cast<std::size_t>(raw_size);
  unread.frame = reader.raw(reader.remaining());
  return unread;
}

/// Exactly one zstd frame of exactly the announced size; nothing beyond that size is ever allocated.
Result<Bytes> unpack(const Unread& unread) {
  constexpr FixedBytes<4> kFrameMagic{0x28, 0xB5, 0x2F, 0xFD};  // RFC 8878, 3.1.1; keeps skippable frames out
  const ByteView frame = unread.frame;
  if (frame.size() < kSmallestFrame || !std::equal(kFrameMagic.begin(), kFrameMagic.end(), frame.begin())) {
    return malformed("The changes of a pack are not a zstd frame.");
  }
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return malformed("The changes of a pack are not exactly one zstd frame.");
  }
  // Our own frames state their size; one that does not is held to the pack's size by the buffer all the same.
  const unsigned long long stated = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (stated != unread.raw_size && stated != ZSTD_CONTENTSIZE_UNKNOWN) {
    return malformed("The zstd frame of a pack does not state the size that the pack does.");
  }
  Bytes raw(unread.raw_size);
  const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) || size != raw.size()) {
    return malformed("The zstd frame of a pack is damaged or does not unpack to the stated size.");
  }
  return raw;
}

struct Entry {
  OpenedChange opened;
  std::uint8_t part = kNoPart;
};

/// Cuts the unpacked bytes into contents and private parts.
Result<std::vector<Entry>> split(const PackHeader& header, ByteView raw) {
  Reader reader(raw);
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < header.count; ++i) {
    Entry entry;
    OpenedChange& one = entry.opened;
    one.content = prefix_of(header.author, header.first_seq + i);
    const ByteView tail = reader.sized(limits::kChangeBytes);
    one.content.insert(one.content.end(), tail.begin(), tail.end());
    entry.part = reader.u8();
    if (entry.part == kPartHere) {
      PrivatePart here;
      here.salt = reader.fixed<16>();
      const ByteView bytes = reader.sized(limits::kPackRawBytes);
      here.bytes.assign(bytes.begin(), bytes.end());
      one.private_part = std::move(here);
    }
    if (reader.failed() || entry.part > kPartAbsent) {
      return malformed("An entry of a pack is cut short or malformed.");
    }
    entries.push_back(std::move(entry));
  }
  if (!reader.at_end())
    return malformed("The last entry of a pack is followed by bytes that belong to nothing.");
  return entries;
}

Status decode_entry(Entry& entry) {
  OpenedChange& one = entry.opened;
  KAREZ_ASSIGN(one.change, decode_change(one.content));
  const auto& commitment = one.change.private_commitment;
  if (commitment.has_value() != (entry.part != kNoPart)) {
    return malformed(
        "A change in a pack has a private part without a commitment, or a commitment without one.");
  }
  if (entry.part == kPartAbsent) {
    return Error{ErrorCode::withheld,
                 "The private part of a change in a pack is absent, and nothing erases it."};
  }
  if (commitment && *commitment != private_commitment(one.private_part->salt, one.private_part->bytes)) {
    return malformed("The private part of a change in a pack is not the one that its content commits to.");
  }
  return {};
}

/// A log begins at link(0) of its author in its workspace; the founder's, which makes the workspace, begins
/// at zeros.
Status check_beginning(const PackHeader& header, const OpenedChange& first) {
  const bool is_founder = std::holds_alternative<Found>(first.change.operations.front());
  const WorkspaceId workspace = is_founder ? WorkspaceId{} : header.workspace;
  if (header.prev_link != link_zero(workspace, header.author)) {
    return Error{ErrorCode::broken_chain,
                 "The first pack of a log does not begin where its author's chain begins."};
  }
  if (is_founder && first.link != header.workspace.bytes) {
    return Error{ErrorCode::wrong_workspace, "The pack founds another workspace than the one that it names."};
  }
  return {};
}

}  // namespace

Result<Bytes> encode_pack(const PackHeader& header, std::span<const PackEntry> entries) {
  if (entries.size() != header.count)
    return Error{ErrorCode::usage, "A pack's count is the number of its entries."};
  if (auto rules = check_header(header); !rules) {
    const ErrorCode code = rules.error().code == ErrorCode::malformed ? ErrorCode::usage : rules.error().code;
    return Error{code, rules.error().message};
  }
  Writer raw;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    KAREZ_TRY(write_entry(raw, header, i, entries[i]));
    if (raw.size() > limits::kPackRawBytes) {
      return form::at_most(limits::kPackRawBytes, "An unpacked pack", "bytes");
    }
  }
  Bytes frame(ZSTD_compressBound(raw.size()));
  const std::size_t size =
      ZSTD_compress(frame.data(), frame.size(), raw.bytes().data(), raw.size(), kCompressionLevel);
  if (ZSTD_isError(size)) {
    return Error{ErrorCode::internal,
                 std::string("zstd could not compress a pack: ") + ZSTD_getErrorName(size) + "."};
  }
  frame.resize(size);
  Writer pack;
  pack.raw(view_of(kMagic));
  pack.raw(header.workspace.bytes);
  pack.raw(header.author.bytes);
  pack.varint(header.first_seq);
  pack.varint(header.count);
  pack.raw(header.prev_link);
  pack.raw(header.signature);
  pack.varint(raw.size());
  pack.raw(frame);
  if (pack.size() > limits::kPackBytes) return form::at_most(limits::kPackBytes, "A pack", "bytes");
  return pack.take();
}

Result<PackHeader> read_pack_header(ByteView pack) {
  KAREZ_ASSIGN(const Unread unread, read_header(pack));
  return unread.header;
}

Result<OpenedPack> open_pack(ByteView pack) {
  KAREZ_ASSIGN(const Unread unread, read_header(pack));
  KAREZ_ASSIGN(const Bytes raw, unpack(unread));
  KAREZ_ASSIGN(auto entries, split(unread.header, raw));
  // The signature covers every content, so it stands before the costlier reading of them.
  const PackHeader& header = unread.header;
  Hash link = header.prev_link;
  for (Entry& entry : entries) {
    link = next_link(link, entry.opened.content);
    entry.opened.link = link;
  }
  if (!verify_head(header.workspace, header.author, header.last_seq(), link, header.signature)) {
    return Error{ErrorCode::bad_signature,
                 "The signature of a pack is not its author's over the changes inside."};
  }
  OpenedPack opened;
  opened.header = header;
  for (Entry& entry : entries) {
    KAREZ_TRY(decode_entry(entry));
    opened.changes.push_back(std::move(entry.opened));
  }
  if (header.first_seq == 1) KAREZ_TRY(check_beginning(header, opened.changes.front()));
  return opened;
}

}  // namespace karez
