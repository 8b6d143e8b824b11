// Heads: per author how far a replica holds its log, and the link there; a version vector that also pins
// content.
//
// Source: Parker et al. 1983 (version vectors); the fingerprint is an additive multiset hash over the entries
// (Clarke et al. 2003, "Incremental Multiset Hash Functions", the AdHash family, mod 2^256).
#pragma once

#include <map>

#include "karez/base/hash.h"
#include "karez/model/value.h"

namespace karez {

struct Head {
  std::uint64_t seq = 0;
  Hash link{};
  bool operator==(const Head&) const = default;
};

using Heads = std::map<AuthorKey, Head>;

/// What one head adds to a fingerprint (schema/log-format.md, section 3).
[[nodiscard]] Hash head_entry(const AuthorKey& author, const Head& head);

/// A sum mod 2^256 of entry hashes; equal sets of heads have equal fingerprints, and one head can be replaced
/// without reading the others. Printed as hex, most significant byte first.
class Fingerprint {
 public:
  Fingerprint() = default;
  explicit Fingerprint(const Hash& bytes) : sum_(bytes) {}

  void add(const AuthorKey& author, const Head& head) { add(head_entry(author, head)); }
  void add(const Hash& entry);
  void remove(const AuthorKey& author, const Head& head);
  /// Moves one author from `from` (seq 0: absent) to `to`.
  void move(const AuthorKey& author, const Head& from, const Head& to);

  [[nodiscard]] const Hash& bytes() const { return sum_; }
  [[nodiscard]] std::string hex() const { return to_hex(sum_); }
  bool operator==(const Fingerprint&) const = default;

 private:
  Hash sum_{};
};

[[nodiscard]] Fingerprint fingerprint_of(const Heads& heads);

}  // namespace karez
