// The applier: takes held changes into the tables, an author's in order and every change whole, and keeps who
// counts in line with the authority operations among them.
//
// A change whose pins are not applied yet waits and holds up only its own author's later ones. One thread;
// writes need a Transaction that the caller holds.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "karez/log/authority.h"
#include "karez/storage/tables.h"

namespace karez {

class Applier {
 public:
  Applier(const WorkspaceId& workspace, const Catalog& catalog, Authors& authors, LogStore& log,
          Tables& tables)
      : workspace_(workspace), catalog_(catalog), authors_(authors), log_(log), tables_(tables) {}

  /// Forgets what it knows of the authority operations: they are read anew when they are needed next.
  void forget() { is_loaded_ = false; }
  /// A log has more than before. Of an author that forked, a revocation may have found the branch that it
  /// names, and a new branch gets its name and standing.
  Status log_grew(const AuthorRow& author);
  /// Applies everything that is held and whose pins are met.
  Status apply_ready(const std::function<void(std::uint64_t done)>& progress = {});
  /// Applies one change that was just appended and whose pins are met by construction (our own).
  Status apply_own(AuthorRow& author, const OpenedChange& change);

  /// Whether authority operations were applied since the last question.
  bool take_authority_news() { return std::exchange(has_authority_news_, false); }

  /// The pin for which an author's next change waits; nothing if it has applied all it holds.
  Result<std::optional<Pin>> waits_for(const AuthorRow& author);

  /// What the authority operations of the applied changes amount to, and they themselves. Operations that
  /// cannot be read are left out: damage is verify()'s to report, and what can be read still decides.
  [[nodiscard]] const Authority& authority();
  [[nodiscard]] const std::map<AuthorKey, AuthorityFacts>& facts();

 private:
  Status apply_author(AuthorRow& author, bool only_authority, bool& moved,
                      const std::function<void(std::uint64_t)>& progress);
  Status apply_one(AuthorRow& author, const OpenedChange& opened);
  bool pin_is_met(const Pin& pin);
  /// Whether what a branch shares with its parent is applied, as far as the branch is.
  bool is_stem_applied(const AuthorRow& author);
  BranchPlace place_of(const AuthorRow& author, std::uint64_t seq);
  void evaluate();
  /// The last seq of a branch that a revocation of its author keeps.
  std::uint64_t kept(AuthorId branch, const Revoke& revoke);
  Status load();
  Status reevaluate();
  [[nodiscard]] std::uint32_t role_of(const AuthorKey& author) const;
  [[nodiscard]] std::size_t successions_before(const AuthorKey& author) const;
  void name_laptops(std::map<AuthorId, std::string>& names) const;

  WorkspaceId workspace_;
  const Catalog& catalog_;
  Authors& authors_;
  LogStore& log_;
  Tables& tables_;
  std::map<AuthorKey, AuthorityFacts> facts_;
  Authority authority_;
  bool is_loaded_ = false;
  bool authority_changed_ = false;
  bool has_authority_news_ = false;
  std::uint64_t applied_ = 0;
};

}  // namespace karez
