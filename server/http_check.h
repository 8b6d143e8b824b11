// Our own look at the bytes of an HTTP request before a library parses them: what Beast 1.81 lets pass and we
// do not. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karez::relay {

inline constexpr std::size_t kHeaderBytes = 8 * 1024;  ///< request line and fields
inline constexpr std::size_t kHeaderFields = 64;       ///< a browser sends about 20

/// Why the request must be refused: `status` and one sentence.
struct HeaderProblem {
  int status = 400;
  std::string sentence;
};

/// Checks a header up to and including its empty line: line ends, no folded lines, no Transfer-Encoding, no
/// body, field count. Nothing: it may be parsed.
[[nodiscard]] std::optional<HeaderProblem> check_header(std::string_view header);

/// A whole HTTP/1.1 response that ends the connection.
[[nodiscard]] std::string http_response(int status, std::string_view content_type, std::string_view body,
                                        std::string_view more_fields = {});

}  // namespace karez::relay
