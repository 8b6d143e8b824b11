// Erasures: what erase operations of held changes name, and the removal of the private parts that they name.
// Whose erase does so is for who knows the roles. One thread; writes need a Transaction that the caller
// holds.
#pragma once

#include <vector>

#include "karez/storage/log_store.h"

namespace karez {

/// An erase that is held: it names change (author, seq).
struct Erasure {
  AuthorKey author;
  std::uint64_t seq = 0;
  AuthorId by = 0;  ///< the row whose log holds it
  std::uint64_t by_seq = 0;
};

class Erasures {
 public:
  Erasures(Statements& statements, Authors& authors, LogStore& log)
      : statements_(statements), authors_(authors), log_(log) {}

  /// Notes what the erase operations of a change name, when it comes into a log. Again: no harm.
  static Status note(Statements& statements, AuthorId by, const Change& change);
  /// Whether nothing was ever erased, as far as anybody here knows.
  Result<bool> none();
  /// Those that name a change.
  Result<std::vector<Erasure>> of(const AuthorKey& author, std::uint64_t seq);
  /// Those of which no part was removed yet.
  Result<std::vector<Erasure>> pending();
  /// Removes the private part of a change from every pack that holds it, those beyond a gap included. Gives
  /// whether the change is held here.
  ///
  /// Errors: corrupt, io. The bytes are gone from the file only after Database::wipe().
  Result<bool> carry_out(const Erasure& erasure);

 private:
  Status strip_aside(AuthorId shelf, std::uint64_t seq);

  Statements& statements_;
  Authors& authors_;
  LogStore& log_;
};

/// A pack without some private parts; `seqs` are those of their changes. Errors: those of encode_pack().
[[nodiscard]] Result<Bytes> without_parts(OpenedPack& pack, const std::vector<std::uint64_t>& seqs);

}  // namespace karez
