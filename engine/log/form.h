// The rules of form of a change that hold whatever a catalog says: limits, orders and what may stand
// together. Encoder and decoder share them, so that both accept the same changes. Private to the log floor.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "karez/log/change.h"

namespace karez::form {

/// The numbers of operation kinds in a content. Others belong to newer versions.
enum class Kind : std::uint64_t {
  create = 1,
  write = 2,
  add = 3,
  put = 4,
  drop = 5,
  erase = 6,
  found = 16,
  enrol = 17,
  invite = 18,
  admit = 19,
  revoke = 20,
};
[[nodiscard]] bool is_known(std::uint64_t kind);

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kPathSteps = 2;  ///< an invitation's path has the most: issuer and invitation

[[nodiscard]] Error broken(std::string message);  ///< usage; the decoder calls it malformed
[[nodiscard]] Error too_large(std::string message);
[[nodiscard]] Error at_most(std::size_t limit, std::string_view of, std::string_view what);

/// Every rule of form but one: whether `authors` lists whom the change names, which encoding finds out.
///
/// Errors: too_large for a limit, usage for any other rule.
[[nodiscard]] Status check(const Change& change);
[[nodiscard]] Status check_value(const Value& value);

/// decode_change() in place, for readers of many: fills `change`, which is as a new one. After an error it
/// holds anything.
[[nodiscard]] Status read_content(ByteView content, Change& change);

/// The bytes of a change that passed check(); usage if `authors` lacks somebody, too_large beyond
/// limits::kChangeBytes.
[[nodiscard]] Result<Bytes> write_content(const Change& change);

}  // namespace karez::form
