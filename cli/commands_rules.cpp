// Rules, the duties that follow from them, and a coordinator's word on what is beyond them.
#include <algorithm>
#include <array>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/rule_report.h"
#include "cli/texts_rules.h"

namespace karez::cli {
namespace {

struct AddRuleArguments {
  std::unique_ptr<FieldFlags> flags;
};
struct VoidRuleArguments {
  std::string name, reason;
};
struct DueArguments {
  std::string on;
};
struct RuleVerdictArguments {
  std::string group, action, reason;
};

std::string text_of(const std::vector<std::pair<std::string, Value>>& fields, const char* name) {
  for (const auto& [field, value] : fields) {
    const auto* text = std::get_if<std::string>(&value.side);
    if (field == name && text != nullptr) return *text;
  }
  return {};
}

bool go_together(const std::string& scope, const std::string& limit) {
  const auto is_among = [&](std::initializer_list<const char*> scopes) {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  };
  if (limit == "max") return is_among({"person", "site", "campaign", "batch"});
  if (limit == "min") return is_among({"pair", "site"});
  if (limit == "budget") return is_among({"campaign", "batch"});
  if (limit == "balance") return is_among({"person"});
  return limit == "order" && is_among({"asset"});
}

int run_add_rule(Context& context, const AddRuleArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(auto fields, context, arguments.flags->values(replica));
  const std::string scope = text_of(fields, "scope");
  const std::string limit = text_of(fields, "limit");
  if (!scope.empty() && !limit.empty() && !go_together(scope, limit)) {
    return context.fail(ErrorCode::usage, say::kBadRulePair, {scope, limit});
  }
  if (!arguments.flags->has("on_break")) fields.emplace_back("on_break", Value::of(std::string("warn")));
  const NewRecord rule{"rule", std::move(fields)};
  KAREZ_OR_FAIL(const auto ids, context, replica.create({&rule, 1}));
  if (context.console.json) {
    context.console.document(Document::object().set("id", to_text(ids.front())));
    return kDone;
  }
  context.console.print(context.say(say::kRuleAdded, {to_text(ids.front())}));
  return kDone;
}

Document rule_document(const Catalog& catalog, const RecordView& view) {
  Document out = Document::object();
  out.set("id", to_text(view.id));
  for (const FieldView& field : view.fields) {
    out.set(field.field, value_document(field_of(catalog, "rule", field.field), field.value));
  }
  return out;
}

int run_list_rules(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  std::vector<RecordView> rules;
  ListRequest request;
  request.collection = "rule";
  const Status listed = replica.list(request, [&](const RecordView& view) {
    rules.push_back(view);
    return true;
  });
  if (!listed) return context.fail(listed.error());
  if (context.console.json) {
    Document list = Document::list();
    for (const RecordView& view : rules) list.add(rule_document(replica.catalog(), view));
    context.console.document(Document::object().set("rules", std::move(list)));
    return kDone;
  }
  context.console.print(rules.empty()
                            ? context.say(say::kNoRules)
                            : records_text(context, *replica.catalog().collection("rule"), "rule", rules));
  return kDone;
}

int run_void_rule(Context& context, const VoidRuleArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(auto id, context, replica.find_by_key("rule", Value::of(arguments.name)));
  if (!id) {
    KAREZ_OR_FAIL(const RecordId found, context, replica.find(arguments.name));
    KAREZ_OR_FAIL(const RecordView view, context, replica.show(found));
    if (view.collection != "rule") {
      return context.fail(ErrorCode::not_found, say::kNoSuchRule, {one_line(arguments.name)});
    }
    id = found;
  }
  const Status voided =
      replica.void_record(*id, arguments.reason.empty() ? std::string("-") : arguments.reason);
  if (!voided) return context.fail(voided.error());
  if (context.console.json) {
    context.console.document(Document::object().set("id", to_text(*id)).set("void", true));
    return kDone;
  }
  context.console.print(context.say(say::kRuleVoided, {short_id(*id)}));
  return kDone;
}

const char* name_of(Duty::State state) {
  if (state == Duty::State::done) return "done";
  return state == Duty::State::due ? "due" : "overdue";
}

Document duty_document(const Duty& duty) {
  Document out = Document::object();
  out.set("rule", duty.rule.code.empty() ? duty.rule.id : duty.rule.code).set("subject", duty.subject);
  out.set("party", duty.party.empty() ? Document() : Document(duty.party)).set("window", duty.window);
  out.set("from", format_day(duty.days.first)).set("to", format_day(duty.days.last));
  out.set("done", Document::of_total(duty.done)).set("due", duty.due);
  return out.set("state", name_of(duty.state));
}

int run_due(Context& context, const DueArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  Day on = day_of(replica.now_ms(), replica.zone_minutes());
  if (!arguments.on.empty()) {
    const auto day = parse_day(arguments.on);
    if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {arguments.on});
    on = *day;
  }
  KAREZ_OR_FAIL(const auto all, context, duties(replica, on));
  const auto count = [&](Duty::State state) {
    return static_cast<std::uint64_t>(
        std::count_if(all.begin(), all.end(), [&](const Duty& one) { return one.state == state; }));
  };
  const std::uint64_t overdue = count(Duty::State::overdue), due = count(Duty::State::due);
  const std::uint64_t done = count(Duty::State::done);
  if (context.console.json) {
    Document list = Document::list();
    for (const Duty& duty : all) list.add(duty_document(duty));
    Document out = Document::object();
    out.set("on", format_day(on)).set("overdue", overdue).set("due", due).set("done", done);
    context.console.document(out.set("duties", std::move(list)));
    return kDone;
  }
  Table table;
  table.header = {context.say(say::kColumnRule),   context.say(say::kColumnSubject),
                  context.say(say::kColumnWindow), context.say(say::kColumnDutyDone),
                  context.say(say::kColumnDue),    ""};
  table.is_number = {false, false, false, true, true, false};
  for (const Duty& duty : all) {
    if (duty.state == Duty::State::done) continue;
    const std::string rule = duty.rule.code.empty() ? duty.rule.id.substr(0, 8) : duty.rule.code;
    const bool is_overdue = duty.state == Duty::State::overdue;
    table.rows.push_back({one_line(rule), one_line(duty.subject), duty.window, to_text(duty.done),
                          std::to_string(duty.due), context.say(is_overdue ? say::kOverdue : say::kDueNow)});
  }
  if (table.rows.empty()) {
    context.console.print(context.say(say::kDutiesDone, {std::to_string(done)}));
    return kDone;
  }
  context.console.print(layout(table));
  context.console.print(
      context.say(say::kDutiesOpen, {std::to_string(overdue), std::to_string(due), std::to_string(done)}));
  return kDone;
}

int run_rule_verdict(Context& context, const RuleVerdictArguments& arguments) {
  static constexpr std::array<std::string_view, 4> kActions{"ok", "over", "no", "reopen"};
  if (std::find(kActions.begin(), kActions.end(), arguments.action) == kActions.end()) {
    return context.fail(ErrorCode::usage, say::kBadRuleAction);
  }
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId id, context,
                judge_group(replica, arguments.group, arguments.action, arguments.reason));
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(id)).set("group", arguments.group).set("action", arguments.action);
    context.console.document(out);
    return kDone;
  }
  context.console.print(context.say(say::kRuleVerdictSaved, {short_id(id)}));
  return kDone;
}

}  // namespace

void add_rule_commands(CLI::App& app, Context& context) {
  // A catalog from before rules has none of this.
  if (context.catalog().collection("rule") == nullptr) return;
  CLI::App* rule = add_command(app, context, "rule", say::kHelpRule, say::kGroupRecord);
  rule->require_subcommand(1);
  CLI::App* add = add_command(*rule, context, "add", say::kHelpRuleAdd, say::kGroupRecord);
  auto adding = std::make_shared<AddRuleArguments>();
  adding->flags = std::make_unique<FieldFlags>(add, context, "rule", std::vector<std::string>{});
  on_chosen(add, context, adding, run_add_rule);

  CLI::App* list = add_command(*rule, context, "list", say::kHelpRuleList, say::kGroupLook);
  on_chosen(list, context, std::make_shared<NoArguments>(), run_list_rules);

  CLI::App* cancel = add_command(*rule, context, "void", say::kHelpRuleVoid, say::kGroupRecord);
  auto voiding = std::make_shared<VoidRuleArguments>();
  add_text(cancel, context, "rule", voiding->name, say::kHelpRuleName, "ID")->required();
  add_text(cancel, context, "--reason", voiding->reason, say::kHelpReason);
  on_chosen(cancel, context, voiding, run_void_rule);

  CLI::App* verdict = add_command(*rule, context, "verdict", say::kHelpRuleVerdict, say::kGroupRecord);
  auto judging = std::make_shared<RuleVerdictArguments>();
  add_text(verdict, context, "group", judging->group, say::kHelpRuleGroup)->required();
  add_text(verdict, context, "--action", judging->action, say::kHelpRuleAction, "ok|over|no|reopen")
      ->required();
  add_text(verdict, context, "--reason", judging->reason, say::kHelpReason);
  on_chosen(verdict, context, judging, run_rule_verdict);

  CLI::App* due = add_command(*rule, context, "due", say::kHelpRuleDue, say::kGroupLook);
  auto asking = std::make_shared<DueArguments>();
  add_text(due, context, "--on", asking->on, say::kHelpDueOn, context.say(say::kKindDate));
  on_chosen(due, context, asking, run_due);

  CLI::App* duty = add_command(app, context, "duty", say::kHelpDuty, say::kGroupLook);
  auto dated = std::make_shared<DueArguments>();
  add_text(duty, context, "date", dated->on, say::kHelpDate, context.say(say::kKindDate))->required();
  on_chosen(duty, context, dated, run_due);
}

}  // namespace karez::cli
