#include "relay_state.h"

namespace karez::relay {
namespace {

/// The catalog's number of the coordinator role. A relay does not read the catalog; the number is frozen in
/// records.
constexpr std::uint32_t kCoordinator = 2;

}  // namespace

std::optional<Head> RelayState::head_of(const AuthorKey& author) const { return heads.find(author); }

void RelayState::apply(const Commit& commit) {
  if (commit.adopted) workspace = commit.adopted;
  for (const auto& [author, head] : commit.heads) {
    const Head before = heads.set(author, head);
    changes += head.seq - before.seq;
  }
  if (!commit.packs.empty()) end = commit.packs.back().arrival;
  if (commit.members) members = commit.members;
  for (const auto& noted : commit.announcements) {
    announcements[noted.value.author] = noted;
    notes_end = std::max(notes_end, noted.note);
  }
  for (const auto& noted : commit.holdings) {
    holdings[noted.value.author] = noted;
    notes_end = std::max(notes_end, noted.note);
  }
}

std::shared_ptr<const Members> members_of(const std::map<AuthorKey, AuthorityFacts>& facts) {
  const AuthorityRights rights{{kCoordinator}, {kCoordinator}, {kCoordinator}};
  const Authority authority = evaluate_authority(facts, rights);
  auto members = std::make_shared<Members>();
  for (const auto& [author, entry] : authority.authors) {
    Member& member = (*members)[author];
    const auto own = facts.find(author);
    const bool is_root =
        own != facts.end() && (own->second.enrolment.is_founder || own->second.enrolment.is_recovery);
    member.is_coordinator = is_root || entry.role == kCoordinator;
    if (entry.cut) member.cut = {{*entry.cut, entry.revoke_reason}};
  }
  return members;
}

}  // namespace karez::relay
