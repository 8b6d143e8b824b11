#include "cli/campaign_report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace karez::cli {
namespace {

using nlohmann::json;

CampaignReport small_report() {
  CampaignReport report;
  report.scope = {"C1", parse_day("2022-07-14"), std::nullopt};
  report.campaigns = {"C1", "C2"};
  report.zone_minutes = 480;
  report.total = {
      2, 3, PersonTimes{145'000, Precision::over}, Persons{7}, Fen{30'485'200}, {{"W550", Pieces{32}}}};
  report.by_day[*parse_day("2022-07-14")] = report.total;
  report.by_site["S001"] = report.total;
  report.by_laptop["l1"] = {2, 3, PersonTimes{145'000}, Persons{7}, Fen{30'485'200}};
  report.not_admitted["l9"] = {1, 4, {}, {}, {}};
  CampaignTarget target;
  target.grant = "P1";
  target.type = "plan";
  target.measure = CampaignTarget::Measured::value;
  target.planned = 50'000'000;
  target.precision = Precision::plan;
  target.done = 30'485'200;
  target.by_day[*parse_day("2022-07-14")] = 30'485'200;
  report.targets.push_back(target);
  report.voided = 1;
  return report;
}

TEST_CASE("Campaign report: the document has exactly the promised keys") {
  const json expected = json::parse(R"({
    "campaign": "C1", "campaigns": ["C1", "C2"], "from": "2022-07-14", "to": null, "zone": "+08:00",
    "visits": 2, "lines": 3, "person_times": 145000, "persons": 7, "value_fen": 30485200, "items": {"W550": 32},
    "by_trade": {}, "by_trade_persons": {},
    "by_day": {"2022-07-14": {"visits": 2, "lines": 3, "person_times": 145000, "persons": 7,
                              "value_fen": 30485200, "items": {"W550": 32}}},
    "by_site": {"S001": {"visits": 2, "lines": 3, "person_times": 145000, "persons": 7,
                         "value_fen": 30485200, "items": {"W550": 32}}},
    "by_laptop": {"l1": {"visits": 2, "lines": 3, "person_times": 145000, "persons": 7, "value_fen": 30485200}},
    "not_admitted": {"l9": {"visits": 1, "lines": 4, "person_times": 0, "persons": 0, "value_fen": 0}},
    "targets": [{"grant": "P1", "type": "plan", "measure": "value", "item": null, "site": null, "trade": null,
                 "batch": null, "planned": 50000000, "precision": "plan", "done": 30485200, "left": 19514800,
                 "reached": null, "by_day": {"2022-07-14": 30485200}}],
    "duplicate_records": 0, "voided": 1, "uncounted": 0,
    "precision": {"person_times": "over", "by_day.2022-07-14.person_times": "over",
                  "by_site.S001.person_times": "over"}})");
  CHECK(json::parse(campaign_document(small_report()).line()) == expected);
}

TEST_CASE("Campaign report: its sentence is the papers', in both languages") {
  Context context;
  const ItemNames items{{{"W550", "瓶装水"}}, {{"W550", "瓶"}}};
  context.language = Language::zh;
  const std::string zh = campaign_text(context, small_report(), items);
  for (const char* part :
       {"活动 C1 合计（2022-07-14 至 …）", "服务2次：14.5万余人次，7人，瓶装水 32瓶，30.4852万元",
        "预计50万元", "未接纳的电脑 l9：服务 1 次，发放 4 行，不在合计内", "304852.00"}) {
    CHECK_MESSAGE(zh.find(part) != std::string::npos, std::string(part) << " is not in\n" << zh);
  }
  context.language = Language::en;
  const std::string en = campaign_text(context, small_report());
  const std::string sentence =
      "2 visits: more than 145,000 person-times, 7 persons, W550 32 items, 304,852 yuan";
  CHECK_MESSAGE(en.find(sentence) != std::string::npos, en);
}

TEST_CASE("Explanation: the records, their parts and their sum") {
  Explanation why{"value", 12'345, Precision::about, {}};
  why.records.push_back({{},
                         "l1",
                         false,
                         *parse_day("2022-07-14"),
                         {1'657'756'800'000, 480},
                         "S001",
                         "",
                         12'345,
                         Precision::about});
  const json document = json::parse(explanation_document(why, "value_fen").line());
  CHECK(document["total"] == 12'345);
  CHECK(document["records"][0]["amount"] == 12'345);
  CHECK(document["records"][0]["what"] == "handout");
  CHECK(document["records"][0]["item"].is_null());
  CHECK(document["records"][0]["time"] == "2022-07-14T08:00:00+08:00");
  Context context;
  context.language = Language::zh;
  CHECK(explanation_text(context, why, "value_fen").find("value_fen = 约123.45，共 1 条记录") !=
        std::string::npos);
}

}  // namespace
}  // namespace karez::cli
