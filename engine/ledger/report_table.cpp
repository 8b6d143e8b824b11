#include "karez/ledger/report_table.h"

#include <algorithm>
#include <array>

namespace karez {
namespace {

constexpr std::array<std::string_view, 10> kKindNames{
    "", "text", "day", "records", "households", "persons", "person_times", "items", "value", "minutes"};

template <typename T>
constexpr bool kIsWords =
    std::is_same_v<T, std::monostate> || std::is_same_v<T, std::string> || std::is_same_v<T, Day>;

/// The number of a measure; nothing of words.
std::optional<Total> total_of(const ReportCell& cell) {
  return std::visit(
      [](const auto& one) -> std::optional<Total> {
        if constexpr (kIsWords<std::decay_t<decltype(one)>>) {
          return std::nullopt;
        } else {
          return one.total();
        }
      },
      cell);
}

/// False: of another kind.
bool add_to(ReportCell& sum, const ReportCell& part) {
  return std::visit(
      [&](const auto& one) {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (kIsWords<Kind>) {
          return false;
        } else {
          if (!std::holds_alternative<Kind>(sum)) return false;
          std::get<Kind>(sum) += one;
          return true;
        }
      },
      part);
}

Total greatest_of(const std::vector<ReportRow>& rows, std::size_t column) {
  Total greatest = 0;
  for (const ReportRow& row : rows) {
    if (column < row.size()) greatest = std::max(greatest, total_of(row[column]).value_or(0));
  }
  return greatest;
}

bool agrees(Total stated, Total given, ReportStatement::Rule rule) {
  return rule == ReportStatement::Rule::at_most ? given <= stated : given == stated;
}

void check_section(const ReportSection& section, std::vector<ReportFlag>& flags) {
  for (std::size_t column = 0; column < section.columns.size(); ++column) {
    const ReportColumn& about = section.columns[column];
    if (about.adding == Adding::none || !section.sum || column >= section.sum->size()) continue;
    const ReportCell& stated = (*section.sum)[column];
    const auto total = total_of(stated);
    if (!total) continue;
    const auto sum = sum_of(section.rows, column);
    const Total given = sum ? total_of(*sum).value_or(0) : 0;
    const bool is_right = about.adding == Adding::all
                              ? *total == given
                              : *total <= given && *total >= greatest_of(section.rows, column);
    const bool is_one_kind = !sum || kind_of(*sum) == kind_of(stated);
    if (is_right && is_one_kind) continue;
    flags.push_back({section.key, section.about, about.key, "sum", stated, sum.value_or(ReportCell{})});
  }
  for (const ReportStatement& statement : section.statements) {
    const auto stated = total_of(statement.stated);
    if (!stated || statement.column >= section.columns.size()) continue;
    const auto sum = sum_of(section.rows, statement.column);
    const bool is_one_kind = !sum || kind_of(*sum) == kind_of(statement.stated);
    if (is_one_kind && agrees(*stated, sum ? total_of(*sum).value_or(0) : 0, statement.rule)) continue;
    flags.push_back({section.key, section.about, section.columns[statement.column].key, statement.source,
                     statement.stated, sum.value_or(ReportCell{})});
  }
}

}  // namespace

std::string_view name_of(ColumnKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

ColumnKind kind_of(const ReportCell& cell) { return static_cast<ColumnKind>(cell.index()); }

std::optional<ReportCell> sum_of(const std::vector<ReportRow>& rows, std::size_t column) {
  std::optional<ReportCell> sum;
  for (const ReportRow& row : rows) {
    if (column >= row.size() || std::holds_alternative<std::monostate>(row[column])) continue;
    if (!sum) {
      if (!total_of(row[column])) return std::nullopt;
      sum = row[column];
    } else if (!add_to(*sum, row[column])) {
      return std::nullopt;
    }
  }
  return sum;
}

void check(Report& report) {
  for (const ReportSection& section : report.sections) check_section(section, report.flags);
}

void add_row(ReportSection& section, ReportRow row) {
  row.resize(section.columns.size());
  section.rows.push_back(std::move(row));
}

}  // namespace karez
