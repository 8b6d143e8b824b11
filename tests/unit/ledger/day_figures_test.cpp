#include "karez/ledger/day_figures.h"

#include <doctest/doctest.h>

using namespace karez;

namespace {

DayReport small_day() {
  DayReport report;
  report.visits = 2;
  report.lines = 3;
  report.person_times = 16;
  report.items = {{"W550", 32}, {"毛巾", 4}};
  report.by_trade = {{"rider", 12}, {"", 4}};
  report.by_site["S001"] = {{{"W550", 32}, {"毛巾", 4}}, 16};
  report.by_site[""] = {};
  report.by_laptop["laptop-01"].figures = {1, 2, 12};
  report.by_laptop["laptop-01"].state.complete = true;
  report.by_laptop["laptop-02"].figures = {1, 1, 4};
  report.by_laptop["laptop-02"].state.missing = 5;
  return report;
}

}  // namespace

TEST_CASE("Day figures: what a close keeps is read again to the same figures") {
  const DayReport before = small_day();
  const std::string json = figures_json(before);
  DayReport after;
  REQUIRE(read_figures(json, after).ok());
  CHECK(figures_json(after) == json);
  CHECK(after.lines == 3);
  CHECK(after.by_site.at("S001").person_times == 16);
  CHECK(after.by_laptop.at("laptop-02").state.missing == 5);
  CHECK(day_digest(after) == digest_of_figures(json));
}

TEST_CASE("Day figures: whatever somebody else wrote gets an error or figures, never more") {
  const std::string whole = figures_json(small_day());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    DayReport report;
    CHECK(!read_figures(whole.substr(0, size), report).ok());
  }
  for (const char* text :
       {"[]", "null", "7", R"({"visits":"x"})", R"({"visits":1e9})",
        R"({"visits":1,"person_times":1,"items":[],"by_trade":{},"by_site":{},"by_laptop":{}})",
        R"({"visits":1,"person_times":1,"items":{},"by_trade":{},"by_site":{"S":7},"by_laptop":{}})",
        R"({"visits":1,"person_times":1,"items":{},"by_trade":{},"by_site":{},"by_laptop":{"l":7}})"}) {
    DayReport report;
    CHECK_MESSAGE(!read_figures(text, report).ok(), text);
  }
}
