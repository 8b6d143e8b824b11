// Records of any kind: what has no command of its own is recorded field by field.
#include <map>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/recording.h"
#include "cli/records.h"
#include "cli/rule_report.h"
#include "cli/stock.h"
#include "cli/texts_add.h"
#include "karez/base/sha256.h"

namespace karez::cli {
namespace {

constexpr std::size_t kFileBytes = std::size_t{512} << 20;

struct AddArguments {
  std::string collection;
  std::vector<std::string> fields;
};
struct FileArguments {
  std::string path, role, event, move, note;
};

int run_add(Context& context, const AddArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const NewRecord record, context,
                parse_record(replica, arguments.collection, arguments.fields));
  std::vector<RuleBreach> breaches;
  if (const auto stop = stop_for_rules(context, replica, {&record, 1}, breaches)) return *stop;
  const auto saved = replica.create({&record, 1});
  if (!saved) return fail_write(context, replica, saved.error());
  const std::vector<RecordId>& ids = *saved;
  KAREZ_OR_FAIL(const auto codes, context, unknown_codes_of(replica, ids));
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(ids.front())).set("unknown_codes", Document::list_of(codes));
    if (arguments.collection == "move") out.set("over_quota", breaches_document(breaches));
    context.console.document(out);
    return kDone;
  }
  context.console.print(context.say(say::kRecordSaved, {to_text(ids.front())}));
  note_unknown(context, codes);
  note_breaches(context, breaches);
  return kDone;
}

/// By the name's ending: nobody at a worksite types a media type.
std::string mime_of(const std::string& name) {
  static const std::map<std::string, std::string> kTypes{
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"png", "image/png"},
      {"heic", "image/heic"},
      {"webp", "image/webp"},
      {"gif", "image/gif"},
      {"mp4", "video/mp4"},
      {"mov", "video/quicktime"},
      {"pdf", "application/pdf"},
      {"csv", "text/csv"},
      {"txt", "text/plain"},
      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}};
  const std::size_t dot = name.rfind('.');
  std::string ending = dot == std::string::npos ? "" : name.substr(dot + 1);
  for (char& letter : ending)
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  const auto found = kTypes.find(ending);
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

int run_file_add(Context& context, const FileArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const std::string bytes, context, read_file(arguments.path, kFileBytes));
  const std::string name = base_name(arguments.path), mime = mime_of(name),
                    size = std::to_string(bytes.size());
  const std::string digest = to_hex(sha256(view_of(bytes)));
  std::vector<std::string> words{"sha256=" + digest, "name=" + name, "bytes=" + size, "mime=" + mime,
                                 "role=" + arguments.role};
  const auto add = [&](const char* field, const std::string& value) {
    if (!value.empty()) words.push_back(std::string(field) + "=" + value);
  };
  add("event", arguments.event);
  add("move", arguments.move);
  add("note", arguments.note);
  KAREZ_OR_FAIL(const NewRecord record, context, parse_record(replica, "file", words));
  KAREZ_OR_FAIL(const auto ids, context, replica.create({&record, 1}));
  const std::string id = to_text(ids.front());
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", id).set("sha256", digest).set("bytes", static_cast<std::int64_t>(bytes.size()));
    out.set("mime", mime).set("bytes_travel", false);
    context.console.document(out);
    return kDone;
  }
  context.console.print(context.say(say::kFileSaved, {one_line(name), size, digest, id}));
  context.console.note(context.say(say::kFileStaysHere));
  return kDone;
}

std::string addable(const Context& context) {
  std::string kinds;
  for (const Collection& collection : context.catalog().collections())
    kinds += (kinds.empty() ? "" : "|") + collection.name;
  return kinds;
}

}  // namespace

void add_add_commands(CLI::App& app, Context& context) {
  CLI::App* add = add_command(app, context, "add", say::kHelpAdd, say::kGroupRecord);
  auto adding = std::make_shared<AddArguments>();
  add_text(add, context, "collection", adding->collection, say::kHelpAddCollection, addable(context))
      ->required();
  add_texts(add, context, "fields", adding->fields, say::kHelpAddFields, context.say(say::kKindSetting));
  on_chosen(add, context, adding, run_add);

  CLI::App* file = add_command(app, context, "file", say::kHelpFile, say::kGroupRecord);
  file->require_subcommand(1);
  CLI::App* file_add = add_command(*file, context, "add", say::kHelpFileAdd, say::kGroupRecord);
  auto filing = std::make_shared<FileArguments>();
  add_text(file_add, context, "path", filing->path, say::kHelpFilePath, context.say(say::kKindFile))
      ->required();
  add_text(file_add, context, "--role", filing->role, say::kHelpFileRole, context.say(say::kKindCode))
      ->required();
  add_text(file_add, context, "--event", filing->event, say::kHelpFileEvent, "ID");
  add_text(file_add, context, "--move", filing->move, say::kHelpFileMove, "ID");
  add_text(file_add, context, "--note", filing->note, say::kHelpFileNote);
  on_chosen(file_add, context, filing, run_file_add);
}

}  // namespace karez::cli
