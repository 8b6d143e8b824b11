// What new records would break, judged with what this replica holds and with those of the same call before
// them. Private to replica; lives within one transaction or reading.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "karez/replica/rules.h"
#include "replica_impl.h"

namespace karez {

class RuleCheck {
 public:
  explicit RuleCheck(Replica::Impl& self) : self_(self) {}

  /// What the records of one change break. They count for those that follow, unless a rule blocks them.
  Result<std::vector<RuleBreach>> judge(std::size_t change, std::span<const NewRecord> records);
  /// Authors of the other records in the groups that `breaches` name.
  [[nodiscard]] std::set<AuthorKey> builds_on(const std::vector<RuleBreach>& breaches) const;
  static constexpr std::size_t kMembersKept = 20;

 private:
  Status load();
  Result<std::optional<RuleFact>> fact_of(const NewRecord& record, std::span<const NewRecord> records);
  struct Known {
    RuleGroup group;              ///< its last members alone: breaches copy them
    std::set<AuthorKey> authors;  ///< of all of them, our own not among them
  };
  Result<Known*> known_of(const RuleGroup& empty);

  Replica::Impl& self_;
  std::unique_ptr<RuleBook> book_;
  std::map<std::string, Known> groups_;  ///< asked for so far, with what was added
};

/// The rules as this replica judges them: with its own records also while nobody has admitted it.
[[nodiscard]] RuleSource rule_source(Replica::Impl& self);

}  // namespace karez
