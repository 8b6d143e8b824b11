// Double entries, and the word that settles them.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_statement.h"
#include "cli/records.h"
#include "cli/texts_sealed.h"
#include "cli/texts_verdict.h"
#include "karez/replica/verdicts.h"

namespace karez::cli {
namespace {

struct VerdictArguments {
  std::string about, same_as, reason;
};

std::string reason_text(const Context& context, const std::string& reason) {
  if (reason == "same_amount") return context.say(say::kSameAmount);
  return reason == "same_person" ? context.say(say::kSamePerson) : reason;
}

struct DuplicatesArguments {
  std::string date;
  bool is_of_parties = false;
};

int run_duplicates(Context& context, const DuplicatesArguments& arguments) {
  if (arguments.is_of_parties) return run_duplicate_parties(context);
  const std::string& date = arguments.date;
  if (date.empty()) return context.fail(ErrorCode::usage, say::kDuplicatesNeedDay, {});
  const auto day = parse_day(date);
  if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {date});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const DoubleEntries found, context, possible_doubles(replica, *day, kDoublesShown));
  if (context.console.json) {
    Document out = Document::object();
    out.set("date", date).set("duplicates", doubles_document(found.shown, replica.zone_minutes()));
    context.console.document(out.set("count", found.count));
    return kDone;
  }
  if (found.shown.empty()) {
    context.console.print(context.say(say::kNoDuplicates, {date}));
    return kDone;
  }
  Table table;
  table.header = {context.say(say::kColumnSite), "", context.say(say::kColumnWhy),
                  context.say(say::kColumnRecords)};
  for (const DoubleEntry& entry : found.shown) {
    std::string reasons, ids;
    for (const std::string& reason : entry.reasons)
      reasons += (reasons.empty() ? "" : ", ") + reason_text(context, reason);
    for (const RecordId& id : entry.ids) ids += (ids.empty() ? "" : " ") + short_id(id);
    table.rows.push_back(
        {one_line(entry.site), when_text({entry.minute_ms, replica.zone_minutes()}), reasons, ids});
  }
  context.console.print(layout(table));
  context.console.note(context.say(say::kHowToJudge, {std::to_string(found.count)}));
  return kDone;
}

int run_verdict(Context& context, const VerdictArguments& arguments, bool is_same) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId about, context, replica.find(arguments.about));
  KAREZ_OR_FAIL(const RecordId same_as, context, replica.find(arguments.same_as));
  KAREZ_OR_FAIL(const RecordId verdict, context,
                is_same ? judge_same(replica, about, same_as, arguments.reason)
                        : judge_both(replica, about, same_as, arguments.reason));
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(verdict)).set("action", is_same ? "same" : "both");
    context.console.document(out.set("about", to_text(about)).set("same_as", to_text(same_as)));
  }
  context.console.print(context.say(is_same ? say::kJudgedSame : say::kJudgedBoth,
                                    {short_id(verdict), short_id(about), short_id(same_as)}));
  return kDone;
}

int run_same(Context& context, const VerdictArguments& arguments) {
  return run_verdict(context, arguments, true);
}
int run_both(Context& context, const VerdictArguments& arguments) {
  return run_verdict(context, arguments, false);
}

}  // namespace

void add_verdict_commands(CLI::App& app, Context& context) {
  CLI::App* duplicates = add_command(app, context, "duplicates", say::kHelpDuplicates, say::kGroupLook);
  auto asked = std::make_shared<DuplicatesArguments>();
  add_text(duplicates, context, "date", asked->date, say::kHelpDate, context.say(say::kKindDate));
  add_flag(duplicates, context, "--parties", asked->is_of_parties, say::kHelpDuplicateParties);
  on_chosen(duplicates, context, asked, run_duplicates);

  CLI::App* verdict = add_command(app, context, "verdict", say::kHelpVerdict, say::kGroupRecord);
  verdict->require_subcommand(1);
  const auto add = [&](const char* name, const Text& help, int (*run)(Context&, const VerdictArguments&)) {
    CLI::App* command = add_command(*verdict, context, name, help, say::kGroupRecord);
    auto arguments = std::make_shared<VerdictArguments>();
    add_text(command, context, "about", arguments->about, say::kHelpVerdictAbout, "ID")->required();
    add_text(command, context, "same_as", arguments->same_as, say::kHelpVerdictSameAs, "ID")->required();
    add_text(command, context, "--reason", arguments->reason, say::kHelpVerdictReason);
    on_chosen(command, context, arguments, run);
  };
  add("same", say::kHelpVerdictSame, run_same);
  add("both", say::kHelpVerdictBoth, run_both);
}

}  // namespace karez::cli
