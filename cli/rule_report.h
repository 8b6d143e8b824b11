// What rules say, as documents and for people; and the question that a terminal is asked before something
// beyond a rule is recorded.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/context.h"
#include "karez/replica/rules.h"

namespace karez::cli {

/// The key "over_quota" of a day.
[[nodiscard]] Document over_quota_document(const std::vector<RuleGroup>& groups);
/// The same for people, at most the first few; empty if there is nothing.
[[nodiscard]] std::string over_quota_text(const Context& context, const std::vector<RuleGroup>& groups);

/// The key "over_quota" of an answer: what records broke as far as this laptop knows.
[[nodiscard]] Document breaches_document(const std::vector<RuleBreach>& breaches);
[[nodiscard]] std::string breach_text(const Context& context, const RuleBreach& breach);

/// What stands in the way of recording: a rule that blocks, or a person who says no. Gives the exit code of
/// that, or nothing, and then what is broken all the same. Without a terminal, and with --json, nobody is
/// asked.
[[nodiscard]] std::optional<int> stop_for_rules(Context& context, Replica& replica,
                                                std::span<const NewRecord> records,
                                                std::vector<RuleBreach>& breaches);
/// Tells that something was recorded beyond a rule; nothing with --json.
void note_breaches(Context& context, const std::vector<RuleBreach>& breaches);

}  // namespace karez::cli
