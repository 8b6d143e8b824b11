#include "upload.h"

#include <algorithm>

#include "karez/log/pack.h"
#include "repair.h"

namespace karez {

void Upload::set_window(std::uint64_t credit_bytes, std::uint64_t pack_bytes) {
  credit_ = static_cast<std::int64_t>(std::min<std::uint64_t>(credit_bytes, 64 * limits::kCreditBytes));
  pack_bytes_ = pack_bytes;
}

void Upload::plan(const Heads& relay) {
  sent_.clear();
  held_ = store_.heads();
  for (const auto& [name, head] : relay) sent_[name] = held_there(name, head);
  refresh();
}

void Upload::renamed(const Heads& relay) {
  const Heads before = std::exchange(held_, store_.heads());
  for (const auto& [name, head] : held_) {
    if (before.contains(name)) continue;
    const auto there = relay.find(name);
    sent_[name] = there == relay.end() ? 0 : held_there(name, there->second);
  }
  refresh();
}

/// How much of our log of this name the relay holds, as it says.
std::uint64_t Upload::held_there(const AuthorKey& name, const Head& head) const {
  const auto ours = held_.find(name);
  const bool can_compare = ours != held_.end() && ours->second.seq >= head.seq;
  return can_compare && !holds(store_, held_, name, head) ? 0 : head.seq;
}

void Upload::refresh() {
  held_ = store_.heads();
  waiting_.clear();
  for (const auto& [name, head] : held_) {
    if (is_blocked(name) || head.seq <= sent_[name]) continue;
    if (name == preferred_) {
      waiting_.push_front(name);
    } else {
      waiting_.push_back(name);
    }
  }
}

void Upload::raise(const AuthorKey& name, std::uint64_t seq) {
  std::uint64_t& sent = sent_[name];
  sent = std::max(sent, seq);
}

void Upload::block(const AuthorKey& name) {
  blocked_.insert(name);
  std::erase(waiting_, name);
}

void Upload::block_author(const AuthorKey& author) {
  block(author);
  for (const auto& [name, of] : author_of_) {
    if (of == author) block(name);
  }
}

bool Upload::has_waiting(const AuthorKey& name) const {
  return std::find(waiting_.begin(), waiting_.end(), name) != waiting_.end();
}

/// Changes of another branch of the same author are on their way.
bool Upload::is_held_up(const AuthorKey& name) const {
  const auto author = author_of_.find(name);
  if (author == author_of_.end()) return false;
  return std::any_of(in_flight_.begin(), in_flight_.end(), [&](const InFlight& pack) {
    return pack.author == author->second && (pack.name != name || pack.reached < pack.last);
  });
}

std::optional<Bytes> Upload::next(const AuthorKey* only, Refusals& refused) {
  // One pack may always go: a relay whose credit is smaller than a pack must not stop the session.
  for (std::size_t i = 0; i < waiting_.size() && (credit_ > 0 || in_flight_.empty());) {
    const AuthorKey name = waiting_[i];
    if (only != nullptr && name != *only) return std::nullopt;
    if (!is_held_up(name)) {
      if (auto pack = take(name, refused)) return pack;
    }
    if (is_held_up(name)) {
      ++i;
    } else {
      std::erase(waiting_, name);
    }
  }
  return std::nullopt;
}

std::optional<Bytes> Upload::take(const AuthorKey& name, Refusals& refused) {
  const std::uint64_t after = sent_[name];
  AuthorKey author = name;
  const auto refuse = [&](Error error) {
    refused.push_back({author, after + 1, held_[name].seq, std::move(error), false});
    block(name);
    return std::nullopt;
  };
  auto pack = store_.next_pack(name, after);
  if (!pack) return refuse(pack.error());
  if (!pack->has_value()) return std::nullopt;
  const std::uint64_t reached = (*pack)->reached;
  Bytes bytes = std::move((*pack)->bytes);
  const auto header = read_pack_header(bytes);
  if (!header) return refuse(header.error());
  author = author_of_[name] = header->author;
  if (reached <= after || reached > header->last_seq()) {
    return refuse({ErrorCode::internal, "The store gave a pack of another place."});
  }
  if (bytes.size() > pack_bytes_)
    return refuse({ErrorCode::too_large, "The relay takes no packs of this size."});
  if (is_held_up(name)) return std::nullopt;
  credit_ -= static_cast<std::int64_t>(bytes.size());
  in_flight_.push_back({name, author, header->first_seq, header->last_seq(), reached, bytes.size()});
  sent_[name] = reached;
  if (reached >= held_[name].seq) std::erase(waiting_, name);
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

std::optional<AuthorKey> Upload::refused(const AuthorKey& author, std::uint64_t first, std::uint64_t last,
                                         std::uint64_t credit) {
  const auto pack = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const InFlight& p) {
    return p.author == author && p.first == first && p.last == last;
  });
  std::optional<AuthorKey> name;
  if (pack != in_flight_.end()) {
    name = pack->name;
    in_flight_.erase(pack);
  } else {
    ++unnamed_;
  }
  credit_ += static_cast<std::int64_t>(std::min<std::uint64_t>(credit, limits::kCreditBytes));
  settle_unnamed();
  return name;
}

/// When only so many packs are left as refusals named none in flight, those are the damaged ones.
void Upload::settle_unnamed() {
  if (unnamed_ == 0 || in_flight_.size() > unnamed_) return;
  for (const InFlight& pack : in_flight_) block(pack.name);
  in_flight_.clear();
  unnamed_ = 0;
}

std::uint64_t Upload::unsettled_changes() const {
  std::uint64_t changes = 0;
  for (const InFlight& pack : in_flight_) changes += pack.last - pack.first + 1;
  for (const AuthorKey& name : waiting_) {
    const std::uint64_t held = held_.at(name).seq;
    const auto sent = sent_.find(name);
    const std::uint64_t from = sent == sent_.end() ? 0 : sent->second;
    if (held > from) changes += held - from;
  }
  return changes;
}

}  // namespace karez
