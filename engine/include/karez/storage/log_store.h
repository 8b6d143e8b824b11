// The log on disk: every author's changes as packs, the newest of our own one by one until they fill a pack.
//
// A pack is stored as it came: signed by its author at its end, compressed, the bytes that the next peer
// gets. Small packs are merged as a log grows; the last signature stays, which covers everything before it.
// A branch of an author stores the packs that came for it; what it shares with its parent is read from there.
// One thread; writes need a Transaction that the caller holds.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "karez/log/next_pack.h"
#include "karez/log/pack.h"
#include "karez/storage/authors.h"
#include "karez/storage/opened_packs.h"

namespace karez {

class LogStore {
 public:
  LogStore(Statements& statements, Authors& authors) : statements_(statements), authors_(authors) {}

  /// Appends our own next change and moves its author's head. The caller has made the chain.
  Status append(AuthorRow& author, const OpenedChange& change);
  /// Appends a pack of which something lies above the author's head, and moves the head to its end. The
  /// caller has checked that it continues the chain. `bytes` is the pack as it came; `opened` is kept for
  /// those who read it next.
  Status append_pack(AuthorRow& author, std::shared_ptr<const OpenedPack> opened, ByteView bytes);
  /// Packs the changes that stand alone, under a signature of their author, whose key this is.
  Status seal(const WorkspaceId& workspace, const AuthorRow& author, const KeyPair& key);

  /// Removes the private part of a change that a row holds, from all of its packs. Errors: corrupt.
  Status drop_part(AuthorId author, std::uint64_t seq);

  /// Forgets unpacked packs: after a rollback they may not be in the database.
  void forget() { opened_.forget(); }

  // What a change is asked for by a branch that shares it with its parent, the parent answers.
  [[nodiscard]] std::optional<Hash> link_at(AuthorId author, std::uint64_t seq);
  [[nodiscard]] std::optional<HybridTime> time_at(AuthorId author, std::uint64_t seq);
  /// A change without what surrounds it; unlike read() it is cheap for changes all over other authors' logs.
  /// Errors: not_found, corrupt.
  Result<Change> change_at(AuthorId author, std::uint64_t seq);
  /// The author's wall clock when he made a change; nothing if the change is not here. Meant for showing.
  [[nodiscard]] std::optional<WallTime> wall_at(AuthorId author, std::uint64_t seq);
  /// Errors: not_found, corrupt.
  Result<OpenedChange> read(AuthorId author, std::uint64_t seq);
  /// Changes above `after` in order, until `row` says false; of a branch, its own. Errors: corrupt (names the
  /// change).
  Status each(AuthorId author, std::uint64_t after, const std::function<bool(const OpenedChange&)>& row);
  /// The same in runs, as they stand together in packs; `take` says how many of a run it took, and that was
  /// the last run if it did not take all.
  Status each_run(AuthorId author, std::uint64_t after,
                  const std::function<std::size_t(std::span<const OpenedChange>)>& take);
  /// The packs of a row as they are stored, in order, until `row` says false.
  struct StoredPack {
    std::uint64_t first_seq = 0, count = 0, last_seq = 0;  ///< as they stand beside the bytes
    Hash link{};
    Signature signature{};
    Bytes bytes;
  };
  Status each_pack(AuthorId author, const std::function<bool(const StoredPack&)>& row);
  /// The link that this signature of the author covers at `seq`, if a stored pack ends there with it: whoever
  /// holds the same signature holds the same log up to there.
  [[nodiscard]] std::optional<Hash> link_signed(AuthorId author, std::uint64_t seq,
                                                const Signature& signature);
  /// Whether the author's signature stands at this change.
  [[nodiscard]] bool is_sealed(AuthorId author, std::uint64_t seq);
  /// What is kept beside the packs of a change with authority operations: its content.
  [[nodiscard]] std::optional<Bytes> authority_at(AuthorId author, std::uint64_t seq);
  /// The applied changes that hold authority operations, by (author, seq): their contents.
  Status each_authority(const std::function<Status(AuthorRow&, std::uint64_t seq, ByteView content)>& row);

  /// The author's next pack above `after`, ending where it was signed (our own key signs anywhere). Of a
  /// branch, what it shares with its parents comes first. It always reaches further than `after`.
  Result<std::optional<NextPack>> next_pack(const WorkspaceId& workspace, const AuthorRow& author,
                                            std::uint64_t after, const KeyPair* own_key);

 private:
  Result<std::optional<Bytes>> next_own_pack(const WorkspaceId& workspace, const AuthorRow& author,
                                             std::uint64_t after, const KeyPair* own_key);
  /// Changes above `after` that a branch shares with its parents, and those of its own first pack, under the
  /// signature of that. Errors: too_large.
  Result<Bytes> pack_across(const AuthorRow& author, std::uint64_t after, const OpenedPack& first_own);
  /// The row that has the change for its own.
  [[nodiscard]] AuthorId owner(AuthorId author, std::uint64_t seq);
  /// A row of the table of packs; `id` is the key of its last change.
  struct PackPlace {
    std::int64_t id = 0;
    std::uint64_t first_seq = 0, count = 0;
    Hash link{};
    Signature signature{};
    Bytes bytes;
  };
  static PackPlace place_in(Statement& in);
  /// The pack that ends first from the key `from` on and below `to`.
  Result<std::optional<PackPlace>> first_place(std::int64_t from, std::int64_t to);
  /// The stored pack that holds a change; nothing if none does.
  Result<std::optional<PackPlace>> place_of(AuthorId author, std::uint64_t seq);
  /// That pack unpacked; null if the change stands in none. Errors: corrupt.
  Result<std::shared_ptr<const OpenedPack>> pack_with(AuthorId author, std::uint64_t seq);
  /// The very pack of this place, whose bytes need not be there: packs may overlap, so a seq alone may lead
  /// to another one, and one that was merged away may be remembered, so the place's end alone may too.
  Result<std::shared_ptr<const OpenedPack>> pack_at(AuthorId author, const PackPlace& place);
  Result<std::shared_ptr<const OpenedPack>> unpacked(AuthorId author, const PackPlace& place);
  Status keep_authority(AuthorId author, const OpenedChange& change);
  Status insert_pack(AuthorId author, const PackHeader& header, const Hash& link, ByteView bytes);
  /// Merges the author's newest packs as long as they are small and of a size.
  Status merge_small(AuthorId author);
  /// `is_read_back`: the caller reads the pack that this gives, so the contents need not be read here.
  Result<std::optional<Bytes>> pack_of_loose(const WorkspaceId& workspace, const AuthorRow& author,
                                             std::uint64_t after, const KeyPair& key, bool is_read_back);
  /// The same without reading what the contents say.
  Status each_unread(AuthorId author, std::uint64_t after, const std::function<bool(OpenedChange&&)>& row);
  /// The changes above `after` that stand alone.
  Status each_loose(AuthorId author, std::uint64_t after, const std::function<bool(OpenedChange&&)>& row);

  Statements& statements_;
  Authors& authors_;
  OpenedPacks opened_;
  std::int64_t glanced_at_ = 0;  ///< the pack of which wall_at() read one change
};

/// Whether a change holds an authority operation.
[[nodiscard]] bool is_authority(const Change& change);

}  // namespace karez
