// Rules at a replica: what a handout would break before it is recorded, who is over at merge, the duties, and
// a coordinator's verdict on a group (schema/rules.md).
//
// Every way of recording judges the same (Replica::create too): what a rule blocks is refused where this
// laptop already knows, and a handout that breaks a rule of which this laptop knows pins the logs of the
// others in its group, so that later everybody sees what it could have known. Thread: as Replica.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "karez/ledger/rule_book.h"
#include "karez/replica/replica.h"

namespace karez {

/// A new record and the rule that it breaks as far as this laptop knows.
struct RuleBreach {
  std::size_t change = 0, record = 0;  ///< its place in what was given
  RuleGroup group;                     ///< with what is held, the new record added to `total` and `over`
};
/// "V100015 has had 2 W550 of 2 on 2025-07-20 (09:02 H1 laptop-01), this makes 3"; English.
[[nodiscard]] std::string to_text(const RuleBreach& breach);

/// What these records (as for Replica::create) would break. Records nothing. Errors: as create's.
[[nodiscard]] Result<std::vector<RuleBreach>> foresee(Replica& replica, std::span<const NewRecord> records);

struct JudgedRecords {
  std::vector<std::vector<std::optional<RecordId>>> ids;  ///< as given; nothing: left out
  std::vector<RuleBreach> breaches;                       ///< of those left out and of those recorded
  struct Refused {
    std::size_t change = 0, record = 0;
    std::string reason;  ///< the ledger's sentence
  };
  std::vector<Refused> refused;  ///< left out since the stock ledger refuses them
};

/// As Replica::create_all, but what a rule blocks or the stock ledger refuses is left out and the rest
/// recorded. A first record of a change to which only such ones refer is left out with them, unless
/// `keep_first` names the change.
[[nodiscard]] Result<JudgedRecords> create_unblocked(Replica& replica,
                                                     std::span<const std::vector<NewRecord>> changes,
                                                     const std::set<std::size_t>& keep_first = {});

/// A group by its name (name_of), as it is held here, over or not. Errors: not_found.
[[nodiscard]] Result<RuleGroup> rule_group(Replica& replica, const std::string& name);

/// A coordinator's word on a group: "ok" or "over" accepts what is beyond, "no" sends it back, "reopen" takes
/// an earlier word away. It names the records that the group has now: what comes later opens it again.
///
/// Errors: not_found (no such group), refused (not the role's right), too_large. Persists.
Result<RecordId> judge_group(Replica& replica, const std::string& name, const std::string& action,
                             const std::string& reason);

/// The duties of all rules as they stand on a day.
[[nodiscard]] Result<std::vector<Duty>> duties(Replica& replica, Day on);

}  // namespace karez
