#include "cli/report_page.h"

#include <algorithm>

#include "cli/output.h"
#include "cli/report_words.h"

namespace karez::cli {
namespace {

/// A page is read on a terminal; the document and the files have everything.
constexpr std::size_t kRowsShown = 60;
constexpr std::size_t kNameColumns = 30;

template <typename Kind>
constexpr bool kIsNumber =
    !std::is_same_v<Kind, std::monostate> && !std::is_same_v<Kind, std::string> && !std::is_same_v<Kind, Day>;

Document report_cell_document(const ReportCell& cell) {
  return std::visit(
      [](const auto& one) -> Document {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, std::monostate>)
          return {};
        else if constexpr (std::is_same_v<Kind, std::string>)
          return one.empty() ? Document() : Document(one);
        else if constexpr (std::is_same_v<Kind, Day>)
          return Document(format_day(one));
        else
          return Document::of_total(one.total());
      },
      cell);
}

Precision precision_in(const ReportCell& cell) {
  return std::visit(
      [](const auto& one) {
        if constexpr (kIsNumber<std::decay_t<decltype(one)>>)
          return one.precision();
        else
          return Precision::exact;
      },
      cell);
}

Document row_document(const ReportSection& section, const ReportRow& row) {
  Document out = Document::object(), precision = Document::object();
  bool has_marks = false;
  for (std::size_t i = 0; i < section.columns.size(); ++i) {
    const ReportCell cell = i < row.size() ? row[i] : ReportCell{};
    out.set(section.columns[i].key, report_cell_document(cell));
    if (precision_in(cell) == Precision::exact) continue;
    precision.set(section.columns[i].key, std::string(name_of(precision_in(cell))));
    has_marks = true;
  }
  if (has_marks) out.set("precision", std::move(precision));
  return out;
}

Document section_document(const ReportSection& section) {
  Document columns = Document::list(), rows = Document::list();
  for (const ReportColumn& column : section.columns) {
    Document one = Document::object();
    one.set("key", column.key)
        .set("kind", column.kind == ColumnKind::nothing ? "measure" : std::string(name_of(column.kind)));
    if (!column.item.empty()) one.set("item", column.item);
    columns.add(std::move(one));
  }
  for (const ReportRow& row : section.rows) rows.add(row_document(section, row));
  Document out = Document::object();
  out.set("key", section.key)
      .set("about", Document::list_of(section.about))
      .set("columns", std::move(columns));
  return out.set("rows", std::move(rows))
      .set("sum", section.sum ? row_document(section, *section.sum) : Document());
}

Document text_or_nothing(const std::string& text) { return text.empty() ? Document() : Document(text); }

std::string section_text(const ReportWords& words, const Report& report, const ReportSection& section) {
  Table table;
  table.indent = 2;
  std::vector<bool> has_name(section.columns.size(), false);
  for (std::size_t i = 0; i < section.columns.size(); ++i) {
    const ReportColumn& column = section.columns[i];
    table.header.push_back(words.heading(column));
    table.is_number.push_back(column.kind != ColumnKind::text && column.kind != ColumnKind::day);
    has_name[i] = std::any_of(section.rows.begin(), section.rows.end(),
                              [&](const ReportRow& row) { return !words.name(column, row[i]).empty(); });
    if (!has_name[i]) continue;
    table.header.emplace_back();
    table.is_number.push_back(false);
  }
  const auto add = [&](const ReportRow& row, const std::string& first) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < section.columns.size(); ++i) {
      const ReportCell cell = i < row.size() ? row[i] : ReportCell{};
      cells.push_back(i == 0 && !first.empty() ? first : words.cell(section, row, i));
      if (has_name[i]) cells.push_back(shortened(words.name(section.columns[i], cell), kNameColumns));
    }
    table.rows.push_back(std::move(cells));
  };
  const std::size_t shown = std::min(section.rows.size(), kRowsShown);
  for (std::size_t i = 0; i < shown; ++i) add(section.rows[i], "");
  if (section.sum) add(*section.sum, words.say(is_flagged(report, section) ? say::kSumFlagged : say::kSum));
  std::string out = layout(table);
  if (shown < section.rows.size())
    out += "\n  " + words.say(say::kMoreReportRows, {std::to_string(section.rows.size() - shown)});
  return out;
}

}  // namespace

Document flags_document(const Report& report) {
  Document flags = Document::list();
  for (const ReportFlag& flag : report.flags) {
    Document one = Document::object();
    one.set("section", flag.section).set("about", Document::list_of(flag.about)).set("column", flag.column);
    one.set("source", flag.source)
        .set("stated", report_cell_document(flag.stated))
        .set("given", report_cell_document(flag.given));
    flags.add(std::move(one));
  }
  return flags;
}

std::string flags_text(const Context& context, const Report& report) {
  if (report.flags.empty()) return "";
  const ReportWords words(context.catalog(), report, context.language);
  std::string out = "\n\n" + context.console.painted(Colour::bold, words.say(say::kFlagTitle));
  for (const ReportFlag& flag : report.flags)
    out += "\n  " + context.console.painted(Colour::yellow, words.flag(flag));
  return out;
}

Document report_document(const Report& report) {
  Document out = Document::object(), scope = Document::object();
  const auto day = [](const std::optional<Day>& one) {
    return one ? Document(format_day(*one)) : Document();
  };
  scope.set("campaign", text_or_nothing(report.campaign)).set("site", text_or_nothing(report.site));
  scope.set("subject", text_or_nothing(report.subject))
      .set("from", day(report.first))
      .set("to", day(report.last));
  Document facts = Document::list(), sections = Document::list();
  for (const ReportFact& fact : report.facts) {
    Document one = Document::object();
    one.set("key", fact.key).set("kind", std::string(name_of(kind_of(fact.figure))));
    one.set("item", text_or_nothing(fact.item)).set("total", report_cell_document(fact.figure));
    one.set("precision", std::string(name_of(precision_in(fact.figure))));
    facts.add(std::move(one));
  }
  for (const ReportSection& section : report.sections) sections.add(section_document(section));
  out.set("report", report.kind).set("scope", std::move(scope)).set("facts", std::move(facts));
  out.set("sections", std::move(sections))
      .set("flags", flags_document(report))
      .set("adds_up", report.flags.empty());
  return out.set("waiting", Document::list_of(report.waiting)).set("heads", report.heads);
}

std::string report_text(const Context& context, const Report& report) {
  const ReportWords words(context.catalog(), report, context.language);
  const Console& console = context.console;
  std::string out = console.painted(Colour::bold, words.title()) + "\n  " + words.paragraph();
  for (const std::string& gap : words.gaps()) out += "\n  " + console.painted(Colour::yellow, gap);
  out += flags_text(context, report);
  for (const ReportSection& section : report.sections) {
    out += "\n\n" + console.painted(Colour::bold, words.title(section)) + "\n";
    out += section_text(words, report, section);
  }
  out += "\n";
  for (const std::string& remark : words.remarks()) out += "\n" + remark;
  for (const std::string& proof : words.proofs()) out += "\n" + console.painted(Colour::dim, proof);
  return out;
}

}  // namespace karez::cli
