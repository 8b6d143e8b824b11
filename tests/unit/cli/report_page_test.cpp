#include "cli/report_page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/report_words.h"
#include "karez/model/catalog.h"

namespace karez::cli {
namespace {

using nlohmann::json;

/// A report with everything that a report may have.
Report small_table() {
  Report report;
  report.kind = "batch";
  report.subject = "1";
  report.campaign = "C1";
  report.names.campaigns["C1"] = "一瓶水";
  report.names.items["W550"] = "瓶装水";
  report.names.units["W550"] = "瓶";
  report.names.sites["S1"] = "<b>&\"'";
  report.first = parse_day("2025-06-20");
  report.last = parse_day("2025-06-30");
  report.facts = {{"planned", Pieces{30'000, Precision::over}, "W550"}, {"given", Pieces{118}, "W550"}};
  ReportSection section{"by_site", {"1", "W550"}, {}, {}, {}, {}};
  section.columns = {{"site", ColumnKind::text, "", "site", Adding::none},
                     {"type", ColumnKind::text, "", "site.roles", Adding::none},
                     {"given", ColumnKind::items, "W550", "", Adding::all},
                     {"value", ColumnKind::value, "", "", Adding::all},
                     {"total", ColumnKind::minutes, "", "", Adding::all}};
  add_row(section, {std::string("S1"), std::string("hub+station"), Pieces{100, Precision::about}, Fen{12'345},
                    Minutes{90}});
  add_row(section, {std::string("unspecified"), {}, Pieces{18}, {}, Minutes{60}});
  section.sum = ReportRow{{}, {}, Pieces{120, Precision::about}, Fen{12'345}, Minutes{150}};
  report.sections.push_back(std::move(section));
  report.waiting = {"l<1>"};
  report.heads = "abcd";
  check(report);
  return report;
}

/// How often `part` stands in `text`.
std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("Report page: the document has exactly the promised keys") {
  const json document = json::parse(report_document(small_table()).line());
  const json expected = json::parse(R"({
    "report": "batch", "scope": {"campaign": "C1", "site": null, "subject": "1", "from": "2025-06-20",
      "to": "2025-06-30"},
    "facts": [{"key": "planned", "kind": "items", "item": "W550", "total": 30000, "precision": "over"},
              {"key": "given", "kind": "items", "item": "W550", "total": 118, "precision": "exact"}],
    "sections": [{"key": "by_site", "about": ["1", "W550"],
      "columns": [{"key": "site", "kind": "text"}, {"key": "type", "kind": "text"}, {"key": "given",
        "kind": "items", "item": "W550"},
                  {"key": "value", "kind": "value"}, {"key": "total", "kind": "minutes"}],
      "rows": [{"site": "S1", "type": "hub+station", "given": 100, "value": 12345, "total": 90,
        "precision": {"given": "about"}},
               {"site": "unspecified", "type": null, "given": 18, "value": null, "total": 60}],
      "sum": {"site": null, "type": null, "given": 120, "value": 12345, "total": 150,
        "precision": {"given": "about"}}}],
    "flags": [{"section": "by_site", "about": ["1", "W550"], "column": "given", "source": "sum",
      "stated": 120, "given": 118}],
    "adds_up": false, "waiting": ["l<1>"], "heads": "abcd"})");
  CHECK(document == expected);
}

TEST_CASE("Report page: a paragraph as the papers write it, with marks, and what is missing") {
  const Report report = small_table();
  const ReportWords zh(Catalog::built_in(), report, Language::zh),
      en(Catalog::built_in(), report, Language::en);
  CHECK(zh.paragraph() ==
        "2025年6月20日至2025年6月30日，一瓶水，计划瓶装水3万余瓶，发放瓶装水118瓶。（另有1台电脑的记录未到齐"
        "，数字为阶段性统计。）");
  CHECK(en.paragraph().find("more than 30,000 瓶 of 瓶装水 planned") != std::string::npos);
  REQUIRE(report.flags.size() == 1);
  CHECK(zh.flag(report.flags.front()) == "按站点 1 瓶装水 (W550) · 发放：合计写 约120瓶，各行相加是 约118瓶");
}

TEST_CASE("Report page: the text names codes, marks and the sum that does not add up") {
  Context context;
  context.language = Language::zh;
  const std::string text = report_text(context, small_table());
  for (const char* part :
       {"综合阵地+驿站", "约100", "123.45", "1小时30分", "合计（不符）", "（未填）", "l<1>"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

TEST_CASE("Report page: nothing that others wrote becomes a tag, and a flagged sum shows without colour") {
  const std::string page = report_html(Catalog::built_in(), small_table(), Language::zh, "now");
  CHECK(page.find("S1 &lt;b&gt;&amp;&quot;&#39;") != std::string::npos);
  CHECK(page.find("l&lt;1&gt;") != std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(times(page, "<tr class=\"sum bad\">") == 1);
  CHECK(page.find("class=\"warn\"") < page.find("class=\"paste\""));
  // In English the Chinese paragraph stands there too.
  const std::string english = report_html(Catalog::built_in(), small_table(), Language::en, "now");
  CHECK(english.find("发放瓶装水118瓶") != std::string::npos);
  CHECK(english.find("118 瓶 of 瓶装水 given") != std::string::npos);
}

TEST_CASE("Report page: a table that is too wide for the paper goes on below with its first column again") {
  Report report;
  report.kind = "day";
  ReportSection section{"by_site", {}, {{"site", ColumnKind::text, "", "site", Adding::none}}, {}, {}, {}};
  ReportRow row{std::string("S1")};
  for (int i = 0; i < 20; ++i) {
    const std::string item = "I" + std::to_string(i);
    section.columns.push_back({"items." + item, ColumnKind::items, item, "", Adding::all});
    row.emplace_back(Pieces{1'000 + i});
  }
  add_row(section, std::move(row));
  report.sections.push_back(std::move(section));
  const std::string page = report_html(Catalog::built_in(), report, Language::zh, "now");
  CHECK(times(page, "<table>") == 3);
  CHECK(times(page, ">S1</td>") == 3);
  for (int i = 0; i < 20; ++i) CHECK(times(page, ">" + std::to_string(1'000 + i) + "</td>") == 1);
}

}  // namespace karez::cli
