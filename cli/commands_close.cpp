// Headquarters' day: closing it, and computing what was closed again.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/day_statement.h"
#include "cli/records.h"
#include "cli/texts_close.h"

namespace karez::cli {
namespace {

struct CloseArguments {
  std::string date, note;
  bool despite_gaps = false, again = false;
};
struct ReplayArguments {
  std::string what;
  std::string orders = "1";
};

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + one_line(name);
  return out;
}

/// What close_day() refuses, in the reader's language; the engine has the last word.
std::optional<int> refuse(Context& context, Replica& replica, const CloseRequest& request) {
  const auto statement = day_statement(replica, request.day);
  if (!statement) return context.fail(statement.error());
  if (statement->closed && !request.again) {
    return context.fail(ErrorCode::refused, say::kClosedAlready,
                        {format_day(request.day), statement->closed->who, short_id(statement->closed->id)});
  }
  std::vector<std::string> waiting;
  for (const Check& check : statement->checks) {
    if (check.kind == "waiting") waiting.push_back(check.subject);
  }
  if (!waiting.empty()) return context.fail(ErrorCode::refused, say::kCloseWaits, {joined(waiting)});
  if (!statement->report.whole && !request.despite_gaps)
    return context.fail(ErrorCode::refused, say::kCloseNotWhole, {joined(statement->report.waiting)});
  return std::nullopt;
}

int run_close(Context& context, const CloseArguments& arguments) {
  const auto day = parse_day(arguments.date);
  if (!day) return context.fail(ErrorCode::usage, say::kBadDay, {arguments.date});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  const CloseRequest request{*day, arguments.note, arguments.despite_gaps, arguments.again};
  KAREZ_OR_FAIL(const ReplicaStatus status, context, replica.status());
  const Collection* closes = replica.catalog().collection("close");
  const Role* role = replica.catalog().role(std::string_view(status.role));
  const bool may_close =
      closes != nullptr && role != nullptr && replica.catalog().may_write(role->number, closes->number);
  if (may_close) {
    if (const auto refused = refuse(context, replica, request)) return *refused;
  }
  KAREZ_OR_FAIL(const DayClose close, context, close_day(replica, request));
  if (context.console.json) context.console.document(close_document(close));
  context.console.print(
      context.say(say::kDayClosed, {format_day(close.day), short_id(close.id), close.digest}));
  const std::string missing = joined(open_issues_of(close).waiting);
  if (!missing.empty()) context.console.print(context.say(say::kDayClosedLacks, {missing}));
  return kDone;
}

/// The close that a text names: a close's id, or a day that is closed.
Result<std::optional<DayClose>> close_named(Replica& replica, const std::string& what) {
  if (const auto day = parse_day(what)) {
    KAREZ_ASSIGN(const DayStatement statement, day_statement(replica, *day));
    return statement.closed;
  }
  KAREZ_ASSIGN(const RecordId id, replica.find(what));
  KAREZ_ASSIGN(DayClose close, find_close(replica, id));
  return std::optional<DayClose>(std::move(close));
}

int run_replay(Context& context, const ReplayArguments& arguments) {
  const auto orders = parse_count(arguments.orders);
  if (!orders || *orders == 0) return context.fail(ErrorCode::usage, say::kBadOrders, {arguments.orders});
  KAREZ_OR_FAIL(Replica replica, context, context.open());
  KAREZ_OR_FAIL(const auto close, context, close_named(replica, arguments.what));
  if (!close) return context.fail(ErrorCode::not_found, say::kNotClosed, {arguments.what});
  const auto seed = static_cast<std::uint64_t>(replica.now_ms());
  const auto replayed = replay_close(replica, *close, *orders, seed);
  context.console.end_progress();
  if (!replayed) return context.fail(replayed.error());
  if (context.console.json) {
    Document out = Document::object();
    out.set("ok", replayed->ok).set("close", to_text(close->id)).set("day", format_day(close->day));
    out.set("orders", replayed->orders).set("changes", replayed->changes);
    out.set("digest", replayed->digest).set("closed_digest", close->digest);
    out.set("difference", replayed->ok ? Document() : difference_document(replayed->difference));
    context.console.document(out);
    return replayed->ok ? kDone : kFailed;
  }
  const std::string count = std::to_string(replayed->orders);
  if (!replayed->ok) {
    context.console.print(context.say(say::kReplayDiffers, {count, replayed->digest, close->digest}));
    return kFailed;
  }
  context.console.print(
      context.say(say::kReplayOk, {count, std::to_string(replayed->changes), replayed->digest}));
  return kDone;
}

}  // namespace

int run_day_as_of(Context& context, Replica& replica, Day day, const std::string& as_of,
                  const std::function<int(const DayReport&)>& show) {
  auto time = parse_wall_time(as_of, replica.zone_minutes());
  // A day alone is its end: what the evening of that day knew.
  if (const auto evening = parse_day(as_of)) {
    time = WallTime{start_of(Day{evening->number + 1}, replica.zone_minutes()) - 1, replica.zone_minutes()};
  }
  if (time) {
    const auto report = day_as_of(replica, day, time->ms);
    context.console.end_progress();
    if (!report) return context.fail(report.error());
    context.console.print(context.say(say::kAsOfTitle, {when_text(*time)}));
    return show(*report);
  }
  const auto close = close_named(replica, as_of);
  if (!close) {
    return close.error().code == ErrorCode::usage ? context.fail(ErrorCode::usage, say::kBadAsOf, {as_of})
                                                  : context.fail(close.error());
  }
  if (!*close || (*close)->day != day)
    return context.fail(ErrorCode::not_found, say::kNotClosed, {format_day(day)});
  const auto report = closed_figures(replica, **close);
  context.console.end_progress();
  if (!report) return context.fail(report.error());
  return show(*report);
}

void add_close_commands(CLI::App& day, Context& context) {
  CLI::App* close = add_command(day, context, "close", say::kHelpDayClose, say::kGroupLook);
  auto closing = std::make_shared<CloseArguments>();
  add_text(close, context, "date", closing->date, say::kHelpDate, context.say(say::kKindDate))->required();
  add_text(close, context, "--note", closing->note, say::kHelpCloseNote);
  add_flag(close, context, "--despite-gaps", closing->despite_gaps, say::kHelpDespiteGaps);
  add_flag(close, context, "--again", closing->again, say::kHelpCloseAgain);
  on_chosen(close, context, closing, run_close);

  CLI::App* replay = add_command(day, context, "replay", say::kHelpDayReplay, say::kGroupLook);
  auto replaying = std::make_shared<ReplayArguments>();
  add_text(replay, context, "what", replaying->what, say::kHelpCloseOrDate)->required();
  add_text(replay, context, "--orders", replaying->orders, say::kHelpOrders, "N");
  on_chosen(replay, context, replaying, run_replay);
}

}  // namespace karez::cli
