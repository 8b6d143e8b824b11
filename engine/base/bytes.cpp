#include "karez/base/bytes.h"

#include "karez/base/text.h"

namespace karez {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Groups of `kBits` bits, most significant first; the last group is filled with zero bits.
template <int kBits>
std::string encode_groups(ByteView bytes, std::string_view alphabet) {
  std::string out;
  std::uint32_t buffer = 0;
  int filled = 0;
  for (std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    filled += 8;
    while (filled >= kBits) {
      filled -= kBits;
      out.push_back(alphabet[(buffer >> filled) & ((1u << kBits) - 1)]);
    }
  }
  if (filled > 0) out.push_back(alphabet[(buffer << (kBits - filled)) & ((1u << kBits) - 1)]);
  return out;
}

/// Strict: unknown characters, impossible lengths and non-zero fill bits are failures, so one value has one
/// text.
template <int kBits>
std::optional<Bytes> decode_groups(std::string_view text, std::string_view alphabet) {
  Bytes out;
  std::uint32_t buffer = 0;
  int filled = 0;
  for (char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << kBits) | static_cast<std::uint32_t>(digit);
    filled += kBits;
    if (filled >= 8) {
      filled -= 8;
      out.push_back(static_cast<std::uint8_t>(buffer >> filled));
    }
  }
  if (filled >= kBits || (buffer & ((1u << filled) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    int value = 0;
    for (char c : {text[i], text[i + 1]}) {
      const char lower = (c >= 'A' && c <= 'F') ? static_cast<char>(c - 'A' + 'a') : c;
      const std::size_t digit = kHex.find(lower);
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<int>(digit);
    }
    out.push_back(static_cast<std::uint8_t>(value));
  }
  return out;
}

std::string to_base32(ByteView bytes) { return encode_groups<5>(bytes, kBase32); }
std::optional<Bytes> from_base32(std::string_view text) { return decode_groups<5>(text, kBase32); }
std::string to_base64url(ByteView bytes) { return encode_groups<6>(bytes, kBase64); }
std::optional<Bytes> from_base64url(std::string_view text) { return decode_groups<6>(text, kBase64); }

void Writer::u64_be(std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out_.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint64_t Reader::long_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (failed_) return 0;
    if (shift == 63 && byte > 1) break;  // past 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && shift > 0) break;  // a longer form than needed
      return value;
    }
  }
  failed_ = true;
  return 0;
}

std::uint64_t Reader::u64_be() {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8) | u8();
  return failed_ ? 0 : value;
}

std::string Reader::text(std::size_t max) {
  const std::string_view value = text_of(sized(max));
  if (failed_ || !is_utf8(value) || value.find('\0') != std::string_view::npos) {
    failed_ = true;
    return {};
  }
  return std::string(value);
}

}  // namespace karez
