// Bytes and their encodings: varints, hex, base32, base64url, and the bounded Reader / Writer on which every
// binary format of ours stands. A Reader never reads past its end: after the first failure it stays failed
// and gives zeros.
#pragma once

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

/// Appends to a byte vector. Varints are unsigned LEB128 in the shortest form; signed numbers are
/// zigzag-mapped first.
class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(value); }
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);
  void u64_be(std::uint64_t value);
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
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

  std::uint8_t u8();
  std::uint64_t varint();
  std::int64_t zigzag();
  std::uint64_t u64_be();
  ByteView raw(std::size_t count);
  /// Length-prefixed bytes; longer than `max` is a failure.
  ByteView sized(std::size_t max);
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
  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace karez
