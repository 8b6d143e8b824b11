// RelayState: what a relay knows of its store, in memory, and the Commit that moves it forward. The storage
// thread keeps one, the I/O thread another; the second follows the first commit by commit, so what it says is
// always durable. Values; no thread rule.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "branches.h"
#include "karez/log/authority.h"
#include "karez/log/head_table.h"
#include "karez/sync/relay_session.h"

namespace karez::relay {

/// What authority means for serving an author.
struct Member {
  bool is_coordinator = false;
  bool may_erase = false;  ///< his role may erase personal fields; up to `cut` his erases count
  std::optional<std::pair<std::uint64_t, std::string>> cut;  ///< seq and reason
};
using Members = std::map<AuthorKey, Member>;

template <typename T>
struct Noted {
  std::uint64_t note = 0;  ///< arrival number among the notes
  T value;
};

/// A pack to be stored.
struct Submission {
  std::uint64_t ticket = 0;
  WorkspaceId workspace;      ///< that of the session
  AuthorKey from;             ///< who is logged in there
  std::uint64_t changes = 1;  ///< that the header names
  std::shared_ptr<const Bytes> pack;
};

struct Answer {
  std::uint64_t ticket = 0;
  SubmitResult result;
};

/// One transaction: everything that became durable together, and the answers that it allows.
struct Commit {
  std::vector<Answer> answers;  ///< refusals too, whether or not anything was stored
  std::optional<WorkspaceId> adopted;
  std::vector<RelayedPack> packs;        ///< ascending by arrival
  std::vector<std::uint64_t> rewritten;  ///< arrivals of packs from which private parts were erased
  /// By name, in order: the last of several of one name counts; with seq 0 there is no such head any more.
  std::vector<std::pair<AuthorKey, Head>> heads;
  /// Authors with several branches of which one is new or longer.
  std::vector<std::pair<AuthorKey, std::shared_ptr<const Branches>>> forked;
  std::uint64_t new_changes = 0;
  std::shared_ptr<const Members> members;  ///< set when authority changed
  std::vector<Noted<Announcement>> announcements;
  std::vector<Noted<Holding>> holdings;
  std::uint64_t note_count = 0;  ///< notes that this commit settles
  bool was_probe = false;

  // For the metrics.
  bool failed = false;         ///< the disk refused; nothing of it was stored
  bool wrote = false;          ///< a transaction was committed
  std::int64_t commit_us = 0;  ///< from BEGIN to the end of COMMIT
  std::int64_t check_us = 0;   ///< opening packs and checking signatures

  [[nodiscard]] bool brings_news() const {
    return !packs.empty() || members != nullptr || !announcements.empty() || !holdings.empty();
  }
};

struct RelayState {
  std::optional<WorkspaceId> workspace;
  HeadTable heads;  ///< by name (log-format section 9): of an author whose log forked, one of each branch
  std::map<AuthorKey, std::shared_ptr<const Branches>> forked;  ///< by author
  std::map<AuthorKey, AuthorKey> author_of_name;                ///< of changes of those
  std::uint64_t end = 0;
  std::uint64_t notes_end = 0;
  std::uint64_t changes = 0;  ///< held; what branches share counts once
  std::shared_ptr<const Members> members = std::make_shared<const Members>();
  std::map<AuthorKey, Noted<Announcement>> announcements;
  std::map<AuthorKey, Noted<Holding>> holdings;

  /// Of several branches of an author, that of the least name.
  [[nodiscard]] std::optional<Head> head_of(const AuthorKey& author) const;
  [[nodiscard]] bool is_enrolled(const AuthorKey& author) const {
    return heads.contains(author) || forked.contains(author);
  }
  [[nodiscard]] std::size_t authors() const;
  /// The branches of an author, one if its log did not fork, none if it is not here.
  [[nodiscard]] Branches branches_of(const AuthorKey& author) const;
  /// Where the packs of this name lie, an author's or a stream's; of no author if it is not known.
  [[nodiscard]] std::pair<AuthorKey, std::vector<PackRange>> packs_named(const AuthorKey& name) const;
  /// Takes the branches of an author whose log forked.
  void put(const AuthorKey& author, std::shared_ptr<const Branches> branches);
  void apply(const Commit& commit);
};

/// Whether somebody enrolled for a role that may erase; whether his erases count is for members to say.
[[nodiscard]] bool has_eraser_role(const Enrolment& enrolment);

/// Members under the rules of log-format section 7. Founder, recovery key and role 2 are coordinators; these
/// and role 7 may erase.
[[nodiscard]] std::shared_ptr<const Members> members_of(const std::map<AuthorKey, AuthorityFacts>& facts,
                                                        const AuthorityBranches& branches);

}  // namespace karez::relay
