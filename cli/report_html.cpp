// The A4 page: one file, nothing from outside, no script; lines and weights instead of colours.
#include <algorithm>

#include "cli/report_page.h"
#include "cli/report_words.h"

namespace karez::cli {
namespace {

/// More columns of numbers than this are cut off at the edge of A4 or become unreadable: the table goes on
/// below with its first columns again.
constexpr std::size_t kNumbersAcross = 7;

constexpr auto kStyle =
    "@page{size:A4;margin:16mm 14mm 18mm}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:182mm;color:#000;background:#fff;font:10.5pt/1.5 \"Noto Sans CJK SC\","
    "\"Source Han Sans SC\",\"Microsoft YaHei\",\"PingFang SC\",SimSun,sans-serif}"
    "h1{font-size:16pt;margin:0 0 3mm;border-bottom:2pt solid #000;padding-bottom:2mm;overflow-wrap:anywhere}"
    "h2{font-size:12pt;margin:6mm 0 1.5mm;break-after:avoid;overflow-wrap:anywhere}"
    ".paste{border-left:3pt solid #000;padding:1mm 0 1mm 4mm;margin:3mm "
    "0;font-size:11.5pt;overflow-wrap:anywhere}"
    ".warn{border:2pt solid #000;padding:2mm 3mm;margin:3mm 0;font-weight:bold;overflow-wrap:anywhere}"
    ".warn ul{margin:1mm 0 0;padding-left:6mm;font-weight:normal}"
    "table{border-collapse:collapse;width:calc(100% - 1pt);margin:0 0 3mm;font-size:9pt;line-height:1.35}"
    "thead{display:table-header-group}"
    "tr{break-inside:avoid}"
    "th,td{border:.5pt solid #000;padding:.8mm "
    "1.4mm;text-align:left;vertical-align:top;overflow-wrap:break-word}"
    "th{font-weight:bold;border-bottom-width:1.5pt}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "td.n{overflow-wrap:normal;white-space:nowrap}"
    "td.k{white-space:nowrap}"
    ".w{overflow-wrap:anywhere}"
    "tr.sum td{font-weight:bold;border-top:1.5pt solid #000}"
    "tr.bad td{font-style:italic;border:1.5pt dashed #000}"
    "footer{margin-top:6mm;border-top:.5pt solid #000;padding-top:2mm;font-size:8pt;overflow-wrap:anywhere}"
    "p{margin:0 0 1.5mm}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

/// A code: short, and better not cut in two.
bool is_code(const std::string& text) {
  constexpr std::size_t kShort = 14;
  return text.size() <= kShort && std::none_of(text.begin(), text.end(), [](char letter) {
           return letter == ' ' || static_cast<unsigned char>(letter) >= 0x80;
         });
}

bool has_long_run(const std::string& text) {
  constexpr std::size_t kLongRun = 18;
  std::size_t run = 0;
  for (const char letter : text) {
    // Between Chinese letters, which are bytes above 0x7F, a line may end anywhere.
    const bool is_part = letter > ' ' && static_cast<unsigned char>(letter) < 0x80;
    run = is_part ? run + 1 : 0;
    if (run > kLongRun) return true;
  }
  return false;
}

bool is_number_column(const ReportColumn& column) {
  return column.kind != ColumnKind::text && column.kind != ColumnKind::day;
}

class PageWriter {
 public:
  PageWriter(const ReportWords& words, const Report& report) : words_(words), report_(report) {}

  void section(const ReportSection& section) {
    out += "<h2>" + escaped(words_.title(section)) + "</h2>\n";
    std::vector<std::size_t> names, numbers;
    for (std::size_t i = 0; i < section.columns.size(); ++i)
      (is_number_column(section.columns[i]) ? numbers : names).push_back(i);
    const std::size_t parts =
        std::max<std::size_t>(1, (numbers.size() + kNumbersAcross - 1) / kNumbersAcross);
    for (std::size_t part = 0; part < parts; ++part) {
      // Parts of about one size look like one table.
      const std::size_t from = numbers.size() * part / parts, to = numbers.size() * (part + 1) / parts;
      std::vector<std::size_t> columns;
      for (std::size_t i = 0; i < section.columns.size(); ++i) {
        const bool is_name = std::find(names.begin(), names.end(), i) != names.end();
        const auto at = std::find(numbers.begin(), numbers.end(), i) - numbers.begin();
        const auto place = static_cast<std::size_t>(at);
        if (is_name || (place >= from && place < to)) columns.push_back(i);
      }
      table(section, columns);
    }
  }

  std::string out;

 private:
  void cell(const char* tag, const ReportColumn& column, const std::string& text) {
    // A day and the word of a list stay on one line; a run of letters that no line can hold is broken
    // anywhere.
    const bool is_word =
        is_code(text) || column.kind == ColumnKind::day || column.list.find('.') != std::string::npos;
    const char* kind = is_number_column(column) ? " class=\"n\">"
                       : has_long_run(text)     ? " class=\"w\">"
                       : is_word                ? " class=\"k\">"
                                                : ">";
    out += "<" + std::string(tag) + kind + escaped(text) + "</" + tag + ">";
  }

  void row(const ReportSection& section, const std::vector<std::size_t>& columns, const ReportRow& row,
           const std::string& first, const char* opening) {
    out += opening;
    for (std::size_t i : columns) {
      const ReportCell one = i < row.size() ? row[i] : ReportCell{};
      std::string text = i == 0 && !first.empty() ? first : words_.cell(section, row, i);
      const std::string name = words_.name(section.columns[i], one);
      if (!name.empty()) text += " " + name;
      cell("td", section.columns[i], text);
    }
    out += "</tr>\n";
  }

  void table(const ReportSection& section, const std::vector<std::size_t>& columns) {
    out += "<table><thead><tr>";
    for (std::size_t i : columns) cell("th", section.columns[i], words_.heading(section.columns[i]));
    out += "</tr></thead><tbody>\n";
    for (const ReportRow& one : section.rows) row(section, columns, one, "", "<tr>");
    if (section.sum) {
      const bool is_bad = is_flagged(report_, section);
      row(section, columns, *section.sum, words_.say(is_bad ? say::kSumFlagged : say::kSum),
          is_bad ? "<tr class=\"sum bad\">" : "<tr class=\"sum\">");
    }
    out += "</tbody></table>\n";
  }

  const ReportWords& words_;
  const Report& report_;
};

}  // namespace

std::string report_html(const Catalog& catalog, const Report& report, Language language,
                        const std::string& made_at) {
  const ReportWords words(catalog, report, language);
  PageWriter page(words, report);
  const bool is_chinese = language == Language::zh;
  page.out = "<!DOCTYPE html>\n<html lang=\"" + std::string(is_chinese ? "zh-CN" : "en") +
             "\"><head><meta charset=\"utf-8\"><title>" + escaped(words.title()) + "</title><style>" +
             kStyle + "</style></head><body>\n<h1>" + escaped(words.title()) + "</h1>\n";
  for (const std::string& gap : words.gaps()) page.out += "<div class=\"warn\">" + escaped(gap) + "</div>\n";
  if (!report.flags.empty()) {
    page.out += "<div class=\"warn\">" + escaped(words.say(say::kFlagTitle)) + "<ul>";
    for (const ReportFlag& flag : report.flags) page.out += "<li>" + escaped(words.flag(flag)) + "</li>";
    page.out += "</ul></div>\n";
  }
  page.out += "<p class=\"paste\" lang=\"zh-CN\">" +
              escaped(ReportWords(catalog, report, Language::zh).paragraph()) + "</p>\n";
  if (!is_chinese) page.out += "<p class=\"paste\">" + escaped(words.paragraph()) + "</p>\n";
  for (const ReportSection& section : report.sections) page.section(section);
  page.out += "<footer>";
  for (const std::string& remark : words.remarks()) page.out += "<p>" + escaped(remark) + "</p>";
  for (const std::string& proof : words.proofs()) page.out += "<p>" + escaped(proof) + "</p>";
  page.out += "<p>" + escaped(words.say(say::kMadeAt, {made_at})) + "</p></footer>\n</body></html>\n";
  return page.out;
}

}  // namespace karez::cli
