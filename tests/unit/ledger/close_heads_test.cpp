#include "karez/ledger/close_heads.h"

#include <doctest/doctest.h>

#include <random>

using namespace karez;

namespace {

LogHead head(std::uint8_t author, std::uint64_t seq, std::uint8_t link = 7) {
  LogHead out;
  out.author.back() = author;
  out.seq = seq;
  out.link[3] = link;
  return out;
}

CloseHeads some_heads(std::mt19937_64& dice) {
  CloseHeads heads;
  for (std::uint8_t author = 1; author < 30; ++author) {
    for (std::uint64_t logs = dice() % 8 == 0 ? 2 : dice() % 2; logs > 0; --logs)
      heads.push_back(head(author, 1 + dice() % 300, static_cast<std::uint8_t>(dice() % 3)));
  }
  std::sort(heads.begin(), heads.end());
  heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
  return heads;
}

}  // namespace

TEST_CASE("Close heads: what moved since the close before is told, and gives the heads again") {
  std::mt19937_64 dice(5);
  for (int round = 0; round < 200; ++round) {
    const CloseHeads before = some_heads(dice);
    CloseHeads now = before;
    for (LogHead& one : now) one.seq += dice() % 3 == 0 ? dice() % 100 : 0;
    now.push_back(head(200, 1));
    std::sort(now.begin(), now.end());
    now.erase(std::unique(now.begin(), now.end()), now.end());
    const auto whole = decode_close_heads(encode_close_heads(now, {}, 0), {});
    REQUIRE(whole.ok());
    CHECK(*whole == now);
    const Bytes bytes = encode_close_heads(now, before, 3);
    const auto read = decode_close_heads(bytes, before);
    REQUIRE(read.ok());
    CHECK(*read == now);
    CHECK(*depth_of_close_heads(bytes) == 3);
  }
  CHECK(encode_close_heads(some_heads(dice), {}, 0) != encode_close_heads({}, {}, 0));
  const CloseHeads same = some_heads(dice);
  CHECK(encode_close_heads(same, same, 1).size() == 3);
}

TEST_CASE("Close heads: the bytes of one place on paper") {
  // Form 1, nothing to be read before, one author, one log: its name, change 300, the link's beginning.
  CHECK(to_hex(encode_close_heads({head(9, 300)}, {}, 0)) ==
        "01000100000000000000000000000000000009"
        "01"
        "ac02"
        "00000007");
}

TEST_CASE("Close heads: bytes that nobody would write get an error, whatever they are") {
  std::mt19937_64 dice(6);
  const Bytes good = encode_close_heads(some_heads(dice), {}, 0);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(!decode_close_heads(ByteView(good).first(size), {}).ok());
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(!decode_close_heads(longer, {}).ok());
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = good;
    for (int i = 0; i < 3; ++i) bytes[dice() % bytes.size()] = static_cast<std::uint8_t>(dice());
    const auto read = decode_close_heads(bytes, {});
    if (read) CHECK(encode_close_heads(*read, {}, *depth_of_close_heads(bytes)) == bytes);
  }
  const CloseHeads known{head(1, 5)};
  CHECK(!decode_close_heads(encode_close_heads(known, {}, 1), known).ok());  // says what was known
}
