// Rules: what a programme allows or demands, and the judgement of the records held (schema/rules.md).
//
// A group is everything that one rule says about one subject (a person, a site, an asset, ...) in one window
// (a day, a month, ...). What is beyond the rule follows from the group alone: max(0, total - quota), the
// same for the same records in whatever order they came. The same functions judge before saving, with what a
// laptop holds, and at merge. Hold and warn never take anything from stock or totals.
//
// Pure functions over values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "karez/base/result.h"
#include "karez/ledger/measure.h"
#include "karez/model/value.h"
#include "karez/model/wall_time.h"

namespace karez {

enum class RuleScope { person, site, campaign, batch, pair, asset };
enum class RuleLimit { max, min, budget, balance, order };
enum class RuleWindow { day, month, half_year, round, campaign };
enum class RuleBreak { warn, hold, block };

/// A counted record of the collection "rule", as it is judged.
struct Rule {
  std::int64_t record = 0;  ///< local key
  std::string id;           ///< public id of its record
  std::string code;         ///< may be empty
  RuleScope scope = RuleScope::person;
  RuleLimit limit = RuleLimit::max;
  RuleWindow per = RuleWindow::day;
  RuleBreak on_break = RuleBreak::warn;
  bool is_per_site = false;  ///< a person's quota is for each site by itself
  std::int64_t qty = 0;
  std::string item, campaign, grant, site, event_type;  ///< empty: any
  std::set<std::string> trades;                         ///< empty: any
  std::optional<std::int64_t> threshold;                ///< fen; who states no more gets nothing
  std::optional<Day> first, last;  ///< the days that it is about; a campaign's own where the rule has none
};

/// What rules read of a record that hands something over, or of an event.
struct RuleFact {
  std::int64_t record = 0;  ///< local key; 0: not recorded yet
  std::string item, site, trade, campaign, voucher, party, batch, grant, event_type, reason, to;
  std::int64_t qty = 0;
  std::optional<std::int64_t> value;  ///< fen, as its event states it
  WallTime time;
  Day day;  ///< working day at its site
};

/// What codes of grants say: which there are, and what stands above them.
struct RuleGrant {
  std::string code, type, campaign, parent;
  std::optional<std::int64_t> qty;
};

/// Of whom or what a group is. Vouchers and parties are different people even under one code.
struct RuleSubject {
  enum class Kind { voucher, party, site, campaign, batch, grant, item };
  Kind kind = Kind::voucher;
  std::string code;
  std::string site;  ///< where each site counts by itself
  auto operator<=>(const RuleSubject&) const = default;
};
[[nodiscard]] std::string to_text(const RuleSubject& subject);  ///< "voucher:V100015"

/// Whether a record that hands something over belongs under a rule: its item, trade, site, campaign, kind of
/// event, reason and day. Duties (min) are judged over events and never apply here.
[[nodiscard]] bool is_under(const Rule& rule, const RuleFact& fact);

/// Whom the record counts for; nothing if it is outside the rule: nobody named, no asset, no such grant.
/// `grant` is the grant that the record draws on, null if there is none; `is_pooled`: the rule's own grant is
/// that grant or stands above it.
[[nodiscard]] std::optional<RuleSubject> subject_of(const Rule& rule, const RuleFact& fact,
                                                    const RuleGrant* grant, bool is_pooled);

/// The window in which a day falls: "2025-07-20", "2025-07", "2025-H2"; "" for all days of the rule.
[[nodiscard]] std::string window_of(const Rule& rule, Day day);
/// First and last day of that window, both within the rule's own days.
struct DayRange {
  Day first, last;
};
[[nodiscard]] DayRange range_of(const Rule& rule, Day day);

/// How much one record adds to its group: its quantity, or one move of an asset.
[[nodiscard]] std::int64_t amount_of(const Rule& rule, const RuleFact& fact);

/// A record of a group.
struct RuleMember {
  RecordId id;
  std::string site, laptop, voucher, item, to;
  WallTime time;
  std::int64_t amount = 0;
  std::optional<std::int64_t> value;
  bool is_known = false;  ///< its laptop could have known that the rule was broken by it
  std::int64_t log = 0;   ///< which author's log it stands in: a local number, good for comparing alone
  /// What its change pinned: of these logs its laptop held everything up to there.
  std::vector<std::pair<std::int64_t, std::uint64_t>> pinned;
};

/// The order in which people read a group: (time, author, seq, k).
[[nodiscard]] bool is_before(const RuleMember& a, const RuleMember& b);

/// What a group comes to.
struct RuleGroup {
  Rule rule;
  RuleSubject subject;
  std::string window;
  Total total = 0;
  std::int64_t quota = 0;
  Total over = 0;
  bool is_double_place = false;  ///< of an asset: moved to several places in one window
  std::uint64_t member_count = 0;
  std::vector<RuleMember> members;  ///< in order; of a very large group the last kMembersShown
  enum class State { open, held, accepted, sent_back };
  State state = State::open;        ///< held: nobody has judged it, or something came later
  std::optional<RecordId> verdict;  ///< the one that stands
  static constexpr std::size_t kMembersShown = 1000;
};

/// What names a group in verdicts: the rule's id, the subject, the window; at most 256 bytes.
[[nodiscard]] std::string name_of(const RuleGroup& group);

/// Sums the members of a group and says what is beyond the quota. `balance` is what the subject's own grant
/// holds, where the limit is a balance. Order-free.
void judge(RuleGroup& group, std::optional<std::int64_t> balance);

/// max(0, total - quota).
[[nodiscard]] Total excess(Total total, std::int64_t quota);

/// Members as a verdict's `seen` keeps them: by author, in one order; the set back. Errors: too_large.
[[nodiscard]] Result<std::string> seen_text(const std::vector<RuleMember>& members);
[[nodiscard]] std::set<std::string> seen_members(const std::string& seen);

}  // namespace karez
