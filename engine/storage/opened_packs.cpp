#include "karez/storage/opened_packs.h"

namespace karez {
namespace {

/// An unpacked pack takes some megabytes at the most.
constexpr std::size_t kRemembered = 4;
/// A vector, and its block of the heap beyond what is in it.
constexpr std::size_t kContentOverhead = sizeof(Bytes) + 32;

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
  const Hash* kept = links_.at(author, seq);
  return kept == nullptr ? std::nullopt : std::optional(*kept);
}

void OpenedPacks::keep_links(AuthorId author, const OpenedPack& pack) {
  links_.keep(author, pack, pack.changes.size(), [](const OpenedChange& one) { return one.link; });
}

void OpenedPacks::keep_times(AuthorId author, const OpenedPack& pack) {
  times_.keep(author, pack, pack.changes.size(), [](const OpenedChange& one) { return one.change.time; });
}

void OpenedPacks::keep_contents(AuthorId author, const OpenedPack& pack) {
  std::size_t bytes = 0;
  for (const OpenedChange& one : pack.changes) bytes += one.content.size() + kContentOverhead;
  contents_.keep(author, pack, bytes, [](const OpenedChange& one) { return one.content; });
}

void OpenedPacks::forget() {
  remembered_.clear();
  links_.clear();
  times_.clear();
  contents_.clear();
}

}  // namespace karez
