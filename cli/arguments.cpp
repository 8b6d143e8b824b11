#include "cli/arguments.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "cli/texts_fields.h"

namespace karez::cli {
namespace {

constexpr std::size_t kCodeFileBytes = 1 << 20;

std::string flag_names(const Field& field, std::set<std::string>& taken) {
  std::vector<std::string> words{field.name};
  words.insert(words.end(), field.aliases.begin(), field.aliases.end());
  std::string names;
  const auto add = [&](const std::string& word) {
    if (!taken.insert(word).second) return;
    names += (names.empty() ? "--" : ",--") + word;
  };
  for (std::string word : words) {
    const std::string underscored = word;
    std::replace(word.begin(), word.end(), '_', '-');
    add(word);
    add(underscored);
  }
  return names;
}

std::string kind_of(const Context& context, const Field& field) {
  switch (field.type) {
    case FieldType::enumeration:
    case FieldType::code:
      return context.say(say::kKindCode);
    case FieldType::integer:
    case FieldType::count:
      return context.say(say::kKindNumber);
    case FieldType::boolean:
      return "0|1";
    case FieldType::date:
      return context.say(say::kKindDate);
    case FieldType::time:
      return context.say(say::kKindTime);
    case FieldType::degrees:
      return context.say(say::kKindDegrees);
    case FieldType::ref:
      return "ID";
    default:
      return context.say(say::kKindText);
  }
}

}  // namespace

CLI::App* add_command(CLI::App& app, const Context& context, const std::string& name, const Text& help,
                      const Text& group) {
  CLI::App* command = app.add_subcommand(name, context.say(help));
  command->group(context.say(group));
  command->fallthrough();
  command->set_help_flag("-h,--help", context.say(say::kHelpHelp))->group(context.say(say::kGroupGlobal));
  return command;
}

CLI::Option* add_text(CLI::App* command, const Context& context, const std::string& names,
                      std::string& target, const Text& help, const std::string& kind) {
  CLI::Option* option = command->add_option(names, target, context.say(help));
  return option->type_name(kind.empty() ? context.say(say::kKindText) : kind);
}

CLI::Option* add_texts(CLI::App* command, const Context& context, const std::string& names,
                       std::vector<std::string>& target, const Text& help, const std::string& kind) {
  CLI::Option* option = command->add_option(names, target, context.say(help));
  // Without this CLI11 would take "--note [a,b]" for a list of two; words without a flag need it to be
  // several.
  if (names.front() == '-') option->allow_extra_args(false);
  return option->type_name(kind.empty() ? context.say(say::kKindText) : kind);
}

CLI::Option* add_flag(CLI::App* command, const Context& context, const std::string& names, bool& target,
                      const Text& help) {
  return command->add_flag(names, target, context.say(help));
}

std::string field_help(const Context& context, const Field& field) {
  std::string help = context.label(field);
  const auto* values =
      field.type == FieldType::enumeration ? context.catalog().enumeration(field.enum_name) : nullptr;
  if (values == nullptr) return help;
  std::string codes;
  for (const EnumValue& value : *values) {
    codes += (codes.empty() ? "" : " ") + value.code;
    if (context.language == Language::zh) codes += "=" + value.zh;
  }
  return help + context.say(say::kCodesOf, {codes});
}

FieldFlags::FieldFlags(CLI::App* command, const Context& context, const std::string& collection,
                       const std::vector<std::string>& except)
    : collection_(collection) {
  std::set<std::string> taken(except.begin(), except.end());
  for (const char* global : {"home", "lang", "json", "catalog", "help", "version", "give"})
    taken.insert(global);
  for (const Field& field : context.catalog().collection(collection)->fields) {
    if (field.internal || std::find(except.begin(), except.end(), field.name) != except.end()) continue;
    const std::string names = flag_names(field, taken);
    if (names.empty()) continue;
    flags_.push_back(std::make_unique<Flag>(Flag{&field, {}}));
    CLI::Option* option = command->add_option(names, flags_.back()->texts, field_help(context, field));
    option->type_name(kind_of(context, field))
        ->allow_extra_args(false)
        ->group(context.say(say::kGroupFields));
    if (field.merge != MergeKind::set) option->expected(1);
  }
  const std::string setting = context.say(say::kKindSetting);
  add_texts(command, context, "--field", own_, say::kHelpOwnFlag, setting)
      ->group(context.say(say::kGroupFields));
}

Result<std::vector<std::pair<std::string, Value>>> FieldFlags::values(Replica& replica) const {
  std::vector<std::pair<std::string, Value>> values;
  for (const auto& flag : flags_) {
    Value::List list;
    for (const std::string& text : flag->texts) {
      KAREZ_ASSIGN(Value value, replica.parse(collection_, flag->field->name, text));
      if (!value.is_null()) list.push_back(std::move(value));
    }
    if (list.empty()) continue;
    const bool is_set = flag->field->merge == MergeKind::set;
    values.emplace_back(flag->field->name,
                        is_set ? Value(Value::Side(std::move(list))) : std::move(list.front()));
  }
  std::set<std::string> named;
  for (const std::string& text : own_) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string name = text.substr(0, equals);
    const Field* field = replica.catalog().collection(collection_)->field(name);
    if (equals == text.size()) return Error{ErrorCode::usage, "\"" + text + "\" is not NAME=VALUE"};
    if (field == nullptr || !field->is_own()) {
      return Error{ErrorCode::usage,
                   "no coordinator added a field \"" + name + "\" to " + collection_ +
                       " that is known here; nothing was recorded: sync, or see karez field list"};
    }
    if (!named.insert(field->name).second) return Error{ErrorCode::usage, "\"" + name + "\" is named twice"};
    KAREZ_ASSIGN(Value value, replica.parse(collection_, field->name, text.substr(equals + 1)));
    if (!value.is_null()) values.emplace_back(field->name, std::move(value));
  }
  return values;
}

bool FieldFlags::has(const std::string& field) const {
  return std::any_of(flags_.begin(), flags_.end(),
                     [&](const auto& flag) { return flag->field->name == field && !flag->texts.empty(); });
}

Result<ItemQuantity> parse_item_quantity(Replica& replica, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return Error{ErrorCode::usage, "\"" + text + "\" is not ITEM=QUANTITY, as in W550=24"};
  }
  KAREZ_ASSIGN(Value item, replica.parse("move", "item", text.substr(0, equals)));
  KAREZ_ASSIGN(Value quantity, replica.parse("move", "qty", text.substr(equals + 1)));
  return ItemQuantity{std::move(item), std::move(quantity)};
}

std::optional<std::uint64_t> parse_count(const std::string& text) {
  if (text.empty()) return 0;
  const bool is_number =
      text.size() <= 18 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::optional<std::uint64_t>(std::stoull(text)) : std::nullopt;
}

Result<std::string> read_code(const std::string& argument) {
  std::string text = argument;
  struct stat info {};
  if (argument == "-" || stat(argument.c_str(), &info) == 0) {
    KAREZ_ASSIGN(text, read_file(argument, kCodeFileBytes));
  }
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

std::string base_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace karez::cli
