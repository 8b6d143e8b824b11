// Aside: the shelf of packs that came before their predecessors. They are not held: heads and tables do not
// know them until the gap below them closes and they are taken from here.
//
// Packs stand here as they came, one for each place where one begins; all branches of an author lie under its
// first row. One thread; writes need a Transaction that the caller holds.
#pragma once

#include <optional>

#include "karez/storage/authors.h"
#include "karez/storage/statements.h"

namespace karez {

class Aside {
 public:
  explicit Aside(Statements& statements) : statements_(statements) {}

  /// Keeps a pack that begins at `first_seq`, in place of another that begins there.
  Status put(AuthorId author, std::uint64_t first_seq, ByteView pack);
  /// The lowest pack of the author that begins above `above` and at or below `next`, removed from the shelf.
  Result<std::optional<Bytes>> take(AuthorId author, std::uint64_t next, std::uint64_t above = 0);
  /// Clears an author's shelf: it turned out to be a stranger.
  Status drop(AuthorId author);

 private:
  Statements& statements_;
};

}  // namespace karez
