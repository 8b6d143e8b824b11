// PackStore: the relay's packs, heads, authority and notes in one SQLite file. It verifies before it stores,
// and stores a batch of many sessions' packs in one transaction. It never deletes a file and never gives up
// on an error: a batch that the disk refuses is answered as refused, and the next one is tried afresh.
//
// One thread (the storage thread). PackReader is the I/O thread's own read-only view of the same file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "admission.h"
#include "karez/base/clock.h"
#include "karez/storage/database.h"
#include "relay_state.h"

namespace karez::relay {

struct PackStoreOptions {
  std::string folder;                    ///< exists; holds relay.db and relay.lock
  std::optional<WorkspaceId> workspace;  ///< nothing: the first whose valid enrolment arrives
  bool new_incarnation = false;
  std::int64_t max_pages = 0;  ///< 0: no limit; tests make a small full disk of it
  std::string vfs;             ///< as in DatabaseOptions; where there is a name, no file lock is taken
};

/// One round of work for the store.
struct Batch {
  std::vector<Submission> packs;
  std::vector<Announcement> announcements;
  std::vector<Holding> holdings;
  std::uint64_t note_count = 0;  ///< notes that were handed in, replaced ones included
  bool probe = false;            ///< write something, to learn whether the store can be written
};

class PackStore {
 public:
  /// Errors: corrupt, io, wrong_workspace (the file serves another one than `options.workspace`).
  static Result<std::unique_ptr<PackStore>> open(const PackStoreOptions& options, const Clock& clock,
                                                 Random& random);

  /// Checks and stores; returns after the commit. Persists: all of the commit it gives back.
  [[nodiscard]] Commit store(const Batch& batch);

  [[nodiscard]] const RelayState& state() const { return state_; }
  [[nodiscard]] const Incarnation& incarnation() const { return incarnation_; }

 private:
  PackStore(Database database, const Clock& clock) : database_(std::move(database)), clock_(clock) {}
  Status create_schema();
  Status load_meta(const PackStoreOptions& options, Random& random);
  Status load_heads();
  Status load_branches(std::map<AuthorKey, Branches>& logs);
  Status link_authority();
  Status load_authority();
  Status load_notes();
  Status prepare();

  Commit store_once(const Batch& batch);
  Status write(const Admission& admission, const Batch& batch, Commit& commit);
  Status write_pack(const Admitted& pack);
  Status write_notes(const Batch& batch, Commit& commit);
  [[nodiscard]] std::shared_ptr<const Members> members();
  [[nodiscard]] bool is_cut(const AuthorKey& author) const;
  [[nodiscard]] bool has_link(const AuthorKey& author, const Branches& branches, std::size_t branch,
                              const Head& head);
  Result<HeldChange> find_held(const AuthorKey& author, std::size_t branch, std::uint64_t seq);
  // Erasing (erasures.cpp): schema/sealed-fields.md.
  Status prepare_erasures();
  [[nodiscard]] PartState part_state(const AuthorKey& author, std::uint64_t seq);
  /// Removes the private parts that erases which count name, from the packs and then from the file. Says
  /// which packs are others now.
  Status carry_out_erasures(std::vector<std::uint64_t>& rewritten);
  Status erase_part(const AuthorKey& author, std::uint64_t seq, std::vector<std::uint64_t>& rewritten);

  Database database_;
  const Clock& clock_;
  Incarnation incarnation_{};
  RelayState state_;
  std::map<AuthorKey, std::int64_t> author_ids_;
  std::map<AuthorKey, AuthorityFacts> facts_;
  /// The links of the pack that find_held() opened last: a branch is compared at many places of one pack.
  std::uint64_t opened_arrival_ = 0;
  std::vector<Hash> opened_links_;
  Statement set_meta_, insert_author_, insert_branch_, insert_pack_, insert_authority_, find_pack_,
      put_announcement_, put_holding_, put_erasure_, erasures_of_, open_erasures_, set_erasure_;
  bool has_erasures_ = false;  ///< any erase was ever stored
};

/// Reads stored packs beside the writer. One thread.
class PackReader {
 public:
  static Result<PackReader> open(const std::string& folder, const std::string& vfs = {});

  /// Packs with arrival above `after` and at most `end`, ascending; stops once `max_bytes` are reached (at
  /// least one).
  Result<std::vector<RelayedPack>> after(std::uint64_t after, std::uint64_t end, std::size_t max_bytes);
  /// Packs of one author in these ranges (none twice in a branch) that end above seq `after`, with arrival
  /// above `after_arrival` and at most `end`, ascending by arrival.
  Result<std::vector<RelayedPack>> of(const AuthorKey& author, std::span<const PackRange> ranges,
                                      std::uint64_t after, std::uint64_t after_arrival, std::uint64_t end,
                                      std::size_t max_bytes);

 private:
  explicit PackReader(Database database) : database_(std::move(database)) {}
  Database database_;
  Statement by_arrival_;
  std::vector<Statement> by_branch_;  ///< one for each range that was asked for at once
};

}  // namespace karez::relay
