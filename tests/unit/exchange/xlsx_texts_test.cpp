#include "engine/exchange/xlsx_texts.h"

#include <doctest/doctest.h>

#include <string>

namespace karez {
namespace {

std::string cell_text(const std::string& text) {
  bool is_shortened = false;
  const std::string out = xlsx_cell_text(text, is_shortened);
  CHECK(!is_shortened);
  return out;
}

std::string times(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST_CASE("XLSX text: what XML cannot hold is escaped, and what reads like an escape too") {
  CHECK(cell_text("补水\n\ttwo") == "补水\n\ttwo");
  CHECK(cell_text(std::string("a\x01z")) == "a_x0001_z");
  CHECK(cell_text("a\rb") == "a_x000D_b");
  CHECK(cell_text("_x0041_") == "_x005F_x0041_");
  CHECK(cell_text("_x004g_") == "_x004g_");
  CHECK(cell_text("\xEF\xBF\xBF") == "_xFFFF_");
  CHECK(cell_text("a\xFFz") == "a\xEF\xBF\xBDz");
}

TEST_CASE("XLSX text: a cell holds 32,767 units of UTF-16, and what is cut ends in an ellipsis") {
  CHECK(cell_text(times(kXlsxCellUnits, "水")) == times(kXlsxCellUnits, "水"));
  bool is_shortened = false;
  CHECK(xlsx_cell_text(times(kXlsxCellUnits + 1, "水"), is_shortened) ==
        times(kXlsxCellUnits - 1, "水") + "…");
  CHECK(is_shortened);
  // An emoji takes two units, and is never cut in half.
  is_shortened = false;
  const std::string cut = xlsx_cell_text(times(kXlsxCellUnits, "😀"), is_shortened);
  CHECK(cut == times((kXlsxCellUnits - 1) / 2, "😀") + "…");
  CHECK(is_shortened);
}

TEST_CASE("XLSX text: a sheet's name is one that Excel takes") {
  std::set<std::string> taken;
  CHECK(xlsx_sheet_name("服务记录", taken) == "服务记录");
  CHECK(xlsx_sheet_name("服务记录", taken) == "服务记录 2");
  CHECK(xlsx_sheet_name("a/b[c]:*?\\", taken) == "a_b_c_____");
  CHECK(xlsx_sheet_name("'it'", taken) == "_it_");
  CHECK(xlsx_sheet_name("", taken) == "Sheet");
  CHECK(xlsx_sheet_name("SHEET", taken) == "SHEET 2");
  CHECK(xlsx_sheet_name("History", taken) == "History 2");
  CHECK(xlsx_sheet_name(times(40, "水"), taken) == times(31, "水"));
  CHECK(xlsx_sheet_name(times(40, "水"), taken) == times(29, "水") + " 2");
}

}  // namespace
}  // namespace karez
