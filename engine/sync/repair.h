// Repair: what a replica does when the relay's fingerprint is not the one it expected: it reconciles heads by
// ranges and then fetches, name by name, what it lacks. Only the state is here; messages belong to
// ReplicaSession.
//
// One thread. Bounded: kRounds in a session that never comes to be in sync, each name fetched once in that
// time, or twice if what followed our log did not continue it.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "control_json.h"
#include "karez/sync/replica_session.h"
#include "reconciliation.h"

namespace karez {

/// Whether the log that is here under this name goes through that head.
[[nodiscard]] bool holds(ReplicaStore& store, const Heads& held, const AuthorKey& name, const Head& head);

class Repair {
 public:
  static constexpr int kRounds = 3;
  static constexpr std::size_t kFetchesAtOnce = 64;

  [[nodiscard]] bool is_idle() const { return step_ == Step::idle; }
  [[nodiscard]] bool is_comparing() const { return step_ == Step::comparing; }
  [[nodiscard]] bool is_fetching() const { return step_ == Step::fetching; }
  [[nodiscard]] bool has_rounds() const { return rounds_ < kRounds; }

  /// Begins a round with the heads that the relay is presumed to hold. Gives the first question.
  Frame start(const Heads& presumed);
  /// Takes an answer. Gives the next question; nothing if this was the last.
  /// Errors: protocol if the answer does not belong to the question, or there is no end of them.
  [[nodiscard]] Result<std::optional<Frame>> take(const std::vector<control::Range>& answer);
  /// What was stored or acknowledged while answers came is newer than an answer.
  void raise(const AuthorKey& name, const Head& head);
  /// The relay's heads, after the last answer.
  [[nodiscard]] Heads take_heads();

  /// Chooses the names under which the relay holds more than is here, or something else; false if there are
  /// none (that were not fetched yet).
  [[nodiscard]] bool plan_fetch(const Heads& relay, ReplicaStore& store);
  /// A pack came that continues nothing here. If it was fetched from the end of our log, then the relay's is
  /// another one, and is fetched from its beginning.
  void met_gap() { has_gap_ = true; }
  /// The next requests; nothing when all is done. A group is followed by a question without ranges: the relay
  /// answers in order, so its (empty) answer says that the fetches before it are done.
  [[nodiscard]] std::optional<std::vector<control::Fetch>> next_group();

  /// All is well: later trouble has its rounds again.
  void reset();
  void stop() { step_ = Step::idle; }

 private:
  enum class Step { idle, comparing, fetching };
  Step step_ = Step::idle;
  int rounds_ = 0;
  std::optional<Reconciliation> reconciliation_;
  Heads raised_;
  std::deque<control::Fetch> fetches_;
  std::map<AuthorKey, std::uint64_t> fetched_;  ///< by name: after which seq, the last time
  bool has_gap_ = false;
};

}  // namespace karez
