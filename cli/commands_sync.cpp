// Meeting the relay: once, or for as long as wanted.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/stop_signals.h"
#include "cli/texts_routes.h"
#include "karez/base/limits.h"
#include "karez/transport/websocket_client.h"

namespace karez::cli {
namespace {

struct SyncArguments {
  bool watch = false;
  std::string relay;
  std::string near;  ///< of a laptop that serves
};

Document sync_document(const SyncReport& report, const std::string& heads, const LaptopNames& names) {
  Document refused = Document::list();
  for (const SyncRefusal& refusal : report.refused) {
    Document one = Document::object();
    one.set("laptop", laptop_name_document(names, refusal.author));
    one.set("author", public_name(refusal.author)).set("first", refusal.first).set("last", refusal.last);
    one.set("code", std::string(name_of(refusal.error.code))).set("message", refusal.error.message);
    refused.add(std::move(one.set("by_relay", refusal.by_relay)));
  }
  Document out = Document::object();
  out.set("state", report.in_sync ? "in_sync" : "partial").set("sent_changes", report.sent_changes);
  out.set("received_changes", report.received_changes).set("bytes_sent", report.bytes_sent);
  out.set("bytes_received", report.bytes_received).set("heads", heads).set("refused", std::move(refused));
  return out.set("clock_skew_ms", report.skew_ms);
}

std::string figures_text(const Context& context, const Text& text, const SyncReport& report) {
  return context.say(text, {std::to_string(report.sent_changes), std::to_string(report.received_changes),
                            std::to_string(report.bytes_sent), std::to_string(report.bytes_received)});
}

void draw_progress(Context& context, const SyncReport& report) {
  if (report.to_send_total > 0 && report.sent_changes < report.to_send_total) {
    context.console.progress(context.say(say::kSending), report.sent_changes, report.to_send_total);
  } else if (report.received_arrival < report.to_receive_end) {
    context.console.progress(context.say(say::kReceiving), report.received_arrival, report.to_receive_end);
  }
}

/// Options of a live sync: one line whenever something was exchanged, lost or found again.
SyncOptions watch_options(Context& context, Replica& replica) {
  SyncOptions options;
  options.live = true;
  auto told = std::make_shared<SyncReport>();
  auto is_lost = std::make_shared<bool>(true);
  options.progress = [&context, told, is_lost](const SyncReport& report) {
    if (!report.in_sync) return;
    const bool is_news =
        report.sent_changes != told->sent_changes || report.received_changes != told->received_changes;
    if (!is_news && !*is_lost) return;
    *told = report;
    *is_lost = false;
    context.console.print(figures_text(context, say::kWatchInSync, report));
    (void)context.console.flush();
  };
  options.waiting = [&context, is_lost](const Error& why, std::int64_t retry_ms) {
    *is_lost = true;
    context.console.note(context.say(say::kWatchLost, {one_line(why.message), span_text(context, retry_ms)}));
  };
  options.should_stop = [] { return StopSignals::is_asked(); };
  options.has_local_change = [&replica, seen = replica.change_counter()]() mutable {
    const std::int64_t now = replica.change_counter();
    const bool has_changed = now != seen;
    seen = now;
    return has_changed;
  };
  return options;
}

/// What did not go through, and the exit code for it.
int report_partial(Context& context, const SyncReport& report, const LaptopNames& names) {
  for (const SyncRefusal& refusal : report.refused) {
    const Text& text = refusal.by_relay ? say::kRefusedByRelay : say::kRefusedHere;
    context.console.print(
        context.say(text, {laptop_name_text(names, refusal.author), std::to_string(refusal.first),
                           std::to_string(refusal.last), one_line(refusal.error.message)}));
  }
  if (report.revoked) return context.fail(ErrorCode::revoked, say::kSyncRevoked);
  if (report.refused.empty()) return context.fail(ErrorCode::refused, say::kSyncPartial);
  return context.fail(ErrorCode::refused, say::kSyncRefusals, {std::to_string(report.refused.size())});
}

int run_sync_command(Context& context, const SyncArguments& arguments) {
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  if (!arguments.relay.empty() && arguments.relay != replica.relay_url()) {
    KAREZ_OR_FAIL(const RelayUrl parsed, context, parse_relay_url(arguments.relay));
    (void)parsed;
    if (const Status kept = replica.set_relay_url(arguments.relay); !kept) return context.fail(kept.error());
  }
  const bool is_near = !arguments.near.empty();
  if (is_near && !arguments.relay.empty()) return context.fail(ErrorCode::usage, say::kNearOrRelay);
  if (!is_near && replica.relay_url().empty()) return context.fail(ErrorCode::usage, say::kNoRelay);
  SyncOptions options;
  if (arguments.watch) {
    options = watch_options(context, replica);
  } else {
    options.progress = [&context](const SyncReport& report) { draw_progress(context, report); };
  }
  options.url = is_near ? arguments.near : replica.relay_url();
  ReplicaStore& store = is_near ? replica.near_store() : replica.sync_store();
  SyncReport report;
  {
    const StopSignals signals;
    if (!arguments.watch) options.should_stop = [] { return StopSignals::is_asked(); };
    KAREZ_OR_FAIL(report, context, run_sync(store, system_clock(), system_random(), options));
  }
  KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
  KAREZ_OR_FAIL(const LaptopNames names, context, replica.laptop_names());
  if (context.console.json) context.console.document(sync_document(report, status.heads.hex(), names));
  context.console.print(figures_text(context, report.in_sync ? say::kInSync : say::kPartial, report));
  if (is_near && report.in_sync && status.unsent > 0)
    context.console.print(context.say(say::kNearIsNotRelay, {std::to_string(status.unsent)}));
  for (const ReplicaStatus::Notice& notice : status.notices)
    context.console.note(notice_text(context, status, notice));
  note_stranded_invitations(context, status);
  if (report.skew_ms > limits::kSkewShownMs || report.skew_ms < -limits::kSkewShownMs) {
    context.console.note(context.say(say::kOwnClock, {span_text(context, report.skew_ms)}));
  }
  return report.in_sync ? kDone : report_partial(context, report, names);
}

}  // namespace

void add_sync_commands(CLI::App& app, Context& context) {
  CLI::App* sync = add_command(app, context, "sync", say::kHelpSync, say::kGroupSync);
  auto arguments = std::make_shared<SyncArguments>();
  add_flag(sync, context, "--watch", arguments->watch, say::kHelpWatch);
  add_text(sync, context, "--relay", arguments->relay, say::kHelpNewRelay, "ws://HOST:PORT");
  add_text(sync, context, "--near", arguments->near, say::kHelpNear, "ws://HOST:PORT");
  on_chosen(sync, context, arguments, run_sync_command);
}

}  // namespace karez::cli
