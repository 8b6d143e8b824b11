// A small workspace for tests: people with keys, their logs, and packs sealed from them. Everything follows
// from names: the same calls give the same bytes in every run. Not a replica: it knows changes and chains, no
// merge and no storage.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "karez/base/limits.h"
#include "karez/log/authority.h"
#include "karez/log/enrolment.h"
#include "karez/log/pack.h"

namespace karez::testing {

inline constexpr std::uint32_t kEvent = 5;  ///< the collection's number in the built-in catalog

inline constexpr std::uint32_t kVolunteer = 1;  ///< numbers of roles in schema/catalog.json
inline constexpr std::uint32_t kCoordinator = 2;
inline constexpr std::uint32_t kAuditor = 3;
inline constexpr std::int64_t kStartMs =
    1'657'756'800'000;  ///< 2022-07-14T00:00Z; later changes come a second apart

inline FixedBytes<32> seed_of(std::string_view name) {
  return blake2b({view_of("karez/test/"), view_of(name)});
}
inline KeyPair key_of(std::string_view name) { return key_pair_from_seed(seed_of(name)); }

/// The rights of the built-in catalog, without reading it.
inline AuthorityRights coordinators_rule() { return {{kCoordinator}, {kCoordinator}, {kCoordinator}}; }

/// One author's log: grows by add(), gives changes, links, packs and path steps.
class Person {
 public:
  Person(std::string_view name, WorkspaceId workspace)
      : key_(key_of(name)), name_(name), workspace_(workspace) {
    links_.push_back(link_zero(workspace, key_.author));
  }

  [[nodiscard]] const KeyPair& key() const { return key_; }
  [[nodiscard]] const AuthorKey& author() const { return key_.author; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t seq() const { return changes_.size(); }
  [[nodiscard]] const WorkspaceId& workspace() const { return workspace_; }
  [[nodiscard]] const Change& change(std::uint64_t seq) const { return changes_.at(seq - 1); }
  [[nodiscard]] const Bytes& content(std::uint64_t seq) const { return entries_.at(seq - 1).content; }
  [[nodiscard]] const Hash& link(std::uint64_t seq) const { return links_.at(seq); }
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] Dot last() const { return {author(), seq()}; }
  /// A pin to this log at `seq` (0: at its end).
  [[nodiscard]] Pin pin(std::uint64_t seq = 0) const {
    const std::uint64_t at = seq == 0 ? this->seq() : seq;
    return {author(), at, link(at)};
  }

  /// Appends one change with these operations; gives its dot.
  Dot add(std::vector<Operation> operations) {
    Change change;
    change.operations = std::move(operations);
    return add(std::move(change));
  }
  /// Appends a change whose pins, operations and perhaps times are set; fills in the rest.
  Dot add(Change change, std::optional<PrivatePart> private_part = std::nullopt) {
    change.author = key_.author;
    change.seq = seq() + 1;
    const std::int64_t now = kStartMs + static_cast<std::int64_t>(change.seq) * 1000;
    if (change.time == HybridTime{}) change.time = {static_cast<std::uint64_t>(now), 0};
    if (change.wall == WallTime{}) change.wall = {now, 480};
    if (private_part) change.private_commitment = private_commitment(private_part->salt, private_part->bytes);
    collect_authors(change);
    auto content = encode(change);
    ENSURE(content.ok());
    links_.push_back(next_link(links_.back(), *content));
    entries_.push_back({std::move(content).value(), std::move(private_part)});
    changes_.push_back(std::move(change));
    return last();
  }

  [[nodiscard]] PathStep step(std::uint64_t seq) const {
    return {author(), seq, link(seq - 1), content(seq), sign_head(key_, workspace_, seq, link(seq))};
  }
  [[nodiscard]] PackHeader header(std::uint64_t first, std::uint64_t last) const {
    return {workspace_,       author(),        first,
            last - first + 1, link(first - 1), sign_head(key_, workspace_, last, link(last))};
  }
  [[nodiscard]] const PackEntry* entry(std::uint64_t seq) const { return &entries_.at(seq - 1); }
  /// The pack of changes `first` to `last` (0: to the end).
  [[nodiscard]] Bytes pack(std::uint64_t first = 1, std::uint64_t last = 0) const {
    if (last == 0) last = seq();
    const std::span<const PackEntry> all(entries_);
    auto pack = encode_pack(header(first, last), all.subspan(first - 1, last - first + 1));
    ENSURE(pack.ok());
    return std::move(pack).value();
  }

 private:
  friend class Fleet;
  KeyPair key_;
  std::string name_;
  WorkspaceId workspace_;
  std::vector<Change> changes_;
  std::vector<PackEntry> entries_;
  std::vector<Hash> links_;  ///< by seq, from link(0)
};

/// A workspace with its founder; others come by invitation, succession or recovery. References to people stay
/// valid.
class Fleet {
 public:
  explicit Fleet(const std::string& name = "founder")
      : name_(name), recovery_(key_of(name + "'s recovery key")) {
    Person& founder = *people_.emplace_back(std::make_unique<Person>(name, WorkspaceId{}));
    Found found;
    found.workspace_name = "坎儿井";
    found.device_name = name;
    found.recovery = recovery_.author;
    found.zone_minutes = 480;
    founder.add({found});
    founder.workspace_.bytes = founder.link(1);
  }

  [[nodiscard]] WorkspaceId workspace() const { return people_.front()->workspace(); }
  [[nodiscard]] Person& founder() { return *people_.front(); }
  [[nodiscard]] const KeyPair& recovery_key() const { return recovery_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Person>>& people() const { return people_; }

  /// The issuer's next change is an invitation; its code.
  InvitationCode invite(Person& issuer, std::uint32_t role = kVolunteer, std::string label = "") {
    InvitationCode code;
    code.workspace = workspace();
    code.one_time_seed = seed_of("one-time key " + std::to_string(++codes_) + " of " + name_);
    Invite invite;
    invite.role = role;
    invite.expires_ms = kStartMs + 7 * 86'400'000;
    invite.one_time = key_pair_from_seed(code.one_time_seed).author;
    invite.label = std::move(label);
    const Dot dot = issuer.add({invite});
    code.issuer_first = issuer.step(1);
    code.invitation = issuer.step(dot.seq);
    return code;
  }
  /// A new author whose first change claims the code; not admitted yet.
  Person& enrol(const InvitationCode& code, const std::string& name) {
    Person& person = add_person(name);
    person.add({claim(code, person.author(), name)});
    return person;
  }
  Dot admit(Person& by, const Person& claimant, const Dot& invitation) {
    return by.add({Admit{claimant.author(), invitation}});
  }
  Dot revoke(Person& by, const Person& author, std::uint64_t seq, std::string reason = "") {
    return by.add({Revoke{author.author(), seq, author.link(seq), std::move(reason)}});
  }
  /// Invited by the founder, enrolled and admitted.
  Person& volunteer(const std::string& name) { return member(founder(), kVolunteer, name); }
  Person& coordinator(const std::string& name) { return member(founder(), kCoordinator, name); }
  Person& member(Person& issuer, std::uint32_t role, const std::string& name) {
    const InvitationCode code = invite(issuer, role, name);
    Person& person = enrol(code, name);
    admit(issuer, person, {code.invitation.author, code.invitation.seq});
    return person;
  }
  /// The author that follows `previous` on the same device.
  Person& succeed(const Person& previous, std::uint64_t seq, const std::string& name) {
    Person& person = add_person(name);
    const Enrolment before = enrolment(previous);
    person.add({karez::succeed(workspace(), previous.key(), seq, previous.link(seq), previous.step(1),
                               person.author(), before.device_name, before.role)});
    return person;
  }
  /// The offline recovery key's own log.
  Person& recover() {
    Person& person = add_person(name_ + "'s recovery key");
    Enrol enrol;
    enrol.device_name = "recovery key";
    enrol.role = kCoordinator;
    enrol.basis = EnrolBasis::recovery;
    enrol.path.push_back(founder().step(1));
    person.add({enrol});
    return person;
  }

  [[nodiscard]] Enrolment enrolment(const Person& person) const {
    auto checked = check_first_change(workspace(), person.change(1), person.content(1));
    ENSURE(checked.ok());
    return std::move(checked).value();
  }
  /// The authority operations of everybody.
  [[nodiscard]] std::map<AuthorKey, AuthorityFacts> facts() const {
    std::map<AuthorKey, AuthorityFacts> facts;
    for (const auto& person : people_) {
      for (const Change& change : person->changes()) {
        collect_facts(facts, change, change.seq == 1 ? std::optional(enrolment(*person)) : std::nullopt);
      }
    }
    return facts;
  }
  [[nodiscard]] Authority authority() const { return evaluate_authority(facts(), coordinators_rule()); }

 private:
  Person& add_person(const std::string& name) {
    return *people_.emplace_back(std::make_unique<Person>(name, workspace()));
  }

  std::string name_;
  KeyPair recovery_;
  std::vector<std::unique_ptr<Person>> people_;
  int codes_ = 0;
};

}  // namespace karez::testing
