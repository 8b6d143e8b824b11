#include "code_text.h"

#include <algorithm>
#include <array>

#include "karez/base/hash.h"

namespace karez {
namespace {

constexpr std::size_t kCheckBytes = 4;

FixedBytes<kCheckBytes> check_bytes(const CodeKind& kind, ByteView body) {
  const Hash hash = blake2b({view_of(kind.tag), body});
  FixedBytes<kCheckBytes> check{};
  std::copy_n(hash.begin(), kCheckBytes, check.begin());
  return check;
}

/// What mail programs and phones put between or around letters.
std::string without_spaces(std::string_view text) {
  // No-break space, zero-width space, non-joiner and joiner, word joiner, ideographic space, byte order mark.
  constexpr std::array<std::string_view, 7> kWide{"\u00A0", "\u200B", "\u200C", "\u200D",
                                                  "\u2060", "\u3000", "\uFEFF"};
  std::string out;
  while (!text.empty()) {
    const auto wide =
        std::find_if(kWide.begin(), kWide.end(), [&](std::string_view w) { return text.starts_with(w); });
    if (wide != kWide.end()) {
      text.remove_prefix(wide->size());
      continue;
    }
    const char c = text.front();
    if (c != ' ' && (c < '\t' || c > '\r')) out.push_back(c);
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace

Error malformed_code(const CodeKind& kind, std::string_view reason) {
  return {ErrorCode::malformed, std::string(reason) + " Copy the whole code again, from " +
                                    std::string(kind.prefix) + " to its last character."};
}

std::string code_text(const CodeKind& kind, ByteView body) {
  Writer writer;
  writer.raw(body);
  writer.raw(check_bytes(kind, body));
  return std::string(kind.prefix) + to_base64url(writer.bytes());
}

Result<Bytes> code_body(const CodeKind& kind, std::string_view text) {
  const std::string name(kind.name);
  const std::string letters = without_spaces(text);
  const auto a_name = [&] {
    constexpr std::string_view kVowels = "aeiou";
    return (kVowels.find(name.front()) != std::string_view::npos ? "an " : "a ") + name;
  };
  if (!letters.starts_with(kind.prefix)) return malformed_code(kind, "This is not " + a_name() + ".");
  if (letters.size() > kind.letters) return malformed_code(kind, "The " + name + " is too long.");
  auto bytes = from_base64url(std::string_view(letters).substr(kind.prefix.size()));
  if (!bytes) {
    return malformed_code(kind, "The " + name + " holds characters that do not belong to it, or lacks some.");
  }
  if (bytes->size() < kCheckBytes) return malformed_code(kind, "The " + name + " is too short.");
  const ByteView all(*bytes);
  const ByteView body = all.first(all.size() - kCheckBytes);
  const auto expected = check_bytes(kind, body);
  if (!std::ranges::equal(all.last(kCheckBytes), expected)) {
    return malformed_code(kind, "The " + name + " is damaged or incomplete.");
  }
  bytes->resize(body.size());
  return std::move(*bytes);
}

}  // namespace karez
