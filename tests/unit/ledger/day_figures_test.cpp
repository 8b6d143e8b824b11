#include "karez/ledger/day_figures.h"

#include <doctest/doctest.h>

using namespace karez;

namespace {

DayReport small_day() {
  DayReport report;
  report.visits = 2;
  report.lines = 3;
  report.person_times = PersonTimes{16};
  report.items = {{"W550", Pieces{32}}, {"毛巾", Pieces{4}}};
  report.by_trade = {{"rider", PersonTimes{12}}, {"", PersonTimes{4}}};
  report.by_site["S001"] = {{{"W550", Pieces{32}}, {"毛巾", Pieces{4}}}, PersonTimes{16}, {}, {}};
  report.by_site[""] = {};
  report.by_laptop["laptop-01"].figures = {1, 2, PersonTimes{12}, {}, {}};
  report.by_laptop["laptop-01"].state.complete = true;
  report.by_laptop["laptop-02"].figures = {1, 1, PersonTimes{4}, {}, {}};
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

TEST_CASE("Day figures: persons, yuan and marks are read again, and without them the bytes are as before") {
  DayReport before = small_day();
  const std::string plain = figures_json(before);
  for (const char* word : {"persons", "value_fen", "precision"}) {
    CHECK_MESSAGE(plain.find(std::string("\"") + word + "\"") == std::string::npos, word);
  }
  before.persons = Persons{7, Precision::plan};
  before.value = Fen{Total{1} << 100};
  before.by_trade_persons["rider"] = Persons{7, Precision::near};
  before.by_site["S001"].items["毛巾"] = Pieces{4, Precision::over};
  before.by_site["S001"].persons = Persons{7};
  before.by_laptop["laptop-01"].figures.value = Fen{-5, Precision::about};
  DayReport after;
  REQUIRE(read_figures(figures_json(before), after).ok());
  CHECK(figures_json(after) == figures_json(before));
  CHECK(after.persons == before.persons);
  CHECK(after.value == before.value);
  CHECK(after.by_site.at("S001").items.at("毛巾").precision() == Precision::over);
  CHECK(marks_of(after) ==
        std::map<std::string, Precision>{{"persons", Precision::plan},
                                         {"by_trade_persons.rider", Precision::near},
                                         {"by_site.S001.毛巾", Precision::over},
                                         {"by_laptop.laptop-01.value_fen", Precision::about}});
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
