#include "karez/log/enrolment.h"

#include <algorithm>
#include <utility>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "path.h"

namespace karez {
namespace {

Error stranger(std::string reason) {
  return {ErrorCode::stranger, "The author is not enrolled here: " + std::move(reason)};
}

const Enrol* enrol_in(const Change& first) {
  return first.operations.size() == 1 ? std::get_if<Enrol>(&first.operations.front()) : nullptr;
}
const Found* found_in(const Change& first) {
  return first.operations.size() == 1 ? std::get_if<Found>(&first.operations.front()) : nullptr;
}

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// The first changes from an author up to the founder, nearest first; the founder's is last. `contents[i]`
/// are the bytes of `changes[i]`. Only form is known of them.
struct Ancestry {
  std::vector<Change> changes;
  std::vector<ByteView> contents;  ///< of 0: the caller's; of the others: inside the path of the one before
};

Result<Ancestry> climb(const Change& first, ByteView content) {
  Ancestry up;
  up.changes.reserve(limits::kPathDepth + 1);  // the contents point into the changes
  up.changes.push_back(first);
  up.contents.push_back(content);
  while (found_in(up.changes.back()) == nullptr) {
    const Enrol* enrol = enrol_in(up.changes.back());
    if (enrol == nullptr) return stranger("a first change in its path neither founds nor enrols.");
    if (enrol->path.empty()) return stranger("its path stops before the founder.");
    if (up.changes.size() > static_cast<std::size_t>(limits::kPathDepth)) {
      return stranger("its path to the founder is longer than 16 enrolments.");
    }
    const Bytes& next = enrol->path.front().content;
    KAREZ_ASSIGN(Change change, decode_change(next));
    up.changes.push_back(std::move(change));
    up.contents.push_back(next);
  }
  return up;
}

Hash first_link(const WorkspaceId& workspace, const Change& first, ByteView content) {
  return next_link(link_zero(found_in(first) != nullptr ? WorkspaceId{} : workspace, first.author), content);
}

Status check_invitation(const WorkspaceId& workspace, const AuthorKey& claimant, const Enrol& enrol) {
  if (enrol.path.size() != 2) return stranger("a path by invitation has two steps.");
  KAREZ_ASSIGN(const path::Invitation invitation,
               path::check_invitation(workspace, enrol.introducer, enrol.path[1]));
  if (enrol.introducer_seq != enrol.path[1].seq || enrol.introducer_link != invitation.link) {
    return stranger("its enrolment names another change than the invitation in its path.");
  }
  if (invitation.invite.role != enrol.role)
    return stranger("its enrolment has another role than its invitation.");
  const bool is_claimed = verify(invitation.invite.one_time, Purpose::claim,
                                 path::claim_message(workspace, claimant, invitation.link), enrol.proof);
  if (!is_claimed && !is_mutant(Mutant::accept_any_claim)) {
    return Error{ErrorCode::bad_signature, "The claim of an invitation is not signed by its one-time key."};
  }
  return {};
}

Status check_successor(const WorkspaceId& workspace, const AuthorKey& author, const Enrol& enrol,
                       const Enrolment& previous) {
  if (enrol.path.size() != 1) return stranger("a path by succession has one step.");
  if (enrol.introducer_seq == 0)
    return stranger("its enrolment names no change of the author that it follows.");
  if (enrol.introducer_seq == 1 && enrol.introducer_link != previous.link) {
    return stranger("its enrolment names another first change of the author that it follows.");
  }
  if (enrol.role != previous.role || enrol.device_name != previous.device_name) {
    return stranger("it follows an author of another name or role.");
  }
  if (!verify(enrol.introducer, Purpose::successor,
              path::successor_message(workspace, author, enrol.introducer_seq, enrol.introducer_link),
              enrol.proof)) {
    return Error{ErrorCode::bad_signature, "A succession is not signed by the author before."};
  }
  return {};
}

Status check_recovery(const AuthorKey& author, const Enrol& enrol, const Change& parent) {
  if (enrol.path.size() != 1) return stranger("a path by recovery has one step.");
  if (!enrol.introducer.is_zero() || enrol.introducer_seq != 0 || !is_zero(enrol.introducer_link) ||
      !is_zero(enrol.proof)) {
    return stranger("an enrolment by recovery names no introducer.");
  }
  const Found* found = found_in(parent);
  if (found == nullptr) return stranger("a path by recovery leads straight to the founder.");
  if (found->recovery != author) return stranger("the founder named another recovery key.");
  return {};
}

/// What a first change says of its author; link and author are the caller's to add.
Enrolment said_by(const Change& first) {
  Enrolment enrolment;
  if (const Found* found = found_in(first)) {
    enrolment.is_founder = true;
    enrolment.device_name = found->device_name;
  } else if (const Enrol* enrol = enrol_in(first)) {
    enrolment.is_recovery = enrol->basis == EnrolBasis::recovery;
    enrolment.device_name = enrol->device_name;
    enrolment.role = enrol->role;
    enrolment.basis = enrol->basis;
    enrolment.introducer = enrol->introducer;
    enrolment.introducer_seq = enrol->introducer_seq;
    enrolment.introducer_link = enrol->introducer_link;
  }
  return enrolment;
}

/// What an enrolment says, once its parent (one step nearer to the founder) is checked.
Result<Enrolment> check_enrol(const WorkspaceId& workspace, const Change& first, const Change& parent,
                              const Enrolment& parent_enrolment) {
  const Enrol& enrol = *enrol_in(first);
  if (enrol.basis == EnrolBasis::recovery) {
    KAREZ_TRY(check_recovery(first.author, enrol, parent));
  } else {
    if (enrol.introducer != parent.author)
      return stranger("its path begins with another author than its introducer.");
    if (enrol.basis == EnrolBasis::invitation) KAREZ_TRY(check_invitation(workspace, first.author, enrol));
    if (enrol.basis == EnrolBasis::successor) {
      KAREZ_TRY(check_successor(workspace, first.author, enrol, parent_enrolment));
    }
  }
  return said_by(first);
}

}  // namespace

Enrolment enrolment_of(const WorkspaceId& workspace, const Change& first, ByteView content) {
  Enrolment enrolment = said_by(first);
  enrolment.author = first.author;
  enrolment.link = first_link(workspace, first, content);
  return enrolment;
}

Result<Enrolment> check_first_change(const WorkspaceId& workspace, const Change& first, ByteView content) {
  if (first.seq != 1) return stranger("its log does not begin with change 1.");
  KAREZ_ASSIGN(const Ancestry up, climb(first, content));
  const Change& founder = up.changes.back();
  if (first_link(workspace, founder, up.contents.back()) != workspace.bytes) {
    return Error{ErrorCode::wrong_workspace, "The author is enrolled in another workspace."};
  }
  Enrolment below;
  below.is_founder = true;
  below.device_name = found_in(founder)->device_name;
  below.author = founder.author;
  below.link = workspace.bytes;
  for (std::size_t i = up.changes.size() - 1; i-- > 0;) {
    const Change& change = up.changes[i];
    const Change& parent = up.changes[i + 1];
    KAREZ_TRY(path::check_first_step(workspace, enrol_in(change)->path.front(), parent));
    KAREZ_ASSIGN(Enrolment enrolment, check_enrol(workspace, change, parent, below));
    enrolment.author = change.author;
    enrolment.link = first_link(workspace, change, up.contents[i]);
    below = std::move(enrolment);
  }
  return below;
}

Result<WorkspaceId> claimed_workspace(const Change& first, ByteView content) {
  KAREZ_ASSIGN(const Ancestry up, climb(first, content));
  return WorkspaceId{first_link({}, up.changes.back(), up.contents.back())};
}

Enrol succeed(const WorkspaceId& workspace, const KeyPair& previous, std::uint64_t previous_seq,
              const Hash& previous_link, const PathStep& previous_first, const AuthorKey& author,
              std::string device_name, std::uint32_t role) {
  Enrol enrol;
  enrol.device_name = std::move(device_name);
  enrol.role = role;
  enrol.basis = EnrolBasis::successor;
  enrol.introducer = previous.author;
  enrol.introducer_seq = previous_seq;
  enrol.introducer_link = previous_link;
  enrol.proof = sign(previous, Purpose::successor,
                     path::successor_message(workspace, author, previous_seq, previous_link));
  enrol.path.push_back(previous_first);
  return enrol;
}

}  // namespace karez
