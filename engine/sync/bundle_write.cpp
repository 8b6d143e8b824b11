#include "bundle_form.h"

namespace karez {

using namespace bundle;

std::string_view name_of(BundleFault fault) {
  switch (fault) {
    case BundleFault::none:
      return "none";
    case BundleFault::not_a_bundle:
      return "not_a_bundle";
    case BundleFault::newer:
      return "newer";
    case BundleFault::torn:
      return "torn";
    case BundleFault::damaged:
      return "damaged";
    case BundleFault::malformed:
      return "malformed";
    case BundleFault::statement:
      return "statement";
  }
  ENSURE(false && "a fault without a name");
}

Bytes statement_message(const BundleHeader& header, const BundleStatement& statement) {
  Writer writer;
  writer.raw(header.workspace.bytes);
  writer.raw(header.packer.bytes);
  writer.raw(header.addressee.bytes);
  writer.u64_be(static_cast<std::uint64_t>(header.packed_ms));
  writer.u64_be(statement.count);
  writer.raw(statement.digest);
  return writer.take();
}

Hash next_heads_digest(const Hash& before, ByteView page_body) {
  return blake2b({view_of("karez/bundle-heads/1"), before, page_body});
}

Bytes BundleWriter::frame(std::uint8_t kind, ByteView body) {
  ENSURE(body.size() <= limits::kFrameBytes);
  Writer head;
  head.u8(kind);
  for (int shift = 24; shift >= 0; shift -= 8) head.u8(static_cast<std::uint8_t>(body.size() >> shift));
  check_ = next_check(check_, head.bytes(), body);
  Bytes out = head.take();
  out.insert(out.end(), body.begin(), body.end());
  out.insert(out.end(), check_.begin(), check_.end());
  return out;
}

Bytes BundleWriter::begin(const BundleHeader& header, const Heads& heads, const KeyPair& packer) {
  ENSURE(heads.size() <= kBundleHeads);
  Bytes out(kMagic.begin(), kMagic.end());
  const auto add = [&](std::uint8_t kind, ByteView body) {
    const Bytes framed = frame(kind, body);
    out.insert(out.end(), framed.begin(), framed.end());
  };
  Writer body;
  body.varint(kBundleVersion);
  body.raw(header.workspace.bytes);
  body.raw(header.packer.bytes);
  body.raw(header.addressee.bytes);
  body.zigzag(header.packed_ms);
  add(kHeader, body.bytes());

  BundleStatement statement;
  for (auto next = heads.begin(); next != heads.end();) {
    Writer page;
    for (std::size_t i = 0; i < kBundleHeadsPerFrame && next != heads.end(); ++i, ++next) {
      page.raw(next->first.bytes);
      page.varint(next->second.seq);
      page.raw(next->second.link);
    }
    statement.digest = next_heads_digest(statement.digest, page.bytes());
    add(kHeads, page.bytes());
  }
  statement.count = heads.size();
  statement.signature = sign(packer, Purpose::statement, statement_message(header, statement));
  Writer said;
  said.varint(statement.count);
  said.raw(statement.digest);
  said.raw(statement.signature);
  add(kStatement, said.bytes());
  return out;
}

Bytes BundleWriter::announcement(const Announcement& one) {
  Writer body;
  body.raw(one.author.bytes);
  body.varint(one.seq);
  body.raw(one.link);
  body.zigzag(one.last_record_ms);
  body.zigzag(one.now_ms);
  body.raw(one.signature);
  return frame(kAnnouncement, body.bytes());
}

Bytes BundleWriter::holding(const BundleHolding& one) {
  Writer body;
  body.raw(one.holding.author.bytes);
  body.raw(one.relay.bytes);
  body.raw(one.holding.incarnation);
  body.varint(one.holding.arrival);
  body.raw(one.holding.signature);
  return frame(kHolding, body.bytes());
}

Bytes BundleWriter::receipt(const Receipt& one) {
  Writer body;
  body.raw(one.author.bytes);
  body.varint(one.seq);
  body.raw(one.link);
  body.raw(one.relay.bytes);
  body.raw(one.incarnation);
  body.varint(one.arrival);
  body.raw(one.signature);
  return frame(kReceipt, body.bytes());
}

Bytes BundleWriter::pack(ByteView pack) {
  ENSURE(pack.size() <= limits::kPackBytes);
  ++packs_;
  return frame(kPack, pack);
}

Bytes BundleWriter::end() {
  Writer body;
  body.varint(packs_);
  return frame(kEnd, body.bytes());
}

}  // namespace karez
