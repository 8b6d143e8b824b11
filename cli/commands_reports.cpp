// The reports that are in sections: batch, site, hours, households, duties, donors; and the files of all
// reports.
#include "cli/commands.h"
#include "cli/report_files.h"
#include "cli/report_page.h"
#include "cli/texts_reports.h"
#include "karez/base/files.h"

namespace karez::cli {
namespace {

struct ReportArguments : ScopeArguments {
  ReportKind kind = ReportKind::batch;
  std::string subject, site, on;
  ReportFiles files;
};

int run_report(Context& context, const ReportArguments& arguments) {
  ReportQuery query;
  if (const int exit = read_scope(context, arguments, query.scope); exit != kDone) return exit;
  query.site = arguments.site;
  query.subject = arguments.subject;
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  Day on = day_of(replica.now_ms(), replica.zone_minutes());
  if (!arguments.on.empty()) {
    const auto day = parse_day(arguments.on);
    if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {arguments.on});
    on = *day;
  }
  KAREZ_OR_FAIL(const Report made, context, report(replica, arguments.kind, query, on));
  if (const int exit = write_files(context, replica, made, arguments.files); exit != kDone) return exit;
  if (context.console.json) {
    context.console.document(report_document(made));
  } else {
    context.console.print(report_text(context, made));
  }
  return kDone;
}

}  // namespace

void add_file_flags(CLI::App* command, Context& context, ReportFiles& files) {
  add_text(command, context, "--xlsx", files.xlsx, say::kHelpXlsx, context.say(say::kKindFile));
  add_text(command, context, "--html", files.html, say::kHelpHtml, context.say(say::kKindFile));
}

int write_files(Context& context, Replica& replica, const Report& report, const ReportFiles& files) {
  if (!files.xlsx.empty()) {
    const Status written = write_report_workbook(context.catalog(), report, context.language, files.xlsx);
    if (!written) return context.fail(written.error());
    context.console.note(context.say(say::kFileWritten, {files.xlsx}));
  }
  if (!files.html.empty()) {
    const std::string made_at = time_text(replica.now_ms(), replica.zone_minutes());
    const Status written = system_files().write_durably(
        files.html, report_html(context.catalog(), report, context.language, made_at));
    if (!written) return context.fail(written.error());
    context.console.note(context.say(say::kFileWritten, {files.html}));
  }
  return kDone;
}

void add_field_reports(CLI::App& report, Context& context) {
  struct Kind {
    const char* name;
    ReportKind kind;
    const Text& help;
  };
  const Kind kinds[] = {{"batch", ReportKind::batch, say::kHelpReportBatch},
                        {"site", ReportKind::site, say::kHelpReportSite},
                        {"hours", ReportKind::hours, say::kHelpReportHours},
                        {"households", ReportKind::households, say::kHelpReportHouseholds},
                        {"duties", ReportKind::duties, say::kHelpReportDuties},
                        {"donors", ReportKind::donors, say::kHelpReportDonors}};
  for (const Kind& kind : kinds) {
    CLI::App* command = add_command(report, context, kind.name, kind.help, say::kGroupLook);
    auto arguments = std::make_shared<ReportArguments>();
    arguments->kind = kind.kind;
    if (kind.kind == ReportKind::batch) {
      add_text(command, context, "batch", arguments->subject, say::kHelpBatchCode,
               context.say(say::kKindCode));
    }
    if (kind.kind == ReportKind::site) {
      add_text(command, context, "site", arguments->site, say::kHelpSiteCode, context.say(say::kKindCode))
          ->required();
    } else if (kind.kind != ReportKind::duties) {
      add_text(command, context, "--site", arguments->site, say::kHelpOnlySite, context.say(say::kKindCode));
    }
    if (kind.kind != ReportKind::duties) {
      add_text(command, context, "--campaign", arguments->campaign, say::kHelpOnlyCampaign,
               context.say(say::kKindCode));
      add_range(command, context, *arguments);
    }
    if (kind.kind == ReportKind::duties || kind.kind == ReportKind::site) {
      add_text(command, context, "--on", arguments->on, say::kHelpReportOn, context.say(say::kKindDate));
    }
    add_file_flags(command, context, arguments->files);
    on_chosen(command, context, arguments, run_report);
  }
}

}  // namespace karez::cli
