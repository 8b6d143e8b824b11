// Reports over more than a day, and what is behind a figure.
#include "cli/arguments.h"
#include "cli/campaign_report.h"
#include "cli/commands.h"
#include "cli/list_texts.h"
#include "cli/report_files.h"
#include "cli/report_page.h"
#include "cli/texts_figures.h"

namespace karez::cli {
namespace {

struct CampaignArguments : ScopeArguments {
  ReportFiles files;
};
struct ExplainArguments : ScopeArguments {
  std::vector<std::string> words;  ///< of the figure: "items.W550", or "laptop" "laptop-01"
  std::string day;
};

/// Leaves `day` as it is where nothing was typed. The text of what is no day, if that was typed.
std::optional<std::string> read_day(const std::string& text, std::optional<Day>& day) {
  if (text.empty()) return std::nullopt;
  day = parse_day(text);
  return day ? std::nullopt : std::optional(text);
}

int run_campaign(Context& context, const CampaignArguments& arguments) {
  ReportScope scope;
  if (const int exit = read_scope(context, arguments, scope); exit != kDone) return exit;
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const CampaignReport report, context, campaign_report(replica, scope));
  KAREZ_OR_FAIL(const Report sections, context, karez::report(replica, report));
  if (const int exit = write_files(context, replica, sections, arguments.files); exit != kDone) return exit;
  if (context.console.json) {
    Document document = campaign_document(report);
    document.set("flags", flags_document(sections)).set("adds_up", sections.flags.empty());
    context.console.document(document);
    return kDone;
  }
  ItemNames items;
  const std::vector<std::string> codes = codes_of(report.total.items);
  KAREZ_OR_FAIL(items.names, context, texts_in_list(replica, "item", "name_zh", codes));
  KAREZ_OR_FAIL(items.units, context, texts_in_list(replica, "item", "unit", codes));
  context.console.print(campaign_text(context, report, items) + flags_text(context, sections));
  return kDone;
}

std::string figure_of(const std::vector<std::string>& words) {
  std::string figure;
  for (const std::string& word : words) {
    const bool is_short = figure.empty() && word == "laptop";
    figure += (figure.empty() ? "" : ".") + (is_short ? "by_laptop" : word);
  }
  return figure;
}

int run_explain(Context& context, const ExplainArguments& arguments) {
  ReportScope scope;
  if (const int exit = read_scope(context, arguments, scope); exit != kDone) return exit;
  const bool has_range = !scope.campaign.empty() || scope.first || scope.last;
  if (has_range == !arguments.day.empty()) {
    return context.fail(ErrorCode::usage, has_range ? say::kDayOrRange : say::kScopeNeeded);
  }
  if (const auto bad = read_day(arguments.day, scope.first)) {
    return context.fail(ErrorCode::usage, say::kBadDay, {*bad});
  }
  if (!arguments.day.empty()) scope.last = scope.first;
  const std::string figure = figure_of(arguments.words);
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const Explanation explanation, context, explain_figure(replica, scope, figure));
  if (context.console.json) {
    context.console.document(explanation_document(explanation, figure));
  } else {
    context.console.print(explanation_text(context, explanation, figure));
  }
  return kDone;
}

}  // namespace

int read_scope(Context& context, const ScopeArguments& arguments, ReportScope& scope) {
  scope.campaign = arguments.campaign;
  for (const auto& bad : {read_day(arguments.from, scope.first), read_day(arguments.to, scope.last)}) {
    if (bad) return context.fail(ErrorCode::usage, say::kBadDay, {*bad});
  }
  return kDone;
}

void add_range(CLI::App* command, Context& context, ScopeArguments& scope) {
  add_text(command, context, "--from", scope.from, say::kHelpFrom, context.say(say::kKindDate));
  add_text(command, context, "--to", scope.to, say::kHelpTo, context.say(say::kKindDate));
}

void add_campaign_commands(CLI::App& app, Context& context) {
  CLI::App* report = add_command(app, context, "report", say::kHelpReport, say::kGroupLook);
  report->require_subcommand(1);
  CLI::App* campaign = add_command(*report, context, "campaign", say::kHelpReportCampaign, say::kGroupLook);
  auto scope = std::make_shared<CampaignArguments>();
  add_text(campaign, context, "code", scope->campaign, say::kHelpCampaignCode, context.say(say::kKindCode));
  add_range(campaign, context, *scope);
  add_file_flags(campaign, context, scope->files);
  on_chosen(campaign, context, scope, run_campaign);
  add_field_reports(*report, context);

  CLI::App* explain = add_command(app, context, "explain", say::kHelpExplain, say::kGroupLook);
  auto explaining = std::make_shared<ExplainArguments>();
  add_texts(explain, context, "figure", explaining->words, say::kHelpFigure, context.say(say::kKindFigure))
      ->required();
  add_text(explain, context, "--day", explaining->day, say::kHelpExplainDay, context.say(say::kKindDate));
  add_text(explain, context, "--campaign", explaining->campaign, say::kHelpExplainCampaign,
           context.say(say::kKindCode));
  add_range(explain, context, *explaining);
  on_chosen(explain, context, explaining, run_explain);
}

}  // namespace karez::cli
