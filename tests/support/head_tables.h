// Tables of heads for tests of reconciliation, and a run of one in memory.
#pragma once

#include <random>

#include "../../engine/sync/reconciliation.h"
#include "karez/base/limits.h"

namespace karez::testing {

inline AuthorKey any_author(std::mt19937_64& random) {
  AuthorKey key;
  for (std::uint8_t& byte : key.bytes) byte = static_cast<std::uint8_t>(random());
  return key;
}

inline Head any_head(std::mt19937_64& random) {
  Head head{1 + random() % 1000, {}};
  for (std::uint8_t& byte : head.link) byte = static_cast<std::uint8_t>(random());
  return head;
}

inline Heads random_heads(std::size_t count, std::mt19937_64& random) {
  Heads heads;
  while (heads.size() < count) heads.emplace(any_author(random), any_head(random));
  return heads;
}

struct Reconciled {
  Status status;
  Heads heads;  ///< what the replica takes for the relay's
  std::size_t round_trips = 0;
  std::size_t bytes = 0;  ///< of all frames, both ways
  std::size_t largest = 0;
  std::size_t work = 0;
};

/// Runs a reconciliation to its end; `relay` gives the answer to a question's frame.
template <typename Relay>
Reconciled reconcile_with(const Heads& presumed, Relay relay) {
  Reconciled out;
  Reconciliation reconciliation(presumed);
  while (out.status && !reconciliation.is_done()) {
    const Frame question = reconciliation.ask();
    const Frame answer = relay(question);
    ++out.round_trips;
    out.bytes += question.bytes.size() + answer.bytes.size();
    out.largest = std::max({out.largest, question.bytes.size(), answer.bytes.size()});
    const auto ranges = control::ranges_from_relay(answer.bytes);
    out.status = ranges ? reconciliation.take(*ranges) : Status(ranges.error());
  }
  out.heads = reconciliation.take_heads();
  return out;
}

/// With an honest relay.
inline Reconciled reconcile(const Heads& presumed, const Heads& relay) {
  const HeadTable table(relay);
  std::size_t work = 0;
  Reconciled out = reconcile_with(presumed, [&](const Frame& question) {
    const auto asked = control::ranges_from_replica(question.bytes);
    ENSURE(asked.ok());
    return answer_ranges(table, *asked, work);
  });
  out.work = work;
  return out;
}

}  // namespace karez::testing
