#include "karez/storage/opened_packs.h"

#include <iterator>

namespace karez {
namespace {

/// An unpacked pack takes some megabytes at the most.
constexpr std::size_t kRemembered = 4;

}  // namespace

OpenedPacks::Pack OpenedPacks::with(AuthorId author, std::uint64_t seq) {
  for (std::size_t i = 0; i < remembered_.size(); ++i) {
    const Remembered one = remembered_[i];
    if (one.author != author || seq < one.pack->header.first_seq || seq > one.pack->header.last_seq())
      continue;
    if (i > 0) {
      remembered_.erase(remembered_.begin() + static_cast<std::ptrdiff_t>(i));
      remembered_.push_front(one);
    }
    return one.pack;
  }
  return nullptr;
}

OpenedPacks::Pack OpenedPacks::at(AuthorId author, std::uint64_t first_seq, std::uint64_t last_seq) const {
  for (const Remembered& one : remembered_) {
    const PackHeader& header = one.pack->header;
    if (one.author == author && header.first_seq == first_seq && header.last_seq() == last_seq)
      return one.pack;
  }
  return nullptr;
}

void OpenedPacks::remember(AuthorId author, Pack pack) {
  remembered_.push_front({author, std::move(pack)});
  if (remembered_.size() > kRemembered) remembered_.pop_back();
}

std::optional<Hash> OpenedPacks::link(AuthorId author, std::uint64_t seq) const {
  const std::int64_t key = log_key(author, seq);
  const auto pack = links_.lower_bound(key);  // the first that ends there or later
  if (pack == links_.end()) return std::nullopt;
  const auto from_end = static_cast<std::uint64_t>(pack->first - key);
  const std::vector<Hash>& links = pack->second;
  if (from_end >= links.size()) return std::nullopt;
  return links[links.size() - 1 - from_end];
}

void OpenedPacks::keep_links(AuthorId author, const OpenedPack& pack) {
  const std::int64_t first = log_key(author, pack.header.first_seq);
  const std::int64_t last = log_key(author, pack.header.last_seq());
  const auto kept = links_.find(last);
  if (kept != links_.end() && kept->second.size() >= pack.changes.size()) return;
  if (kept_links_ + pack.changes.size() > kKeptLinks) {
    links_.clear();
    kept_links_ = 0;
  }
  // What lies inside of it was merged into it, and would hide it from link().
  for (auto one = links_.lower_bound(first); one != links_.end() && one->first <= last;) {
    const bool is_inside = one->first - static_cast<std::int64_t>(one->second.size()) + 1 >= first;
    if (is_inside) kept_links_ -= one->second.size();
    one = is_inside ? links_.erase(one) : std::next(one);
  }
  std::vector<Hash>& links = links_[last];
  links.reserve(pack.changes.size());
  for (const OpenedChange& one : pack.changes) links.push_back(one.link);
  kept_links_ += links.size();
}

void OpenedPacks::forget() {
  remembered_.clear();
  links_.clear();
  kept_links_ = 0;
}

}  // namespace karez
