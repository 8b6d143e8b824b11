// What a dot means whose author forked: contents say author keys, tables say names of streams, and this is
// the one place that goes from one to the other (schema/log-format.md section 9).
//
// In an author's own log a dot means the same branch. In another's it means the branch that its newest pin of
// the author leads to, or what all branches share; else nothing that is here: a name of its own that no log
// bears, so that tables treat it as any record that is not held. While nobody has forked nothing is done and
// nothing is stored. One thread; writes need a Transaction that the caller holds.
#pragma once

#include <map>
#include <vector>

#include "karez/storage/log_store.h"

namespace karez {

class StreamNames {
 public:
  StreamNames(Statements& statements, Authors& authors, LogStore& log)
      : statements_(statements), authors_(authors), log_(log) {}

  /// Whether a change of this log may name anybody who forked, itself included.
  [[nodiscard]] bool concerns(const AuthorRow& row, const Change& change);
  /// Notes which branches a change that is about to be applied pins.
  Status keep_pins(const AuthorRow& row, const Change& change);
  /// Puts names in place of keys, in a change of this log whose pins are kept.
  Status name(const AuthorRow& row, Change& change);
  /// The branch that a log's newest pin of an author at or below `seq` leads to; nothing if it has none.
  Result<std::optional<Pin>> newest_pin(const AuthorRow& row, std::uint64_t seq, const AuthorKey& author);
  /// Whether a log has this link at this seq; what is not held it has not.
  [[nodiscard]] bool has_link(const AuthorRow& row, std::uint64_t seq, const Hash& link);
  /// The first row of an author that has it; null if none has.
  [[nodiscard]] AuthorRow* branch_with(const AuthorKey& author, std::uint64_t seq, const Hash& link);

  /// Which branch of each author that forked is meant.
  using Meant = std::map<AuthorKey, const AuthorRow*>;
  /// Puts keys in place of names in operations that `row` is about to write.
  ///
  /// Errors: refused if one change would have to mean two branches of an author.
  Result<Meant> unname(const AuthorRow& row, std::vector<Operation>& operations);
  /// Takes from operations that `row` is about to write what its next change can say, which is what means one
  /// branch of each author; the rest is for the change after it. A write or a drop that names dots of several
  /// branches is taken for some of them and stays for the others, a write then in place of the first. Nothing
  /// is taken if even the first operation means several branches.
  std::vector<Operation> take_part(const AuthorRow& row, std::vector<Operation>& operations);

 private:
  /// Which branches of authors may still be meant, by key.
  using Choices = std::map<AuthorKey, std::vector<const AuthorRow*>>;
  /// Leaves of the choices those that have a change under this name; false, and nothing changed, if none has.
  bool narrow(const AuthorRow& row, Choices& choices, const AuthorKey& name, std::uint64_t seq);
  Result<AuthorKey> meaning(const AuthorRow& row, std::uint64_t at, const AuthorKey& author,
                            std::uint64_t seq);

  Statements& statements_;
  Authors& authors_;
  LogStore& log_;
};

}  // namespace karez
