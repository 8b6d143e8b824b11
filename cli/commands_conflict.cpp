// Conflicts: what several people wrote without seeing each other, and the word that settles it.
#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"

namespace karez::cli {
namespace {

struct ResolveArguments {
  std::string id, field, keep;
};

Document conflict_document(const Catalog& catalog, const Conflict& conflict) {
  const Field* field = field_of(catalog, conflict.collection, conflict.field);
  Document values = Document::list();
  for (std::size_t i = 0; i < conflict.siblings.size(); ++i) {
    values.add(sibling_document(field, conflict.siblings[i], i == 0));
  }
  Document out = Document::object();
  out.set("id", to_text(conflict.id)).set("collection", conflict.collection).set("field", conflict.field);
  return out.set("values", std::move(values));
}

int run_conflicts(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto conflicts, context, replica.conflicts());
  if (context.console.json) {
    Document list = Document::list();
    for (const Conflict& conflict : conflicts) list.add(conflict_document(replica.catalog(), conflict));
    context.console.document(Document::object().set("conflicts", std::move(list)));
    return kDone;
  }
  if (conflicts.empty()) {
    context.console.print(context.say(say::kNoConflicts));
    return kDone;
  }
  for (const Conflict& conflict : conflicts) {
    const Collection* collection = context.catalog().collection(conflict.collection);
    const Field* field = field_of(context.catalog(), conflict.collection, conflict.field);
    const std::string kind = collection == nullptr ? conflict.collection : context.label(*collection);
    const std::string title =
        kind + " " + short_id(conflict.id) + "  " + field_label(context, field, conflict.field);
    context.console.print(context.console.painted(Colour::bold, title));
    Table table;
    table.indent = 2;
    for (std::size_t i = 0; i < conflict.siblings.size(); ++i) {
      const Sibling& sibling = conflict.siblings[i];
      table.rows.push_back({one_line(value_text(context, field, sibling.value)), one_line(sibling.who),
                            when_text(sibling.when), i == 0 ? context.say(say::kShown) : ""});
    }
    context.console.print(layout(table));
  }
  context.console.note(context.say(say::kHowToResolve, {std::to_string(conflicts.size())}));
  return kDone;
}

/// The value to keep: one of the siblings if the text names it as it is printed, else what the text says.
Result<Value> value_to_keep(Replica& replica, const std::string& collection, const std::string& field,
                            const std::string& text, const std::vector<Sibling>& siblings) {
  const Field* of = field_of(replica.catalog(), collection, field);
  for (const Sibling& sibling : siblings) {
    if (!sibling.value.is_null() && format_value(of != nullptr ? *of : Field{}, sibling.value) == text)
      return sibling.value;
  }
  if (of != nullptr) return replica.parse(collection, field, text);
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
  std::vector<Sibling> siblings;
  for (const Conflict& conflict : conflicts) {
    if (conflict.id == id && conflict.field == field) siblings = conflict.siblings;
  }
  if (siblings.empty())
    return context.fail(ErrorCode::not_found, say::kNoSuchConflict, {short_id(id), field});
  KAREZ_OR_FAIL(const Value keep, context,
                value_to_keep(replica, view.collection, field, arguments.keep, siblings));
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
