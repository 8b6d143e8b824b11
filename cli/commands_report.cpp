// The day as headquarters reads it.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_statement.h"
#include "cli/list_texts.h"
#include "cli/texts_close.h"

namespace karez::cli {
namespace {

struct DayArguments {
  std::string date, as_of;
};

int show_day(Context& context, Replica& replica, const DayReport& report, const std::string& more) {
  DayNames names;
  KAREZ_OR_FAIL(names.items, context, texts_in_list(replica, "item", "name_zh", codes_of(report.items)));
  KAREZ_OR_FAIL(names.sites, context, texts_in_list(replica, "site", "name_zh", codes_of(report.by_site)));
  context.console.print(day_text(context, report, names) + (more.empty() ? "" : "\n\n" + more));
  return kDone;
}

int run_day(Context& context, const DayArguments& arguments) {
  const auto day = parse_day(arguments.date);
  if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {arguments.date});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  if (!arguments.as_of.empty()) {
    return run_day_as_of(context, replica, *day, arguments.as_of, [&](const DayReport& report) {
      DayStatement known;
      known.report = report;
      if (context.console.json) context.console.document(statement_document(context, known));
      return context.console.json ? kDone : show_day(context, replica, report, "");
    });
  }
  KAREZ_OR_FAIL(const DayStatement statement, context, day_statement(replica, *day));
  if (context.console.json) {
    context.console.document(statement_document(context, statement));
    return kDone;
  }
  return show_day(context, replica, statement.report, statement_text(context, statement));
}

}  // namespace

void add_report_commands(CLI::App& app, Context& context) {
  CLI::App* day = add_command(app, context, "day", say::kHelpDay, say::kGroupLook);
  auto arguments = std::make_shared<DayArguments>();
  add_text(day, context, "date", arguments->date, say::kHelpDate, context.say(say::kKindDate));
  add_text(day, context, "--as-of", arguments->as_of, say::kHelpAsOf, context.say(say::kKindTimeOrClose));
  add_close_commands(*day, context);
  // The words "close" and "replay" have chosen already what is to be done.
  day->callback([&context, day, arguments] {
    if (day->get_subcommands().empty())
      context.run = [&context, arguments] { return run_day(context, *arguments); };
  });
}

}  // namespace karez::cli
