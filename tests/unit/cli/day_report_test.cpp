#include "cli/day_report.h"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "karez/ledger/day_figures.h"

namespace karez::cli {
namespace {

using nlohmann::json;

DayReport small_day() {
  DayReport report;
  report.day = *parse_day("2022-07-14");
  report.zone_minutes = 8 * 60;
  report.visits = 2;
  report.lines = 3;
  report.person_times = PersonTimes{16};
  report.items = {{"W550", Pieces{32}}, {"TOWEL", Pieces{4}}};
  report.by_trade = {{"rider", PersonTimes{12}}, {"", PersonTimes{4}}};
  report.by_site["S001"] = {{{"W550", Pieces{32}}, {"TOWEL", Pieces{4}}}, PersonTimes{16}, {}, {}};
  report.by_laptop["laptop-01"].figures = {1, 2, PersonTimes{12}, {}, {}};
  report.by_laptop["laptop-01"].state.complete = true;
  report.by_laptop["laptop-02"].figures = {1, 1, PersonTimes{4}, {}, {}};
  report.by_laptop["laptop-02"].state.missing = 5;
  report.not_admitted["laptop-03"].figures = {7, 8, PersonTimes{9}, {}, {}};
  report.waiting = {"laptop-02"};
  report.duplicate_records = 1;
  LaptopState skewed;
  skewed.name = "laptop-02";
  skewed.skew_ms = -864'000'000;
  report.skewed.push_back(skewed);
  return report;
}

TEST_CASE("Day report: the document has exactly the promised keys") {
  const json day = json::parse(day_document(small_day()).line());
  const json expected = json::parse(R"({
    "date": "2022-07-14", "zone": "+08:00", "visits": 2, "lines": 3, "person_times": 16, "persons": 0, "value_fen": 0,
    "items": {"W550": 32, "TOWEL": 4}, "by_trade": {"rider": 12, "": 4}, "by_trade_persons": {},
    "by_site": {"S001": {"W550": 32, "TOWEL": 4, "person_times": 16}},
    "by_laptop": {"laptop-01": {"visits": 1, "lines": 2, "person_times": 12, "complete": true},
                  "laptop-02": {"visits": 1, "lines": 1, "person_times": 4, "complete": false, "missing": 5}},
    "whole": false, "waiting": ["laptop-02"],
    "not_admitted": {"laptop-03": {"visits": 7, "lines": 8, "person_times": 9}},
    "skewed": [{"laptop": "laptop-02", "skew_ms": -864000000}],
    "unknown_sites": [], "unknown_items": [], "duplicate_records": 1, "voided": 0, "uncounted": 0,
    "over_quota": [],
    "precision": {}, "site_zones": {}})");
  json without_digest = day;
  without_digest.erase("digest");
  CHECK(without_digest == expected);
}

TEST_CASE("Day report: the digest covers six keys as they are printed, sorted and without spaces") {
  const json day = json::parse(day_document(small_day()).line());
  json covered;
  for (const char* key : {"visits", "person_times", "items", "by_trade", "by_site", "by_laptop"}) {
    covered[key] = day[key];
  }
  CHECK(day["digest"] == to_hex(blake2b({view_of(covered.dump())})));
  DayReport other = small_day();
  other.person_times += PersonTimes{1};
  CHECK(day_digest(other) != day_digest(small_day()));
  other = small_day();
  other.waiting.clear();
  CHECK(day_digest(other) == day_digest(small_day()));
}

TEST_CASE(
    "Day report: persons, yuan and marks stand in the document and change the digest where there are any") {
  DayReport report = small_day();
  report.persons = Persons{30'000, Precision::over};
  report.value = Fen{12'345};
  report.by_trade_persons = {{"rider", Persons{30'000, Precision::over}}};
  report.by_site["S001"].persons = report.persons;
  report.by_site["S001"].items["W550"] = Pieces{32, Precision::about};
  report.by_laptop["laptop-01"].figures.value = Fen{12'345};
  report.site_zones = {{"S001", 360}};
  const json day = json::parse(day_document(report).line());
  CHECK(day["persons"] == 30'000);
  CHECK(day["value_fen"] == 12'345);
  CHECK(day["by_trade_persons"] == json{{"rider", 30'000}});
  CHECK(day["by_site"]["S001"]["persons"] == 30'000);
  CHECK_FALSE(day["by_site"]["S001"].contains("value_fen"));
  CHECK(day["by_laptop"]["laptop-01"]["value_fen"] == 12'345);
  CHECK(day["site_zones"] == json{{"S001", "+06:00"}});
  CHECK(day["precision"] == json{{"persons", "over"},
                                 {"by_trade_persons.rider", "over"},
                                 {"by_site.S001.persons", "over"},
                                 {"by_site.S001.W550", "about"}});
  for (const auto& change : std::vector<std::function<void(DayReport&)>>{
           [](DayReport& one) { one.persons += Persons{1}; }, [](DayReport& one) { one.value += Fen{1}; },
           [](DayReport& one) { one.by_trade_persons["san"] = Persons{1}; },
           [](DayReport& one) {
             one.items["W550"] += Pieces{0, Precision::about};
           }}) {
    DayReport other = report;
    change(other);
    CHECK(day_digest(other) != day_digest(report));
  }
  Context context;
  context.language = Language::zh;
  const std::string text = day_text(context, report);
  for (const char* part : {"人数       3万余", "金额(元)  123.45", "约32", "S001 +06:00"}) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, std::string(part) << " is not in\n" << text);
  }
}

TEST_CASE("Day report: the page keeps person-times and items apart and says who is missing") {
  Context context;
  context.language = Language::zh;
  const std::string text = day_text(context, small_day(), {{{"W550", "瓶装水 550ml"}}, {}});
  for (const char* part :
       {"2022-07-14 合计（时区 +08:00）", "服务次数   2", "人次      16", "瓶装水 550ml  32", "外卖",
        "（未填工种）", "还缺 5 次更改", "未接纳的电脑（不在合计内）", "laptop-02 的时钟慢了 10 天",
        "重复记录 1 条，未计入", "还不齐全，在等：laptop-02"}) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, std::string(part) << " is not in\n" << text);
  }
  DayReport whole = small_day();
  whole.whole = true;
  context.language = Language::en;
  CHECK(day_text(context, whole).find("This day is whole") != std::string::npos);
}

}  // namespace
}  // namespace karez::cli
