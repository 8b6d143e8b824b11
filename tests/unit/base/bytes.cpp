#include "karez/base/bytes.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace karez {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes out;
  for (int value : values) out.push_back(static_cast<std::uint8_t>(value));
  return out;
}

Bytes varint_bytes(std::uint64_t value) {
  Writer writer;
  writer.varint(value);
  return writer.take();
}

bool reads_varint(const Bytes& bytes, std::uint64_t expected) {
  Reader reader(bytes);
  const std::uint64_t value = reader.varint();
  return reader.finished() && value == expected;
}

bool refuses_varint(const Bytes& bytes) {
  Reader reader(bytes);
  return reader.varint() == 0 && reader.failed();
}

TEST_CASE("Bytes: hex is lower case and reads both cases") {
  CHECK(to_hex(bytes_of({0x00, 0xAF, 0x10})) == "00af10");
  CHECK(from_hex("00aF10") == bytes_of({0x00, 0xAF, 0x10}));
  CHECK(from_hex("") == Bytes{});
  CHECK(!from_hex("0"));
  CHECK(!from_hex("0g"));
  CHECK(!from_hex(" 0"));
}

TEST_CASE("Bytes: hex of a fixed size takes that size only") {
  CHECK(fixed_from_hex<2>("0102") == FixedBytes<2>{1, 2});
  CHECK(!fixed_from_hex<2>("010203"));
  CHECK(!fixed_from_hex<2>("01"));
  CHECK(!fixed_from_hex<2>("01xx"));
}

TEST_CASE("Bytes: base32 and base64url follow RFC 4648 without padding") {
  const std::pair<std::string_view, std::string_view> base32[] = {
      {"", ""}, {"f", "my"}, {"fo", "mzxq"}, {"foo", "mzxw6"}, {"foob", "mzxw6yq"}, {"foobar", "mzxw6ytboi"}};
  for (const auto& [plain, coded] : base32) {
    CHECK(to_base32(view_of(plain)) == coded);
    const auto back = from_base32(coded);
    REQUIRE(back.has_value());
    CHECK(text_of(*back) == plain);
  }
  const std::pair<std::string_view, std::string_view> base64[] = {
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : base64) {
    CHECK(to_base64url(view_of(plain)) == coded);
    const auto back = from_base64url(coded);
    REQUIRE(back.has_value());
    CHECK(text_of(*back) == plain);
  }
  CHECK(to_base64url(bytes_of({0xFB, 0xFF})) == "-_8");
}

TEST_CASE("Bytes: base32 and base64url have one form for one value") {
  CHECK(!from_base32("mz"));  // the bits after the last byte are not zero
  CHECK(!from_base32("m"));   // no length of bytes gives one letter
  CHECK(!from_base32("m1"));  // no such letter
  CHECK(!from_base32("my======"));
  CHECK(!from_base64url("Zh"));
  CHECK(!from_base64url("Z"));
  CHECK(!from_base64url("Zg=="));
  CHECK(!from_base64url("+/8"));
}

TEST_CASE("Varint: the shortest form goes out and comes back") {
  CHECK(varint_bytes(0) == bytes_of({0x00}));
  CHECK(varint_bytes(127) == bytes_of({0x7F}));
  CHECK(varint_bytes(128) == bytes_of({0x80, 0x01}));
  CHECK(varint_bytes(300) == bytes_of({0xAC, 0x02}));
  for (int shift = 0; shift < 64; ++shift) {
    const std::uint64_t power = std::uint64_t{1} << shift;
    for (std::uint64_t value : {power - 1, power, power + 1}) CHECK(reads_varint(varint_bytes(value), value));
  }
  const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  CHECK(varint_bytes(largest).size() == 10);
  CHECK(reads_varint(varint_bytes(largest), largest));
}

TEST_CASE("Varint: a longer form, more than 64 bits and a cut number are refused") {
  CHECK(refuses_varint({}));
  CHECK(refuses_varint(bytes_of({0x80})));
  CHECK(refuses_varint(bytes_of({0x80, 0x00})));
  CHECK(refuses_varint(bytes_of({0xFF, 0x80, 0x00})));
  CHECK(refuses_varint(bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02})));
  CHECK(refuses_varint(Bytes(11, 0xFF)));
  CHECK(refuses_varint(Bytes(11, 0x80)));
}

TEST_CASE("Zigzag: small numbers of either sign are short, and the extremes come back") {
  const std::pair<std::int64_t, std::size_t> cases[] = {{0, 1},
                                                        {-1, 1},
                                                        {1, 1},
                                                        {-64, 1},
                                                        {63, 1},
                                                        {64, 2},
                                                        {std::numeric_limits<std::int64_t>::min(), 10},
                                                        {std::numeric_limits<std::int64_t>::max(), 10}};
  for (const auto& [value, size] : cases) {
    Writer writer;
    writer.zigzag(value);
    CHECK(writer.size() == size);
    Reader reader(writer.bytes());
    CHECK(reader.zigzag() == value);
    CHECK(reader.finished());
  }
}

TEST_CASE("Reader: reads in order what Writer wrote") {
  Writer writer;
  writer.u8(7);
  writer.u64_be(0x0102030405060708u);
  writer.text("水");
  writer.sized(bytes_of({9, 9}));
  writer.raw(bytes_of({1, 2, 3}));
  Reader reader(writer.bytes());
  CHECK(reader.u8() == 7);
  CHECK(reader.u64_be() == 0x0102030405060708u);
  CHECK(reader.text(16) == "水");
  CHECK(reader.sized(2).size() == 2);
  CHECK(reader.remaining() == 3);
  CHECK(reader.fixed<3>() == FixedBytes<3>{1, 2, 3});
  CHECK(reader.finished());
}

TEST_CASE("Reader: after the first failure it stays failed and gives zeros") {
  const Bytes bytes = bytes_of({1, 2, 3});
  Reader reader(bytes);
  CHECK(reader.raw(4).empty());
  CHECK(reader.failed());
  CHECK(reader.u8() == 0);
  CHECK(reader.u64_be() == 0);
  CHECK(reader.varint() == 0);
  CHECK(reader.text(9).empty());
  CHECK(reader.fixed<1>() == FixedBytes<1>{0});
  CHECK(!reader.finished());
}

TEST_CASE("Reader: bytes left over are not finished") {
  const Bytes bytes = bytes_of({1, 2});
  Reader reader(bytes);
  reader.u8();
  CHECK(!reader.failed());
  CHECK(!reader.finished());
}

TEST_CASE("Reader: a length past the end or past its limit is refused") {
  const Bytes huge = bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 1, 2, 3});
  Reader past_end(huge);
  CHECK(past_end.sized(std::numeric_limits<std::size_t>::max()).empty());
  CHECK(past_end.failed());
  const Bytes three = bytes_of({3, 1, 2, 3});
  Reader past_limit(three);
  CHECK(past_limit.sized(2).empty());
  CHECK(past_limit.failed());
}

TEST_CASE("Reader: text is UTF-8 without U+0000") {
  for (const Bytes& bad : {bytes_of({1, 0xFF}), bytes_of({2, 0xC0, 0x80}), bytes_of({3, 'a', 0, 'b'}),
                           bytes_of({3, 0xED, 0xA0, 0x80}), bytes_of({2, 0xE6, 0xB0})}) {
    Reader reader(bad);
    CHECK(reader.text(16).empty());
    CHECK(reader.failed());
  }
}

}  // namespace
}  // namespace karez
