// The commands, by file. Each function adds its commands to the line; a chosen command sets `context.run`,
// which does the work and gives the exit code.
#pragma once

#include <functional>
#include <string>

#include "cli/context.h"

namespace CLI {
class App;
}

namespace karez::cli {

void add_rule_commands(CLI::App& app, Context& context);      ///< rule duty
void add_voucher_commands(CLI::App& app, Context& context);   ///< voucher
void add_begin_commands(CLI::App& app, Context& context);     ///< init join
void add_people_commands(CLI::App& app, Context& context);    ///< invite admit devices revoke
void add_record_commands(CLI::App& app, Context& context);    ///< visit give edit void
void add_add_commands(CLI::App& app, Context& context);       ///< add, file add
void add_import_commands(CLI::App& app, Context& context);    ///< import
void add_export_commands(CLI::App& app, Context& context);    ///< export
void add_field_commands(CLI::App& app, Context& context);     ///< field add, list, choice
void add_list_commands(CLI::App& app, Context& context);      ///< list
void add_stock_commands(CLI::App& app, Context& context);     ///< account stock move hand-over accept
void add_show_commands(CLI::App& app, Context& context);      ///< show
void add_conflict_commands(CLI::App& app, Context& context);  ///< conflicts resolve
void add_report_commands(CLI::App& app, Context& context);    ///< day
void add_campaign_commands(CLI::App& app, Context& context);  ///< report campaign, explain
void add_verdict_commands(CLI::App& app, Context& context);   ///< duplicates verdict
void add_sync_commands(CLI::App& app, Context& context);      ///< sync
void add_bundle_commands(CLI::App& app, Context& context);    ///< bundle pack, apply, show
void add_serve_commands(CLI::App& app, Context& context);     ///< serve
void add_status_commands(CLI::App& app, Context& context);    ///< status
void add_proof_commands(CLI::App& app, Context& context);     ///< verify dump query
void add_sealed_commands(CLI::App& app, Context& context);    ///< erase sealing
void add_doctor_commands(CLI::App& app, Context& context);    ///< doctor

/// close and replay, under the command `day`.
void add_close_commands(CLI::App& day, Context& context);
/// `karez duplicates --parties`.
int run_duplicate_parties(Context& context);
/// `karez day --as-of`: finds the figures that are asked for and gives them to `show`.
int run_day_as_of(Context& context, Replica& replica, Day day, const std::string& as_of,
                  const std::function<int(const DayReport&)>& show);

}  // namespace karez::cli
