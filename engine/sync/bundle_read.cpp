#include <algorithm>

#include "bundle_form.h"

namespace karez {

using namespace bundle;

Error BundleReader::fail(BundleFault fault, ErrorCode code, std::string message) {
  fault_ = fault;
  error_ = {code, std::move(message)};
  return error_;
}

Error BundleReader::broken_rule(const std::string& what) {
  return fail(BundleFault::malformed, ErrorCode::malformed,
              "the bundle is not well-formed after byte " + std::to_string(whole_) + ": " + what);
}

void BundleReader::feed(ByteView bytes) {
  if (position_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<BundleItem>> BundleReader::next() {
  if (fault_ != BundleFault::none) return error_;
  if (stage_ == Stage::magic) {
    const std::size_t count = std::min(buffer_.size(), kMagic.size());
    if (!std::equal(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count), kMagic.begin())) {
      return fail(BundleFault::not_a_bundle, ErrorCode::malformed, "the file is not a bundle of karez");
    }
    if (count < kMagic.size()) return std::optional<BundleItem>();
    position_ = whole_ = kMagic.size();
    stage_ = Stage::header;
  }
  return take();
}

Result<std::optional<BundleItem>> BundleReader::take() {
  const ByteView left = ByteView(buffer_).subspan(position_);
  if (stage_ == Stage::ended) {
    if (left.empty()) return std::optional<BundleItem>();
    return broken_rule("bytes follow its end");
  }
  if (left.size() < kFrameHead) return std::optional<BundleItem>();
  std::size_t size = 0;
  for (std::size_t i = 1; i < kFrameHead; ++i) size = size << 8 | left[i];
  // Told before the bytes are there: a hostile size must not make a reader wait for, or keep, so much.
  if (size > limits::kFrameBytes) {
    return fail(
        BundleFault::damaged, ErrorCode::malformed,
        "the bundle is damaged after byte " + std::to_string(whole_) + ": a part is longer than it may be");
  }
  if (left.size() < kFrameHead + size + kCheckBytes) return std::optional<BundleItem>();
  const ByteView head = left.first(kFrameHead);
  const ByteView body = left.subspan(kFrameHead, size);
  const FixedBytes<16> check = next_check(check_, head, body);
  if (!std::equal(check.begin(), check.end(),
                  left.begin() + static_cast<std::ptrdiff_t>(kFrameHead + size))) {
    return fail(BundleFault::damaged, ErrorCode::malformed,
                "the bundle is damaged after byte " + std::to_string(whole_) + ": a checksum does not fit");
  }
  check_ = check;
  auto item = decode(head[0], body);
  if (!item) return item.error();
  const std::size_t taken = kFrameHead + size + kCheckBytes;
  position_ += taken;
  whole_ += taken;
  return std::optional<BundleItem>(std::move(*item));
}

Status BundleReader::finish() {
  if (fault_ != BundleFault::none) return error_;
  if (stage_ == Stage::ended && position_ == buffer_.size()) return {};
  if (stage_ == Stage::magic && buffer_.empty()) {
    return fail(BundleFault::not_a_bundle, ErrorCode::malformed, "the file is empty");
  }
  return fail(BundleFault::torn, ErrorCode::malformed,
              "the bundle is torn: it ends after byte " + std::to_string(whole_) + ", before its end");
}

Result<BundleItem> BundleReader::decode(std::uint8_t kind, ByteView body) {
  if (stage_ == Stage::header) {
    if (kind != kHeader) return broken_rule("it does not begin with its header");
    return decode_header(body);
  }
  switch (kind) {
    case kHeads:
      if (stage_ != Stage::heads) return broken_rule("heads stand after the statement");
      return decode_heads(body);
    case kStatement:
      if (stage_ != Stage::heads) return broken_rule("there are two statements");
      return decode_statement(body);
    case kAnnouncement:
    case kHolding:
    case kReceipt:
      if (stage_ != Stage::notes)
        return broken_rule("a note does not stand between the statement and the packs");
      return decode_note(kind, body);
    case kPack:
      if (stage_ != Stage::notes && stage_ != Stage::packs)
        return broken_rule("a pack stands before the statement");
      return decode_pack(body);
    case kEnd:
      if (stage_ != Stage::notes && stage_ != Stage::packs)
        return broken_rule("it ends before the statement");
      return decode_end(body);
    default:
      if (kind < kFirstUnknown) return broken_rule("a part is of no known kind");
      return BundleItem(BundleUnknown{kind});
  }
}

Result<BundleItem> BundleReader::decode_header(ByteView body) {
  Reader in(body);
  const std::uint64_t version = in.varint();
  if (!in.failed() && version > kBundleVersion) {
    return fail(
        BundleFault::newer, ErrorCode::refused,
        "the bundle is of version " + std::to_string(version) + ", this program reads version 1: update it");
  }
  header_.workspace.bytes = in.fixed<32>();
  header_.packer.bytes = in.fixed<32>();
  header_.addressee.bytes = in.fixed<32>();
  header_.packed_ms = in.zigzag();
  const bool has_sane_time = header_.packed_ms >= -limits::kTimeMs && header_.packed_ms <= limits::kTimeMs;
  if (!in.finished() || version != kBundleVersion || !has_sane_time) return broken_rule("its header");
  stage_ = Stage::heads;
  return BundleItem(header_);
}

Result<BundleItem> BundleReader::decode_heads(ByteView body) {
  if (heads_are_over_) return broken_rule("a page of heads before the last is not full");
  Reader in(body);
  BundleHeads page;
  while (!in.failed() && !in.at_end() && page.heads.size() < kBundleHeadsPerFrame) {
    AuthorKey author;
    author.bytes = in.fixed<32>();
    Head head;
    head.seq = in.varint();
    head.link = in.fixed<32>();
    const bool ascends = head_count_ + page.heads.size() == 0 || last_author_ < author;
    if (!in.failed() && (!ascends || head.seq == 0 || head.seq > limits::kSeq)) in.fail();
    last_author_ = author;
    page.heads.emplace_back(author, head);
  }
  if (!in.finished() || page.heads.empty()) return broken_rule("a page of heads");
  head_count_ += page.heads.size();
  if (head_count_ > kBundleHeads) return broken_rule("it states more heads than a bundle may");
  heads_are_over_ = page.heads.size() < kBundleHeadsPerFrame;
  digest_ = next_heads_digest(digest_, body);
  return BundleItem(std::move(page));
}

Result<BundleItem> BundleReader::decode_statement(ByteView body) {
  Reader in(body);
  BundleStatement statement;
  statement.count = in.varint();
  statement.digest = in.fixed<32>();
  statement.signature = in.fixed<64>();
  if (!in.finished()) return broken_rule("its statement");
  const bool is_true =
      statement.count == head_count_ && statement.digest == digest_ &&
      verify(header_.packer, Purpose::statement, statement_message(header_, statement), statement.signature);
  if (!is_true) {
    return fail(BundleFault::statement, ErrorCode::bad_signature,
                "the bundle's statement is not signed by the laptop that it names, or not about these heads");
  }
  stage_ = Stage::notes;
  return BundleItem(statement);
}

Result<BundleItem> BundleReader::decode_note(std::uint8_t kind, ByteView body) {
  if (++note_count_ > 3 * std::max<std::uint64_t>(head_count_, 1))
    return broken_rule("it has more notes than heads");
  Reader in(body);
  AuthorKey author;
  author.bytes = in.fixed<32>();
  const auto sane = [&](std::int64_t ms) {
    if (ms < -limits::kTimeMs || ms > limits::kTimeMs) in.fail();
    return ms;
  };
  const auto seq = [&] {
    const std::uint64_t value = in.varint();
    if (value == 0 || value > limits::kSeq) in.fail();
    return value;
  };
  std::optional<BundleItem> item;
  if (kind == kAnnouncement) {
    Announcement one;
    one.author = author;
    one.seq = seq();
    one.link = in.fixed<32>();
    one.last_record_ms = sane(in.zigzag());
    one.now_ms = sane(in.zigzag());
    one.signature = in.fixed<64>();
    item = one;
  } else if (kind == kHolding) {
    BundleHolding one;
    one.holding.author = author;
    one.relay.bytes = in.fixed<32>();
    one.holding.incarnation = in.fixed<16>();
    one.holding.arrival = in.varint();
    one.holding.signature = in.fixed<64>();
    item = one;
  } else {
    Receipt one;
    one.author = author;
    one.seq = seq();
    one.link = in.fixed<32>();
    one.relay.bytes = in.fixed<32>();
    one.incarnation = in.fixed<16>();
    one.arrival = in.varint();
    one.signature = in.fixed<64>();
    item = one;
  }
  if (!in.finished()) return broken_rule("a note");
  return std::move(*item);
}

Result<BundleItem> BundleReader::decode_pack(ByteView body) {
  if (body.size() > limits::kPackBytes) return broken_rule("a pack is longer than it may be");
  // What is inside is judged when it is stored: one bad pack does not stop those behind it.
  ++packs_;
  stage_ = Stage::packs;
  return BundleItem(BundlePack{Bytes(body.begin(), body.end())});
}

Result<BundleItem> BundleReader::decode_end(ByteView body) {
  Reader in(body);
  BundleEnd end;
  end.packs = in.varint();
  if (!in.finished() || end.packs != packs_) return broken_rule("its end counts other packs");
  stage_ = Stage::ended;
  return BundleItem(end);
}

}  // namespace karez
