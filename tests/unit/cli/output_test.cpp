#include "cli/output.h"

#include <doctest/doctest.h>

#include "karez/base/text.h"

namespace karez::cli {
namespace {

TEST_CASE("Output: columns are aligned by what a terminal shows, numbers on the right") {
  Table table;
  table.header = {"站点", "人次", "W550"};
  table.is_number = {false, true, true};
  table.rows = {{"S001", "4", "8"}, {"相山区驿站", "120", "-"}};
  CHECK(layout(table) ==
        "站点        人次  W550\n"
        "S001           4     8\n"
        "相山区驿站   120     -");
}

TEST_CASE("Output: an indented table without header, short rows and nothing trailing") {
  Table table;
  table.indent = 2;
  table.rows = {{"a", ""}, {"水", "x", "y"}};
  CHECK(layout(table) == "  a\n  水  x  y");
  CHECK(layout(Table{}).empty());
}

TEST_CASE("Output: what others wrote cannot break a line or steer the terminal") {
  CHECK(one_line("line one\r\nline two\tend") == "line one line two end");
  CHECK(one_line("\x1b[31mred\x07") == "?[31mred?");
  CHECK(one_line("\xC2\x9B"
                 "31m") == "?31m");
  CHECK(one_line("坏\xFF字") == "坏?字");
  CHECK(one_line("🥤已送达 “好”") == "🥤已送达 “好”");
}

TEST_CASE("Output: a cell is cut at characters, never wider than it may be") {
  CHECK(shortened("补水及时", 8) == "补水及时");
  CHECK(shortened("补水及时", 7) == "补水及…");
  CHECK(shortened("补水及时", 6) == "补水…");
  CHECK(shortened("abcdef", 4) == "abc…");
  for (std::size_t columns = 1; columns < 12; ++columns) {
    const std::string cut = shortened("a补b🥤c\xFF d及时", columns);
    CHECK(display_width(cut) <= columns);
  }
}

TEST_CASE("Output: a progress bar is full at the end and counts where the end is not known") {
  CHECK(progress_line("sending", 0, 4) == "sending [..............................] 0/4");
  CHECK(progress_line("sending", 2, 4) == "sending [###############...............] 2/4");
  CHECK(progress_line("sending", 9, 4) == "sending [##############################] 9/4");
  CHECK(progress_line("receiving", 7, 0) == "receiving 7");
}

}  // namespace
}  // namespace karez::cli
