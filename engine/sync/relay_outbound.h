// RelayOutbound: the packs of a relay's session on their way out: the stream in order of arrival with its
// `at`, and the answers to ranges and `fetch`, all made only when the link can take a frame. RelaySession
// decides who may have what.
//
// One thread. Memory: a bounded list of requests; packs stay with the host until a frame of them leaves.
#pragma once

#include <list>
#include <map>
#include <variant>

#include "burst.h"
#include "control_json.h"
#include "reconciliation.h"

namespace karez {

/// Which arrivals came from the other end itself: it needs no copy of them. The stream asks in ascending
/// order and forgets what it has passed; what comes from one end alone lies side by side.
class OwnArrivals {
 public:
  void add(std::uint64_t arrival);
  [[nodiscard]] bool contains(std::uint64_t arrival) const;
  void forget_up_to(std::uint64_t arrival);
  [[nodiscard]] std::size_t ranges() const { return ranges_.size(); }

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< first -> last, apart from each other
};

/// How much looking at heads one session may ask for: enough to list a million at once, then as much as costs
/// some milliseconds a second.
class WorkBudget {
 public:
  static constexpr std::int64_t kMost = 1 << 20;  ///< sums made and heads listed: about a second's work
  static constexpr std::int64_t kPerSecond = 1 << 12;

  [[nodiscard]] bool is_spent(std::int64_t now_ms);
  void spend(std::size_t work) { left_ -= static_cast<std::int64_t>(work); }

 private:
  std::int64_t left_ = kMost;
  std::optional<std::int64_t> refilled_ms_;
};

class RelayOutbound {
 public:
  explicit RelayOutbound(RelayHost& host) : host_(host) {}

  /// Begins (or begins again) to stream what arrived after `since`; an `at` follows in any case.
  void want(std::uint64_t since, std::uint64_t credit_bytes);
  void grant(std::uint64_t bytes);
  /// The host has news: if arrivals lie behind our position, they and an `at` follow.
  void look();
  void stop();
  [[nodiscard]] bool is_wanted() const { return is_wanted_; }

  /// False if too many requests wait already.
  [[nodiscard]] bool ask(const control::Fetch& fetch);
  /// Errors: protocol if the ranges before were not answered yet; busy if this session has made its relay
  /// work enough for now, or too many requests wait.
  [[nodiscard]] Status ask(std::vector<control::Range> ranges, std::int64_t now_ms);
  /// The peer has sent all of the pack with this arrival.
  void came_from_peer(std::uint64_t arrival) {
    if (!is_wanted_ || arrival > position_) own_.add(arrival);
  }

  /// The next frame. `at` waits while `packs_pend`: what the peer sent is to be in the heads that it names.
  [[nodiscard]] std::optional<SharedFrame> next(bool packs_pend);
  /// The host could not read packs that it has: to go on would claim that they were sent.
  [[nodiscard]] bool is_unreadable() const { return is_unreadable_; }

 private:
  [[nodiscard]] std::optional<SharedFrame> answer();
  /// A fetch, and how far it was answered.
  struct Fetching {
    control::Fetch fetch;
    std::uint64_t arrival = 0;
  };
  [[nodiscard]] std::optional<SharedFrame> answer_fetch(Fetching& fetching);
  [[nodiscard]] Frame answer_ranges(const std::vector<control::Range>& ranges);
  [[nodiscard]] std::optional<SharedFrame> stream(bool packs_pend);
  [[nodiscard]] SharedFrame frame_for_peer(const Burst& burst, bool packs_pend);
  [[nodiscard]] std::size_t allowed_bytes() const;

  RelayHost& host_;
  OwnArrivals own_;
  bool is_wanted_ = false;
  bool at_is_due_ = false;
  bool is_unreadable_ = false;
  std::uint64_t position_ = 0;  ///< everything up to this arrival was sent
  std::int64_t credit_ = 0;
  using Request = std::variant<std::vector<control::Range>, Fetching>;
  std::list<Request> requests_;
  bool ranges_wait_ = false;  ///< one question with ranges is among the requests
  WorkBudget budget_;
};

}  // namespace karez
