#include "relay_outbound.h"

#include <algorithm>

namespace karez {
namespace {

constexpr std::size_t kRequests = 256;
constexpr std::size_t kPageBytes = 256 * 1024;

}  // namespace

void OwnRanges::add(const AuthorKey& author, std::uint64_t first, std::uint64_t last) {
  auto& ranges = ranges_[author];
  auto next = ranges.upper_bound(first);
  if (next != ranges.begin()) {
    const auto before = std::prev(next);
    if (before->second + 1 >= first) {
      first = before->first;
      last = std::max(last, before->second);
      next = ranges.erase(before);
    }
  }
  while (next != ranges.end() && next->first <= last + 1) {
    last = std::max(last, next->second);
    next = ranges.erase(next);
  }
  ranges[first] = last;
}

bool OwnRanges::covers(const AuthorKey& author, std::uint64_t first, std::uint64_t last) const {
  const auto ranges = ranges_.find(author);
  if (ranges == ranges_.end()) return false;
  const auto after = ranges->second.upper_bound(first);
  return after != ranges->second.begin() && std::prev(after)->second >= last;
}

void RelayOutbound::want(std::uint64_t since, std::uint64_t credit_bytes) {
  // A second `want` asks for another `at`; what is in flight stays counted.
  if (!is_wanted_) grant(credit_bytes);
  is_wanted_ = at_is_due_ = true;
  position_ = std::min(since, host_.end());
  page_.clear();
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
  page_.clear();
  fetched_.clear();
  requests_.clear();
}

bool RelayOutbound::ask(Request request) {
  if (requests_.size() >= kRequests) return false;
  requests_.push_back(std::move(request));
  return true;
}

std::optional<Frame> RelayOutbound::next(bool packs_pend) {
  if (auto frame = answer()) return frame;
  if (!is_wanted_) return std::nullopt;
  if (auto frame = stream()) return frame;
  if (!at_is_due_ || packs_pend || !page_.empty() || position_ < host_.end()) return std::nullopt;
  at_is_due_ = false;
  return control::encode(control::At{host_.end(), host_.fingerprint().bytes()});
}

std::optional<Frame> RelayOutbound::answer() {
  while (!requests_.empty()) {
    if (const auto* heads = std::get_if<control::HeadsRequest>(&requests_.front())) {
      Frame frame = answer_heads(*heads);
      requests_.pop_front();
      return frame;
    }
    // Requests are answered in order: one that waits for credit holds up the others.
    if (credit_ <= 0) return std::nullopt;
    if (auto frame = answer_fetch(std::get<control::Fetch>(requests_.front()))) return frame;
    requests_.pop_front();
  }
  return std::nullopt;
}

std::optional<Frame> RelayOutbound::answer_fetch(control::Fetch& fetch) {
  if (fetched_.empty()) {
    for (RelayedPack& pack : host_.packs_of(fetch.author, fetch.after, page_bytes())) {
      if (pack.last_seq > fetch.after) fetched_.push_back(std::move(pack));
    }
  }
  if (fetched_.empty()) return std::nullopt;
  const RelayedPack pack = std::move(fetched_.front());
  fetched_.pop_front();
  fetch.after = std::max(fetch.after, pack.last_seq);
  return spend(pack);
}

Frame RelayOutbound::answer_heads(const control::HeadsRequest& request) {
  control::HeadsPage page;
  page.heads = host_.heads_after(request.after, control::kHeadsPerPage + 1);
  page.more = page.heads.size() > control::kHeadsPerPage;
  if (page.more) page.heads.resize(control::kHeadsPerPage);
  return control::encode(page);
}

std::optional<Frame> RelayOutbound::stream() {
  while (credit_ > 0) {
    if (page_.empty()) {
      const std::uint64_t end = host_.end();
      if (position_ >= end) return std::nullopt;
      for (RelayedPack& pack : host_.packs_after(position_, page_bytes())) page_.push_back(std::move(pack));
      // Arrivals without a pack of their own (merged into others) are behind us too.
      position_ = page_.empty() ? end : std::max(position_, page_.back().arrival);
      continue;
    }
    const RelayedPack pack = std::move(page_.front());
    page_.pop_front();
    if (!own_.covers(pack.author, pack.first_seq, pack.last_seq)) return spend(pack);
  }
  return std::nullopt;
}

std::size_t RelayOutbound::page_bytes() const {
  return std::min(kPageBytes, static_cast<std::size_t>(std::max<std::int64_t>(credit_, 1)));
}

Frame RelayOutbound::spend(const RelayedPack& pack) {
  credit_ -= static_cast<std::int64_t>(pack.bytes->size());
  return control::pack_frame(pack.arrival, *pack.bytes);
}

std::size_t RelayOutbound::queued_bytes() const {
  std::size_t bytes = 0;
  for (const RelayedPack& pack : page_) bytes += pack.bytes->size();
  for (const RelayedPack& pack : fetched_) bytes += pack.bytes->size();
  return bytes;
}

}  // namespace karez
