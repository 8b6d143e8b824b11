// Personal fields: who can read them, and erasing them.
#include <unistd.h>

#include <iostream>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/texts_sealed.h"
#include "karez/replica/sealing.h"

namespace karez::cli {
namespace {

struct EraseArguments {
  std::string id, reason;
  bool is_confirmed = false;
};
struct SealingArguments {
  bool renews = false;
};

int run_erase(Context& context, const EraseArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const RecordId id, context, replica.find(arguments.id));
  if (!arguments.is_confirmed) {
    if (context.console.json || ::isatty(STDIN_FILENO) == 0)
      return context.fail(ErrorCode::usage, say::kEraseNeedsYes, {});
    context.console.note(context.say(say::kEraseAsk, {short_id(id)}));
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "yes" && answer != "是") return context.fail(ErrorCode::refused, say::kEraseDeclined, {});
  }
  KAREZ_OR_FAIL(const Erased erased, context, erase_record(replica, id, arguments.reason));
  if (context.console.json) {
    Document out = Document::object();
    out.set("id", to_text(id)).set("verdict", to_text(erased.verdict)).set("changes", erased.changes);
    context.console.document(out.set("wiped", erased.is_wiped));
    return kDone;
  }
  context.console.print(context.say(say::kErasedNow, {short_id(id), short_id(erased.verdict)}));
  if (!erased.is_wiped) context.console.note(context.say(say::kErasedNotWiped));
  return kDone;
}

std::string names_joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + one_line(name);
  return out.empty() ? "-" : out;
}

int run_sealing(Context& context, const SealingArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
  std::uint64_t recorded = 0;
  // Everybody may look; a coordinator's laptop does what is due.
  const auto kept = keep_sealing(replica, arguments.renews);
  if (!kept && (arguments.renews || kept.error().code != ErrorCode::refused))
    return context.fail(kept.error());
  if (kept) recorded = *kept;
  KAREZ_OR_FAIL(const SealingStatus found, context, sealing_status(replica));
  if (context.console.json) {
    Document keys = Document::list();
    for (const SealingStatus::Key& one : found.keys) {
      Document key = Document::object();
      key.set("public_key", to_hex(one.key)).set("generation", one.generation).set("current", one.is_current);
      keys.add(key.set("readable_here", one.is_readable_here));
    }
    Document out = Document::object();
    out.set("keys", std::move(keys)).set("readers", Document::list_of(found.readers));
    out.set("lacking", Document::list_of(found.not_readers)).set("recorded", recorded);
    context.console.document(out);
    return kDone;
  }
  if (found.keys.empty()) context.console.print(context.say(say::kSealingNone));
  for (const SealingStatus::Key& one : found.keys) {
    context.console.print(
        context.say(say::kSealingKey, {std::to_string(one.generation), to_hex(one.key).substr(0, 16),
                                       one.is_current ? context.say(say::kSealingCurrent) : std::string()}));
  }
  if (!found.keys.empty())
    context.console.print(context.say(say::kSealingReaders, {names_joined(found.readers)}));
  if (!found.not_readers.empty())
    context.console.print(context.say(say::kSealingLacking, {names_joined(found.not_readers)}));
  if (recorded > 0) context.console.print(context.say(say::kSealingKept, {std::to_string(recorded)}));
  return kDone;
}

}  // namespace

int run_duplicate_parties(Context& context) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const std::vector<SamePerson> found, context, parties_that_match(replica));
  if (context.console.json) {
    Document list = Document::list();
    for (const SamePerson& one : found) {
      std::vector<std::string> ids;
      for (const RecordId& id : one.parties) ids.push_back(to_text(id));
      list.add(Document::object().set("field", one.field).set("ids", Document::list_of(ids)));
    }
    context.console.document(Document::object().set("parties", std::move(list)));
    return kDone;
  }
  if (found.empty()) context.console.print(context.say(say::kNoDuplicateParties));
  for (const SamePerson& one : found) {
    std::string ids;
    for (const RecordId& id : one.parties) ids += (ids.empty() ? "" : " ") + short_id(id);
    const Field* field = field_of(context.catalog(), "party", one.field);
    context.console.print(context.say(say::kDuplicateParties, {field_label(context, field, one.field), ids}));
  }
  return kDone;
}

void add_sealed_commands(CLI::App& app, Context& context) {
  CLI::App* erase = add_command(app, context, "erase", say::kHelpErase, say::kGroupPeople);
  auto erasing = std::make_shared<EraseArguments>();
  add_text(erase, context, "id", erasing->id, say::kHelpId, "ID")->required();
  add_text(erase, context, "--reason", erasing->reason, say::kHelpEraseReason)->required();
  add_flag(erase, context, "--yes", erasing->is_confirmed, say::kHelpYes);
  on_chosen(erase, context, erasing, run_erase);

  CLI::App* sealing = add_command(app, context, "sealing", say::kHelpSealing, say::kGroupPeople);
  auto keys = std::make_shared<SealingArguments>();
  add_flag(sealing, context, "--renew", keys->renews, say::kHelpSealingRenew);
  on_chosen(sealing, context, keys, run_sealing);
}

}  // namespace karez::cli
