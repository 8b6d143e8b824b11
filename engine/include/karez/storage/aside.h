// Aside: the shelf of packs that came before their predecessors. They are not held: heads and tables do not
// know them until the gap below them closes and they are taken from here.
//
// Packs stand here as they came, all branches of an author under its first row; of one author no more than
// limits::kShelf. One thread; writes need a Transaction that the caller holds.
#pragma once

#include <functional>
#include <optional>

#include "karez/log/pack.h"
#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {

class Aside {
 public:
  explicit Aside(Statements& statements) : statements_(statements) {}

  /// Keeps a pack that ends with `link`. Where an author's shelf is full, what begins last goes: its sender
  /// has it still, and heads that differ bring it again.
  Status put(AuthorId author, const PackHeader& header, const Hash& link, ByteView pack);
  /// Whether a pack may follow what is held: its first seq, and the link of the change before it.
  using Follows = std::function<bool(std::uint64_t first_seq, const Hash& prev_link)>;
  /// The lowest pack of the author that follows, removed from the shelf. Opens none.
  Result<std::optional<Bytes>> take(AuthorId author, const Follows& follows);
  /// Clears an author's shelf: it turned out to be a stranger.
  Status drop(AuthorId author);

 private:
  Statements& statements_;
};

}  // namespace karez
