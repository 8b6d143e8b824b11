// Bringing in tables, looking at them before, and taking an import back.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/import_reasons.h"
#include "cli/records.h"
#include "cli/refused_rows.h"
#include "cli/rule_report.h"
#include "cli/texts_import.h"
#include "cli/texts_rules.h"
#include "karez/base/table_limits.h"
#include "karez/exchange/import_mapping.h"
#include "karez/exchange/table_file.h"

namespace karez::cli {
namespace {

constexpr std::size_t kRefusedShown = 20;
constexpr std::size_t kSamplesShown = 5;
constexpr std::size_t kKeptShown = 20;

struct ImportArguments {
  std::string file, as, source, map, sheet, refused, undo, reason;
  bool is_preview = false, lists = false, all = false;
};

Document import_document(const Context& context, const ImportReport& report, bool is_field_day) {
  Document refused = Document::list();
  for (const auto& row : report.refused) {
    refused.add(
        Document::object().set("row", row.row).set("reason", reason_in(context.language, row.reason)));
  }
  Document out = Document::object();
  if (is_field_day) {
    out.set("visits", report.visits).set("lines", report.lines);
  } else {
    out.set("records", report.records).set("updated", report.updated);
  }
  out.set("repeated", report.repeated)
      .set("refused", std::move(refused))
      .set("over_quota", breaches_document(report.breaches));
  if (!report.token.empty()) out.set("import", report.token);
  return out;
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
  if (!report.token.empty()) context.console.print(context.say(say::kImportId, {report.token}));
  if (!report.breaches.empty()) {
    context.console.print(context.say(say::kImportedBreaches, {std::to_string(report.breaches.size())}));
  }
  for (std::size_t i = 0; i < report.refused.size() && i < kRefusedShown; ++i) {
    const auto& row = report.refused[i];
    context.console.print(context.say(
        say::kRefusedRow, {std::to_string(row.row), one_line(reason_in(context.language, row.reason))}));
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

std::string separator_text(char separator) {
  return separator == '\t' ? std::string("TAB") : std::string(1, separator);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + one_line(name);
  return text;
}

void print_notes(Context& context, const TableNotes& notes, bool is_preview) {
  const bool is_sheet = notes.format == TableNotes::Format::xlsx;
  const auto note = [&](const Text& text, const std::vector<std::string>& values) {
    context.console.print(context.say(text, values));
  };
  if (is_preview && !is_sheet) note(say::kReadAsCsv, {notes.encoding, separator_text(notes.separator)});
  if (is_sheet) note(say::kReadAsSheet, {one_line(notes.sheet)});
  if (!notes.other_sheets.empty()) note(say::kOtherSheets, {listed(notes.other_sheets)});
  if (notes.is_hidden) note(say::kHiddenSheet, {});
  if (notes.hidden_rows + notes.hidden_columns > 0) {
    note(say::kHiddenCells, {std::to_string(notes.hidden_rows), std::to_string(notes.hidden_columns)});
  }
  if (notes.merged_cells > 0) note(say::kMergedCells, {std::to_string(notes.merged_cells)});
}

Document notes_document(const TableNotes& notes) {
  if (notes.format == TableNotes::Format::csv) {
    return Document::object()
        .set("format", "csv")
        .set("encoding", notes.encoding)
        .set("separator", std::string(1, notes.separator));
  }
  return Document::object()
      .set("format", "xlsx")
      .set("sheet", notes.sheet)
      .set("other_sheets", Document::list_of(notes.other_sheets))
      .set("hidden", notes.is_hidden)
      .set("hidden_rows", notes.hidden_rows)
      .set("hidden_columns", notes.hidden_columns)
      .set("merged_cells", notes.merged_cells);
}

std::string use_name(ColumnUse::Use use) {
  switch (use) {
    case ColumnUse::Use::field:
      return "field";
    case ColumnUse::Use::key:
      return "key";
    case ColumnUse::Use::parent:
      return "parent";
    case ColumnUse::Use::ignored:
      return "ignored";
    case ColumnUse::Use::unknown:
      break;
  }
  return "unknown";
}

std::string column_use_text(const Context& context, const ColumnUse& use) {
  switch (use.use) {
    case ColumnUse::Use::field:
      return use.field;
    case ColumnUse::Use::key:
      return context.say(say::kUseKey);
    case ColumnUse::Use::parent:
      return context.say(say::kUseParent);
    case ColumnUse::Use::ignored:
      return context.say(say::kUseIgnored);
    case ColumnUse::Use::unknown:
      break;
  }
  return context.say(say::kUseUnknown);
}

void print_columns(Context& context, const std::vector<ColumnUse>& uses) {
  Table table{{context.say(say::kColumnColumn), context.say(say::kColumnBecomes)}, {}, {}, 2};
  for (const ColumnUse& use : uses)
    table.rows.push_back({one_line(use.column), column_use_text(context, use)});
  context.console.print(layout(table));
}

Document columns_document(const std::vector<ColumnUse>& uses) {
  Document columns = Document::list();
  for (const ColumnUse& use : uses) {
    Document one = Document::object().set("column", use.column).set("use", use_name(use.use));
    if (!use.field.empty()) one.set("field", use.field);
    columns.add(std::move(one));
  }
  return columns;
}

void print_samples(Context& context, const std::vector<NewRecord>& samples) {
  if (samples.empty()) return;
  context.console.print(context.say(say::kFirstRecords));
  for (const NewRecord& record : samples) {
    std::string line = "  " + record.collection;
    for (const auto& [name, value] : record.fields) {
      const Field* field = field_of(context.catalog(), record.collection, name);
      if (field == nullptr || field->internal || field->type == FieldType::ref) continue;
      line += "  " + name + "=" + one_line(value_text(context, field, value));
    }
    context.console.print(line);
  }
}

Document samples_document(const Context& context, const std::vector<NewRecord>& samples) {
  Document list = Document::list();
  for (const NewRecord& record : samples) {
    Document fields = Document::object();
    for (const auto& [name, value] : record.fields) {
      const Field* field = field_of(context.catalog(), record.collection, name);
      if (field == nullptr || field->internal || field->type == FieldType::ref) continue;
      fields.set(name, value_document(field, value));
    }
    list.add(Document::object().set("collection", record.collection).set("fields", std::move(fields)));
  }
  return list;
}

int run_import_list(Context& context) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto imports, context, list_imports(replica));
  Document list = Document::list();
  Table table{{context.say(say::kColumnImport), context.say(say::kColumnSource), "", "", "",
               context.say(say::kColumnMade), context.say(say::kColumnVoided)},
              {},
              {false, false, false, false, false, true, true},
              0};
  for (const ImportState& one : imports) {
    list.add(Document::object()
                 .set("import", one.token)
                 .set("source", one.source)
                 .set("of", one.of)
                 .set("who", one.who)
                 .set("when", format_wall_time(one.when))
                 .set("records", one.records)
                 .set("void", one.voided));
    table.rows.push_back({one.token, one_line(one.source), one.of, one_line(one.who), when_text(one.when),
                          std::to_string(one.records), std::to_string(one.voided)});
  }
  if (context.console.json) context.console.document(Document::object().set("imports", std::move(list)));
  context.console.print(imports.empty() ? context.say(say::kNoImports) : layout(table));
  return kDone;
}

int run_undo(Context& context, const ImportArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  const std::string reason =
      arguments.reason.empty() ? context.say(say::kUndoReason, {arguments.undo}) : arguments.reason;
  const ImportProgress progress = [&context](std::uint64_t done, std::uint64_t of) {
    context.console.progress(context.say(say::kUndoing), done, of);
  };
  KAREZ_OR_FAIL(const UndoReport report, context,
                undo_import(replica, arguments.undo, reason, arguments.all, progress));
  Document kept = Document::list();
  for (const UndoReport::Kept& one : report.kept) {
    kept.add(Document::object()
                 .set("id", to_text(one.id))
                 .set("collection", one.collection)
                 .set("reason", one.reason));
  }
  if (context.console.json) {
    context.console.document(Document::object()
                                 .set("import", report.token)
                                 .set("records", report.records)
                                 .set("voided", report.voided)
                                 .set("was_void", report.was_void)
                                 .set("missing", report.missing)
                                 .set("kept", std::move(kept)));
  }
  context.console.print(context.say(
      say::kUndone, {report.token, std::to_string(report.voided), std::to_string(report.was_void)}));
  if (report.missing > 0) {
    context.console.print(context.say(say::kUndoMissing, {std::to_string(report.missing)}));
  }
  for (std::size_t i = 0; i < report.kept.size() && i < kKeptShown; ++i) {
    context.console.print(
        context.say(say::kUndoKept, {short_id(report.kept[i].id), one_line(report.kept[i].reason)}));
  }
  if (report.kept.empty()) return kDone;
  return context.fail(ErrorCode::refused, say::kUndoSomeStay, {std::to_string(report.kept.size())});
}

int run_table(Context& context, const ImportArguments& arguments) {
  ImportMapping mapping;
  if (!arguments.map.empty()) {
    KAREZ_OR_FAIL(const std::string json, context, read_file(arguments.map, limits::kMappingBytes));
    KAREZ_OR_FAIL(mapping, context, ImportMapping::parse(json));
  }
  const std::string as = arguments.as.empty() ? mapping.collection : arguments.as;
  if (as.empty()) return context.fail(ErrorCode::usage, say::kNoKind, {kinds(context)});
  const bool is_field_day = as == "handout";
  const Collection* list = context.catalog().collection(as);
  if (!is_field_day && (list == nullptr || !may_be_imported(*list))) {
    return context.fail(ErrorCode::usage, say::kBadImportKind, {as, kinds(context)});
  }
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(std::string bytes, context, read_file(arguments.file, limits::kTableBytes));
  const TableRequest request{arguments.sheet.empty() ? mapping.sheet : arguments.sheet, mapping.header_row};
  KAREZ_OR_FAIL(const auto file, context, TableFile::open(std::move(bytes), request));

  ImportOptions options;
  options.source = mapping.source.empty() ? base_name(arguments.file) : mapping.source;
  const auto mended = mended_rows(file->rows(), options.source);
  if (!arguments.source.empty()) options.source = arguments.source;
  options.is_preview = arguments.is_preview;
  options.samples = arguments.is_preview ? kSamplesShown : 0;
  options.key_column = mapping.key;
  options.parent_column = mapping.parent;
  options.progress = [&context](std::uint64_t done, std::uint64_t of) {
    context.console.progress(context.say(say::kImporting), done, of);
  };
  RowSource& rows = mended != nullptr ? *mended : file->rows();
  KAREZ_OR_FAIL(const auto mapped, context, MappedRows::make(replica.catalog(), as, mapping, rows));
  options.id_column = mapped->id_column();
  if (arguments.is_preview) print_columns(context, mapped->uses());
  KAREZ_OR_FAIL(const ImportReport report, context,
                is_field_day ? import_handouts(replica, *mapped, options)
                             : import_records(replica, as, *mapped, options));
  const bool writes_refused = !arguments.refused.empty() && !report.refused.empty() && !arguments.is_preview;
  if (writes_refused) {
    const Status written = write_refused(context, arguments.refused, options.source, rows, report);
    if (!written) return context.fail(written.error());
  }
  if (context.console.json) {
    Document document = import_document(context, report, is_field_day);
    document.set("file", notes_document(file->notes()));
    if (arguments.is_preview) {
      document.set("preview", true)
          .set("columns", columns_document(mapped->uses()))
          .set("samples", samples_document(context, report.samples));
    }
    if (writes_refused) document.set("refused_file", arguments.refused);
    context.console.document(document);
  }
  print_notes(context, file->notes(), arguments.is_preview);
  if (arguments.is_preview) print_samples(context, report.samples);
  print_report(context, report, is_field_day);
  if (arguments.is_preview) {
    context.console.print(context.say(say::kNothingSaved));
    return kDone;
  }
  if (report.refused.empty()) return kDone;
  const std::string count = std::to_string(report.refused.size());
  if (writes_refused) {
    return context.fail(ErrorCode::refused, say::kRefusedWritten, {count, arguments.refused});
  }
  return context.fail(ErrorCode::refused, say::kRowsRefused, {count});
}

int run_import(Context& context, const ImportArguments& arguments) {
  const int chosen =
      (arguments.file.empty() ? 0 : 1) + (arguments.lists ? 1 : 0) + (arguments.undo.empty() ? 0 : 1);
  if (chosen != 1) return context.fail(ErrorCode::usage, say::kNoTable);
  if (arguments.lists) return run_import_list(context);
  return arguments.undo.empty() ? run_table(context, arguments) : run_undo(context, arguments);
}

}  // namespace

void add_import_commands(CLI::App& app, Context& context) {
  CLI::App* import = add_command(app, context, "import", say::kHelpImportTable, say::kGroupRecord);
  auto arguments = std::make_shared<ImportArguments>();
  const std::string file = context.say(say::kKindFile);
  add_text(import, context, "file", arguments->file, say::kHelpTable, file);
  add_text(import, context, "--as", arguments->as, say::kHelpAs, kinds(context));
  add_text(import, context, "--map", arguments->map, say::kHelpMap, file);
  add_text(import, context, "--sheet", arguments->sheet, say::kHelpSheet);
  add_text(import, context, "--source", arguments->source, say::kHelpSource);
  add_flag(import, context, "--preview", arguments->is_preview, say::kHelpPreview);
  add_text(import, context, "--refused", arguments->refused, say::kHelpRefusedFile, file);
  add_flag(import, context, "--list", arguments->lists, say::kHelpImports);
  add_text(import, context, "--undo", arguments->undo, say::kHelpUndoImport);
  add_text(import, context, "--reason", arguments->reason, say::kHelpReason);
  add_flag(import, context, "--all", arguments->all, say::kHelpUndoAll);
  on_chosen(import, context, arguments, run_import);
}

}  // namespace karez::cli
