// HeadTable: heads in the order of their authors, with what range-based reconciliation asks of them: how many
// lie below a bound, and their sum. Values; no thread rule.
//
// A list of sorted chunks, each with its sum: to set a head, to find one, and to sum a range all cost one
// walk over the chunks (400 at 100,000 authors: about a microsecond) and one over a part of a chunk. A tree
// would ask fewer steps and give more to get wrong; prefix sums would be made anew at every commit.
#pragma once

#include <optional>
#include <vector>

#include "karez/base/int128.h"
#include "karez/log/heads.h"

namespace karez {

/// A place between authors: a key lies before it or not. The default is before everything.
struct AuthorBound {
  bool is_end = false;  ///< after every key
  AuthorKey key;        ///< keys from this one on lie behind the bound
  auto operator<=>(const AuthorBound&) const = default;
};
[[nodiscard]] inline AuthorBound end_bound() { return {true, {}}; }
/// The bound with the shortest key that lies behind `a` and not behind `b`; a < b.
[[nodiscard]] AuthorBound bound_between(const AuthorKey& a, const AuthorKey& b);

/// The entries of a range, summed mod 2^128: the low half of their fingerprint.
///
/// Half is enough to look for differences with: heads that differ have equal sums by chance in one of 2^128
/// ranges, and what a search finds is not believed for its sums, but for the whole fingerprint that equals
/// the relay's in the end (schema/protocol.md, section 6).
using RangeSum = UInt128;

class HeadTable {
 public:
  HeadTable() = default;
  explicit HeadTable(const Heads& heads);

  /// Sets an author's head; gives the one before it (seq 0 if there was none).
  Head set(const AuthorKey& author, const Head& head);
  /// Forgets an author's head; gives it (seq 0 if there was none).
  Head erase(const AuthorKey& author);
  [[nodiscard]] std::optional<Head> find(const AuthorKey& author) const;
  [[nodiscard]] bool contains(const AuthorKey& author) const { return find(author).has_value(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  [[nodiscard]] bool operator==(const HeadTable& other) const { return all() == other.all(); }

  /// The entries before a place; those of a range are the difference of two marks.
  struct Mark {
    std::size_t count = 0;
    RangeSum sum = 0;
  };
  [[nodiscard]] Mark mark(const AuthorBound& bound) const;
  /// Of the first `count` entries, at most all.
  [[nodiscard]] Mark mark_at(std::size_t count) const;
  /// The bound right before the entry with this index, as short as can be; the first and the last place have
  /// the bounds before and after everything.
  [[nodiscard]] AuthorBound bound_at(std::size_t index) const;
  /// The entries from `first` to before `last`, ascending.
  [[nodiscard]] std::vector<std::pair<AuthorKey, Head>> entries(std::size_t first, std::size_t last) const;
  [[nodiscard]] Heads all() const;

 private:
  struct Entry {
    AuthorKey author;
    Head head;
    RangeSum sum = 0;
  };
  struct Chunk {
    std::vector<Entry> entries;  ///< never empty
    RangeSum sum = 0;
  };
  /// The chunk where an author's entry is or would stand; end if it lies after all.
  [[nodiscard]] std::size_t chunk_of(const AuthorKey& author) const;
  [[nodiscard]] const Entry& entry_at(std::size_t index) const;
  void split_if_full(std::size_t index);

  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
  Fingerprint fingerprint_;
};

}  // namespace karez
