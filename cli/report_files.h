// The flags --xlsx and --html that every report takes, and the report commands of the field. One thread.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "karez/replica/reports.h"

namespace karez::cli {

struct ReportFiles {
  std::string xlsx, html;
  [[nodiscard]] bool are_asked_for() const { return !xlsx.empty() || !html.empty(); }
};
void add_file_flags(CLI::App* command, Context& context, ReportFiles& files);

/// Writes the files that were asked for and says so; the exit code.
[[nodiscard]] int write_files(Context& context, Replica& replica, const Report& report,
                              const ReportFiles& files);

/// What people typed of a range and a campaign; from commands_campaign.cpp.
struct ScopeArguments {
  std::string campaign, from, to;
};
/// The exit code of a date that is none; 0 if all is well.
[[nodiscard]] int read_scope(Context& context, const ScopeArguments& arguments, ReportScope& scope);
void add_range(CLI::App* command, Context& context, ScopeArguments& scope);

/// batch, site, hours, households, duties and donors, under the command `report`.
void add_field_reports(CLI::App& report, Context& context);

}  // namespace karez::cli
