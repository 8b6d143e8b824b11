#include "karez/ledger/report_table.h"

#include <doctest/doctest.h>

#include "karez/ledger/field_reports.h"

namespace karez {
namespace {

ReportSection section_of(ColumnKind kind, Adding adding, std::vector<ReportCell> parts, ReportCell sum) {
  ReportSection section{
      "s", {"about"}, {{"name", ColumnKind::text, "", "", Adding::none}, {"figure", kind, "", "", adding}},
      {},  {},        {}};
  for (ReportCell& part : parts) add_row(section, {std::string("row"), std::move(part)});
  section.sum = ReportRow{{}, std::move(sum)};
  return section;
}

std::vector<ReportFlag> flags_of(ReportSection section) {
  Report report;
  report.sections.push_back(std::move(section));
  check(report);
  return report.flags;
}

}  // namespace

TEST_CASE("Report table: a sum keeps the least sure mark of its parts, and empty cells add nothing") {
  const auto section = section_of(ColumnKind::person_times, Adding::all,
                                  {PersonTimes{5}, {}, PersonTimes{600, Precision::about}}, PersonTimes{605});
  const auto sum = sum_of(section.rows, 1);
  REQUIRE(sum.has_value());
  CHECK(*sum == ReportCell{PersonTimes{605, Precision::about}});
  CHECK(flags_of(section).empty());
  CHECK_FALSE(sum_of(section.rows, 0).has_value());
  CHECK_FALSE(sum_of({}, 1).has_value());
}

TEST_CASE("Report table: the source says 120, its rows give 118") {
  const auto flags =
      flags_of(section_of(ColumnKind::items, Adding::all, {Pieces{100}, Pieces{18}}, Pieces{120}));
  REQUIRE(flags.size() == 1);
  CHECK(flags.front() == ReportFlag{"s", {"about"}, "figure", "sum", Pieces{120}, Pieces{118}});
  // Without rows there is nothing: a sum of something is flagged.
  CHECK(flags_of(section_of(ColumnKind::items, Adding::all, {}, Pieces{1})).size() == 1);
  CHECK(flags_of(section_of(ColumnKind::items, Adding::all, {}, Pieces{0})).empty());
}

TEST_CASE("Report table: persons, person-times, items and money have no common sum") {
  const ReportCell cells[] = {Records{1}, Households{1}, Persons{1}, PersonTimes{1},
                              Pieces{1},  Fen{1},        Minutes{1}};
  for (const ReportCell& one : cells) {
    for (const ReportCell& other : cells) {
      const bool is_same = one.index() == other.index();
      CHECK(sum_of({{one}, {other}}, 0).has_value() == is_same);
      // Nor is a sum of another kind taken for theirs, even where the number fits.
      const auto section = section_of(ColumnKind::records, Adding::all, {one}, other);
      CHECK(flags_of(section).empty() == is_same);
    }
  }
}

TEST_CASE("Report table: what counts each thing once lies between its greatest row and all of them") {
  const auto flags = [](int sum) {
    return flags_of(section_of(ColumnKind::households, Adding::distinct, {Households{3}, Households{5}},
                               Households{sum}))
        .size();
  };
  CHECK(flags(4) == 1);
  CHECK(flags(5) == 0);
  CHECK(flags(8) == 0);
  CHECK(flags(9) == 1);
}

TEST_CASE("Report table: a statement that must be met, and a store that need not be used up") {
  const auto flags = [](int stated, ReportStatement::Rule rule) {
    auto section = section_of(ColumnKind::items, Adding::all, {Pieces{60}, Pieces{40}}, Pieces{100});
    section.statements.push_back({"grant B1", 1, Pieces{stated}, rule});
    return flags_of(std::move(section));
  };
  CHECK(flags(100, ReportStatement::Rule::equal).empty());
  CHECK(flags(101, ReportStatement::Rule::at_most).empty());
  CHECK(flags(101, ReportStatement::Rule::equal).size() == 1);
  REQUIRE(flags(99, ReportStatement::Rule::at_most).size() == 1);
  CHECK(flags(99, ReportStatement::Rule::at_most).front().source == "grant B1");
}

TEST_CASE("Report table: the day's sections are its parts, and a total that they do not give is flagged") {
  DayReport day;
  day.visits = 3;
  day.lines = 2;
  day.person_times = PersonTimes{12, Precision::over};
  day.by_trade = {{"rider", PersonTimes{7, Precision::over}}, {"", PersonTimes{5}}};
  day.by_site["S1"] = {{{"W550", Pieces{4}}}, PersonTimes{12, Precision::over}, {}, {}};
  day.by_laptop["l1"].figures = {3, 2, PersonTimes{12, Precision::over}, {}, {}};
  day.items = {{"W550", Pieces{4}}};
  CHECK(report_of(day).flags.empty());
  day.items["W550"] += Pieces{1};
  const Report report = report_of(day);
  REQUIRE(report.flags.size() == 1);
  CHECK(report.flags.front().column == "items.W550");
  CHECK(report.flags.front().given == ReportCell{Pieces{4}});
}

}  // namespace karez
