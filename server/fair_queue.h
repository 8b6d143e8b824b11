// FairQueue: packs that wait for the store, one queue a session. Sessions take turns by the changes that they
// bring, and one that brings little does not wait behind those that bring much: while a thousand laptops
// deliver their day, a live record still passes within one batch.
//
// Source: deficit round robin (Shreedhar and Varghese 1995), with the list of new flows that goes first of
// FQ-CoDel (RFC 8290, section 4.2). A value; no thread rule.
#pragma once

#include <algorithm>
#include <deque>
#include <list>
#include <map>

#include "relay_state.h"

namespace karez::relay {

class FairQueue {
 public:
  void push(Submission submission) {
    const auto [entry, is_new] = flows_.try_emplace(submission.from);
    Flow& flow = entry->second;
    if (is_new) {
      flow.deficit = kQuantum;
      flow.place = fresh_.insert(fresh_.end(), submission.from);
    } else if (flow.packs.empty() && cost_of(submission) <= flow.deficit) {
      // It has not used up what its last turn gave it.
      fresh_.splice(fresh_.end(), waiting_, flow.place);
    }
    flow.packs.push_back(std::move(submission));
    ++count_;
  }

  /// The next pack in turn. Packs of one session stay in their order.
  [[nodiscard]] std::optional<Submission> pop() {
    while (count_ > 0) {
      std::list<AuthorKey>& turn = fresh_.empty() ? waiting_ : fresh_;
      const auto entry = flows_.find(turn.front());
      Flow& flow = entry->second;
      if (flow.packs.empty()) {
        turn.pop_front();
        flows_.erase(entry);
        continue;
      }
      const std::uint64_t cost = cost_of(flow.packs.front());
      if (cost > flow.deficit) {
        flow.deficit += kQuantum;
        waiting_.splice(waiting_.end(), turn, turn.begin());
        continue;
      }
      flow.deficit -= cost;
      Submission next = std::move(flow.packs.front());
      flow.packs.pop_front();
      --count_;
      // Only at the end of the round is it forgotten: who comes back before is not new again.
      if (flow.packs.empty()) waiting_.splice(waiting_.end(), turn, turn.begin());
      return next;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }

  /// In changes, or in large contents.
  [[nodiscard]] static std::uint64_t cost_of(const Submission& submission) {
    constexpr std::uint64_t kBytesOfAChange = 256;
    return std::max<std::uint64_t>(submission.changes, submission.pack->size() / kBytesOfAChange);
  }

 private:
  static constexpr std::uint64_t kQuantum = 64;  ///< more than a laptop records between two breaths
  struct Flow {
    std::deque<Submission> packs;
    std::uint64_t deficit = 0;
    std::list<AuthorKey>::iterator place;  ///< in fresh_ or in waiting_
  };

  std::map<AuthorKey, Flow> flows_;
  std::list<AuthorKey> fresh_;    ///< had no turn yet, or left a part of it
  std::list<AuthorKey> waiting_;  ///< the round
  std::size_t count_ = 0;         ///< packs
};

}  // namespace karez::relay
