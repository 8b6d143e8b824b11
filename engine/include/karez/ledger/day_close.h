// The close of a day: a coordinator's signed statement of a day's figures and of the heads they were computed
// from. A close is a record whose fields are read from the change that made it: whatever is written later
// about it, what it states stands. Format: schema/close-format.md.
//
// One thread; reads the tables and the log.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "karez/base/limits.h"
#include "karez/ledger/close_heads.h"
#include "karez/ledger/day.h"
#include "karez/storage/tables.h"

namespace karez {

/// What the figures of a day mean. A number stands for one function from changes to figures: when the meaning
/// changes, the number grows and the old function stays, so that old closes can be recomputed for ever.
inline constexpr std::int64_t kDaySemantics = 1;

/// Computes a day's report by the meaning of that number.
using DayFunction = Result<DayReport> (*)(const DaySource&, Day, const std::vector<std::string>&);
/// Null for a number that a newer program gave.
[[nodiscard]] DayFunction day_function(std::int64_t semantics);

struct DayClose {
  RecordId id;
  std::string who;  ///< laptop
  HybridTime time;
  WallTime at;
  bool counts = false;  ///< its author counts and may close, and nobody has voided it
  Day day;
  std::int64_t semantics = 0;
  std::string digest;
  Hash fingerprint{};
  std::optional<RecordId> previous, replaces;
  Bytes heads, totals;
  std::string open_issues, note;
};

/// The fields that hold the heads of a close, one after the other: some 2,000 laptops that moved.
inline constexpr std::array<const char*, 3> kHeadsFields{"heads", "heads_2", "heads_3"};
inline constexpr std::size_t kHeadsBytes = kHeadsFields.size() * limits::kTextBytes;

/// What reading closes takes.
struct CloseSource {
  Statements& statements;
  Authors& authors;
  LogStore& log;
  Tables& tables;
  const Catalog& catalog;
};

/// A record of the collection `close` as its creation states it; nothing if it does not follow the format.
[[nodiscard]] Result<std::optional<DayClose>> read_close(const CloseSource& source, const RecordId& id);
/// The closes of a day, of any standing; of all days without one. By (time, id).
[[nodiscard]] Result<std::vector<DayClose>> closes_of(const CloseSource& source, std::optional<Day> day);

/// Which of a day's closes is shown, and which stand against it because neither knew of the other.
struct ChosenClose {
  std::optional<DayClose> shown;
  std::vector<DayClose> rivals;
};
/// Of those that count and that no later one replaces, the one with the lowest (hybrid time, author).
[[nodiscard]] ChosenClose choose_close(std::vector<DayClose> closes);

/// The heads that a close states, by way of the closes before it. Errors: malformed, not_found.
[[nodiscard]] Result<CloseHeads> heads_of(const CloseSource& source, const DayClose& close);

/// Figures as a close keeps them; empty if they do not fit a value (then they are recomputed when asked for).
[[nodiscard]] Bytes pack_totals(std::string_view figures);
/// The figures that a close states, checked against its digest; nothing if it does not keep them. Errors:
/// malformed.
[[nodiscard]] Result<std::optional<std::string>> totals_of(const DayClose& close);

/// What was open when a day was closed: laptops whose log was not complete, and how many changes each lacked
/// (0: it was never heard). The figures of a replay get it from here: nobody's log says it.
struct OpenIssues {
  std::map<std::string, std::uint64_t> incomplete;
  std::vector<std::string> waiting;  ///< whom a whole day would have waited for
  std::vector<std::string> checks;   ///< further sentences
};
/// As JSON; the further sentences and then whom it waited for are left out where they do not fit a value.
/// Errors: too_large.
[[nodiscard]] Result<std::string> to_json(const OpenIssues& issues);
[[nodiscard]] OpenIssues open_issues_of(const DayClose& close);

/// Figures now minus the figures that were closed; what does not differ is left out.
[[nodiscard]] DayReport addendum_of(const DayReport& now, const DayReport& closed);

}  // namespace karez
