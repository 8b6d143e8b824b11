#include "relay_outbound.h"

#include <algorithm>

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr std::size_t kRequests = 256;

}  // namespace

void OwnArrivals::add(std::uint64_t arrival) {
  if (contains(arrival)) return;
  std::uint64_t last = arrival;
  const auto next = ranges_.upper_bound(arrival);
  const auto before = next == ranges_.begin() ? ranges_.end() : std::prev(next);
  if (next != ranges_.end() && next->first == arrival + 1) {
    last = next->second;
    ranges_.erase(next);
  }
  if (before != ranges_.end() && before->second + 1 == arrival) {
    before->second = last;
  } else {
    ranges_[arrival] = last;
  }
}

bool OwnArrivals::contains(std::uint64_t arrival) const {
  const auto next = ranges_.upper_bound(arrival);
  return next != ranges_.begin() && std::prev(next)->second >= arrival;
}

void OwnArrivals::forget_up_to(std::uint64_t arrival) {
  while (!ranges_.empty() && ranges_.begin()->second <= arrival) ranges_.erase(ranges_.begin());
}

void RelayOutbound::want(std::uint64_t since, std::uint64_t credit_bytes) {
  // A second `want` asks for another `at`; what is in flight stays counted.
  if (!is_wanted_) grant(credit_bytes);
  is_wanted_ = at_is_due_ = true;
  position_ = std::min(since, host_.end());
}

void RelayOutbound::grant(std::uint64_t bytes) {
  constexpr auto most = static_cast<std::int64_t>(64 * limits::kCreditBytes);
  credit_ = std::min(credit_ + static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, most)), most);
}

void RelayOutbound::look() {
  if (is_wanted_ && host_.end() > position_) at_is_due_ = true;
}

void RelayOutbound::stop() {
  is_wanted_ = at_is_due_ = false;
  requests_.clear();
  ranges_wait_ = false;
}

bool WorkBudget::is_spent(std::int64_t now_ms) {
  // A clock that steps gives no more than one budget, and takes nothing away.
  const std::int64_t passed_ms = std::clamp<std::int64_t>(now_ms - refilled_ms_.value_or(now_ms), 0, 1 << 20);
  if (const std::int64_t more = passed_ms * kPerSecond / 1000; more > 0 || passed_ms == 0) {
    left_ = std::min(left_ + more, kMost);
    refilled_ms_ = now_ms;
  }
  return left_ <= 0;
}

bool RelayOutbound::ask(const control::Fetch& fetch) {
  if (requests_.size() >= kRequests) return false;
  requests_.emplace_back(Fetching{fetch, 0});
  return true;
}

Status RelayOutbound::ask(std::vector<control::Range> ranges, std::int64_t now_ms) {
  if (requests_.size() >= kRequests) return Error{ErrorCode::busy, "Too many requests wait for an answer."};
  if (!ranges.empty()) {
    if (ranges_wait_) return Error{ErrorCode::protocol, "The ranges asked before are not answered yet."};
    if (budget_.is_spent(now_ms)) return Error{ErrorCode::busy, "Too many ranges were asked for now."};
    ranges_wait_ = true;
  }
  requests_.emplace_back(std::move(ranges));
  return {};
}

std::optional<SharedFrame> RelayOutbound::next(bool packs_pend) {
  if (auto frame = answer()) return frame;
  if (is_unreadable_) return std::nullopt;
  return is_wanted_ ? stream(packs_pend) : std::nullopt;
}

std::optional<SharedFrame> RelayOutbound::answer() {
  while (!requests_.empty()) {
    if (const auto* ranges = std::get_if<std::vector<control::Range>>(&requests_.front())) {
      Frame frame = answer_ranges(*ranges);
      requests_.pop_front();
      return SharedFrame(std::move(frame));
    }
    // Requests are answered in order: one that waits for credit holds up the others.
    if (credit_ <= 0) return std::nullopt;
    if (auto frame = answer_fetch(std::get<Fetching>(requests_.front()))) return frame;
    if (is_unreadable_) return std::nullopt;
    requests_.pop_front();
  }
  return std::nullopt;
}

std::optional<SharedFrame> RelayOutbound::answer_fetch(Fetching& fetching) {
  const control::Fetch& fetch = fetching.fetch;
  auto read = host_.packs_of(fetch.author, fetch.after, fetching.arrival, allowed_bytes());
  // The end of fetches that were not answered would pass for all that there is.
  is_unreadable_ = !read.ok();
  if (is_unreadable_) return std::nullopt;
  std::vector<RelayedPack> packs = std::move(read).value();
  std::erase_if(packs, [&](const RelayedPack& pack) { return pack.arrival <= fetching.arrival; });
  if (packs.empty()) return std::nullopt;
  keep_what_fits(packs);
  fetching.arrival = packs.back().arrival;
  for (const RelayedPack& pack : packs) credit_ -= static_cast<std::int64_t>(pack.bytes->size());
  return control::packs_frame(packs);
}

Frame RelayOutbound::answer_ranges(const std::vector<control::Range>& ranges) {
  std::size_t work = 0;
  Frame frame = karez::answer_ranges(host_.head_table(), ranges, work);
  if (!ranges.empty()) ranges_wait_ = false;
  budget_.spend(work);
  return frame;
}

std::optional<SharedFrame> RelayOutbound::stream(bool packs_pend) {
  for (;;) {
    const bool is_behind = position_ < host_.end();
    const bool has_credit = credit_ > 0 || is_mutant(Mutant::ignore_credit);
    if (is_behind ? !has_credit : !at_is_due_ || packs_pend) return std::nullopt;
    const std::shared_ptr<const Burst> burst = host_.burst_after(position_, allowed_bytes());
    is_unreadable_ = !burst->frame.bytes;
    if (is_unreadable_) return std::nullopt;
    position_ = burst->to;
    SharedFrame frame = frame_for_peer(*burst, packs_pend);
    own_.forget_up_to(position_);
    if (frame.bytes) return frame;
  }
}

/// The burst's own frame, or one without what came from the peer itself; nothing if that is all of it.
SharedFrame RelayOutbound::frame_for_peer(const Burst& burst, bool packs_pend) {
  const auto is_own = [this](const RelayedPack& pack) { return own_.contains(pack.arrival); };
  const bool tells_at = burst.at.has_value() && at_is_due_ && !packs_pend;
  if (tells_at) at_is_due_ = false;
  std::vector<RelayedPack> foreign;
  const bool has_own = std::any_of(burst.packs.begin(), burst.packs.end(), is_own);
  if (!has_own && tells_at == burst.at.has_value()) {
    credit_ -= static_cast<std::int64_t>(burst.bytes);
    return burst.frame;
  }
  std::remove_copy_if(burst.packs.begin(), burst.packs.end(), std::back_inserter(foreign), is_own);
  if (foreign.empty() && !tells_at) return {};
  for (const RelayedPack& pack : foreign) credit_ -= static_cast<std::int64_t>(pack.bytes->size());
  return control::packs_frame(foreign, tells_at ? burst.at : std::nullopt);
}

std::size_t RelayOutbound::allowed_bytes() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(credit_, 1));
}

}  // namespace karez
