// Rehearsal: a replica in memory that is fed from another one's log up to given heads, in a random order, and
// is asked for a day. What it shows follows from those changes alone. Private to replica; one thread.
#pragma once

#include <memory>
#include <random>

#include "karez/ledger/day_close.h"
#include "replica_impl.h"

namespace karez {

class Rehearsal {
 public:
  /// `ends`: which logs of `source` and how far. Calls `progress` with the changes applied, of all.
  static Result<std::unique_ptr<Rehearsal>> make(
      Replica::Impl& source, const std::vector<CoveredLogs::End>& ends, std::uint64_t seed,
      const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

  /// The day by that meaning. Nobody announced anything here: whose log was complete is not known.
  Result<DayReport> day(DayFunction function, Day day);
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  Rehearsal(Replica::Impl& source, Database opened);
  /// A log to be fed: its changes 1 to `last`, some of which may be those of the row that it branched off
  /// from.
  struct Feed {
    AuthorRow* from = nullptr;  ///< in the source
    std::uint64_t last = 0;
    AuthorRow* to = nullptr;  ///< here
    std::uint64_t next = 1;
  };
  Status feed_forked(std::vector<Feed> logs);
  Status feed_shuffled(std::vector<Feed> logs,
                       const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  /// The next changes of a log, `most` of them.
  Status feed(Feed& log, std::uint64_t most);

  Replica::Impl& source_;
  Database database_;
  Statements statements_;
  Authors authors_;
  LogStore log_;
  Tables tables_;
  Applier applier_;
  std::mt19937_64 dice_;
  std::uint64_t changes_ = 0, total_ = 0;
};

}  // namespace karez
