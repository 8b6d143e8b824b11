// The packs of the log that were unpacked last, for those who read them next.
//
// Logs only grow: what is remembered stays true when packs are merged, until a rollback. One thread.
#pragma once

#include <deque>
#include <memory>

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
  void forget() { remembered_.clear(); }

 private:
  struct Remembered {
    AuthorId author = 0;
    Pack pack;
  };
  std::deque<Remembered> remembered_;  ///< used last first
};

}  // namespace karez
