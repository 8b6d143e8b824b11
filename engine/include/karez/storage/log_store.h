// The log on disk: every author's changes as canonical content with their links, the seals of packs, packs
// set aside, and the small facts about this replica (meta).
//
// One thread; writes need a Transaction that the caller holds.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "karez/log/pack.h"
#include "karez/storage/authors.h"

namespace karez {

struct StoredChange {
  std::uint64_t seq = 0;
  HybridTime time;
  Hash link{};
  Bytes content;
  std::optional<PrivatePart> private_part;
};

class LogStore {
 public:
  LogStore(Statements& statements, Authors& authors) : statements_(statements), authors_(authors) {}

  /// Appends the author's next change and moves its head. The caller has checked the chain.
  Status append(AuthorRow& author, const OpenedChange& change);
  Status add_seal(AuthorId author, std::uint64_t seq, const Signature& signature);
  [[nodiscard]] std::optional<Signature> seal_at(AuthorId author, std::uint64_t seq);

  [[nodiscard]] std::optional<Hash> link_at(AuthorId author, std::uint64_t seq);
  [[nodiscard]] std::optional<HybridTime> time_at(AuthorId author, std::uint64_t seq);
  /// Errors: not_found, corrupt.
  Result<StoredChange> read(AuthorId author, std::uint64_t seq);
  /// Changes above `after` in order, until `row` says false.
  Status each(AuthorId author, std::uint64_t after, const std::function<bool(const StoredChange&)>& row);
  /// Changes that hold authority operations, by (author, seq), up to each author's applied seq.
  Status each_authority(const std::function<Status(AuthorRow&, const StoredChange&)>& row);

  /// The author's next pack above `after`, ending where it was sealed (our own key seals anywhere).
  Result<std::optional<Bytes>> next_pack(const WorkspaceId& workspace, const AuthorRow& author,
                                         std::uint64_t after, const KeyPair* own_key);

  Status set_aside(AuthorId author, std::uint64_t first_seq, ByteView pack);
  /// The pack set aside that begins at or below `next`, removed from the shelf.
  Result<std::optional<Bytes>> take_aside(AuthorId author, std::uint64_t next);
  /// Clears an author's shelf: it turned out to be a stranger.
  Status drop_aside(AuthorId author);
  Result<std::uint64_t> aside_count();

  [[nodiscard]] std::optional<std::string> meta_text(const std::string& key);
  [[nodiscard]] std::optional<std::int64_t> meta_integer(const std::string& key);
  [[nodiscard]] Bytes meta_bytes(const std::string& key);
  Status set_meta(const std::string& key, const std::string& text);
  Status set_meta(const std::string& key, std::int64_t value);
  Status set_meta_bytes(const std::string& key, ByteView bytes);

 private:
  Statements& statements_;
  Authors& authors_;
};

/// Whether a change holds an authority operation.
[[nodiscard]] bool is_authority(const Change& change);

}  // namespace karez
