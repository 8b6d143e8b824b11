#include "cli/rule_report.h"

#include <unistd.h>

#include <iostream>

#include "cli/records.h"
#include "cli/texts_rules.h"

namespace karez::cli {
namespace {

constexpr std::size_t kGroupsShown = 20;
constexpr std::size_t kMembersNamed = 3;

const char* name_of(RuleBreak on_break) {
  switch (on_break) {
    case RuleBreak::warn:
      return "warn";
    case RuleBreak::hold:
      return "hold";
    case RuleBreak::block:
      break;
  }
  return "block";
}

const char* name_of(RuleGroup::State state) {
  switch (state) {
    case RuleGroup::State::open:
      return "open";
    case RuleGroup::State::held:
      return "held";
    case RuleGroup::State::accepted:
      return "accepted";
    case RuleGroup::State::sent_back:
      break;
  }
  return "sent_back";
}

bool is_person(const RuleSubject& subject) {
  using Kind = RuleSubject::Kind;
  return subject.kind == Kind::voucher || subject.kind == Kind::party || subject.kind == Kind::grant;
}

Document members_document(const RuleGroup& group) {
  Document out = Document::list();
  for (const RuleMember& member : group.members) {
    Document one = Document::object();
    one.set("id", to_text(member.id)).set("site", member.site).set("laptop", member.laptop);
    one.set("time", format_wall_time(member.time)).set("qty", member.amount).set("known", member.is_known);
    out.add(std::move(one));
  }
  return out;
}

Document group_document(const RuleGroup& group, const char* members) {
  Document out = Document::object();
  out.set("voucher", is_person(group.subject) ? Document(group.subject.code) : Document());
  out.set("over", Document::of_total(group.over)).set(members, members_document(group));
  out.set("rule", group.rule.code.empty() ? group.rule.id : group.rule.code);
  out.set("subject", to_text(group.subject)).set("window", group.window);
  out.set("item", group.rule.item.empty() ? Document() : Document(group.rule.item));
  out.set("limit", group.quota).set("total", Document::of_total(group.total));
  return out.set("on_break", name_of(group.rule.on_break));
}

std::string subject_text(const RuleGroup& group) {
  std::string text = group.subject.code;
  if (!group.subject.site.empty()) text += " @" + group.subject.site;
  if (!group.rule.item.empty() && group.rule.item != group.subject.code) text += "  " + group.rule.item;
  if (!group.window.empty()) text += "  " + group.window;
  return one_line(text);
}

std::string state_text(const Context& context, const RuleGroup& group) {
  std::string text = group.is_double_place ? context.say(say::kDoublePlace) : "";
  switch (group.state) {
    case RuleGroup::State::held:
      return text + context.say(say::kGroupHeld);
    case RuleGroup::State::accepted:
      return text + context.say(say::kGroupAccepted);
    case RuleGroup::State::sent_back:
      return text + context.say(say::kGroupSentBack);
    case RuleGroup::State::open:
      break;
  }
  return text;
}

}  // namespace

Document over_quota_document(const std::vector<RuleGroup>& groups) {
  Document out = Document::list();
  for (const RuleGroup& group : groups) {
    Document one = group_document(group, "handouts");
    one.set("state", name_of(group.state)).set("group", name_of(group));
    if (group.is_double_place) one.set("double_place", true);
    if (group.verdict) one.set("verdict", to_text(*group.verdict));
    if (group.member_count > group.members.size()) one.set("records", group.member_count);
    out.add(std::move(one));
  }
  return out;
}

std::string over_quota_text(const Context& context, const std::vector<RuleGroup>& groups) {
  std::string out;
  for (std::size_t i = 0; i < groups.size() && i < kGroupsShown; ++i) {
    const RuleGroup& group = groups[i];
    out += "  " +
           context.say(say::kOverQuotaRow,
                       {subject_text(group), to_text(group.total), std::to_string(group.quota),
                        to_text(group.over), state_text(context, group)}) +
           "\n";
    const std::size_t first = group.members.size() > kGroupsShown ? group.members.size() - kGroupsShown : 0;
    for (std::size_t k = first; k < group.members.size(); ++k) {
      const RuleMember& member = group.members[k];
      out += "    " +
             context.say(say::kOverQuotaMember, {when_text(member.time), one_line(member.to),
                                                 one_line(member.laptop), std::to_string(member.amount),
                                                 member.is_known ? context.say(say::kCouldHaveKnown) : ""}) +
             "\n";
    }
  }
  if (groups.size() > kGroupsShown) {
    out += "  " + context.say(say::kMoreOverQuota, {std::to_string(groups.size() - kGroupsShown)}) + "\n";
  }
  return out;
}

Document breaches_document(const std::vector<RuleBreach>& breaches) {
  Document out = Document::list();
  for (const RuleBreach& breach : breaches) {
    out.add(group_document(breach.group, "known").set("record", breach.record + 1));
  }
  return out;
}

std::string breach_text(const Context& context, const RuleBreach& breach) {
  const RuleGroup& group = breach.group;
  std::string held;
  const std::size_t count = std::min(group.members.size(), kMembersNamed);
  for (std::size_t i = group.members.size() - count; i < group.members.size(); ++i) {
    const RuleMember& member = group.members[i];
    held += (held.empty() ? "" : "; ") + when_text(member.time) + " " + one_line(member.site) + " " +
            one_line(member.laptop);
  }
  if (!held.empty()) held = context.say(say::kBreachHeld, {held});
  return context.say(say::kBreach, {subject_text(group), std::to_string(group.quota), to_text(group.total),
                                    to_text(group.over), held});
}

std::optional<int> stop_for_rules(Context& context, Replica& replica, std::span<const NewRecord> records,
                                  std::vector<RuleBreach>& breaches) {
  auto foreseen = foresee(replica, records);
  if (!foreseen) return context.fail(foreseen.error());
  breaches = std::move(*foreseen);
  for (const RuleBreach& breach : breaches) {
    if (breach.group.rule.on_break != RuleBreak::block) continue;
    return context.fail(ErrorCode::refused, say::kBreachBlocked, {breach_text(context, breach)});
  }
  if (breaches.empty() || context.console.json || ::isatty(STDIN_FILENO) == 0) return std::nullopt;
  for (const RuleBreach& breach : breaches) context.console.note(breach_text(context, breach));
  context.console.note(context.say(say::kBreachAsk));
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes" || answer == "是") return std::nullopt;
  return context.fail(ErrorCode::refused, say::kBreachDeclined);
}

void note_breaches(Context& context, const std::vector<RuleBreach>& breaches) {
  if (context.console.json) return;
  for (const RuleBreach& breach : breaches) {
    const bool is_held = breach.group.rule.on_break == RuleBreak::hold;
    context.console.note(
        context.say(is_held ? say::kBreachHold : say::kBreachNoted, {breach_text(context, breach)}));
  }
}

}  // namespace karez::cli
