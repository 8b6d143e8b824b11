#include "karez/storage/opened_packs.h"

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

}  // namespace karez
