#include "bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace karez::bench {
namespace {

std::string number(double value) {
  char text[32];
  const double size = std::fabs(value);
  const int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string number(const std::optional<double>& value) { return value ? number(*value) : "-"; }

/// Columns aligned by width, one space apart; the columns of words stand left.
std::string layout(const std::vector<std::vector<std::string>>& rows, std::size_t words) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - row[i].size(), ' ');
      out += (i == 0 ? "" : "  ") + (i < words ? row[i] + gap : gap + row[i]);
    }
    out += "\n";
  }
  return out;
}

}  // namespace

std::optional<double> Figure::ratio() const {
  if (!plain || *plain == 0) return std::nullopt;
  return karez / *plain;
}

std::optional<bool> Figure::is_reached() const {
  if (!target) return std::nullopt;
  const double value = ratio().value_or(karez);
  return target->is_at_least ? value >= target->value : value <= target->value;
}

std::string to_table(const Report& report) {
  std::vector<std::vector<std::string>> rows{
      {"row", "measure", "unit", "karez", "plain", "ratio", "target", "reached"}};
  for (const Figure& figure : report.figures) {
    const auto reached = figure.is_reached();
    rows.push_back(
        {figure.row, figure.measure, figure.unit, number(figure.karez), number(figure.plain),
         number(figure.ratio()),
         figure.target ? (figure.target->is_at_least ? ">= " : "<= ") + number(figure.target->value) : "-",
         !reached   ? "-"
         : *reached ? "yes"
                    : "no"});
  }
  char head[512];
  std::snprintf(head, sizeof head, "%s, %u cores, %s, %.0f fdatasync/s before and %.0f after\n\n",
                report.machine.processor.c_str(), report.machine.cores, report.machine.compiler.c_str(),
                report.machine.fdatasync_per_s, report.machine.fdatasync_per_s_after);
  return head + layout(rows, 3);
}

std::string to_json(const Report& report) {
  nlohmann::ordered_json out;
  out["machine"] = {{"processor", report.machine.processor},
                    {"cores", report.machine.cores},
                    {"compiler", report.machine.compiler},
                    {"fdatasync_per_s", report.machine.fdatasync_per_s},
                    {"fdatasync_per_s_after", report.machine.fdatasync_per_s_after}};
  out["figures"] = nlohmann::ordered_json::array();
  for (const Figure& figure : report.figures) {
    nlohmann::ordered_json one{
        {"row", figure.row}, {"measure", figure.measure}, {"unit", figure.unit}, {"karez", figure.karez}};
    if (figure.plain) one["plain"] = *figure.plain;
    if (const auto ratio = figure.ratio()) one["ratio"] = *ratio;
    if (figure.target) one["target"] = figure.target->value;
    if (const auto reached = figure.is_reached()) one["reached"] = *reached;
    out["figures"].push_back(std::move(one));
  }
  return out.dump(1) + "\n";
}

std::string comparison(const Report& report, const std::string& earlier_json) {
  const auto earlier = nlohmann::json::parse(earlier_json, nullptr, false);
  if (earlier.is_discarded() || !earlier.contains("figures")) return "The earlier run cannot be read.\n";
  std::vector<std::vector<std::string>> rows{
      {"row", "measure", "before", "now", "change", "ratio before", "now"}};
  for (const Figure& figure : report.figures) {
    for (const auto& one : earlier["figures"]) {
      if (one.value("row", "") != figure.row || one.value("measure", "") != figure.measure) continue;
      const double before = one.value("karez", 0.0);
      char change[32] = "-";
      if (before != 0) std::snprintf(change, sizeof change, "%+.1f%%", (figure.karez / before - 1) * 100);
      const auto ratio = one.contains("ratio") ? std::optional(one["ratio"].get<double>()) : std::nullopt;
      rows.push_back({figure.row, figure.measure, number(before), number(figure.karez), change, number(ratio),
                      number(figure.ratio())});
    }
  }
  return layout(rows, 2);
}

}  // namespace karez::bench
