// Codes that people paste, scan or read out: bytes behind a prefix, with a check that finds what was lost on
// the way. Private to the log floor. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "karez/base/bytes.h"
#include "karez/base/result.h"

namespace karez {

/// What tells one kind of code from another.
struct CodeKind {
  std::string_view prefix;  ///< "kz1."
  std::string_view tag;     ///< of its check, "karez/code/1"
  std::string_view name;    ///< for people, "invitation code"
  std::size_t letters = 0;  ///< a longer text is not worth decoding
};

/// Prefix, then base64url of `body` and its check.
[[nodiscard]] std::string code_text(const CodeKind& kind, ByteView body);

/// The body behind a text, whatever white space stands in it. Errors: malformed (says what to do).
[[nodiscard]] Result<Bytes> code_body(const CodeKind& kind, std::string_view text);

/// The same error for a body that is not what its kind holds.
[[nodiscard]] Error malformed_code(const CodeKind& kind, std::string_view reason);

}  // namespace karez
