// What this laptop has, what it has not sent, and what is to be known.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"

namespace karez::cli {
namespace {

Document status_document(const ReplicaStatus& status) {
  const int zone = status.zone_minutes;
  Document waiting = Document::list();
  for (const auto& one : status.waiting) {
    waiting.add(Document::object()
                    .set("who", one.who)
                    .set("change", one.seq)
                    .set("for", one.for_whom)
                    .set("for_change", one.for_seq));
  }
  Document laptops = Document::list();
  for (const LaptopState& laptop : status.laptops) laptops.add(laptop_document(laptop, zone));
  Document out = Document::object();
  out.set("unsent", status.unsent).set("heads", status.heads.hex());
  out.set("workspace", status.workspace_name).set("workspace_id", to_hex(status.workspace.bytes));
  out.set("name", status.device_name).set("author", public_name(status.author)).set("role", status.role);
  out.set("standing", status.standing).set("revoked_at", status.cut ? Document(*status.cut) : Document());
  out.set("relay", status.relay_url).set("zone", format_offset(zone)).set("own_changes", status.own_seq);
  out.set("changes_held", status.changes_held).set("changes_applied", status.changes_applied);
  out.set("at_headquarters", status.at_headquarters);
  out.set("oldest_unsent", time_document(status.oldest_unsent_ms, zone)).set("conflicts", status.conflicts);
  out.set("clock_skew_ms", status.skew_ms ? Document(*status.skew_ms) : Document());
  out.set("last_sync", time_document(status.last_sync_ms, zone)).set("waiting", std::move(waiting));
  out.set("skewed", skewed_document(skewed_among(status.laptops))).set("laptops", std::move(laptops));
  out.set("stranded_invitations", status.stranded_invitations);
  std::vector<std::string> notices;
  for (const ReplicaStatus::Notice& notice : status.notices) notices.push_back(notice.text);
  return out.set("notices", Document::list_of(notices));
}

/// Unsent records in the colour of their age: yellow after a day, red after three.
std::string unsent_text(const Context& context, const ReplicaStatus& status, std::int64_t now_ms) {
  const Console& console = context.console;
  if (status.unsent == 0) return console.painted(Colour::green, context.say(say::kNothingUnsent));
  const std::string count = std::to_string(status.unsent);
  if (!status.oldest_unsent_ms) return context.say(say::kUnsent, {count});
  const std::int64_t age = now_ms - *status.oldest_unsent_ms;
  const std::string text = context.say(say::kUnsentSince, {count, span_text(context, age)});
  if (age >= 3 * kDayMs) return console.painted(Colour::red, text);
  return age >= kDayMs ? console.painted(Colour::yellow, text) : text;
}

std::string own_standing_text(const Context& context, const ReplicaStatus& status) {
  if (status.cut) return context.say(say::kOutsideRevoked);
  return standing_text(context, status.standing);
}

void print_status(Context& context, const ReplicaStatus& status, std::int64_t now_ms) {
  Console& console = context.console;
  const int zone = status.zone_minutes;
  console.print(
      context.say(say::kStatusTitle, {one_line(status.workspace_name), one_line(status.device_name),
                                      role_text(context, status.role), own_standing_text(context, status)}));
  console.print(unsent_text(context, status, now_ms));
  Table table;
  table.indent = 2;
  const auto row = [&](const Text& label, const std::string& value) {
    table.rows.push_back({context.say(label), value});
  };
  row(say::kRowOwn, std::to_string(status.own_seq));
  row(say::kRowAtHeadquarters, std::to_string(status.at_headquarters));
  row(say::kRowHeld, context.say(say::kHeldApplied, {std::to_string(status.changes_held),
                                                     std::to_string(status.changes_applied)}));
  row(say::kRowConflicts, std::to_string(status.conflicts));
  row(say::kRowRelay, status.relay_url.empty() ? "-" : status.relay_url);
  row(say::kRowLastSync, status.last_sync_ms ? when_text({*status.last_sync_ms, zone}) : "-");
  if (status.skew_ms) row(say::kRowSkew, span_text(context, *status.skew_ms));
  row(say::kRowHeads, status.heads.hex().substr(0, 16));
  console.print(layout(table));
  for (const auto& one : status.waiting) {
    console.print(context.say(say::kWaitsFor, {one_line(one.who), std::to_string(one.seq),
                                               one_line(one.for_whom), std::to_string(one.for_seq)}));
  }
  for (const LaptopState& laptop : skewed_among(status.laptops)) {
    console.print(console.painted(Colour::yellow, skew_text(context, laptop)));
  }
  for (const ReplicaStatus::Notice& notice : status.notices)
    console.print(console.painted(Colour::yellow, notice_text(context, status, notice)));
  if (status.stranded_invitations > 0)
    console.print(console.painted(Colour::yellow, stranded_invitations_text(context, status)));
}

int run_status(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
  if (context.console.json) {
    context.console.document(status_document(status));
  } else {
    print_status(context, status, replica.now_ms());
  }
  return kDone;
}

}  // namespace

void add_status_commands(CLI::App& app, Context& context) {
  CLI::App* status = add_command(app, context, "status", say::kHelpStatus, say::kGroupSync);
  on_chosen(status, context, std::make_shared<NoArguments>(), run_status);
}

}  // namespace karez::cli
