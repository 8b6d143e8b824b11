// What volunteers do all day: visits and handouts, put right or voided later.
#include <algorithm>
#include <set>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/recording.h"
#include "cli/records.h"
#include "cli/rule_report.h"
#include "cli/stock.h"
#include "cli/texts_stock.h"

namespace karez::cli {
namespace {

using Fields = std::vector<std::pair<std::string, Value>>;

struct VisitArguments {
  std::unique_ptr<FieldFlags> flags;
  std::vector<std::string> gives;
  std::string from;
};
struct GiveArguments {
  std::unique_ptr<FieldFlags> flags;
  std::vector<std::string> words;  ///< a visit's id, if the first has no '=', and ITEM=QUANTITY
  std::vector<std::string> gives;
};
struct EditArguments {
  std::string id;
  std::vector<std::string> settings;
};
struct VoidArguments {
  std::string id, reason;
  bool undo = false;
};

Value text_value(const char* text) { return Value::of(std::string(text)); }

/// The handouts of `gives` as new records; `event` is their visit, if there is one.
Status add_moves(Replica& replica, const std::vector<std::string>& gives, const Fields& shared,
                 const std::optional<RecordId>& event, std::vector<NewRecord>& records) {
  for (const std::string& text : gives) {
    KAREZ_ASSIGN(ItemQuantity give, parse_item_quantity(replica, text));
    NewRecord move{"move", shared};
    if (event) move.fields.emplace_back("event", Value(Value::Side(*event)));
    move.fields.emplace_back("item", std::move(give.item));
    move.fields.emplace_back("qty", std::move(give.quantity));
    const bool has_reason =
        std::any_of(shared.begin(), shared.end(), [](const auto& f) { return f.first == "reason"; });
    if (!has_reason) move.fields.emplace_back("reason", text_value("give"));
    records.push_back(std::move(move));
  }
  return {};
}

std::vector<std::string> texts_of(const std::vector<RecordId>& ids) {
  std::vector<std::string> texts;
  for (const RecordId& id : ids) texts.push_back(to_text(id));
  return texts;
}

int run_visit(Context& context, const VisitArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(Fields fields, context, arguments.flags->values(replica));
  fields.emplace_back("type", text_value("visit"));
  if (!arguments.flags->has("time")) fields.emplace_back("time", time_of_now(replica));
  std::vector<NewRecord> records{{"event", std::move(fields)}};
  const RecordId visit{{}, 0, 1};
  Fields shared;
  if (!arguments.from.empty()) shared.emplace_back("from", Value::of(arguments.from));
  Status moves = add_default_source(replica, shared);
  if (moves) moves = add_moves(replica, arguments.gives, shared, visit, records);
  if (!moves) return context.fail(moves.error());
  std::vector<RuleBreach> breaches;
  if (const auto stop = stop_for_rules(context, replica, records, breaches)) return *stop;
  const auto saved = replica.create(records);
  if (!saved) return fail_write(context, replica, saved.error());
  const std::vector<RecordId>& ids = *saved;
  KAREZ_OR_FAIL(const auto codes, context, unknown_codes_of(replica, ids));
  const std::vector<RecordId> handouts(ids.begin() + 1, ids.end());
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(ids.front())).set("handouts", Document::list_of(texts_of(handouts)));
    out.set("unknown_codes", Document::list_of(codes)).set("over_quota", breaches_document(breaches));
    context.console.document(out);
  }
  context.console.print(
      context.say(say::kVisitSaved, {to_text(ids.front()), std::to_string(handouts.size())}));
  if (!context.console.json) note_unknown(context, codes);
  note_breaches(context, breaches);
  return kDone;
}

/// The visit that `karez give` adds to. Errors: not_found, usage (not a visit), refused (void).
Result<RecordId> open_visit(Replica& replica, const std::string& text) {
  KAREZ_ASSIGN(const RecordId id, replica.find(text));
  KAREZ_ASSIGN(const RecordView view, replica.show(id));
  if (view.collection != "event") return Error{ErrorCode::usage, text + " is not a visit"};
  if (view.void_reason) return Error{ErrorCode::refused, "the visit " + text + " is void; nothing was added"};
  return id;
}

int run_give(Context& context, const GiveArguments& arguments) {
  std::vector<std::string> gives = arguments.words;
  std::string visit;
  if (!gives.empty() && gives.front().find('=') == std::string::npos) {
    visit = gives.front();
    gives.erase(gives.begin());
  }
  gives.insert(gives.end(), arguments.gives.begin(), arguments.gives.end());
  if (gives.empty()) return context.fail(ErrorCode::usage, say::kNothingGiven);
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  std::optional<RecordId> event;
  if (!visit.empty()) {
    KAREZ_OR_FAIL(event, context, open_visit(replica, visit));
  }
  KAREZ_OR_FAIL(Fields fields, context, arguments.flags->values(replica));
  if (!event && !arguments.flags->has("time")) fields.emplace_back("time", time_of_now(replica));
  std::vector<NewRecord> records;
  Status moves = add_default_source(replica, fields);
  if (moves) moves = add_moves(replica, gives, fields, event, records);
  if (!moves) return context.fail(moves.error());
  std::vector<RuleBreach> breaches;
  if (const auto stop = stop_for_rules(context, replica, records, breaches)) return *stop;
  const auto saved = replica.create(records);
  if (!saved) return fail_write(context, replica, saved.error());
  const std::vector<RecordId>& ids = *saved;
  KAREZ_OR_FAIL(const auto codes, context, unknown_codes_of(replica, ids));
  if (context.console.json) {
    Document out = Document::object();
    out.set("ids", Document::list_of(texts_of(ids))).set("unknown_codes", Document::list_of(codes));
    context.console.document(out.set("over_quota", breaches_document(breaches)));
    return kDone;
  }
  for (const RecordId& id : ids) context.console.print(context.say(say::kHandoutSaved, {to_text(id)}));
  note_unknown(context, codes);
  note_breaches(context, breaches);
  return kDone;
}

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

const FieldView* find_field(const RecordView& view, const std::string& name) {
  const auto found = std::find_if(view.fields.begin(), view.fields.end(),
                                  [&](const FieldView& field) { return field.field == name; });
  return found == view.fields.end() ? nullptr : &*found;
}

/// Whether putting, dropping or setting these elements makes another set of what is shown.
bool changes_set(const FieldView* shown, const FieldSetting& setting) {
  const auto* list = shown == nullptr ? nullptr : std::get_if<Value::List>(&shown->value.side);
  const std::set<Value> now =
      list == nullptr ? std::set<Value>() : std::set<Value>(list->begin(), list->end());
  const auto& named = std::get<Value::List>(setting.value.side);
  std::set<Value> after = setting.kind == FieldSetting::Kind::set ? std::set<Value>() : now;
  for (const Value& element : named) {
    if (setting.kind == FieldSetting::Kind::drop) {
      after.erase(element);
    } else {
      after.insert(element);
    }
  }
  return after != now;
}

struct NamedSetting {
  std::string field, value;
  FieldSetting::Kind kind = FieldSetting::Kind::set;
};

/// "note=text", "tally+=3", "tags-=x" in its parts.
std::optional<NamedSetting> split_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  NamedSetting out{text.substr(0, equals), text.substr(equals + 1), FieldSetting::Kind::set};
  if (out.field.back() == '+') out.kind = FieldSetting::Kind::put;
  if (out.field.back() == '-') out.kind = FieldSetting::Kind::drop;
  if (out.kind != FieldSetting::Kind::set) out.field.pop_back();
  return out;
}

struct ParsedSetting {
  FieldSetting setting;
  bool is_news = true;  ///< false: the record says so already, and the engine will change nothing
};

Result<ParsedSetting> parse_setting(Replica& replica, const RecordView& view, const std::string& text) {
  const auto named = split_setting(text);
  if (!named) return usage("\"" + text + "\" is not FIELD=VALUE");
  const Field* field = field_of(replica.catalog(), view.collection, named->field);
  if (field == nullptr || field->internal) {
    return usage("a record of " + view.collection + " has no field \"" + named->field + "\"");
  }
  const bool is_plain = named->kind == FieldSetting::Kind::set;
  if (field->merge == MergeKind::set) {
    KAREZ_ASSIGN(Value list, parse_list(replica, view.collection, field->name, named->value));
    FieldSetting setting{field->name, named->kind, std::move(list)};
    const bool is_news = changes_set(find_field(view, field->name), setting);
    return ParsedSetting{std::move(setting), is_news};
  }
  KAREZ_ASSIGN(Value value, replica.parse(view.collection, field->name, named->value));
  if (field->merge == MergeKind::counter) {
    const auto* number = std::get_if<std::int64_t>(&value.side);
    if (is_plain || number == nullptr)
      return usage(field->name + " is counted with \"+=\" and \"-=\" and a number");
    const std::int64_t delta = named->kind == FieldSetting::Kind::drop ? -*number : *number;
    return ParsedSetting{{field->name, FieldSetting::Kind::add, Value::of(delta)}, delta != 0};
  }
  if (!is_plain) return usage(field->name + " takes \"=\" only");
  const FieldView* shown = find_field(view, field->name);
  const bool is_same = shown == nullptr ? value.is_null() : shown->value == value && shown->siblings.empty();
  return ParsedSetting{{field->name, FieldSetting::Kind::set, std::move(value)}, !is_same};
}

int run_edit(Context& context, const EditArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId id, context, replica.find(arguments.id));
  KAREZ_OR_FAIL(const RecordView view, context, replica.show(id));
  std::vector<FieldSetting> settings;
  std::vector<std::string> changed;
  for (const std::string& text : arguments.settings) {
    KAREZ_OR_FAIL(ParsedSetting parsed, context, parse_setting(replica, view, text));
    const std::string& name = parsed.setting.field;
    const bool is_listed = std::find(changed.begin(), changed.end(), name) != changed.end();
    if (parsed.is_news && !is_listed) changed.push_back(name);
    settings.push_back(std::move(parsed.setting));
  }
  if (const Status status = replica.edit(id, settings); !status) {
    return fail_write(context, replica, status.error());
  }
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(id)).set("changed", Document::list_of(changed));
    context.console.document(out);
    return kDone;
  }
  std::string labels;
  for (const std::string& name : changed) {
    labels += (labels.empty() ? "" : ", ") +
              field_label(context, field_of(replica.catalog(), view.collection, name), name);
  }
  context.console.print(changed.empty() ? context.say(say::kNothingChanged)
                                        : context.say(say::kEdited, {labels}));
  return kDone;
}

int run_void(Context& context, const VoidArguments& arguments) {
  if (!arguments.undo && arguments.reason.empty()) return context.fail(ErrorCode::usage, say::kReasonNeeded);
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId id, context, replica.find(arguments.id));
  Status status;
  if (arguments.undo) {
    const FieldSetting unset{"void", FieldSetting::Kind::set, Value{}};
    status = replica.edit(id, {&unset, 1});
  } else {
    status = replica.void_record(id, arguments.reason);
  }
  if (!status) return fail_write(context, replica, status.error());
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(id)).set("void", !arguments.undo);
    out.set("reason", arguments.undo ? Document() : Document(arguments.reason));
    context.console.document(out);
  }
  context.console.print(context.say(arguments.undo ? say::kUnvoided : say::kVoided, {short_id(id)}));
  return kDone;
}

}  // namespace

void add_record_commands(CLI::App& app, Context& context) {
  const std::string item_quantity = context.say(say::kKindItemQuantity);
  CLI::App* visit = add_command(app, context, "visit", say::kHelpVisit, say::kGroupRecord);
  auto visiting = std::make_shared<VisitArguments>();
  visiting->flags = std::make_unique<FieldFlags>(visit, context, "event", std::vector<std::string>{"type"});
  add_texts(visit, context, "--give", visiting->gives, say::kHelpGiveFlag, item_quantity);
  add_text(visit, context, "--from", visiting->from, say::kHelpGiveSource);
  on_chosen(visit, context, visiting, run_visit);

  CLI::App* give = add_command(app, context, "give", say::kHelpGive, say::kGroupRecord);
  auto giving = std::make_shared<GiveArguments>();
  giving->flags =
      std::make_unique<FieldFlags>(give, context, "move", std::vector<std::string>{"event", "item", "qty"});
  add_texts(give, context, "what", giving->words, say::kHelpGiveWords, item_quantity);
  add_texts(give, context, "--give", giving->gives, say::kHelpGiveFlag, item_quantity);
  on_chosen(give, context, giving, run_give);

  CLI::App* edit = add_command(app, context, "edit", say::kHelpEdit, say::kGroupRecord);
  auto editing = std::make_shared<EditArguments>();
  add_text(edit, context, "id", editing->id, say::kHelpId, "ID")->required();
  add_texts(edit, context, "settings", editing->settings, say::kHelpSettings, context.say(say::kKindSetting))
      ->required();
  on_chosen(edit, context, editing, run_edit);

  CLI::App* cancel = add_command(app, context, "void", say::kHelpVoid, say::kGroupRecord);
  auto voiding = std::make_shared<VoidArguments>();
  add_text(cancel, context, "id", voiding->id, say::kHelpId, "ID")->required();
  add_text(cancel, context, "--reason", voiding->reason, say::kHelpReason);
  add_flag(cancel, context, "--undo", voiding->undo, say::kHelpUndo);
  on_chosen(cancel, context, voiding, run_void);
}

}  // namespace karez::cli
