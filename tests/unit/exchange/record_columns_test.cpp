#include "engine/exchange/record_columns.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace karez {
namespace {

Field field_of(const std::string& name, FieldType type) {
  Field field;
  field.name = name;
  field.zh = name;
  field.en = name;
  field.type = type;
  return field;
}

std::vector<std::string> names_of(const RecordColumns& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns.sheet().columns) names.push_back(column.name);
  return names;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

SheetChoice labels() {
  SheetChoice choice;
  choice.headings = Headings::zh;
  return choice;
}

TEST_CASE("Export: internal fields and kinds that are not known to be open have no column") {
  Collection collection;
  collection.name = "party";
  collection.fields = {field_of("code", FieldType::text), field_of("phone", FieldType::bytes),
                       field_of("kept", FieldType::text), field_of("newer", static_cast<FieldType>(77))};
  collection.fields[2].internal = true;
  collection.fields.push_back(field_of("opened", FieldType::text));
  collection.fields[4].is_sealed = true;
  const RecordColumns columns(Catalog::built_in(), collection, "party", {true, true, true, true, true},
                              labels());
  const auto names = names_of(columns);
  CHECK(holds(names, "code"));
  CHECK(!holds(names, "phone"));
  CHECK(!holds(names, "kept"));
  CHECK(!holds(names, "newer"));
  CHECK(!holds(names, "opened"));
}

TEST_CASE("Export: fen become yuan beside labels, and stay fen beside names") {
  const Collection& item = *Catalog::built_in().collection("item");
  RecordRow row;
  row.values.resize(item.fields.size());
  std::size_t at = 0;
  std::vector<bool> used(item.fields.size(), false);
  while (item.fields[at].name != "value") ++at;
  used[at] = true;
  row.values[at] = Value::of(std::int64_t{250});
  RecordColumns yuan(Catalog::built_in(), item, "item", used, labels());
  REQUIRE(yuan.sheet().columns.size() == 3);
  CHECK(yuan.sheet().columns[1].zh == "单价(元)");
  CHECK(yuan.sheet().columns[1].type == CellType::yuan);
  CHECK(yuan.cells(row)[1] == Cell(std::int64_t{250}));
  SheetChoice names;
  names.headings = Headings::names;
  const RecordColumns fen(Catalog::built_in(), item, "item", used, names);
  CHECK(fen.sheet().columns[1].type == CellType::integer);
}

TEST_CASE("Export: headings are never two alike") {
  Collection collection;
  collection.name = "event";
  collection.fields = {field_of("note", FieldType::text)};
  auto own = std::make_shared<Field>(field_of("record_id", FieldType::text));
  own->zh = "note";
  collection.own.push_back(own);
  const RecordColumns columns(Catalog::built_in(), collection, "event", {true}, labels());
  std::vector<std::string> zh, names = names_of(columns);
  for (const Column& column : columns.sheet().columns) zh.push_back(column.zh);
  std::sort(zh.begin(), zh.end());
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(zh.begin(), zh.end()) == zh.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

}  // namespace
}  // namespace karez
