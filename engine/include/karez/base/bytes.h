// Bytes and their encodings: varints, hex, base32, base64url, and the bounded Reader / Writer on which every
// binary format of ours stands. A Reader never reads past its end: after the first failure it stays failed
// and gives zeros.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karez {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

template <std::size_t N>
using FixedBytes = std::array<std::uint8_t, N>;

[[nodiscard]] inline ByteView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] std::string to_hex(ByteView bytes);                    ///< lower case
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);  ///< lower or upper case, even length

/// RFC 4648 base32, lower case, without padding.
[[nodiscard]] std::string to_base32(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base32(std::string_view text);

/// RFC 4648 base64url without padding.
[[nodiscard]] std::string to_base64url(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

template <std::size_t N>
[[nodiscard]] std::optional<FixedBytes<N>> fixed_from_hex(std::string_view text) {
  if (text.size() != 2 * N) return std::nullopt;
  auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  FixedBytes<N> out{};
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

/// The zigzag map of a signed number in two's complement, and back: small sizes become small numbers.
[[nodiscard]] constexpr std::uint64_t to_zigzag(std::uint64_t bits) {
  return (bits << 1) ^ (0 - (bits >> 63));
}
[[nodiscard]] constexpr std::uint64_t from_zigzag(std::uint64_t code) {
  return (code >> 1) ^ (0 - (code & 1));
}

/// Appends to a byte vector. Varints are unsigned LEB128 in the shortest form; signed numbers are
/// zigzag-mapped first.
class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(value); }
  void varint(std::uint64_t value) {
    if (value < 0x80) {
      out_.push_back(static_cast<std::uint8_t>(value));
      return;
    }
    std::array<std::uint8_t, 10> digits;  // one append for all of them
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) digits[size++] = static_cast<std::uint8_t>(value | 0x80);
    digits[size++] = static_cast<std::uint8_t>(value);
    out_.insert(out_.end(), digits.begin(), digits.begin() + size);
  }
  void zigzag(std::int64_t value) { varint(to_zigzag(static_cast<std::uint64_t>(value))); }
  void u64_be(std::uint64_t value);
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  /// Room for `bytes` more, for writers that know what comes.
  void reserve(std::size_t bytes) { out_.reserve(out_.size() + bytes); }
  void sized(ByteView bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  void text(std::string_view value) { sized(view_of(value)); }

  [[nodiscard]] const Bytes& bytes() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  Bytes out_;
};

/// Reads what Writer writes, strictly: a varint in a longer form than needed, or past 64 bits, is a failure.
///
/// Lifetime: views given back live as long as the bytes that were passed in.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }
  /// True when everything was read and nothing failed.
  [[nodiscard]] bool finished() const { return !failed_ && at_end(); }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
  [[nodiscard]] std::size_t position() const { return position_; }

  std::uint8_t u8() {
    if (failed_ || position_ >= bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return bytes_[position_++];
  }
  std::uint64_t varint() {
    if (!failed_ && position_ < bytes_.size() && bytes_[position_] < 0x80) return bytes_[position_++];
    return long_varint();
  }
  std::int64_t zigzag() { return static_cast<std::int64_t>(from_zigzag(varint())); }
  std::uint64_t u64_be();
  ByteView raw(std::size_t count) {
    if (failed_ || count > remaining()) {
      failed_ = true;
      return {};
    }
    const ByteView part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }
  /// What was read since `position() == from`.
  [[nodiscard]] ByteView seen_since(std::size_t from) const { return bytes_.subspan(from, position_ - from); }
  /// Length-prefixed bytes; longer than `max` is a failure.
  ByteView sized(std::size_t max) {
    const std::uint64_t count = varint();
    if (count > max) failed_ = true;
    return failed_ ? ByteView{} : raw(static_cast<std::size_t>(count));
  }
  /// Length-prefixed UTF-8 without U+0000; anything else is a failure.
  std::string text(std::size_t max);

  template <std::size_t N>
  FixedBytes<N> fixed() {
    FixedBytes<N> out{};
    ByteView part = raw(N);
    if (!failed_) std::copy(part.begin(), part.end(), out.begin());
    return out;
  }
  void fail() { failed_ = true; }

 private:
  std::uint64_t long_varint();

  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace karez
