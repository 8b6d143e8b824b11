// What readers of the stored log share: places, and what they say of damage. Private to storage.
#pragma once

#include "karez/base/limits.h"
#include "karez/storage/authors.h"

namespace karez {

inline std::uint64_t seq_of_key(std::int64_t key) { return static_cast<std::uint64_t>(key) & limits::kSeq; }

inline Error damaged(const AuthorRow* author, std::uint64_t seq, const std::string& why) {
  const std::string who = author == nullptr        ? "an author"
                          : author->laptop.empty() ? author->name
                                                   : author->laptop;
  return {ErrorCode::corrupt, "the stored log of " + who + " is damaged at change " + std::to_string(seq) +
                                  " (" + why + "); nothing was changed: run karez verify"};
}

}  // namespace karez
