// Bringing in CSV files.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/rule_report.h"
#include "cli/texts_rules.h"
#include "karez/replica/import.h"

namespace karez::cli {
namespace {

constexpr std::size_t kCsvBytes = std::size_t{512} << 20;
constexpr std::size_t kRefusedShown = 20;

struct ImportArguments {
  std::string file, as, source;
};

Document import_document(const ImportReport& report, bool is_field_day) {
  Document refused = Document::list();
  for (const auto& row : report.refused) {
    refused.add(Document::object().set("row", row.row).set("reason", row.reason));
  }
  Document out = Document::object();
  if (is_field_day) {
    out.set("visits", report.visits).set("lines", report.lines);
  } else {
    out.set("records", report.records).set("updated", report.updated);
  }
  return out.set("repeated", report.repeated)
      .set("refused", std::move(refused))
      .set("over_quota", breaches_document(report.breaches));
}

void print_report(Context& context, const ImportReport& report, bool is_field_day) {
  const std::string repeated = std::to_string(report.repeated);
  if (is_field_day) {
    context.console.print(context.say(
        say::kImportedDay, {std::to_string(report.visits), std::to_string(report.lines), repeated}));
  } else {
    context.console.print(context.say(
        say::kImportedList, {std::to_string(report.records), std::to_string(report.updated), repeated}));
  }
  if (!report.breaches.empty()) {
    context.console.print(context.say(say::kImportedBreaches, {std::to_string(report.breaches.size())}));
  }
  for (std::size_t i = 0; i < report.refused.size() && i < kRefusedShown; ++i) {
    const auto& row = report.refused[i];
    context.console.print(context.say(say::kRefusedRow, {std::to_string(row.row), one_line(row.reason)}));
  }
  if (report.refused.size() > kRefusedShown) {
    context.console.print(
        context.say(say::kMoreRows, {std::to_string(report.refused.size() - kRefusedShown)}));
  }
}

/// Rows are known again by a code, or by where they came from.
bool may_be_imported(const Collection& collection) {
  return collection.field("code") != nullptr || collection.field("source_key") != nullptr;
}

std::string kinds(const Context& context) {
  std::string kinds = "handout";
  for (const Collection& collection : context.catalog().collections()) {
    if (may_be_imported(collection)) kinds += "|" + collection.name;
  }
  return kinds;
}

int run_import(Context& context, const ImportArguments& arguments) {
  const bool is_field_day = arguments.as == "handout";
  const Collection* list = context.catalog().collection(arguments.as);
  if (!is_field_day && (list == nullptr || !may_be_imported(*list))) {
    return context.fail(ErrorCode::usage, say::kBadImportKind, {arguments.as, kinds(context)});
  }
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const std::string csv, context, read_file(arguments.file, kCsvBytes));
  const std::string source = arguments.source.empty() ? base_name(arguments.file) : arguments.source;
  const ImportProgress progress = [&context](std::uint64_t done, std::uint64_t of) {
    context.console.progress(context.say(say::kImporting), done, of);
  };
  KAREZ_OR_FAIL(const ImportReport report, context,
                is_field_day ? import_handouts(replica, csv, source, progress)
                             : import_records(replica, arguments.as, csv, source, progress));
  if (context.console.json) context.console.document(import_document(report, is_field_day));
  print_report(context, report, is_field_day);
  if (report.refused.empty()) return kDone;
  return context.fail(ErrorCode::refused, say::kRowsRefused, {std::to_string(report.refused.size())});
}

}  // namespace

void add_import_commands(CLI::App& app, Context& context) {
  CLI::App* import = add_command(app, context, "import", say::kHelpImport, say::kGroupRecord);
  auto arguments = std::make_shared<ImportArguments>();
  add_text(import, context, "file", arguments->file, say::kHelpCsv, context.say(say::kKindFile))->required();
  add_text(import, context, "--as", arguments->as, say::kHelpAs, kinds(context))->required();
  add_text(import, context, "--source", arguments->source, say::kHelpSource);
  on_chosen(import, context, arguments, run_import);
}

}  // namespace karez::cli
