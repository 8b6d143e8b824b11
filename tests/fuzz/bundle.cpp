// A bundle's bytes, read in one piece and in small ones, and written again. An input that begins with a zero
// is a list of frames (kind, size in two bytes, body) around which the checks are made here.
#include "bundle_frames.h"
#include "support/fleet.h"

namespace karez::fuzz {
namespace {

struct Read {
  std::vector<BundleItem> items;
  BundleFault fault = BundleFault::none;
  std::uint64_t whole_bytes = 0;
  bool is_ended = false;
};

Read read(ByteView bytes, std::size_t step) {
  Read out;
  BundleReader reader;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(step, bytes.size() - at);
    reader.feed(bytes.subspan(at, size));
    at += size;
    for (;;) {
      auto item = reader.next();
      if (!item) {
        FUZZ_CHECK(reader.fault() != BundleFault::none);
        const auto again = reader.next();
        FUZZ_CHECK(!again.ok());  // an error is for good
        at = bytes.size();
        break;
      }
      if (!*item) break;
      out.items.push_back(std::move(**item));
    }
  }
  const Status finished = reader.finish();
  FUZZ_CHECK(finished.ok() == (reader.fault() == BundleFault::none));
  FUZZ_CHECK(finished.ok() == reader.is_ended() || reader.fault() != BundleFault::none);
  out.fault = reader.fault();
  out.whole_bytes = reader.whole_bytes();
  out.is_ended = reader.is_ended();
  FUZZ_CHECK(out.whole_bytes <= bytes.size());
  if (finished) FUZZ_CHECK(out.is_ended && out.whole_bytes == bytes.size());
  return out;
}

/// What was read, written by the engine's writer: the same bytes, up to the fault. Only of a packer whose key
/// is known here, and without what newer programs wrote.
void check_rewritten(ByteView bytes, const Read& from) {
  static const std::vector<KeyPair> packers{testing::key_of("anna"), testing::key_of("carla")};
  const auto* header = from.items.empty() ? nullptr : std::get_if<BundleHeader>(&from.items.front());
  if (header == nullptr) return;
  const auto packer = std::find_if(packers.begin(), packers.end(),
                                   [&](const KeyPair& key) { return key.author == header->packer; });
  if (packer == packers.end()) return;
  Heads heads;
  bool is_stated = false;
  BundleWriter writer;
  Writer out;
  for (const BundleItem& item : from.items) {
    if (const auto* page = std::get_if<BundleHeads>(&item))
      heads.insert(page->heads.begin(), page->heads.end());
    if (std::holds_alternative<BundleUnknown>(item)) return;
    if (std::holds_alternative<BundleStatement>(item)) {
      is_stated = true;
      out.raw(writer.begin(*header, heads, *packer));
    }
    if (const auto* note = std::get_if<Announcement>(&item)) out.raw(writer.announcement(*note));
    if (const auto* note = std::get_if<BundleHolding>(&item)) out.raw(writer.holding(*note));
    if (const auto* note = std::get_if<Receipt>(&item)) out.raw(writer.receipt(*note));
    if (const auto* pack = std::get_if<BundlePack>(&item)) out.raw(writer.pack(pack->pack));
    if (std::holds_alternative<BundleEnd>(item)) out.raw(writer.end());
  }
  if (!is_stated) return;
  FUZZ_CHECK(out.size() == from.whole_bytes);
  FUZZ_CHECK(std::equal(out.bytes().begin(), out.bytes().end(), bytes.begin()));
}

/// What the format says of the order of items and of their limits.
void check_order(const Read& from) {
  std::size_t stage = 0;
  std::size_t heads = 0;
  std::uint64_t packs = 0;
  AuthorKey last;
  for (const BundleItem& item : from.items) {
    std::size_t at = stage;
    if (std::holds_alternative<BundleHeader>(item)) {
      FUZZ_CHECK(stage == 0);
      at = 1;
    } else if (const auto* page = std::get_if<BundleHeads>(&item)) {
      at = 2;
      for (const auto& [author, head] : page->heads) {
        FUZZ_CHECK(heads == 0 || last < author);
        FUZZ_CHECK(head.seq >= 1 && head.seq <= limits::kSeq);
        last = author;
        ++heads;
      }
      FUZZ_CHECK(page->heads.size() <= kBundleHeadsPerFrame && heads <= kBundleHeads);
    } else if (const auto* statement = std::get_if<BundleStatement>(&item)) {
      FUZZ_CHECK(stage < 3 && statement->count == heads);
      at = 3;
    } else if (const auto* pack = std::get_if<BundlePack>(&item)) {
      FUZZ_CHECK(pack->pack.size() <= limits::kPackBytes);
      ++packs;
      at = 5;
    } else if (const auto* end = std::get_if<BundleEnd>(&item)) {
      FUZZ_CHECK(end->packs == packs);
      at = 6;
    } else if (!std::holds_alternative<BundleUnknown>(item)) {
      at = 4;
    }
    FUZZ_CHECK(at >= stage && at >= 1 && stage < 6);
    stage = at;
  }
}

Verdict check(ByteView bytes) {
  const MemoryWatch watch;
  const Read whole = read(bytes, bytes.size());
  FUZZ_CHECK(watch.peak_bytes() <= 1024 * 1024 + 64 * bytes.size());
  check_order(whole);
  check_rewritten(bytes, whole);
  for (const std::size_t step : {std::size_t{1}, std::size_t{29}}) {
    if (bytes.size() / step > 4096) continue;
    const Read pieces = read(bytes, step);
    FUZZ_CHECK(pieces.fault == whole.fault && pieces.whole_bytes == whole.whole_bytes);
    FUZZ_CHECK(pieces.is_ended == whole.is_ended && pieces.items.size() == whole.items.size());
    for (std::size_t i = 0; i < whole.items.size(); ++i) {
      FUZZ_CHECK(pieces.items[i].index() == whole.items[i].index());
    }
  }
  return whole.fault == BundleFault::none ? Verdict::taken : Verdict::refused;
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  if (bytes.empty() || bytes.front() != 0) return check(bytes);
  Steps steps(bytes.subspan(1));
  FrameChain chain;
  while (!steps.at_end()) {
    const std::uint8_t kind = steps.u8();
    chain.add(kind, steps.piece());
  }
  return check(chain.bytes());
}

}  // namespace karez::fuzz
