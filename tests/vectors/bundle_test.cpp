// The bundles of schema/vectors/bundle.json against the reader and the writer of the sync floor.
#include <doctest/doctest.h>

#include "karez/sync/bundle.h"
#include "unit/log/vectors_json.h"

namespace karez {
namespace {

using nlohmann::json;
using testing::cases_of;

/// Reads a bundle in pieces of so many bytes; the items that were whole.
std::vector<BundleItem> read_in_pieces(BundleReader& reader, const Bytes& bytes, std::size_t piece) {
  std::vector<BundleItem> items;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    // In a buffer of exactly its size: a sanitizer sees one byte too far.
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), at + piece)));
    reader.feed(part);
    for (;;) {
      auto item = reader.next();
      if (!item || !item->has_value()) break;
      items.push_back(std::move(**item));
    }
  }
  (void)reader.finish().ok();
  return items;
}

json described(const BundleItem& item) {
  if (const auto* one = std::get_if<BundleHeader>(&item)) {
    return {1, json{to_hex(one->workspace.bytes), to_hex(one->packer.bytes), to_hex(one->addressee.bytes),
                    one->packed_ms}};
  }
  if (const auto* one = std::get_if<BundleHeads>(&item)) {
    if (one->heads.size() > 100) return {2, one->heads.size()};
    json heads = json::array();
    for (const auto& [author, head] : one->heads)
      heads.push_back(json{to_hex(author.bytes), head.seq, to_hex(head.link)});
    return {2, std::move(heads)};
  }
  if (const auto* one = std::get_if<BundleStatement>(&item)) {
    return {3, json{one->count, to_hex(one->digest), to_hex(one->signature)}};
  }
  if (const auto* one = std::get_if<Announcement>(&item)) {
    return {4, json{to_hex(one->author.bytes), one->seq, to_hex(one->link), one->last_record_ms, one->now_ms,
                    to_hex(one->signature)}};
  }
  if (const auto* one = std::get_if<BundleHolding>(&item)) {
    return {5, json{to_hex(one->holding.author.bytes), to_hex(one->relay.bytes),
                    to_hex(one->holding.incarnation), one->holding.arrival, to_hex(one->holding.signature)}};
  }
  if (const auto* one = std::get_if<Receipt>(&item)) {
    return {6, json{to_hex(one->author.bytes), one->seq, to_hex(one->link), to_hex(one->relay.bytes),
                    to_hex(one->incarnation), one->arrival, to_hex(one->signature)}};
  }
  if (const auto* one = std::get_if<BundlePack>(&item)) return {7, to_hex(blake2b({one->pack}))};
  if (const auto* one = std::get_if<BundleEnd>(&item)) return {8, one->packs};
  return {std::get<BundleUnknown>(item).kind};
}

TEST_CASE("Vectors: good bundles are read item by item, whatever pieces they come in") {
  for (const json& one : cases_of("bundle.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes bytes = testing::bytes_of(one);
    for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{97}}) {
      BundleReader reader;
      const auto items = read_in_pieces(reader, bytes, piece);
      CHECK(reader.fault() == BundleFault::none);
      CHECK(reader.is_ended());
      CHECK(reader.whole_bytes() == bytes.size());
      REQUIRE(items.size() == one.at("items").size());
      for (std::size_t i = 0; i < items.size(); ++i) {
        const json& expected = one.at("items")[i];
        const json seen = described(items[i]);
        // What later programs put in is passed over, not read.
        if (seen.size() == 1) {
          CHECK(seen[0] == expected[0]);
        } else {
          CHECK(seen == expected);
        }
      }
    }
  }
}

TEST_CASE("Vectors: bad bundles are refused for their fault, after what is whole") {
  for (const json& one : cases_of("bundle.json", "bad")) {
    INFO(testing::name_of(one));
    const Bytes bytes = testing::bytes_of(one);
    for (const std::size_t piece : {std::max<std::size_t>(bytes.size(), 1), std::size_t{31}}) {
      BundleReader reader;
      const auto items = read_in_pieces(reader, bytes, piece);
      CHECK(name_of(reader.fault()) == one.at("fault").get<std::string>());
      CHECK(items.size() == one.at("items").get<std::size_t>());
      CHECK_FALSE(reader.finish().ok());
    }
  }
}

TEST_CASE("Vectors: the writer makes the same bundles, byte for byte") {
  const KeyPair packer =
      key_pair_from_seed(testing::hex_fixed<32>(cases_of("bundle.json", "seeds").front().at("seed")));
  for (const json& one : cases_of("bundle.json", "good")) {
    INFO(testing::name_of(one));
    const Bytes bytes = testing::bytes_of(one);
    BundleReader reader;
    const auto items = read_in_pieces(reader, bytes, bytes.size());
    BundleHeader header;
    Heads heads;
    bool has_unknown = false;
    for (const BundleItem& item : items) {
      if (const auto* about = std::get_if<BundleHeader>(&item)) header = *about;
      if (const auto* page = std::get_if<BundleHeads>(&item))
        heads.insert(page->heads.begin(), page->heads.end());
      has_unknown = has_unknown || std::holds_alternative<BundleUnknown>(item);
    }
    if (has_unknown) continue;  // we write none
    BundleWriter writer;
    Bytes made = writer.begin(header, heads, packer);
    const auto add = [&](const Bytes& more) { made.insert(made.end(), more.begin(), more.end()); };
    for (const BundleItem& item : items) {
      if (const auto* note = std::get_if<Announcement>(&item)) add(writer.announcement(*note));
      if (const auto* note = std::get_if<BundleHolding>(&item)) add(writer.holding(*note));
      if (const auto* note = std::get_if<Receipt>(&item)) add(writer.receipt(*note));
      if (const auto* pack = std::get_if<BundlePack>(&item)) add(writer.pack(pack->pack));
    }
    add(writer.end());
    CHECK(made == bytes);
  }
}

}  // namespace
}  // namespace karez
