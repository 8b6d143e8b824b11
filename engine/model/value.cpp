#include "karez/model/value.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "karez/base/limits.h"

namespace karez {
namespace {

constexpr std::size_t kPublicNameLetters = 26;  // 16 bytes in base32

template <std::size_t kSide>
std::strong_ordering compare_side(const Value::Side& a, const Value::Side& b) {
  return std::get<kSide>(a) <=> std::get<kSide>(b);
}

/// A decimal number without sign or leading zeros, from 1 to `max`.
std::optional<std::uint64_t> parse_ordinal(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '0' || error != std::errc{} || end != text.data() + text.size())
    return {};
  if (value > max) return std::nullopt;
  return value;
}

}  // namespace

std::string public_name(const AuthorKey& author) {
  return to_base32(blake2b_128({view_of("karez/author/1"), author.bytes}));
}

std::string to_text(const RecordId& id) {
  return public_name(id.author) + "-" + std::to_string(id.seq) + "-" + std::to_string(id.k);
}

std::optional<RecordIdText> parse_record_id(std::string_view text) {
  const std::size_t first = text.find('-');
  if (first == std::string_view::npos || first == 0 || first > kPublicNameLetters) return std::nullopt;
  const std::size_t second = text.find('-', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  RecordIdText id;
  for (char c : text.substr(0, first)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!(lower >= 'a' && lower <= 'z') && !(lower >= '2' && lower <= '7')) return std::nullopt;
    id.author.push_back(lower);
  }
  const auto seq = parse_ordinal(text.substr(first + 1, second - first - 1), limits::kSeq);
  const auto k = parse_ordinal(text.substr(second + 1), limits::kRecordsPerChange);
  if (!seq || !k) return std::nullopt;
  id.seq = *seq;
  id.k = static_cast<std::uint32_t>(*k);
  return id;
}

std::strong_ordering Value::operator<=>(const Value& other) const {
  if (const auto order = side.index() <=> other.side.index(); order != 0) return order;
  switch (side.index()) {
    case 1:
      return compare_side<1>(side, other.side);
    case 2:
      return compare_side<2>(side, other.side);
    case 3:
      return compare_side<3>(side, other.side);
    case 4:
      return compare_side<4>(side, other.side);
    case 5:
      return compare_side<5>(side, other.side);
    case 6: {
      const List& a = std::get<List>(side);
      const List& b = std::get<List>(other.side);
      return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
    }
    default:
      return std::strong_ordering::equal;
  }
}

std::strong_ordering FieldName::operator<=>(const FieldName& other) const {
  if (is_catalog() != other.is_catalog()) {
    return is_catalog() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (const auto order = number <=> other.number; order != 0) return order;
  return definition <=> other.definition;
}

}  // namespace karez
