#include "range_frames.h"

#include <algorithm>

#include "karez/base/limits.h"

namespace karez::control {
namespace {

constexpr std::size_t kSumBytes = sizeof(RangeSum);

Error malformed(const char* what) { return {ErrorCode::malformed, what}; }

/// The key without the zeros at its end; nothing is the end of all.
ByteView written(const AuthorBound& bound) {
  if (bound.is_end) return {};
  std::size_t size = bound.key.bytes.size();
  while (size > 0 && bound.key.bytes[size - 1] == 0) --size;
  return ByteView(bound.key.bytes).first(size);
}

void write(Writer& writer, const Range& range) {
  writer.sized(written(range.to));
  writer.u8(static_cast<std::uint8_t>(range.mode));
  if (range.mode == RangeMode::sum) {
    for (std::size_t i = kSumBytes; i-- > 0;) writer.u8(static_cast<std::uint8_t>(range.sum >> (8 * i)));
  } else if (range.mode == RangeMode::heads) {
    writer.varint(range.heads.size());
    for (const auto& [author, head] : range.heads) {
      writer.raw(author.bytes);
      writer.varint(head.seq);
      writer.raw(head.link);
    }
  }
}

AuthorBound read_bound(Reader& reader) {
  AuthorBound bound;
  const ByteView key = reader.sized(bound.key.bytes.size());
  if (key.empty()) return end_bound();
  if (key.back() == 0) reader.fail();
  std::copy(key.begin(), key.end(), bound.key.bytes.begin());
  return bound;
}

RangeSum read_sum(Reader& reader) {
  RangeSum sum = 0;
  for (const std::uint8_t byte : reader.fixed<kSumBytes>()) sum = sum << 8 | byte;
  return sum;
}

Status read_heads(Reader& reader, const AuthorBound& from, Range& range) {
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    const AuthorKey author{reader.fixed<32>()};
    const std::uint64_t seq = reader.varint();
    const Hash link = reader.fixed<32>();
    if (reader.failed()) break;
    const bool ascends =
        range.heads.empty() ? from <= AuthorBound{false, author} : range.heads.back().first < author;
    if (!ascends || AuthorBound{false, author} >= range.to)
      return malformed("Heads do not ascend in their range.");
    if (seq == 0 || seq > limits::kSeq) return malformed("A head has no number that a change can have.");
    range.heads.emplace_back(author, Head{seq, link});
  }
  return {};
}

Result<std::vector<Range>> read(ByteView frame, RangeMode own_mode, std::size_t most) {
  Reader reader(frame);
  if (reader.u8() != kRanges) return malformed("A binary frame holds no ranges.");
  std::vector<Range> ranges;
  AuthorBound from;
  while (!reader.failed() && !reader.at_end()) {
    Range range;
    range.to = read_bound(reader);
    const std::uint8_t mode = reader.u8();
    if (reader.failed()) break;
    if (range.to <= from) return malformed("The bounds of ranges do not ascend.");
    if (ranges.size() == most) return malformed("A frame has too many ranges.");
    range.mode = static_cast<RangeMode>(mode);
    if (mode > 1 && range.mode != own_mode)
      return malformed("A range has a mode that its sender does not have.");
    if (range.mode == RangeMode::sum) range.sum = read_sum(reader);
    if (range.mode == RangeMode::heads) KAREZ_TRY(read_heads(reader, from, range));
    from = range.to;
    ranges.push_back(std::move(range));
  }
  if (reader.failed()) return malformed("A frame of ranges is cut short or in a longer form.");
  return ranges;
}

}  // namespace

Frame ranges_frame(std::span<const Range> ranges) {
  Writer writer;
  writer.u8(kRanges);
  for (const Range& range : ranges) write(writer, range);
  return {true, writer.take()};
}

std::size_t framed_bytes(const Range& range) {
  Writer writer;
  write(writer, range);
  return writer.size();
}

Result<std::vector<Range>> ranges_from_replica(ByteView frame) {
  return read(frame, RangeMode::wanted, kRangesAsked);
}
Result<std::vector<Range>> ranges_from_relay(ByteView frame) {
  return read(frame, RangeMode::heads, limits::kFrameBytes);
}

}  // namespace karez::control
