// The day as headquarters reads it.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_statement.h"
#include "cli/list_texts.h"
#include "cli/report_files.h"
#include "cli/report_page.h"
#include "cli/texts_close.h"

namespace karez::cli {
namespace {

struct DayArguments {
  std::string date, as_of;
  ReportFiles files;
};

/// Files that were asked for, then the document or the page.
int show_day(Context& context, Replica& replica, const DayStatement& statement, const std::string& more,
             const ReportFiles& files) {
  const DayReport& report = statement.report;
  KAREZ_OR_FAIL(const Report sections, context, karez::report(replica, report));
  if (const int exit = write_files(context, replica, sections, files); exit != kDone) return exit;
  if (context.console.json) {
    Document document = statement_document(context, statement);
    document.set("flags", flags_document(sections)).set("adds_up", sections.flags.empty());
    context.console.document(document);
    return kDone;
  }
  DayNames names;
  KAREZ_OR_FAIL(names.items, context, texts_in_list(replica, "item", "name_zh", codes_of(report.items)));
  KAREZ_OR_FAIL(names.sites, context, texts_in_list(replica, "site", "name_zh", codes_of(report.by_site)));
  context.console.print(day_text(context, report, names) + flags_text(context, sections) +
                        (more.empty() ? "" : "\n\n" + more));
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
      return show_day(context, replica, known, "", arguments.files);
    });
  }
  KAREZ_OR_FAIL(const DayStatement statement, context, day_statement(replica, *day));
  return show_day(context, replica, statement, context.console.json ? "" : statement_text(context, statement),
                  arguments.files);
}

}  // namespace

void add_report_commands(CLI::App& app, Context& context) {
  CLI::App* day = add_command(app, context, "day", say::kHelpDay, say::kGroupLook);
  auto arguments = std::make_shared<DayArguments>();
  add_text(day, context, "date", arguments->date, say::kHelpDate, context.say(say::kKindDate));
  add_text(day, context, "--as-of", arguments->as_of, say::kHelpAsOf, context.say(say::kKindTimeOrClose));
  add_file_flags(day, context, arguments->files);
  add_close_commands(*day, context);
  // The words "close" and "replay" have chosen already what is to be done.
  day->callback([&context, day, arguments] {
    if (day->get_subcommands().empty())
      context.run = [&context, arguments] { return run_day(context, *arguments); };
  });
}

}  // namespace karez::cli
