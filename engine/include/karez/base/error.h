// Error: what went wrong, as a stable code and one plain sentence for a person. The only error type of the
// engine; CLI exit codes and wire refusal codes derive from `ErrorCode`. A value: no thread rule.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace karez {

/// Stable numbers: stored, sent and tested. Never renumber; add at the end.
enum class ErrorCode : int {
  internal = 1,          ///< our bug, or a library failed in a way that we do not know
  usage = 2,             ///< the caller asked for something that has no meaning
  not_found = 3,         ///< a named thing is not here
  refused = 4,           ///< understood and declined: bad input rows, no right, already done
  unreachable = 5,       ///< the peer did not answer in time
  malformed = 6,         ///< bytes that do not follow their format
  too_large = 7,         ///< a stated limit is exceeded
  bad_signature = 8,     ///< an Ed25519 signature does not verify
  broken_chain = 9,      ///< a link does not follow from the one before
  fork = 10,             ///< two links at one (author, seq)
  stranger = 11,         ///< an author without a valid certificate path to the founder
  wrong_workspace = 12,  ///< belongs to another workspace
  withheld = 13,         ///< content is named but absent
  gap = 14,              ///< changes before these are not held yet
  revoked = 15,          ///< the author was revoked; it may deliver but not receive
  busy = 16,             ///< a limit or another process asks to try again later
  corrupt = 17,          ///< stored data does not match its own checks
  io = 18,               ///< disk or file system failed
  protocol = 19,         ///< a message out of order or of an unknown version
};

/// The lower-case name of a code, as used on the wire and in JSON ("bad_signature").
[[nodiscard]] std::string_view name_of(ErrorCode code);

/// The code of a name; `internal` if the name is unknown (a newer peer's code).
[[nodiscard]] ErrorCode error_code_of(std::string_view name);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< one sentence: what happened, what is safe, what to do next
};

}  // namespace karez
