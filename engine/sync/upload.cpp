#include "upload.h"

#include <algorithm>

#include "karez/log/pack.h"

namespace karez {

void Upload::set_window(std::uint64_t credit_bytes, std::uint64_t pack_bytes) {
  credit_ = static_cast<std::int64_t>(std::min<std::uint64_t>(credit_bytes, 64 * limits::kCreditBytes));
  pack_bytes_ = pack_bytes;
}

Upload::Refusals Upload::plan(const Heads& relay) {
  sent_.clear();
  held_ = store_.heads();
  Refusals forks;
  for (const auto& [author, head] : relay) {
    sent_[author] = head.seq;
    const auto ours = held_.find(author);
    if (ours == held_.end() || ours->second.seq < head.seq || head.seq == 0 || is_blocked(author)) continue;
    const auto link =
        ours->second.seq == head.seq ? std::optional(ours->second.link) : store_.link_at(author, head.seq);
    if (!link || *link == head.link) continue;
    block(author);
    forks.push_back({author,
                     head.seq,
                     head.seq,
                     {ErrorCode::fork, "The relay holds another change at this place of the author's log."},
                     false});
  }
  refresh();
  return forks;
}

void Upload::refresh() {
  held_ = store_.heads();
  waiting_.clear();
  for (const auto& [author, head] : held_) {
    if (is_blocked(author) || head.seq <= sent_[author]) continue;
    if (author == preferred_) {
      waiting_.push_front(author);
    } else {
      waiting_.push_back(author);
    }
  }
}

void Upload::raise(const AuthorKey& author, std::uint64_t seq) {
  std::uint64_t& sent = sent_[author];
  sent = std::max(sent, seq);
}

void Upload::block(const AuthorKey& author) {
  blocked_.insert(author);
  std::erase(waiting_, author);
}

bool Upload::has_waiting(const AuthorKey& author) const {
  return std::find(waiting_.begin(), waiting_.end(), author) != waiting_.end();
}

std::optional<Bytes> Upload::next(const AuthorKey* only, Refusals& refused) {
  // One pack may always go: a relay whose credit is smaller than a pack must not stop the session.
  while (!waiting_.empty() && (credit_ > 0 || in_flight_.empty())) {
    const AuthorKey author = waiting_.front();
    if (only != nullptr && author != *only) return std::nullopt;
    if (auto pack = take(author, refused)) return pack;
    std::erase(waiting_, author);
  }
  return std::nullopt;
}

std::optional<Bytes> Upload::take(const AuthorKey& author, Refusals& refused) {
  const std::uint64_t after = sent_[author];
  const auto refuse = [&](Error error) {
    refused.push_back({author, after + 1, held_[author].seq, std::move(error), false});
    block(author);
    return std::nullopt;
  };
  auto pack = store_.next_pack(author, after);
  if (!pack) return refuse(pack.error());
  if (!pack->has_value()) return std::nullopt;
  Bytes bytes = **std::move(pack);
  const auto header = read_pack_header(bytes);
  if (!header) return refuse(header.error());
  if (header->author != author || header->last_seq() <= after) {
    return refuse({ErrorCode::internal, "The store gave a pack of another author or place."});
  }
  if (bytes.size() > pack_bytes_)
    return refuse({ErrorCode::too_large, "The relay takes no packs of this size."});
  credit_ -= static_cast<std::int64_t>(bytes.size());
  in_flight_.push_back({author, header->first_seq, header->last_seq(), bytes.size()});
  sent_[author] = header->last_seq();
  if (header->last_seq() >= held_[author].seq) std::erase(waiting_, author);
  return bytes;
}

std::uint64_t Upload::acknowledged(const AuthorKey& author, std::uint64_t seq, std::uint64_t credit) {
  std::uint64_t changes = 0;
  std::erase_if(in_flight_, [&](const InFlight& pack) {
    const bool settled = pack.author == author && pack.last <= seq;
    if (settled) changes += pack.last - pack.first + 1;
    return settled;
  });
  credit_ += static_cast<std::int64_t>(std::min<std::uint64_t>(credit, limits::kCreditBytes));
  settle_unnamed();
  return changes;
}

bool Upload::refused(const AuthorKey& author, std::uint64_t first, std::uint64_t last, std::uint64_t credit) {
  const auto pack = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const InFlight& p) {
    return p.author == author && p.first == first && p.last == last;
  });
  const bool is_named = pack != in_flight_.end();
  if (is_named) {
    in_flight_.erase(pack);
  } else {
    ++unnamed_;
  }
  credit_ += static_cast<std::int64_t>(std::min<std::uint64_t>(credit, limits::kCreditBytes));
  settle_unnamed();
  return is_named;
}

/// When only so many packs are left as refusals named none in flight, those are the damaged ones.
void Upload::settle_unnamed() {
  if (unnamed_ == 0 || in_flight_.size() > unnamed_) return;
  for (const InFlight& pack : in_flight_) block(pack.author);
  in_flight_.clear();
  unnamed_ = 0;
}

std::uint64_t Upload::unsettled_changes() const {
  std::uint64_t changes = 0;
  for (const InFlight& pack : in_flight_) changes += pack.last - pack.first + 1;
  for (const AuthorKey& author : waiting_) {
    const std::uint64_t held = held_.at(author).seq;
    const auto sent = sent_.find(author);
    const std::uint64_t from = sent == sent_.end() ? 0 : sent->second;
    if (held > from) changes += held - from;
  }
  return changes;
}

}  // namespace karez
