// The packs of the log that were unpacked last, for those who read them next, and the links of many more.
//
// A pin may name any change, and its link is known only when the pack around it is unpacked: milliseconds,
// for a few dozen bytes of whoever writes pins. So an unpacked pack leaves its links behind, which are small.
// Logs only grow: what is remembered stays true when packs are merged, until a rollback. One thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "karez/base/limits.h"
#include "karez/log/pack.h"
#include "karez/storage/authors.h"

namespace karez {

class OpenedPacks {
 public:
  using Pack = std::shared_ptr<const OpenedPack>;

  /// The remembered pack used last that holds a change; null if none does.
  [[nodiscard]] Pack with(AuthorId author, std::uint64_t seq);
  /// The remembered pack of these very bounds; null if there is none.
  [[nodiscard]] Pack at(AuthorId author, std::uint64_t first_seq, std::uint64_t last_seq) const;
  void remember(AuthorId author, Pack pack);

  /// The link at a change if a pack that keep_links() was given holds it.
  [[nodiscard]] std::optional<Hash> link(AuthorId author, std::uint64_t seq) const;
  /// Keeps the links of a pack. When kKeptLinks are there, all are dropped first: that bounds the memory.
  void keep_links(AuthorId author, const OpenedPack& pack);
  /// As many as 256 of the largest packs have; 32 MiB.
  static constexpr std::size_t kKeptLinks = 256 * limits::kPackChanges;

  void forget();

 private:
  struct Remembered {
    AuthorId author = 0;
    Pack pack;
  };
  std::deque<Remembered> remembered_;                ///< used last first
  std::map<std::int64_t, std::vector<Hash>> links_;  ///< by the log_key of a pack's last change
  std::size_t kept_links_ = 0;
};

}  // namespace karez
