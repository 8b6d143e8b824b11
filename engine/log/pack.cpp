#include "karez/log/pack.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "columnar.h"
#include "form.h"
#include "karez/base/limits.h"
#include "karez/base/mutants.h"

namespace karez {
namespace {

using columnar::Private;

constexpr std::string_view kMagic = "KZP\x01";
constexpr int kCompressionLevel = 6;
constexpr std::size_t kSmallestFrame = 8;  ///< no zstd frame is shorter, and its magic number needs 4

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

/// version, author and seq: what a content begins with and a tail leaves out. At most 43 bytes.
std::size_t write_prefix(std::uint8_t* out, const AuthorKey& author, std::uint64_t seq) {
  std::size_t size = 0;
  out[size++] = form::kVersion;
  size = static_cast<std::size_t>(std::copy(author.bytes.begin(), author.bytes.end(), out + size) - out);
  for (; seq >= 0x80; seq >>= 7) out[size++] = static_cast<std::uint8_t>(seq | 0x80);
  out[size++] = static_cast<std::uint8_t>(seq);
  return size;
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

/// The tail of an entry's content, and where its private part is.
Status check_entry(const PackHeader& header, std::size_t i, const PackEntry& entry, ByteView& tail,
                   Private& where) {
  std::array<std::uint8_t, 48> prefix{};
  const std::size_t prefix_size = write_prefix(prefix.data(), header.author, header.first_seq + i);
  const ByteView content = entry.content;
  if (content.size() > limits::kChangeBytes) return form::at_most(limits::kChangeBytes, "A change", "bytes");
  if (content.size() < prefix_size ||
      !std::equal(prefix.begin(), prefix.begin() + prefix_size, content.begin())) {
    return Error{ErrorCode::usage, "The content of a change for a pack is of another author or seq."};
  }
  tail = content.subspan(prefix_size);
  KAREZ_ASSIGN(const auto commitment, commitment_of(tail));
  if (!entry.private_part) {
    where = commitment ? Private::absent : Private::none;
    return {};
  }
  if (commitment != private_commitment(entry.private_part->salt, entry.private_part->bytes)) {
    return Error{ErrorCode::usage,
                 "The private part of a change for a pack does not fit its content's commitment."};
  }
  where = Private::here;
  return {};
}

template <typename Context, std::size_t (*free)(Context*)>
struct Free {
  void operator()(Context* context) const { free(context); }
};
template <typename Context, std::size_t (*free)(Context*)>
using Owned = std::unique_ptr<Context, Free<Context, free>>;

/// One frame that states its size. It begins a block where the columns change their kind, so that each large
/// column has letter statistics of its own.
Result<Bytes> compress(const columnar::Columns& columns) {
  // A context is a few hundred kilobytes: made once for each thread that seals packs.
  static thread_local const Owned<ZSTD_CCtx, ZSTD_freeCCtx> kept(ZSTD_createCCtx());
  ZSTD_CCtx* context = kept.get();
  if (context == nullptr) return Error{ErrorCode::internal, "There is no memory to compress a pack."};
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kCompressionLevel);
  ZSTD_CCtx_setPledgedSrcSize(context, columns.raw.size());
  constexpr std::size_t kBlockOverhead = 16;
  Bytes frame(ZSTD_compressBound(columns.raw.size()) + (columns.ends.size() + 1) * kBlockOverhead);
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ZSTD_inBuffer in{columns.raw.data(), 0, 0};
  const auto run = [&](std::size_t end, ZSTD_EndDirective directive) {
    in.size = end;
    return ZSTD_compressStream2(context, &out, &in, directive);
  };
  std::size_t left = 0;
  for (std::size_t i = 0; i < columns.ends.size() && left == 0; ++i) {
    if (columns.ends[i] < columns.raw.size()) left = run(columns.ends[i], ZSTD_e_flush);
  }
  if (left == 0) left = run(columns.raw.size(), ZSTD_e_end);
  if (left != 0) {
    return Error{ErrorCode::internal,
                 std::string("zstd could not compress a pack: ") + ZSTD_getErrorName(left) + "."};
  }
  frame.resize(out.pos);
  return frame;
}

Bytes with_header(const PackHeader& header, std::size_t raw_size, ByteView frame) {
  Writer pack;
  pack.reserve(256 + frame.size());
  pack.raw(view_of(kMagic));
  pack.raw(header.workspace.bytes);
  pack.raw(header.author.bytes);
  pack.varint(header.first_seq);
  pack.varint(header.count);
  pack.raw(header.prev_link);
  pack.raw(header.signature);
  pack.varint(raw_size);
  pack.raw(frame);
  return pack.take();
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
  static thread_local const Owned<ZSTD_DCtx, ZSTD_freeDCtx> context(ZSTD_createDCtx());
  if (context == nullptr) return Error{ErrorCode::internal, "There is no memory to unpack a pack."};
  const std::size_t size =
      ZSTD_decompressDCtx(context.get(), raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) || size != raw.size()) {
    return malformed("The zstd frame of a pack is damaged or does not unpack to the stated size.");
  }
  return raw;
}

Status decode_entry(OpenedChange& one, Private where, AbsentParts absent) {
  if (auto read = form::read_content(one.content, one.change); !read) return read.error();
  const auto& commitment = one.change.private_commitment;
  if (commitment.has_value() != (where != Private::none)) {
    return malformed(
        "A change in a pack has a private part without a commitment, or a commitment without one.");
  }
  if (where == Private::absent) {
    if (absent == AbsentParts::accepted) return {};
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

/// A pack on the way: contents and links are there, the changes not yet read from them.
struct Rebuilt {
  OpenedPack pack;
  std::vector<Private> privates;
};

Result<Rebuilt> rebuild(const Unread& unread) {
  KAREZ_ASSIGN(const Bytes raw, unpack(unread));
  columnar::Rebuilder rebuilder(unread.header);
  KAREZ_TRY(rebuilder.open(raw));
  Rebuilt out;
  out.pack.header = unread.header;
  out.pack.changes.resize(static_cast<std::size_t>(unread.header.count));
  out.privates.resize(out.pack.changes.size());
  Hash link = unread.header.prev_link;
  for (std::size_t i = 0; i < out.privates.size(); ++i) {
    OpenedChange& one = out.pack.changes[i];
    if (auto done = rebuilder.next(one, out.privates[i]); !done) return done.error();
    link = next_link(link, one.content);
    one.link = link;
  }
  KAREZ_TRY(rebuilder.finish());
  return out;
}

Result<OpenedPack> decode(Rebuilt rebuilt, AbsentParts absent) {
  OpenedPack& pack = rebuilt.pack;
  for (std::size_t i = 0; i < pack.changes.size(); ++i) {
    if (auto done = decode_entry(pack.changes[i], rebuilt.privates[i], absent); !done) return done.error();
  }
  if (pack.header.first_seq == 1) KAREZ_TRY(check_beginning(pack.header, pack.changes.front()));
  return std::move(pack);
}

}  // namespace

Result<Bytes> encode_pack(const PackHeader& header, std::span<const PackEntry> entries) {
  if (entries.size() != header.count)
    return Error{ErrorCode::usage, "A pack's count is the number of its entries."};
  if (auto rules = check_header(header); !rules) {
    const ErrorCode code = rules.error().code == ErrorCode::malformed ? ErrorCode::usage : rules.error().code;
    return Error{code, rules.error().message};
  }
  std::vector<ByteView> tails(entries.size());
  std::vector<Private> privates(entries.size());
  std::size_t rebuilt = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    KAREZ_TRY(check_entry(header, i, entries[i], tails[i], privates[i]));
    rebuilt += tails[i].size() + (entries[i].private_part ? entries[i].private_part->bytes.size() : 0);
    if (rebuilt > limits::kPackRawBytes)
      return form::at_most(limits::kPackRawBytes, "What a pack unpacks to", "bytes");
  }
  // Contents made against columns could take more room in them; whole, they never need more than their size.
  for (const bool is_whole : {false, true}) {
    const columnar::Columns columns = columnar::write(header, entries, tails, privates, is_whole);
    if (columns.raw.size() > limits::kPackRawBytes) continue;
    KAREZ_ASSIGN(const Bytes frame, compress(columns));
    Bytes pack = with_header(header, columns.raw.size(), frame);
    if (pack.size() <= limits::kPackBytes) return pack;
  }
  return form::at_most(limits::kPackBytes, "A pack", "bytes");
}

Result<PackHeader> read_pack_header(ByteView pack) {
  KAREZ_ASSIGN(const Unread unread, read_header(pack));
  return unread.header;
}

Result<OpenedPack> open_pack(ByteView pack, AbsentParts absent) {
  KAREZ_ASSIGN(const Unread unread, read_header(pack));
  KAREZ_ASSIGN(Rebuilt rebuilt, rebuild(unread));
  // The signature covers every content, so it stands before the costlier reading of them.
  const PackHeader& header = unread.header;
  const bool is_signed = verify_head(header.workspace, header.author, header.last_seq(),
                                     rebuilt.pack.last_link(), header.signature);
  if (!is_signed && !is_mutant(Mutant::accept_bad_signature)) {
    return Error{ErrorCode::bad_signature,
                 "The signature of a pack is not its author's over the changes inside."};
  }
  return decode(std::move(rebuilt), absent);
}

Result<OpenedPack> read_stored_pack(ByteView pack, AbsentParts absent) {
  KAREZ_ASSIGN(const Unread unread, read_header(pack));
  KAREZ_ASSIGN(Rebuilt rebuilt, rebuild(unread));
  return decode(std::move(rebuilt), absent);
}

Result<Change> read_stored_change(ByteView pack, std::uint64_t seq, AbsentParts absent) {
  KAREZ_ASSIGN(const Unread unread, read_header(pack));
  const PackHeader& header = unread.header;
  if (seq < header.first_seq || seq > header.last_seq())
    return Error{ErrorCode::not_found, "The pack does not hold change " + std::to_string(seq) + "."};
  KAREZ_ASSIGN(const Bytes raw, unpack(unread));
  columnar::Rebuilder rebuilder(header);
  KAREZ_TRY(rebuilder.open(raw));
  OpenedChange one;
  Private where = Private::none;
  for (std::uint64_t at = header.first_seq; at <= seq; ++at) {
    one = {};
    KAREZ_TRY(rebuilder.next(one, where));
  }
  KAREZ_TRY(decode_entry(one, where, absent));
  return std::move(one.change);
}

}  // namespace karez
