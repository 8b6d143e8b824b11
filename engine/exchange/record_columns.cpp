#include "record_columns.h"

#include <algorithm>
#include <set>

#include "karez/exchange/export_columns.h"

namespace karez {
namespace {

constexpr std::string_view kFenZh = "(分)", kFenEn = "(fen)";

/// The catalog says so in its label: the number itself is a count.
bool is_in_fen(const Field& field) {
  return field.type == FieldType::count && field.en.ends_with(kFenEn) && field.zh.ends_with(kFenZh);
}

std::string with_unit(const std::string& label, std::string_view before, std::string_view after) {
  return label.substr(0, label.size() - before.size()) + std::string(after);
}

/// Nothing: a kind that does not leave.
std::optional<CellType> cell_type(const Field& field) {
  if (field.merge == MergeKind::set) return CellType::text;
  switch (field.type) {
    case FieldType::text:
    case FieldType::enumeration:
    case FieldType::boolean:
    case FieldType::code:
    case FieldType::ref:
      return CellType::text;
    case FieldType::integer:
    case FieldType::count:
      return CellType::integer;
    case FieldType::date:
      return CellType::date;
    case FieldType::time:
      return CellType::datetime;
    case FieldType::degrees:
      return CellType::degrees;
    case FieldType::bytes:
      break;
  }
  return std::nullopt;
}

Column headed(const ExportColumn& column, CellType type = CellType::text) {
  return {std::string(column.name), std::string(column.zh), std::string(column.en), type};
}

const EnumValue* choice_of(const Catalog& catalog, const std::string& enumeration, const std::string& code) {
  const auto* values = catalog.enumeration(enumeration);
  if (values == nullptr) return nullptr;
  const auto found = std::find_if(values->begin(), values->end(),
                                  [&](const EnumValue& value) { return value.code == code; });
  return found == values->end() ? nullptr : &*found;
}

}  // namespace

std::string IdTexts::text_of(const RecordId& id) {
  std::string& name = names_[id.author];
  if (name.empty()) name = public_name(id.author);
  return name + "-" + std::to_string(id.seq) + "-" + std::to_string(id.k);
}

bool may_leave(const Field& field) {
  return !field.internal && !field.is_sealed && cell_type(field).has_value();
}

RecordColumns::RecordColumns(const Catalog& catalog, const Collection& collection, const std::string& name,
                             const std::vector<bool>& used, const SheetChoice& choice)
    : catalog_(catalog), choice_(choice) {
  sheet_.name = name;
  sheet_.zh = collection.zh;
  sheet_.en = collection.en;
  const EnumValue* kind = name == "visit"     ? choice_of(catalog, "event_type", "visit")
                          : name == "handout" ? choice_of(catalog, "move_reason", "give")
                                              : nullptr;
  if (kind != nullptr) {
    sheet_.zh = kind->zh;
    sheet_.en = kind->en;
  }
  add(Source::id, headed(kIdColumn));
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    if (i >= used.size() || used[i]) add_field(Source::field, collection.fields[i], i);
  }
  for (std::size_t i = 0; i < collection.own.size(); ++i) add_field(Source::own, *collection.own[i], i);
  const bool is_move = collection.name == "move";
  if (is_move) add(Source::site, headed(kSiteColumn));
  if (collection.field("time") != nullptr) {
    add(Source::day, headed(kDayColumn, CellType::date));
  }
  add(Source::laptop, headed(kLaptopColumn));
  if (choice.include_outside) {
    add(Source::outside, headed(kOutsideColumn));
    add(Source::void_reason, headed(kVoidColumn));
  }
  make_headings_unique();
}

void RecordColumns::add(Source source, Column column, std::size_t index, const Field* field) {
  sheet_.columns.push_back(std::move(column));
  places_.push_back({source, index, field});
}

void RecordColumns::add_field(Source source, const Field& field, std::size_t index) {
  if (!may_leave(field)) return;
  Column column{field.name, field.zh, field.en, *cell_type(field)};
  if (has_labels() && is_in_fen(field)) {
    column.type = CellType::yuan;
    column.zh = with_unit(column.zh, kFenZh, "(元)");
    column.en = with_unit(column.en, kFenEn, "(yuan)");
  }
  add(source, std::move(column), index, &field);
}

/// Coordinators may give their own field a name or a label that stands there already.
void RecordColumns::make_headings_unique() {
  std::set<std::string> names, zh, en;
  for (Column& column : sheet_.columns) {
    while (!names.insert(column.name).second) column.name += "_";
    while (!zh.insert(column.zh).second) column.zh += " (" + column.name + ")";
    while (!en.insert(column.en).second) column.en += " (" + column.name + ")";
  }
}

std::span<const Cell> RecordColumns::cells(const RecordRow& row) {
  cells_.clear();
  for (const Place& place : places_) cells_.push_back(cell(place, row));
  return cells_;
}

Cell RecordColumns::cell(const Place& place, const RecordRow& row) {
  switch (place.source) {
    case Source::id:
      return ids_.text_of(row.id);
    case Source::field:
      return value_cell(*place.field, row.values[place.index], row);
    case Source::own:
      return value_cell(*place.field, row.own[place.index], row);
    case Source::day:
      return row.day ? Cell(*row.day) : Cell();
    case Source::site:
      return row.site;
    case Source::laptop:
      return row.laptop;
    case Source::outside:
      return row.outside_because;
    case Source::void_reason:
      return row.void_reason.value_or("");
  }
  return {};
}

std::string RecordColumns::choice_text(const Field& field, const std::string& code) const {
  const EnumValue* value = has_labels() ? choice_of(catalog_, field.enum_name, code) : nullptr;
  if (value == nullptr) return code;
  const std::string& label = choice_.headings == Headings::zh ? value->zh : value->en;
  // Elements of a set are parted by these.
  return label.empty() || label.find_first_of(";|") != std::string::npos ? code : label;
}

Cell RecordColumns::value_cell(const Field& field, const Value& value, const RecordRow& row) {
  if (value.is_null()) return {};
  if (const auto* list = std::get_if<Value::List>(&value.side)) {
    std::string text;
    for (const Value& item : *list) {
      const auto* code = std::get_if<std::string>(&item.side);
      const bool is_choice = code != nullptr && field.type == FieldType::enumeration;
      text += (text.empty() ? "" : ";") + (is_choice ? choice_text(field, *code) : format_value(field, item));
    }
    return text;
  }
  if (const auto* id = std::get_if<RecordId>(&value.side)) return ids_.text_of(*id);
  if (const auto* number = std::get_if<std::int64_t>(&value.side)) {
    if (field.type != FieldType::boolean || !has_labels()) return *number;
    const bool is_zh = choice_.headings == Headings::zh;
    return std::string(*number != 0 ? (is_zh ? "是" : "yes") : (is_zh ? "否" : "no"));
  }
  if (const auto* time = std::get_if<WallTime>(&value.side)) {
    return choice_.has_offsets ? *time : WallTime{time->ms, row.zone_minutes};
  }
  const auto* text = std::get_if<std::string>(&value.side);
  if (text == nullptr) return {};
  if (field.type == FieldType::date) {
    const auto day = parse_day(*text);
    return day ? Cell(*day) : Cell(*text);
  }
  if (field.type != FieldType::enumeration) return *text;
  // A mark stands only where a figure is not exact.
  if (has_labels() && field.enum_name == "precision" && *text == "exact") return {};
  return choice_text(field, *text);
}

}  // namespace karez
