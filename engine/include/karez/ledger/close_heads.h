// The heads of a close: how far each log reached into the figures that it states, as bytes and as what a
// replica has of them. Byte layout: schema/close-format.md. Values and pure functions, but for those that
// take a LogStore.
#pragma once

#include <compare>
#include <map>
#include <vector>

#include "karez/base/result.h"
#include "karez/log/heads.h"
#include "karez/storage/log_store.h"

namespace karez {

/// How far one log was applied. The first bytes of the link tell apart the logs of one author that forked,
/// also where it was found after the close; that nothing else differs is the fingerprint's word.
struct LogHead {
  FixedBytes<16> author{};  ///< what public names are made of
  std::uint64_t seq = 0;
  FixedBytes<4> link{};
  auto operator<=>(const LogHead&) const = default;
};

/// Strictly ascending.
using CloseHeads = std::vector<LogHead>;

/// What the applied changes of a replica amount to.
struct AppliedHeads {
  CloseHeads heads;
  Fingerprint fingerprint;  ///< over (author key, seq, link) of each log
};
[[nodiscard]] Result<AppliedHeads> applied_heads(const Authors& authors, LogStore& log);

/// The authors of `heads` that stand otherwise in `before`, with all their logs; all if `before` is empty.
/// `depth`: how many closes have to be read before this one.
[[nodiscard]] Bytes encode_close_heads(const CloseHeads& heads, const CloseHeads& before,
                                       std::uint64_t depth);
/// The same back. Errors: malformed (also what encode_close_heads() would have written in another way).
[[nodiscard]] Result<CloseHeads> decode_close_heads(ByteView bytes, const CloseHeads& before);
/// How many closes have to be read before these bytes. Errors: malformed.
[[nodiscard]] Result<std::uint64_t> depth_of_close_heads(ByteView bytes);

/// Which changes of the logs that are here stand at or below a close's heads.
class CoveredLogs {
 public:
  CoveredLogs() = default;
  CoveredLogs(const CloseHeads& heads, Authors& authors, LogStore& log);

  /// The last change of this log that is covered; 0: none is.
  [[nodiscard]] std::uint64_t through(AuthorId log) const {
    const auto found = through_.find(log);
    return found == through_.end() ? 0 : found->second;
  }
  [[nodiscard]] bool covers(AuthorId log, std::uint64_t seq) const { return seq <= through(log); }
  /// Where each covered log ends: a log of an author that forked and how far it goes, by row.
  struct End {
    AuthorId log = 0;
    std::uint64_t seq = 0;
  };
  [[nodiscard]] const std::vector<End>& ends() const { return ends_; }
  /// Heads of which this replica does not hold everything.
  [[nodiscard]] const CloseHeads& missing() const { return missing_; }

 private:
  void cover(Authors& authors, const AuthorRow& row, std::uint64_t seq);

  std::map<AuthorId, std::uint64_t> through_;
  std::vector<End> ends_;
  CloseHeads missing_;
};

}  // namespace karez
