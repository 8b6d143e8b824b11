// The day as headquarters reads it.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_report.h"

namespace karez::cli {
namespace {

/// What the reference lists call the codes of a report.
template <typename Figures>
Status add_names(Replica& replica, const char* collection, const std::map<std::string, Figures>& codes,
                 std::map<std::string, std::string>& names) {
  for (const auto& [code, figures] : codes) {
    KAREZ_ASSIGN(const auto id, replica.find_by_key(collection, Value::of(code)));
    if (!id) continue;
    KAREZ_ASSIGN(const RecordView view, replica.show(*id));
    for (const FieldView& field : view.fields) {
      const auto* name = std::get_if<std::string>(&field.value.side);
      if (field.field == "name_zh" && name != nullptr) names[code] = *name;
    }
  }
  return {};
}

int run_day(Context& context, const std::string& date) {
  const auto day = parse_day(date);
  if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {date});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const DayReport report, context, replica.day(*day));
  if (context.console.json) {
    context.console.document(day_document(report));
    return kDone;
  }
  DayNames names;
  if (const Status named = add_names(replica, "item", report.items, names.items); !named) {
    return context.fail(named.error());
  }
  if (const Status named = add_names(replica, "site", report.by_site, names.sites); !named) {
    return context.fail(named.error());
  }
  context.console.print(day_text(context, report, names));
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
