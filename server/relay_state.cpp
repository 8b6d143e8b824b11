#include "relay_state.h"

#include <algorithm>

namespace karez::relay {
namespace {

/// The catalog's number of the coordinator role. A relay does not read the catalog; the number is frozen in
/// records.
constexpr std::uint32_t kCoordinator = 2;
/// May erase as coordinators may; frozen in the same way.
constexpr std::uint32_t kAdministrator = 7;

}  // namespace

std::optional<Head> RelayState::head_of(const AuthorKey& author) const {
  const auto branches = forked.find(author);
  if (branches == forked.end()) return heads.find(author);
  return std::min_element(
             branches->second->begin(), branches->second->end(),
             [&](const Branch& a, const Branch& b) { return name_of(author, a) < name_of(author, b); })
      ->head;
}

std::size_t RelayState::authors() const {
  std::size_t count = heads.size();
  for (const auto& [author, branches] : forked) count -= branches->size() - 1;
  return count;
}

Branches RelayState::branches_of(const AuthorKey& author) const {
  const auto several = forked.find(author);
  if (several != forked.end()) return *several->second;
  Branches one;
  if (const auto head = heads.find(author)) one.emplace_back().head = *head;
  return one;
}

std::pair<AuthorKey, std::vector<PackRange>> RelayState::packs_named(const AuthorKey& name) const {
  const auto owner = author_of_name.find(name);
  const AuthorKey& author = owner == author_of_name.end() ? name : owner->second;
  const auto branches = forked.find(author);
  if (branches != forked.end()) return {author, ranges_named(author, *branches->second, name)};
  if (heads.contains(name)) return {name, {PackRange{}}};
  return {};
}

void RelayState::put(const AuthorKey& author, std::shared_ptr<const Branches> branches) {
  // Names only come: a divergence that was found stays one.
  for (const Branch& branch : *branches) {
    for (const StreamSegment& segment : branch.segments) author_of_name[segment.name] = author;
  }
  forked[author] = std::move(branches);
}

void RelayState::apply(const Commit& commit) {
  if (commit.adopted) workspace = commit.adopted;
  for (const auto& [name, head] : commit.heads) head.seq == 0 ? heads.erase(name) : heads.set(name, head);
  for (const auto& [author, branches] : commit.forked) put(author, branches);
  changes += commit.new_changes;
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

bool has_eraser_role(const Enrolment& enrolment) {
  return enrolment.is_founder || enrolment.is_recovery || enrolment.role == kCoordinator ||
         enrolment.role == kAdministrator;
}

std::shared_ptr<const Members> members_of(const std::map<AuthorKey, AuthorityFacts>& facts,
                                          const AuthorityBranches& branches) {
  const AuthorityRights rights{{kCoordinator}, {kCoordinator}, {kCoordinator}};
  const Authority authority = evaluate_authority(facts, rights, branches);
  auto members = std::make_shared<Members>();
  for (const auto& [author, entry] : authority.authors) {
    Member& member = (*members)[author];
    // Who follows the founder under a new key has its standing and no role. A claim that nobody settled, or
    // that was settled for another, is nobody's office.
    member.is_coordinator = entry.standing == Standing::founder || entry.standing == Standing::recovery ||
                            (entry.standing == Standing::admitted && entry.role == kCoordinator);
    member.may_erase =
        member.is_coordinator || (entry.standing == Standing::admitted && entry.role == kAdministrator);
    if (entry.cut) member.cut = {{*entry.cut, entry.revoke_reason}};
  }
  return members;
}

}  // namespace karez::relay
