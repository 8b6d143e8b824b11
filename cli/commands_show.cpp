// Looking at one record: its fields, its handouts, its history.
#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/texts_sealed.h"
#include "karez/replica/sealing.h"

namespace karez::cli {
namespace {

struct ShowArguments {
  std::string id;
  bool unseals = false;
};

std::string setting_text(const Context& context, const RecordView& view, const HistoryEntry& entry) {
  const Field* field = field_of(context.catalog(), view.collection, entry.field);
  const std::string label = field_label(context, field, entry.field);
  const std::string value = one_line(value_text(context, field, entry.value));
  if (entry.what == "create") return label + " " + value;
  if (entry.what == "set") return context.say(say::kHistorySet, {label, value});
  if (entry.what == "add") return context.say(say::kHistoryAdd, {label, value});
  if (entry.what == "put") return context.say(say::kHistoryPut, {label, value});
  if (entry.what == "drop") return context.say(say::kHistoryDrop, {label, value});
  if (entry.what == "void") return context.say(say::kHistoryVoid, {value});
  if (entry.what == "unvoid") return context.say(say::kHistoryUnvoid);
  return entry.what;
}

std::string dot_text(const Dot& dot) { return public_name(dot.author) + "-" + std::to_string(dot.seq); }

Document history_document(const RecordView& view, const Catalog& catalog,
                          const std::vector<HistoryEntry>& history) {
  Document list = Document::list();
  for (const HistoryEntry& entry : history) {
    const Field* field = field_of(catalog, view.collection, entry.field);
    if (field != nullptr && field->internal) continue;
    Document one = Document::object();
    one.set("change", dot_text(entry.dot)).set("who", entry.who).set("when", format_wall_time(entry.when));
    one.set("what", entry.what).set("field", entry.field.empty() ? Document() : Document(entry.field));
    one.set("value", value_document(field, entry.value)).set("counts", entry.counts);
    one.set("state", state_name(entry.state));
    list.add(std::move(one));
  }
  return list;
}

std::string fields_text(const Context& context, const RecordView& view) {
  Table table;
  table.indent = 2;
  for (const FieldView& shown : view.fields) {
    const Field* field = field_of(context.catalog(), view.collection, shown.field);
    if (field != nullptr && field->internal) continue;
    const std::string label = field_label(context, field, shown.field);
    if (shown.siblings.empty()) {
      table.rows.push_back({label, one_line(value_text(context, field, shown.value))});
      continue;
    }
    for (std::size_t i = 0; i < shown.siblings.size(); ++i) {
      const Sibling& sibling = shown.siblings[i];
      const Text& form = i == 0 ? say::kSiblingShown : say::kSibling;
      table.rows.push_back(
          {i == 0 ? label : "", context.say(form, {one_line(value_text(context, field, sibling.value)),
                                                   one_line(sibling.who), when_text(sibling.when)})});
    }
  }
  return layout(table);
}

/// One row a change and field; what a record began with stands in one row.
std::string history_text(const Context& context, const RecordView& view,
                         const std::vector<HistoryEntry>& history) {
  Table table;
  table.indent = 2;
  std::string beginning;
  std::size_t first_row = 0;
  for (const HistoryEntry& entry : history) {
    std::string setting = setting_text(context, view, entry);
    if (entry.what == "create") {
      const bool is_first = beginning.empty();
      beginning += (is_first ? "" : ", ") + setting;
      if (!is_first) continue;
      first_row = table.rows.size();
    }
    if (!entry.counts) setting += " " + context.say(say::kDoesNotCount);
    const std::string change = dot_text(entry.dot);
    table.rows.push_back({when_text(entry.when), one_line(entry.who),
                          change.substr(0, 8) + change.substr(std::min(change.find('-'), change.size())),
                          state_text(context, entry.state), setting});
  }
  if (!beginning.empty()) {
    std::string& cell = table.rows[first_row].back();
    const bool is_marked = cell.ends_with(context.say(say::kDoesNotCount));
    cell = context.say(say::kHistoryCreate, {beginning}) +
           (is_marked ? " " + context.say(say::kDoesNotCount) : "");
  }
  return layout(table);
}

/// A record with what belongs to it.
struct Shown {
  RecordView view;
  std::vector<HistoryEntry> history;
  std::vector<RecordView> handouts;  ///< of a visit
};

Result<Shown> read_record(Replica& replica, const std::string& text) {
  Shown shown;
  KAREZ_ASSIGN(const RecordId id, replica.find(text));
  KAREZ_ASSIGN(shown.view, replica.show(id));
  KAREZ_ASSIGN(shown.history, replica.history(id));
  if (shown.view.collection != "event") return shown;
  KAREZ_ASSIGN(const auto ids, replica.referring("move", "event", id));
  for (const RecordId& handout : ids) {
    KAREZ_ASSIGN(RecordView one, replica.show(handout));
    shown.handouts.push_back(std::move(one));
  }
  return shown;
}

Document shown_document(const Catalog& catalog, const Shown& shown) {
  Document out = record_document(catalog, shown.view);
  if (shown.view.collection == "event") {
    Document list = Document::list();
    for (const RecordView& handout : shown.handouts) list.add(record_document(catalog, handout));
    out.set("handouts", std::move(list));
  }
  return out.set("history", history_document(shown.view, catalog, shown.history));
}

void print_handouts(Context& context, std::vector<RecordView> handouts) {
  if (handouts.empty()) return;
  for (RecordView& handout : handouts) {
    std::erase_if(handout.fields, [](const FieldView& field) { return field.field == "event"; });
  }
  context.console.print(context.say(say::kTitleHandouts));
  context.console.print(records_text(context, *context.catalog().collection("move"), "handout", handouts));
}

int run_show(Context& context, const ShowArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(Shown shown, context, read_record(replica, arguments.id));
  if (arguments.unseals) {
    KAREZ_OR_FAIL(Unsealer unsealer, context, Unsealer::open(replica));
    if (const Status opened = unsealer.open_fields(shown.view); !opened) return context.fail(opened.error());
  }
  Console& console = context.console;
  if (console.json) {
    console.document(shown_document(replica.catalog(), shown));
    return kDone;
  }
  const RecordView& view = shown.view;
  const Collection* collection = context.catalog().collection(view.collection);
  const std::string kind = collection == nullptr ? view.collection : context.label(*collection);
  console.print(console.painted(Colour::bold, kind + " " + to_text(view.id)));
  console.print(context.say(say::kRecordedBy, {one_line(view.who), when_text(view.recorded)}));
  console.print(context.say(say::kIsAt, {state_text(context, view.state)}));
  const std::string remark = remark_text(context, view);
  if (!remark.empty()) console.print("  " + console.painted(Colour::yellow, remark));
  console.print(fields_text(context, view));
  print_handouts(context, shown.handouts);
  console.print(context.say(say::kTitleHistory));
  console.print(history_text(context, view, shown.history));
  return kDone;
}

}  // namespace

void add_show_commands(CLI::App& app, Context& context) {
  CLI::App* show = add_command(app, context, "show", say::kHelpShow, say::kGroupLook);
  auto showing = std::make_shared<ShowArguments>();
  add_text(show, context, "id", showing->id, say::kHelpId, "ID")->required();
  add_flag(show, context, "--unseal", showing->unseals, say::kHelpUnseal);
  on_chosen(show, context, showing, run_show);
}

}  // namespace karez::cli
