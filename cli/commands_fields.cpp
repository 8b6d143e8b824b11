// Fields and choices that coordinators add while a campaign is under way.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/texts_fields.h"
#include "karez/replica/own_fields.h"

namespace karez::cli {
namespace {

struct AddFieldArguments {
  std::string collection, name, type, zh, en;
  std::vector<std::string> choices;
};
struct ChoiceArguments {
  std::string of, code, zh, en;
};

/// "gold=金卡/gold card" in its parts; either label may be missing.
EnumValue parse_choice(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string labels = text.substr(std::min(equals + 1, text.size()));
  const std::size_t slash = std::min(labels.find('/'), labels.size());
  return {text.substr(0, equals), labels.substr(0, slash), labels.substr(std::min(slash + 1, labels.size()))};
}

int run_add_field(Context& context, const AddFieldArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  NewOwnField field{arguments.collection, arguments.name, arguments.type, arguments.zh, arguments.en, {}};
  for (const std::string& text : arguments.choices) field.choices.push_back(parse_choice(text));
  KAREZ_OR_FAIL(const RecordId id, context, add_own_field(replica, field));
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(id)).set("collection", field.collection).set("name", field.name);
    context.console.document(out.set("type", field.type));
  }
  context.console.print(context.say(say::kOwnAdded, {field.collection, one_line(field.name), to_text(id)}));
  return kDone;
}

int run_choice(Context& context, const ChoiceArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  const EnumValue choice{arguments.code, arguments.zh, arguments.en};
  KAREZ_OR_FAIL(const RecordId id, context, add_own_choice(replica, arguments.of, choice));
  if (context.console.json) {
    context.console.document(
        Document::object().set("id", to_text(id)).set("of", arguments.of).set("code", arguments.code));
  }
  context.console.print(
      context.say(say::kOwnChoiceAdded, {one_line(arguments.of), arguments.code, to_text(id)}));
  return kDone;
}

Document choice_document(const EnumValue& choice) {
  return Document::object().set("code", choice.code).set("zh", choice.zh).set("en", choice.en);
}

Document own_document(const OwnFields& own) {
  Document fields = Document::list();
  for (const OwnFieldView& one : own.fields) {
    Document choices = Document::list();
    for (const EnumValue& choice : one.choices) choices.add(choice_document(choice));
    Document out = Document::object();
    out.set("id", to_text(one.id)).set("collection", one.collection).set("name", one.field.name);
    out.set("type", one.type).set("zh", one.field.zh).set("en", one.field.en);
    fields.add(out.set("choices", std::move(choices)).set("who", one.who));
  }
  Document choices = Document::list();
  for (const OwnChoiceView& one : own.choices) {
    Document out = choice_document(one.choice);
    choices.add(out.set("id", to_text(one.id)).set("enum", one.enumeration).set("who", one.who));
  }
  return Document::object().set("fields", std::move(fields)).set("choices", std::move(choices));
}

std::string choices_text(const Context& context, const std::vector<EnumValue>& choices) {
  std::string text;
  for (const EnumValue& choice : choices) {
    text += (text.empty() ? "" : " ") + choice.code + "=" + one_line(context.label(choice));
  }
  return text;
}

int run_list_fields(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const OwnFields own, context, own_fields(replica));
  if (context.console.json) {
    context.console.document(own_document(own));
    return kDone;
  }
  if (own.fields.empty() && own.choices.empty()) {
    context.console.note(context.say(say::kNoOwn));
    return kDone;
  }
  Table table;
  for (const Text& text : {say::kColumnCollection, say::kColumnField, say::kColumnType, say::kColumnLabel,
                           say::kColumnChoices, say::kColumnWho, say::kColumnId}) {
    table.header.push_back(context.say(text));
  }
  for (const OwnFieldView& one : own.fields) {
    table.rows.push_back({one.collection, one_line(one.field.name), one.type,
                          field_label(context, &one.field, ""), choices_text(context, one.choices),
                          one_line(one.who), short_id(one.id)});
  }
  for (const OwnChoiceView& one : own.choices) {
    table.rows.push_back({one.enumeration, "", "", "", choices_text(context, {one.choice}), one_line(one.who),
                          short_id(one.id)});
  }
  context.console.print(layout(table));
  return kDone;
}

}  // namespace

void add_field_commands(CLI::App& app, Context& context) {
  CLI::App* field = add_command(app, context, "field", say::kHelpOwn, say::kGroupRecord);
  field->require_subcommand(1);

  CLI::App* add = add_command(*field, context, "add", say::kHelpOwnAdd, say::kGroupRecord);
  auto adding = std::make_shared<AddFieldArguments>();
  add_text(add, context, "collection", adding->collection, say::kHelpOwnCollection)->required();
  add_text(add, context, "name", adding->name, say::kHelpOwnName)->required();
  add_text(add, context, "--type", adding->type, say::kHelpOwnType, context.say(say::kKindCode))->required();
  add_text(add, context, "--zh", adding->zh, say::kHelpOwnZh);
  add_text(add, context, "--en", adding->en, say::kHelpOwnEn);
  add_texts(add, context, "--choice", adding->choices, say::kHelpOwnChoiceFlag,
            context.say(say::kKindChoice));
  on_chosen(add, context, adding, run_add_field);

  CLI::App* list = add_command(*field, context, "list", say::kHelpOwnList, say::kGroupRecord);
  on_chosen(list, context, std::make_shared<NoArguments>(), run_list_fields);

  CLI::App* choice = add_command(*field, context, "choice", say::kHelpOwnChoice, say::kGroupRecord);
  auto choosing = std::make_shared<ChoiceArguments>();
  add_text(choice, context, "of", choosing->of, say::kHelpOwnOf)->required();
  add_text(choice, context, "code", choosing->code, say::kHelpOwnCode, context.say(say::kKindCode))
      ->required();
  add_text(choice, context, "--zh", choosing->zh, say::kHelpOwnZh);
  add_text(choice, context, "--en", choosing->en, say::kHelpOwnEn);
  on_chosen(choice, context, choosing, run_choice);
}

}  // namespace karez::cli
