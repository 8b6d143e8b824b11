// Admission: decides whether a pack may be stored. It checks form, chain and signature, the certificate path
// of a new author, and that the log continues what is held, or leaves it as a branch of its own. It remembers
// what it admitted, so that packs of one batch may build on each other; nothing of that is durable until the
// caller's transaction commits. One batch, one Admission; one thread.
#pragma once

#include <functional>
#include <variant>

#include "karez/log/enrolment.h"
#include "karez/log/pack.h"
#include "relay_state.h"

namespace karez::relay {

/// Where a held change stands: its link, and the pack that brought it.
struct HeldChange {
  Hash link{};
  std::uint64_t arrival = 0;
  std::uint64_t first_seq = 0;  ///< of the pack
  std::uint64_t last_seq = 0;
};
/// Looks a held change up in the store: of the branch that stands for it, at or below its stored head.
using FindHeld =
    std::function<Result<HeldChange>(const AuthorKey& author, std::size_t branch, std::uint64_t seq)>;

/// What held erases say about a change's private part.
struct PartState {
  bool may_be_absent = false;  ///< somebody whose role may erase named it
  bool is_erased = false;      ///< and that counts: the part is not to be kept
};
using FindErased = std::function<PartState(const AuthorKey& author, std::uint64_t seq)>;

/// A change that bears on authority, kept apart so that a restart need not open every pack.
struct AuthorityChange {
  Change change;
  Hash link{};
  Bytes content;
  std::optional<Enrolment> enrolment;  ///< of a first change
};

struct Admitted {
  std::shared_ptr<const Bytes> bytes;
  PackHeader header;
  std::vector<Hash> links;  ///< of each change of the pack
  std::uint64_t arrival = 0;
  std::size_t branch = 0;
  std::optional<Branch> opened;   ///< the branch, if this pack is its first and it is not the only one
  std::uint64_t new_changes = 0;  ///< the rest is held already
  std::vector<AuthorityChange> authority;  ///< among the new changes
  /// Changes that erases among the new changes name, and the seq of the erase.
  std::vector<std::pair<Dot, std::uint64_t>> erases;
};

class Admission {
 public:
  Admission(const RelayState& state, FindHeld find_held, FindErased find_erased)
      : state_(state), find_held_(std::move(find_held)), find_erased_(std::move(find_erased)) {}

  /// Checks one pack. The answer stands if the caller's transaction commits what was admitted so far.
  SubmitResult check(const Submission& submission);

  [[nodiscard]] const std::vector<Admitted>& admitted() const { return admitted_; }
  /// The workspace that this batch adopts, if the relay had none.
  [[nodiscard]] const std::optional<WorkspaceId>& adopted() const { return adopted_; }
  /// Says in `commit` how heads and branches stand after what was admitted.
  void tell_heads(Commit& commit) const;

 private:
  /// Where a pack belongs among the branches that are held of its author.
  struct Place {
    enum class Kind { repeats, extends, opens };
    Kind kind = Kind::extends;
    std::size_t branch = 0;
    Branch opened;  ///< what kind opens makes
  };

  Result<std::uint64_t> admit(const Submission& submission, SubmitResult& result);
  /// What is kept of a pack: private parts that were erased go, and one that is absent was erased. Gives the
  /// pack's new bytes, or null where it stays as it came. Errors: withheld.
  Result<std::shared_ptr<const Bytes>> without_erased(OpenedPack& pack, std::uint64_t before) const;
  [[nodiscard]] Result<Place> place(const Branches& held, const OpenedPack& pack) const;
  [[nodiscard]] Result<Place> open_branch(const Branches& held, const OpenedPack& pack) const;
  [[nodiscard]] Result<std::uint64_t> shared_until(const Branches& held, std::size_t branch,
                                                   const OpenedPack& pack) const;
  [[nodiscard]] Branches branches_of(const AuthorKey& author) const;
  [[nodiscard]] Result<HeldChange> held_at(const AuthorKey& author, const Branches& held, std::size_t branch,
                                           std::uint64_t seq) const;
  [[nodiscard]] Result<Hash> link_at(const AuthorKey& author, const Branches& held, std::size_t branch,
                                     std::uint64_t seq) const;

  const RelayState& state_;
  FindHeld find_held_;
  FindErased find_erased_;
  std::optional<WorkspaceId> adopted_;
  std::map<AuthorKey, Branches> moved_;  ///< as this batch moves them
  std::vector<Admitted> admitted_;
};

}  // namespace karez::relay
