#include "admission.h"

#include <algorithm>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/storage/erasures.h"

namespace karez::relay {
namespace {

bool bears_on_authority(const Change& change) {
  return std::any_of(change.operations.begin(), change.operations.end(), [](const Operation& operation) {
    return std::holds_alternative<Found>(operation) || std::holds_alternative<Enrol>(operation) ||
           std::holds_alternative<Invite>(operation) || std::holds_alternative<Admit>(operation) ||
           std::holds_alternative<Revoke>(operation);
  });
}

Error fork_error() {
  return {ErrorCode::fork, "the relay holds " + std::to_string(limits::kBranches) +
                               " different logs under this author's key and takes no more: too many programs "
                               "write under one key; this one is kept where it is"};
}

Error gap_error(const PackHeader& header, std::uint64_t held) {
  return {ErrorCode::gap, "this pack begins at change " + std::to_string(header.first_seq) +
                              ", but the relay holds " +
                              (held == 0 ? std::string("nothing") : "changes up to " + std::to_string(held)) +
                              " of this author; send the changes between first"};
}

Error branch_gap_error(const PackHeader& header) {
  return {ErrorCode::gap, "this pack begins at change " + std::to_string(header.first_seq) +
                              " of a branch of this author's log that the relay does not hold up to there; "
                              "send the changes before it first"};
}

}  // namespace

SubmitResult Admission::check(const Submission& submission) {
  SubmitResult result;
  result.bytes = submission.pack->size();
  const Result<std::uint64_t> arrival = admit(submission, result);
  if (arrival) {
    result.stored = true;
    result.arrival = *arrival;
  } else {
    result.error = arrival.error();
  }
  return result;
}

Result<std::uint64_t> Admission::admit(const Submission& submission, SubmitResult& result) {
  KAREZ_ASSIGN(const PackHeader header, read_pack_header(*submission.pack));
  result.author = header.author;
  result.first = header.first_seq;
  result.seq = header.last_seq();

  const std::optional<WorkspaceId>& served = state_.workspace ? state_.workspace : adopted_;
  if (header.workspace != submission.workspace || (served && *served != header.workspace)) {
    return Error{ErrorCode::wrong_workspace,
                 "this pack belongs to another workspace than the one this relay serves"};
  }
  // Cheap refusals come before the costly opening.
  Branches held = branches_of(header.author);
  std::uint64_t longest = 0;
  for (const Branch& branch : held) longest = std::max(longest, branch.head.seq);
  if (header.first_seq > longest + 1) return gap_error(header, longest);

  KAREZ_ASSIGN(OpenedPack pack, open_pack(*submission.pack, AbsentParts::accepted));
  result.link = pack.last_link();
  KAREZ_ASSIGN(const Place at, place(held, pack));
  if (at.kind == Place::Kind::repeats) {
    KAREZ_ASSIGN(const HeldChange last, held_at(header.author, held, at.branch, header.last_seq()));
    result.covers_arrival = header.first_seq <= last.first_seq && header.last_seq() == last.last_seq;
    if (!is_mutant(Mutant::store_repeats)) return last.arrival;
  }
  const bool opens = at.kind == Place::Kind::opens;
  const std::uint64_t before = opens ? at.opened.from_seq - 1 : held[at.branch].head.seq;
  std::optional<Enrolment> enrolment;
  if (opens && at.opened.from_seq == 1) {
    const OpenedChange& first = pack.changes.front();
    KAREZ_ASSIGN(enrolment, check_first_change(header.workspace, first.change, first.content));
    if (enrolment->author != header.author || enrolment->link != first.link) {
      return Error{ErrorCode::broken_chain, "the first change does not begin this author's chain"};
    }
  }

  Admitted admitted;
  admitted.bytes = submission.pack;
  KAREZ_ASSIGN(const auto stripped, without_erased(pack, before));
  if (stripped != nullptr) admitted.bytes = stripped;
  admitted.header = header;
  admitted.arrival = state_.end + admitted_.size() + 1;
  admitted.branch = at.branch;
  admitted.new_changes = header.last_seq() - std::min(before, header.last_seq());
  for (OpenedChange& change : pack.changes) {
    admitted.links.push_back(change.link);
    if (change.change.seq > before) {
      for (const Operation& operation : change.change.operations) {
        const auto* erase = std::get_if<Erase>(&operation);
        if (erase != nullptr) admitted.erases.emplace_back(erase->change, change.change.seq);
      }
    }
    if (change.change.seq > before && bears_on_authority(change.change)) {
      const bool is_first = change.change.seq == 1;
      admitted.authority.push_back({std::move(change.change), change.link, std::move(change.content),
                                    is_first ? enrolment : std::nullopt});
    }
  }
  if (opens) held.push_back(at.opened);
  held[at.branch].head = {header.last_seq(), result.link};
  if (opens && held.size() > 1) {
    KAREZ_TRY(name_branches(header.author, held));
    admitted.opened = held.back();
  }
  if (!served) adopted_ = header.workspace;
  moved_[header.author] = std::move(held);
  result.covers_arrival = true;
  const std::uint64_t arrival = admitted.arrival;
  admitted_.push_back(std::move(admitted));
  return arrival;
}

Result<std::shared_ptr<const Bytes>> Admission::without_erased(OpenedPack& pack, std::uint64_t before) const {
  std::vector<std::uint64_t> erased;
  for (const OpenedChange& one : pack.changes) {
    if (!one.change.private_commitment) continue;
    const PartState state = find_erased_(one.change.author, one.change.seq);
    if (is_part_absent(one) && one.change.seq > before && !state.may_be_absent) {
      return Error{ErrorCode::withheld, "the private part of change " + std::to_string(one.change.seq) +
                                            " is absent, and the relay knows of no erase that names it; sync "
                                            "again once the erase is there"};
    }
    if (one.private_part && state.is_erased) erased.push_back(one.change.seq);
  }
  if (erased.empty()) return std::shared_ptr<const Bytes>();
  KAREZ_ASSIGN(Bytes bytes, without_parts(pack, erased));
  return std::make_shared<const Bytes>(std::move(bytes));
}

Result<Admission::Place> Admission::place(const Branches& held, const OpenedPack& pack) const {
  const PackHeader& header = pack.header;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const Head& head = held[i].head;
    if (header.first_seq > head.seq + 1) continue;
    const bool is_new = header.last_seq() > head.seq;
    bool fits = header.prev_link == head.link;
    if (header.first_seq <= head.seq) {
      // A link pins everything before it, so one comparison covers the whole overlap.
      const std::uint64_t common = std::min(header.last_seq(), head.seq);
      KAREZ_ASSIGN(const Hash link, link_at(header.author, held, i, common));
      fits = link == pack.changes[common - header.first_seq].link;
    }
    if (!fits && !(is_new && is_mutant(Mutant::accept_fork_at_relay))) continue;
    // No branch is the beginning of another: what is new to one is held by none.
    return Place{is_new ? Place::Kind::extends : Place::Kind::repeats, i, {}};
  }
  return open_branch(held, pack);
}

/// Called for a pack that is no part of a branch that is held, and continues none at its head.
Result<Admission::Place> Admission::open_branch(const Branches& held, const OpenedPack& pack) const {
  const PackHeader& header = pack.header;
  Place place{Place::Kind::opens, held.size(), {}};
  if (held.empty()) return place;
  bool is_joined = false;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (header.first_seq > held[i].head.seq) continue;
    if (header.first_seq > 1) {
      KAREZ_ASSIGN(const Hash joint, link_at(header.author, held, i, header.first_seq - 1));
      if (joint != header.prev_link) continue;
    }
    if (held.size() >= limits::kBranches) return fork_error();
    KAREZ_ASSIGN(const std::uint64_t shared, shared_until(held, i, pack));
    if (is_joined && shared < place.opened.from_seq) continue;
    is_joined = true;
    place.opened.parent = i;
    place.opened.from_seq = shared + 1;
  }
  if (!is_joined || is_mutant(Mutant::refuse_branch)) return branch_gap_error(header);
  place.opened.first_link = pack.changes[place.opened.from_seq - header.first_seq].link;
  KAREZ_ASSIGN(place.opened.parent_link,
               link_at(header.author, held, place.opened.parent, place.opened.from_seq));
  return place;
}

/// The last change that a branch has in common with a pack that leaves it.
Result<std::uint64_t> Admission::shared_until(const Branches& held, std::size_t branch,
                                              const OpenedPack& pack) const {
  const std::uint64_t first = pack.header.first_seq;
  std::uint64_t shared = first - 1;
  std::uint64_t differs = std::min(pack.header.last_seq(), held[branch].head.seq);
  while (differs - shared > 1) {
    const std::uint64_t middle = shared + (differs - shared) / 2;
    KAREZ_ASSIGN(const Hash link, link_at(pack.header.author, held, branch, middle));
    (link == pack.changes[middle - first].link ? shared : differs) = middle;
  }
  return shared;
}

Result<Hash> Admission::link_at(const AuthorKey& author, const Branches& held, std::size_t branch,
                                std::uint64_t seq) const {
  if (seq == held[branch].head.seq) return held[branch].head.link;
  KAREZ_ASSIGN(const HeldChange change, held_at(author, held, branch, seq));
  return change.link;
}

Result<HeldChange> Admission::held_at(const AuthorKey& author, const Branches& held, std::size_t branch,
                                      std::uint64_t seq) const {
  const std::size_t owner = owner_of(held, branch, seq);
  const auto several = state_.forked.find(author);
  std::optional<Head> stored;
  if (several == state_.forked.end()) {
    if (owner == 0) stored = state_.heads.find(author);
  } else if (owner < several->second->size()) {
    stored = (*several->second)[owner].head;
  }
  if (stored && seq <= stored->seq) return find_held_(author, owner, seq);
  for (const Admitted& pack : admitted_) {
    const std::uint64_t first = pack.header.first_seq;
    const std::uint64_t last = pack.header.last_seq();
    if (pack.header.author == author && pack.branch == owner && first <= seq && seq <= last) {
      return HeldChange{pack.links[seq - first], pack.arrival, first, last};
    }
  }
  return Error{ErrorCode::internal, "a change at or below the head is neither stored nor admitted"};
}

Branches Admission::branches_of(const AuthorKey& author) const {
  const auto moved = moved_.find(author);
  return moved == moved_.end() ? state_.branches_of(author) : moved->second;
}

void Admission::tell_heads(Commit& commit) const {
  for (const auto& [author, branches] : moved_) {
    // A branch that appears gives new names also to those that were there.
    for (const Branch& before : state_.branches_of(author)) {
      const AuthorKey& name = name_of(author, before);
      const bool stays =
          std::any_of(branches.begin(), branches.end(),
                      [&, &author = author](const Branch& now) { return name_of(author, now) == name; });
      if (!stays) commit.heads.emplace_back(name, Head{});
    }
    for (const Branch& branch : branches) commit.heads.emplace_back(name_of(author, branch), branch.head);
    if (branches.size() > 1) commit.forked.emplace_back(author, std::make_shared<const Branches>(branches));
  }
}

}  // namespace karez::relay
