// A report as a workbook: the paragraph and what does not add up on the first sheet, then a sheet a section.
#include <algorithm>
#include <map>

#include "cli/report_page.h"
#include "cli/report_words.h"
#include "karez/exchange/sheet.h"

namespace karez::cli {
namespace {

CellType type_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::value:
      return CellType::yuan;
    case ColumnKind::day:
      return CellType::date;
    case ColumnKind::nothing:
    case ColumnKind::text:
      return CellType::text;
    default:
      return CellType::integer;
  }
}

/// Numbers as numbers; one that is not exact says so in its own words, since a plain number would not.
Cell sheet_cell(const ReportWords& words, const ReportSection& section, const ReportRow& row,
                std::size_t at) {
  if (at >= row.size()) return {};
  const ReportColumn& column = section.columns[at];
  return std::visit(
      [&](const auto& one) -> Cell {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, std::monostate>)
          return {};
        else if constexpr (std::is_same_v<Kind, std::string>)
          return words.cell(section, row, at);
        else if constexpr (std::is_same_v<Kind, Day>)
          return one;
        else if (one.precision() != Precision::exact || column.kind == ColumnKind::nothing)
          return words.cell(section, row, at);
        else
          return sum_cell(one.total());
      },
      row[at]);
}

Status write_section(WorkbookWriter& writer, const Catalog& catalog, const Report& report, Language language,
                     const ReportSection& section, const std::string& name) {
  const ReportWords zh(catalog, report, Language::zh), en(catalog, report, Language::en);
  const ReportWords& words = language == Language::zh ? zh : en;
  Sheet sheet{name, zh.title(section), en.title(section), {}};
  std::vector<bool> has_name(section.columns.size(), false);
  for (std::size_t i = 0; i < section.columns.size(); ++i) {
    const ReportColumn& column = section.columns[i];
    const bool is_time = column.kind == ColumnKind::minutes;
    // Minutes stay whole numbers: a spreadsheet adds them up; the heading says so.
    sheet.columns.push_back({column.key, zh.heading(column) + (is_time ? "（分钟）" : ""),
                             en.heading(column) + (is_time ? " (minutes)" : ""), type_of(column.kind)});
    has_name[i] = std::any_of(section.rows.begin(), section.rows.end(),
                              [&](const ReportRow& row) { return !words.name(column, row[i]).empty(); });
    if (!has_name[i]) continue;
    sheet.columns.push_back({column.key + "_name", fill(say::kName, Language::zh),
                             fill(say::kName, Language::en), CellType::text});
  }
  KAREZ_TRY(writer.begin_sheet(sheet));
  const auto write = [&](const ReportRow& row, const std::string& first, RowStyle style) {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < section.columns.size(); ++i) {
      const ReportCell cell = i < row.size() ? row[i] : ReportCell{};
      cells.push_back(i == 0 && !first.empty() ? Cell{first} : sheet_cell(words, section, row, i));
      if (has_name[i]) cells.emplace_back(words.name(section.columns[i], cell));
    }
    return writer.row(cells, style);
  };
  for (const ReportRow& row : section.rows) KAREZ_TRY(write(row, "", RowStyle::plain));
  if (!section.sum) return {};
  const bool is_bad = is_flagged(report, section);
  return write(*section.sum, words.say(is_bad ? say::kSumFlagged : say::kSum),
               is_bad ? RowStyle::flagged : RowStyle::total);
}

}  // namespace

Status write_report_workbook(const Catalog& catalog, const Report& report, Language language,
                             const std::string& path) {
  WorkbookOptions options;
  options.headings = language == Language::zh ? Headings::zh : Headings::en;
  KAREZ_ASSIGN(auto writer, write_xlsx(path, options));
  const ReportWords words(catalog, report, language);
  const std::string title = words.title();
  KAREZ_TRY(writer->begin_sheet({"report",
                                 fill(say::kReportSheet, Language::zh),
                                 fill(say::kReportSheet, Language::en),
                                 {{"text", title, title, CellType::text}}}));
  const auto line = [&](const std::string& text, RowStyle style = RowStyle::plain) {
    const Cell cell{text};
    return writer->row(std::span(&cell, 1), style);
  };
  KAREZ_TRY(line(ReportWords(catalog, report, Language::zh).paragraph()));
  for (const std::string& gap : words.gaps()) KAREZ_TRY(line(gap, RowStyle::flagged));
  for (const ReportFlag& flag : report.flags) KAREZ_TRY(line(words.flag(flag), RowStyle::flagged));
  for (const std::string& remark : words.remarks()) KAREZ_TRY(line(remark));
  for (const std::string& proof : words.proofs()) KAREZ_TRY(line(proof));
  std::map<std::string, int> used;
  for (const ReportSection& section : report.sections) {
    const int again = ++used[section.key];
    const std::string name = section.key + (again == 1 ? "" : "_" + std::to_string(again));
    KAREZ_TRY(write_section(*writer, catalog, report, language, section, name));
  }
  KAREZ_ASSIGN(const WorkbookSummary summary, writer->finish());
  (void)summary;
  return {};
}

}  // namespace karez::cli
