// The day as headquarters reads it.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_report.h"

namespace karez::cli {
namespace {

int run_day(Context& context, const std::string& date) {
  const auto day = parse_day(date);
  if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {date});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const DayReport report, context, replica.day(*day));
  if (context.console.json) context.console.document(day_document(report));
  if (!context.console.json) context.console.print(day_text(context, report));
  return kDone;
}

}  // namespace

void add_report_commands(CLI::App& app, Context& context) {
  CLI::App* day = add_command(app, context, "day", say::kHelpDay, say::kGroupLook);
  auto date = std::make_shared<std::string>();
  add_text(day, context, "date", *date, say::kHelpDate, context.say(say::kKindDate))->required();
  on_chosen(day, context, date, run_day);
}

}  // namespace karez::cli
