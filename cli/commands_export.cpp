// Taking records out: files for spreadsheets, programs and maps.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/stop_signals.h"
#include "cli/texts_export.h"
#include "cli/texts_figures.h"
#include "karez/exchange/export.h"

namespace karez::cli {
namespace {

struct ExportArguments {
  std::string file;
  std::vector<std::string> collections;
  std::string day, from, to, site;
  bool all = false, codes = false;
};

/// The exit code of a day that is none; kDone if all is well.
int read_days(Context& context, const ExportArguments& arguments, ExportRequest& request) {
  const auto read = [](const std::string& text, std::optional<Day>& day) {
    if (!text.empty()) day = parse_day(text);
    return text.empty() || day.has_value();
  };
  if (!arguments.day.empty() && !(arguments.from.empty() && arguments.to.empty()))
    return context.fail(ErrorCode::usage, say::kExportDayAndRange);
  for (const std::string& text : {arguments.day, arguments.from, arguments.to}) {
    std::optional<Day> unused;
    if (!read(text, unused)) return context.fail(ErrorCode::usage, say::kBadDay, {text});
  }
  (void)read(arguments.day.empty() ? arguments.from : arguments.day, request.first);
  (void)read(arguments.day.empty() ? arguments.to : arguments.day, request.last);
  if (request.first && request.last && *request.last < *request.first)
    return context.fail(ErrorCode::usage, say::kBadExportRange);
  return kDone;
}

/// The exit code of a kind that is not here, or lacks what it is chosen by.
int check_kinds(Context& context, const Catalog& catalog, const ExportRequest& request) {
  for (const std::string& name : request.collections) {
    const Collection* collection = catalog.collection(name == "visit"     ? "event"
                                                      : name == "handout" ? "move"
                                                                          : std::string_view(name));
    if (collection == nullptr) return context.fail(ErrorCode::usage, say::kBadCollection, {name});
    const bool has_days = request.first || request.last;
    if (has_days && collection->field("time") == nullptr)
      return context.fail(ErrorCode::usage, say::kExportLacksDay, {name});
    if (!request.site.empty() && collection->field("site") == nullptr)
      return context.fail(ErrorCode::usage, say::kExportLacksSite, {name});
  }
  return kDone;
}

Document export_document(const ExportSummary& summary) {
  Document files = Document::list();
  for (const auto& file : summary.files) {
    files.add(Document::object().set("file", file.path).set("bytes", file.bytes));
  }
  Document sheets = Document::list();
  for (const auto& sheet : summary.sheets) {
    sheets.add(Document::object().set("collection", sheet.name).set("rows", sheet.rows));
  }
  Document out = Document::object();
  out.set("files", std::move(files)).set("sheets", std::move(sheets));
  out.set("outside", summary.outside).set("shortened", summary.shortened);
  return out.set("without_place", summary.without_place);
}

void print_summary(Context& context, const ExportSummary& summary) {
  for (const auto& file : summary.files) {
    context.console.print(context.say(say::kExported, {one_line(file.path), std::to_string(file.bytes)}));
  }
  for (const auto& sheet : summary.sheets) {
    context.console.print(context.say(say::kExportedSheet, {sheet.name, std::to_string(sheet.rows)}));
  }
  const auto note = [&](const Text& text, std::uint64_t count) {
    if (count > 0) context.console.note(context.say(text, {std::to_string(count)}));
  };
  note(say::kExportOutside, summary.outside);
  note(say::kExportShortened, summary.shortened);
  note(say::kExportNoPlace, summary.without_place);
}

int run_export(Context& context, const ExportArguments& arguments) {
  ExportRequest request;
  request.collections = arguments.collections;
  request.site = arguments.site;
  request.include_outside = arguments.all;
  request.headings = arguments.codes                    ? Headings::names
                     : context.language == Language::zh ? Headings::zh
                                                        : Headings::en;
  if (!is_export_name(arguments.file))
    return context.fail(ErrorCode::usage, say::kBadExportName, {arguments.file});
  const bool is_map = arguments.file.ends_with(".geojson");
  if (is_map && !request.collections.empty() && request.collections != std::vector<std::string>{"site"})
    return context.fail(ErrorCode::usage, say::kExportSitesOnly);
  if (is_map) request.collections = {"site"};
  if (const int exit = read_days(context, arguments, request); exit != kDone) return exit;
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  if (const int exit = check_kinds(context, replica.catalog(), request); exit != kDone) return exit;
  const StopSignals signals;
  const ExportProgress progress = [&context](std::uint64_t done, std::uint64_t of) {
    context.console.progress(context.say(say::kExporting), done, of);
    return !StopSignals::is_asked();
  };
  const auto summary = export_records(replica, arguments.file, request, progress);
  context.console.end_progress();
  if (!summary && StopSignals::is_asked()) return context.fail(summary.error().code, say::kExportStopped);
  if (!summary) return context.fail(summary.error());
  if (context.console.json) context.console.document(export_document(*summary));
  print_summary(context, *summary);
  return kDone;
}

std::string exportable(const Context& context) {
  std::string kinds = "visit|handout";
  for (const Collection& collection : context.catalog().collections()) kinds += "|" + collection.name;
  return kinds;
}

}  // namespace

void add_export_commands(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, context, "export", say::kHelpExport, say::kGroupLook);
  auto arguments = std::make_shared<ExportArguments>();
  add_text(command, context, "file", arguments->file, say::kHelpExportFile, context.say(say::kKindFile))
      ->required();
  add_texts(command, context, "what", arguments->collections, say::kHelpExportWhat, exportable(context));
  add_text(command, context, "--day", arguments->day, say::kHelpDayFlag, context.say(say::kKindDate));
  add_text(command, context, "--from", arguments->from, say::kHelpFrom, context.say(say::kKindDate));
  add_text(command, context, "--to", arguments->to, say::kHelpTo, context.say(say::kKindDate));
  add_text(command, context, "--site", arguments->site, say::kHelpSiteFlag, context.say(say::kKindCode));
  add_flag(command, context, "--all", arguments->all, say::kHelpAll);
  add_flag(command, context, "--codes", arguments->codes, say::kHelpExportCodes);
  on_chosen(command, context, arguments, run_export);
}

}  // namespace karez::cli
