// `karez doctor`: is this laptop fit for the field?
#include <algorithm>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/records.h"
#include "karez/base/limits.h"
#include "karez/log/change.h"

namespace karez::cli {
namespace {

struct DoctorArguments {
  bool offline = false;
};

Check check_clock(const Context& context, Replica& replica, const ReplicaStatus& status) {
  const std::int64_t now = replica.now_ms();
  const int zone = status.zone_minutes;
  const std::string shown = when_text({now, zone});
  const auto& newest = status.newest_own;
  if (newest && now < newest->ms - limits::kSkewShownMs) {
    return {"clock", false, context.say(say::kCheckClockBack, {shown, when_text({newest->ms, zone})})};
  }
  if (status.last_sync_ms && now < *status.last_sync_ms - limits::kSkewShownMs) {
    return {"clock", false,
            context.say(say::kCheckClockBack, {shown, when_text({*status.last_sync_ms, zone})})};
  }
  const std::int64_t skew = status.skew_ms.value_or(0);
  if (skew > limits::kSkewShownMs || skew < -limits::kSkewShownMs) {
    return {"clock", false, context.say(say::kCheckClockSkew, {shown, span_text(context, skew)})};
  }
  return {"clock", true, context.say(say::kCheckClock, {shown})};
}

Check check_records(const Context& context, const ReplicaStatus& status) {
  if (!status.waiting.empty()) {
    const auto& first = status.waiting.front();
    return {"records", false,
            context.say(say::kWaitsFor, {first.who, std::to_string(first.seq), first.for_whom,
                                         std::to_string(first.for_seq)})};
  }
  if (!status.notices.empty())
    return {"records", false, notice_text(context, status, status.notices.front())};
  return {"records", true, context.say(say::kCheckRecords, {std::to_string(status.changes_applied)})};
}

void examine_replica(Context& context, const DoctorArguments& arguments, std::vector<Check>& checks,
                     std::vector<LaptopState>& skewed) {
  auto replica = context.open();
  if (!replica) {
    checks.push_back({"records", false, replica.error().message});
    return;
  }
  auto status = replica->status();
  if (!status) {
    checks.push_back({"records", false, status.error().message});
    return;
  }
  checks.push_back(check_records(context, *status));
  checks.push_back(check_clock(context, *replica, *status));
  if (!arguments.offline) checks.push_back(check_relay(context, status->relay_url));
  skewed = skewed_among(status->laptops);
}

int run_doctor(Context& context, const DoctorArguments& arguments) {
  const std::string database = context.home + "/replica.db";
  if (auto opened = context.open(); !opened && opened.error().code == ErrorCode::not_found) {
    return context.fail(opened.error());
  }
  std::vector<Check> checks{{"version", true, std::string("karez ") + KAREZ_VERSION},
                            check_folder(context, "home", context.home),
                            check_folder(context, "state", default_state_folder_path()),
                            check_key_file(context, context.home + "/author.key"),
                            check_disk_space(context, context.home),
                            check_file_system(context, context.home),
                            check_database(context, database)};
  std::vector<LaptopState> skewed;
  examine_replica(context, arguments, checks, skewed);
  const bool is_well = std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.ok; });
  if (context.console.json) {
    Document list = Document::list();
    for (const Check& check : checks) {
      list.add(Document::object().set("name", check.name).set("ok", check.ok).set("message", check.message));
    }
    Document out = Document::object();
    out.set("ok", is_well).set("checks", std::move(list)).set("skewed", skewed_document(skewed));
    context.console.document(out);
  }
  Table table;
  for (const Check& check : checks) {
    const Text& mark = check.ok ? say::kMarkGood : say::kMarkBad;
    table.rows.push_back({context.say(mark), check_label(context, check.name), one_line(check.message)});
  }
  context.console.print(layout(table));
  for (const LaptopState& laptop : skewed) context.console.print(skew_text(context, laptop));
  return is_well ? kDone : kFailed;
}

}  // namespace

void add_doctor_commands(CLI::App& app, Context& context) {
  CLI::App* doctor = add_command(app, context, "doctor", say::kHelpDoctor, say::kGroupProof);
  auto arguments = std::make_shared<DoctorArguments>();
  add_flag(doctor, context, "--offline", arguments->offline, say::kHelpOffline);
  on_chosen(doctor, context, arguments, run_doctor);
}

}  // namespace karez::cli
