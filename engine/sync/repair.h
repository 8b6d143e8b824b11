// Repair: what a replica does when the relay's fingerprint is not the one it expected: it reads the relay's
// heads page by page and then fetches, author by author, what it lacks. Only the state is here; messages
// belong to ReplicaSession.
//
// One thread. Bounded: kRounds in a session that never comes to be in sync, each author fetched once in that
// time.
#pragma once

#include <deque>
#include <set>

#include "control_json.h"

namespace karez {

class Repair {
 public:
  static constexpr int kRounds = 3;
  static constexpr std::size_t kFetchesAtOnce = 64;
  static constexpr std::size_t kAuthors = 1u << 20;

  [[nodiscard]] bool is_idle() const { return step_ == Step::idle; }
  [[nodiscard]] bool is_paging() const { return step_ == Step::paging; }
  [[nodiscard]] bool is_fetching() const { return step_ == Step::fetching; }
  [[nodiscard]] bool has_rounds() const { return rounds_ < kRounds; }

  /// Begins a round: the relay's heads are asked from the start.
  control::HeadsRequest start();
  /// Takes a page. Gives the request for the next one; nothing if this was the last.
  /// Errors: protocol if pages do not ascend or never end.
  [[nodiscard]] Result<std::optional<control::HeadsRequest>> take(const control::HeadsPage& page);
  /// What was stored or acknowledged while pages came is newer than a page.
  void raise(const AuthorKey& author, const Head& head);
  /// The relay's heads, after the last page.
  [[nodiscard]] Heads take_heads();

  /// Chooses the authors of which the relay holds more; false if there are none (that were not fetched yet).
  [[nodiscard]] bool plan_fetch(const Heads& relay, const Heads& held);
  /// The next requests. The last of a group is a barrier: the relay answers in order, so the (empty) page
  /// that answers it says that the fetches before it are done. Nothing when all is done.
  struct Group {
    std::vector<control::Fetch> fetches;
    control::HeadsRequest barrier;
  };
  [[nodiscard]] std::optional<Group> next_group();

  /// All is well: later trouble has its rounds again.
  void reset();
  void stop() { step_ = Step::idle; }

 private:
  enum class Step { idle, paging, fetching };
  Step step_ = Step::idle;
  int rounds_ = 0;
  Heads heads_;
  Heads raised_;
  std::optional<AuthorKey> last_;
  std::deque<control::Fetch> fetches_;
  std::set<AuthorKey> fetched_;
};

}  // namespace karez
