#include "admission.h"

#include <algorithm>

#include "karez/base/mutants.h"

namespace karez::relay {
namespace {

bool bears_on_authority(const Change& change) {
  return std::any_of(change.operations.begin(), change.operations.end(), [](const Operation& operation) {
    return std::holds_alternative<Found>(operation) || std::holds_alternative<Enrol>(operation) ||
           std::holds_alternative<Invite>(operation) || std::holds_alternative<Admit>(operation) ||
           std::holds_alternative<Revoke>(operation);
  });
}

Error fork_error(std::uint64_t seq) {
  return {ErrorCode::fork,
          "the relay holds another change " + std::to_string(seq) +
              " of this author: two programs write under one key; both versions are kept where they are"};
}

Error gap_error(const PackHeader& header, std::uint64_t held) {
  return {ErrorCode::gap, "this pack begins at change " + std::to_string(header.first_seq) +
                              ", but the relay holds " +
                              (held == 0 ? std::string("nothing") : "changes up to " + std::to_string(held)) +
                              " of this author; send the changes between first"};
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
  const std::optional<Head> head = head_of(header.author);
  const std::uint64_t held = head ? head->seq : 0;
  if (header.first_seq > held + 1) return gap_error(header, held);

  KAREZ_ASSIGN(OpenedPack pack, open_pack(*submission.pack));
  result.link = pack.last_link();
  std::optional<Enrolment> enrolment;
  if (!head) {
    const OpenedChange& first = pack.changes.front();
    KAREZ_ASSIGN(enrolment, check_first_change(header.workspace, first.change, first.content));
    if (enrolment->author != header.author || enrolment->link != first.link) {
      return Error{ErrorCode::broken_chain, "the first change does not begin this author's chain"};
    }
  } else if (header.last_seq() <= held) {
    // A link pins everything before it, so one comparison covers the whole overlap.
    KAREZ_ASSIGN(const HeldChange last, held_at(header.author, header.last_seq()));
    if (last.link != pack.last_link()) return fork_error(header.last_seq());
    if (!is_mutant(Mutant::store_repeats)) return last.arrival;
  } else {
    const bool overlaps = header.first_seq <= held;
    const Hash& joint = overlaps ? pack.changes[held - header.first_seq].link : header.prev_link;
    if (joint != head->link && !is_mutant(Mutant::accept_fork_at_relay)) return fork_error(held);
  }

  Admitted admitted;
  admitted.bytes = submission.pack;
  admitted.header = header;
  admitted.arrival = state_.end + admitted_.size() + 1;
  admitted.new_changes = header.last_seq() - held;
  for (OpenedChange& change : pack.changes) {
    admitted.links.push_back(change.link);
    if (change.change.seq > held && bears_on_authority(change.change)) {
      const bool is_first = change.change.seq == 1;
      admitted.authority.push_back(
          {std::move(change.change), std::move(change.content), is_first ? enrolment : std::nullopt});
    }
  }
  if (!served) adopted_ = header.workspace;
  heads_[header.author] = {header.last_seq(), result.link};
  const std::uint64_t arrival = admitted.arrival;
  admitted_.push_back(std::move(admitted));
  return arrival;
}

Result<HeldChange> Admission::held_at(const AuthorKey& author, std::uint64_t seq) const {
  const std::optional<Head> stored = state_.head_of(author);
  if (stored && seq <= stored->seq) return find_held_(author, seq);
  for (const Admitted& pack : admitted_) {
    if (pack.header.author == author && pack.header.first_seq <= seq && seq <= pack.header.last_seq()) {
      return HeldChange{pack.links[seq - pack.header.first_seq], pack.arrival};
    }
  }
  return Error{ErrorCode::internal, "a change at or below the head is neither stored nor admitted"};
}

std::optional<Head> Admission::head_of(const AuthorKey& author) const {
  const auto moved = heads_.find(author);
  if (moved != heads_.end()) return moved->second;
  return state_.head_of(author);
}

}  // namespace karez::relay
