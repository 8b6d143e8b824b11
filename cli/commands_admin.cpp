// Founding a workspace and joining it; who belongs to it.
#include <algorithm>
#include <filesystem>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "karez/base/limits.h"

namespace karez::cli {
namespace {

struct InitArguments {
  std::string workspace, name, relay, zone = "+08:00";
};
struct InviteArguments {
  std::string role = "volunteer", label, expires = "7d";
};
struct JoinArguments {
  std::string code, name;
};
struct RevokeArguments {
  std::string name, at, reason, recovery_key;
};

bool is_relay_url(const std::string& url) { return url.starts_with("ws://") || url.starts_with("wss://"); }

int run_init(Context& context, const InitArguments& arguments) {
  const auto zone = parse_offset(arguments.zone);
  if (!zone) return context.fail(ErrorCode::usage, say::kBadZone, {arguments.zone});
  if (!arguments.relay.empty() && !is_relay_url(arguments.relay)) {
    return context.fail(ErrorCode::usage, say::kBadRelay, {arguments.relay});
  }
  const InitRequest request{arguments.workspace, arguments.name, arguments.relay, *zone};
  std::string recovery_file;
  KAREZ_OR_FAIL(Replica replica, context, Replica::init(context.options(), request, recovery_file));
  std::error_code ec;
  if (const auto whole = std::filesystem::absolute(recovery_file, ec); !ec) recovery_file = whole.string();
  KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
  if (context.console.json) {
    Document out = Document::object();
    out.set("workspace", to_hex(status.workspace.bytes)).set("name", status.device_name);
    out.set("workspace_name", status.workspace_name).set("zone", format_offset(status.zone_minutes));
    out.set("relay", status.relay_url).set("author", public_name(status.author));
    out.set("recovery_key", recovery_file);
    context.console.document(out);
  }
  context.console.print(
      context.say(say::kFounded, {status.workspace_name, status.device_name, replica.home()}));
  context.console.print(context.say(say::kRecoveryKey, {recovery_file}));
  context.console.print(context.say(say::kAfterInit));
  return kDone;
}

int run_invite(Context& context, const InviteArguments& arguments) {
  const auto valid_ms = parse_duration_ms(arguments.expires);
  if (!valid_ms) return context.fail(ErrorCode::usage, say::kBadDuration, {arguments.expires});
  if (context.catalog().role(arguments.role) == nullptr) {
    return context.fail(ErrorCode::usage, say::kBadRole, {arguments.role});
  }
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  const std::int64_t expires_ms = replica.now_ms() + *valid_ms;
  KAREZ_OR_FAIL(const InvitationCode code, context,
                replica.invite(arguments.role, arguments.label, expires_ms));
  const std::string expires = when_text({expires_ms, replica.zone_minutes()});
  if (context.console.json) {
    Document out = Document::object();
    out.set("code", to_text(code))
        .set("role", arguments.role)
        .set("expires", expires)
        .set("for", arguments.label);
    context.console.document(out);
    return kDone;
  }
  // The code alone goes to stdout: `karez invite > code.txt` is a file to carry.
  context.console.print(to_text(code));
  context.console.note(context.say(say::kInvited, {role_text(context, arguments.role), expires}));
  return kDone;
}

int run_join(Context& context, const JoinArguments& arguments) {
  KAREZ_OR_FAIL(const std::string code, context, read_code(arguments.code));
  KAREZ_OR_FAIL(Replica replica, context, Replica::join(context.options(), code, arguments.name));
  KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
  if (context.console.json) {
    Document out = Document::object();
    out.set("workspace", to_hex(status.workspace.bytes)).set("name", status.device_name);
    out.set("author", public_name(status.author)).set("relay", status.relay_url).set("role", status.role);
    out.set("standing", status.standing);
    context.console.document(out);
  }
  context.console.print(context.say(say::kJoined, {status.device_name, role_text(context, status.role)}));
  context.console.print(context.say(say::kAfterJoin));
  return kDone;
}

Document device_document(const Device& device, int zone_minutes) {
  Document out = laptop_document(device.state, zone_minutes);
  out.set("key", device.key).set("invited_by", device.invited_by);
  out.set("revoked_by", device.revoked_by.empty() ? Document() : Document(device.revoked_by));
  out.set("reason", device.revoke_reason.empty() ? Document() : Document(device.revoke_reason));
  return out;
}

int run_admit(Context& context, const std::string& name) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  if (const Status status = replica.admit(name); !status) return context.fail(status.error());
  if (context.console.json) context.console.document(Document::object().set("admitted", name));
  context.console.print(context.say(say::kAdmitted, {name}));
  return kDone;
}

std::string device_remark(const Context& context, const Device& device) {
  const LaptopState& state = device.state;
  if (state.cut) {
    return context.say(say::kRevokedAt,
                       {std::to_string(*state.cut), device.revoked_by, one_line(device.revoke_reason)});
  }
  if (state.missing > 0) return context.say(say::kMissing, {std::to_string(state.missing)});
  if (!skewed_among({state}).empty()) return skew_text(context, state);
  return {};
}

int run_devices(Context& context, const NoArguments&) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto devices, context, replica.devices());
  const int zone = replica.zone_minutes();
  if (context.console.json) {
    Document list = Document::list();
    for (const Device& device : devices) list.add(device_document(device, zone));
    context.console.document(Document::object().set("devices", std::move(list)));
    return kDone;
  }
  Table table;
  table.header = {context.say(say::kColumnName),      context.say(say::kColumnRole),
                  context.say(say::kColumnStanding),  context.say(say::kColumnChanges),
                  context.say(say::kColumnLastHeard), context.say(say::kColumnAuthor),
                  context.say(say::kColumnRemark)};
  table.is_number = {false, false, false, true};
  for (const Device& device : devices) {
    const LaptopState& state = device.state;
    table.rows.push_back({one_line(state.name), role_text(context, state.role),
                          standing_text(context, state.standing), std::to_string(state.applied),
                          state.announced_relay_ms == 0 ? "-" : when_text({state.announced_relay_ms, zone}),
                          public_name(state.author).substr(0, 8), device_remark(context, device)});
  }
  context.console.print(layout(table));
  return kDone;
}

int run_revoke(Context& context, const RevokeArguments& arguments) {
  std::optional<std::uint64_t> at;
  if (!arguments.at.empty()) {
    const bool is_number =
        arguments.at.size() <= 10 &&
        std::all_of(arguments.at.begin(), arguments.at.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return context.fail(ErrorCode::usage, say::kBadSeq, {arguments.at});
    at = std::stoull(arguments.at);
  }
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  const Status status = replica.revoke(arguments.name, at, arguments.reason, arguments.recovery_key);
  if (!status) return context.fail(status.error());
  KAREZ_OR_FAIL(const auto devices, context, replica.devices());
  std::optional<std::uint64_t> cut = at;
  for (const Device& device : devices) {
    if (device.state.name == arguments.name && device.state.cut) cut = device.state.cut;
  }
  if (context.console.json) {
    Document out = Document::object();
    out.set("revoked", arguments.name)
        .set("at", cut ? Document(*cut) : Document())
        .set("reason", arguments.reason);
    context.console.document(out);
  }
  context.console.print(context.say(say::kRevoked, {arguments.name, cut ? std::to_string(*cut) : "-"}));
  return kDone;
}

}  // namespace

void add_begin_commands(CLI::App& app, Context& context) {
  CLI::App* init = add_command(app, context, "init", say::kHelpInit, say::kGroupBegin);
  auto founding = std::make_shared<InitArguments>();
  add_text(init, context, "--workspace", founding->workspace, say::kHelpWorkspace)->required();
  add_text(init, context, "--name", founding->name, say::kHelpDeviceName)->required();
  add_text(init, context, "--relay", founding->relay, say::kHelpRelay, "ws://HOST:PORT");
  add_text(init, context, "--zone", founding->zone, say::kHelpZone, "+08:00");
  on_chosen(init, context, founding, run_init);

  CLI::App* join = add_command(app, context, "join", say::kHelpJoin, say::kGroupBegin);
  auto joining = std::make_shared<JoinArguments>();
  add_text(join, context, "code", joining->code, say::kHelpCode)->required();
  add_text(join, context, "--name", joining->name, say::kHelpDeviceName)->required();
  on_chosen(join, context, joining, run_join);
}

void add_people_commands(CLI::App& app, Context& context) {
  CLI::App* invite = add_command(app, context, "invite", say::kHelpInvite, say::kGroupPeople);
  auto invitation = std::make_shared<InviteArguments>();
  add_text(invite, context, "--role", invitation->role, say::kHelpRole, "volunteer|coordinator|auditor");
  add_text(invite, context, "--for", invitation->label, say::kHelpFor);
  add_text(invite, context, "--expires", invitation->expires, say::kHelpExpires, "7d|36h");
  on_chosen(invite, context, invitation, run_invite);

  CLI::App* admit = add_command(app, context, "admit", say::kHelpAdmit, say::kGroupPeople);
  auto name = std::make_shared<std::string>();
  add_text(admit, context, "name", *name, say::kHelpLaptop)->required();
  on_chosen(admit, context, name, run_admit);

  CLI::App* devices = add_command(app, context, "devices", say::kHelpDevices, say::kGroupPeople);
  on_chosen(devices, context, std::make_shared<NoArguments>(), run_devices);

  CLI::App* revoke = add_command(app, context, "revoke", say::kHelpRevoke, say::kGroupPeople);
  auto cut = std::make_shared<RevokeArguments>();
  add_text(revoke, context, "name", cut->name, say::kHelpLaptop)->required();
  add_text(revoke, context, "--at", cut->at, say::kHelpAt, context.say(say::kKindNumber));
  add_text(revoke, context, "--reason", cut->reason, say::kHelpReason)->required();
  add_text(revoke, context, "--recovery-key", cut->recovery_key, say::kHelpRecoveryKey,
           context.say(say::kKindFile));
  on_chosen(revoke, context, cut, run_revoke);
}

}  // namespace karez::cli
