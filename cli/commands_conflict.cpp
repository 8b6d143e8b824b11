// Conflicts: what several people wrote without seeing each other, and the word that settles it.
#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_statement.h"
#include "cli/records.h"
#include "cli/texts_close.h"

namespace karez::cli {
namespace {

struct ResolveArguments {
  std::string id, field, keep;
};

/// A conflict, and for each of its siblings the field that it is about: under "void" an edit stands beside
/// the voiding that did not know of it.
struct Dispute {
  Conflict conflict;
  std::vector<std::string> fields;
};

Result<Dispute> examine(Replica& replica, Conflict conflict) {
  Dispute dispute{std::move(conflict), {}};
  dispute.fields.assign(dispute.conflict.siblings.size(), dispute.conflict.field);
  if (dispute.conflict.field != "void") return dispute;
  KAREZ_ASSIGN(const auto history, replica.history(dispute.conflict.id));
  for (std::size_t i = 0; i < dispute.fields.size(); ++i) {
    for (const HistoryEntry& entry : history) {
      if (entry.dot != dispute.conflict.siblings[i].dot) continue;
      if (entry.value == dispute.conflict.siblings[i].value) dispute.fields[i] = entry.field;
    }
  }
  return dispute;
}

Result<std::vector<Dispute>> open_disputes(Replica& replica) {
  KAREZ_ASSIGN(auto conflicts, replica.conflicts());
  std::vector<Dispute> disputes;
  for (Conflict& conflict : conflicts) {
    KAREZ_ASSIGN(Dispute dispute, examine(replica, std::move(conflict)));
    disputes.push_back(std::move(dispute));
  }
  return disputes;
}

Document dispute_document(const Catalog& catalog, const Dispute& dispute) {
  const Conflict& conflict = dispute.conflict;
  Document values = Document::list();
  for (std::size_t i = 0; i < conflict.siblings.size(); ++i) {
    const Field* field = field_of(catalog, conflict.collection, dispute.fields[i]);
    Document value = sibling_document(field, conflict.siblings[i], i == 0);
    if (dispute.fields[i] != conflict.field) value.set("field", dispute.fields[i]);
    values.add(std::move(value));
  }
  Document out = Document::object();
  out.set("id", to_text(conflict.id)).set("collection", conflict.collection).set("field", conflict.field);
  return out.set("values", std::move(values));
}

void print_dispute(Context& context, const Dispute& dispute) {
  const Conflict& conflict = dispute.conflict;
  const Collection* collection = context.catalog().collection(conflict.collection);
  const std::string kind = collection == nullptr ? conflict.collection : context.label(*collection);
  const auto label = [&](const std::string& name) {
    return field_label(context, field_of(context.catalog(), conflict.collection, name), name);
  };
  const std::string title = kind + " " + short_id(conflict.id) + "  " + label(conflict.field);
  context.console.print(context.console.painted(Colour::bold, title));
  Table table;
  table.indent = 2;
  for (std::size_t i = 0; i < conflict.siblings.size(); ++i) {
    const Sibling& sibling = conflict.siblings[i];
    const Field* field = field_of(context.catalog(), conflict.collection, dispute.fields[i]);
    const std::string value = one_line(value_text(context, field, sibling.value));
    const bool is_edit = dispute.fields[i] != conflict.field;
    table.rows.push_back({is_edit ? label(dispute.fields[i]) + " " + value : value, one_line(sibling.who),
                          when_text(sibling.when), i == 0 ? context.say(say::kShown) : ""});
  }
  context.console.print(layout(table));
}

Document rivals_document(const ChosenClose& chosen) {
  Document rivals = Document::list();
  for (const DayClose& rival : chosen.rivals) rivals.add(close_document(rival));
  Document out = Document::object();
  out.set("day", format_day(chosen.shown->day)).set("shown", close_document(*chosen.shown));
  return out.set("rivals", std::move(rivals));
}

int run_conflicts(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto disputes, context, open_disputes(replica));
  KAREZ_OR_FAIL(const auto closes, context, rival_closes(replica));
  if (context.console.json) {
    Document list = Document::list();
    for (const Dispute& dispute : disputes) list.add(dispute_document(replica.catalog(), dispute));
    Document rivals = Document::list();
    for (const ChosenClose& chosen : closes) rivals.add(rivals_document(chosen));
    Document out = Document::object();
    context.console.document(out.set("conflicts", std::move(list)).set("closes", std::move(rivals)));
    return kDone;
  }
  for (const ChosenClose& chosen : closes) {
    std::string others;
    for (const DayClose& rival : chosen.rivals)
      others += (others.empty() ? "" : ", ") + short_id(rival.id) + " (" + one_line(rival.who) + ")";
    context.console.print(context.say(
        say::kRivalCloses,
        {format_day(chosen.shown->day), short_id(chosen.shown->id), one_line(chosen.shown->who), others}));
  }
  if (disputes.empty() && !closes.empty()) return kDone;
  if (disputes.empty()) {
    context.console.print(context.say(say::kNoConflicts));
    return kDone;
  }
  for (const Dispute& dispute : disputes) print_dispute(context, dispute);
  context.console.note(context.say(say::kHowToResolve, {std::to_string(disputes.size())}));
  return kDone;
}

/// The value to keep: one of the siblings if the text names it as it is printed, else what the text says. For
/// a voiding, an empty text or that of an edit means that the record is not void.
Result<Value> value_to_keep(Replica& replica, const Dispute& dispute, const std::string& text) {
  const Conflict& conflict = dispute.conflict;
  const Field* field = field_of(replica.catalog(), conflict.collection, conflict.field);
  for (std::size_t i = 0; i < conflict.siblings.size(); ++i) {
    const Value& value = conflict.siblings[i].value;
    const Field* of = field_of(replica.catalog(), conflict.collection, dispute.fields[i]);
    if (value.is_null() || format_value(of != nullptr ? *of : Field{}, value) != text) continue;
    return dispute.fields[i] == conflict.field ? value : Value();
  }
  if (field != nullptr) return replica.parse(conflict.collection, conflict.field, text);
  return text.empty() ? Value() : Value::of(text);
}

int run_resolve(Context& context, const ResolveArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId id, context, replica.find(arguments.id));
  KAREZ_OR_FAIL(const RecordView view, context, replica.show(id));
  const Field* known = field_of(replica.catalog(), view.collection, arguments.field);
  const std::string field = known != nullptr ? known->name : arguments.field;
  if (known == nullptr && field != "void")
    return context.fail(ErrorCode::usage, say::kBadField, {arguments.field});
  KAREZ_OR_FAIL(const auto conflicts, context, replica.conflicts());
  const auto open = std::find_if(conflicts.begin(), conflicts.end(), [&](const Conflict& conflict) {
    return conflict.id == id && conflict.field == field;
  });
  if (open == conflicts.end()) {
    return context.fail(ErrorCode::not_found, say::kNoSuchConflict, {short_id(id), field});
  }
  KAREZ_OR_FAIL(const Dispute dispute, context, examine(replica, *open));
  KAREZ_OR_FAIL(const Value keep, context, value_to_keep(replica, dispute, arguments.keep));
  if (const Status status = replica.resolve(id, field, keep); !status) return context.fail(status.error());
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(id)).set("field", field).set("value", value_document(known, keep));
    context.console.document(out);
  }
  const std::string label = field_label(context, known, field);
  context.console.print(context.say(say::kResolved, {label, one_line(value_text(context, known, keep))}));
  return kDone;
}

}  // namespace

void add_conflict_commands(CLI::App& app, Context& context) {
  CLI::App* conflicts = add_command(app, context, "conflicts", say::kHelpConflicts, say::kGroupLook);
  on_chosen(conflicts, context, std::make_shared<NoArguments>(), run_conflicts);

  CLI::App* resolve = add_command(app, context, "resolve", say::kHelpResolve, say::kGroupRecord);
  auto arguments = std::make_shared<ResolveArguments>();
  add_text(resolve, context, "id", arguments->id, say::kHelpId, "ID")->required();
  add_text(resolve, context, "field", arguments->field, say::kHelpField)->required();
  add_text(resolve, context, "--keep", arguments->keep, say::kHelpKeep)->required();
  on_chosen(resolve, context, arguments, run_resolve);
}

}  // namespace karez::cli
