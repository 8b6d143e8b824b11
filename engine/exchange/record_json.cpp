#include "record_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace karez {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kDegree = 10'000'000;

Json value_json_of(const Field& field, const Value& value, IdTexts& ids) {
  if (const auto* list = std::get_if<Value::List>(&value.side)) {
    Json out = Json::array();
    for (const Value& item : *list) out.push_back(value_json_of(field, item, ids));
    return out;
  }
  if (const auto* id = std::get_if<RecordId>(&value.side)) return ids.text_of(*id);
  if (const auto* number = std::get_if<std::int64_t>(&value.side)) {
    if (field.type == FieldType::boolean) return *number != 0;
    if (field.type == FieldType::degrees) return static_cast<double>(*number) / kDegree;
    return *number;
  }
  return format_value(field, value);
}

Json fields_json(const Collection& collection, const RecordRow& row, IdTexts& ids) {
  Json out = Json::object();
  const auto add = [&](const Field& field, const Value& value) {
    if (may_leave(field) && !value.is_null()) out[field.name] = value_json_of(field, value, ids);
  };
  for (std::size_t i = 0; i < row.values.size(); ++i) add(collection.fields[i], row.values[i]);
  for (std::size_t i = 0; i < row.own.size(); ++i) add(*collection.own[i], row.own[i]);
  return out;
}

std::string one_line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::int64_t> degrees_in(const Collection& site, const RecordRow& row, std::string_view name,
                                       std::int64_t most) {
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const auto* number = std::get_if<std::int64_t>(&row.values[i].side);
    if (site.fields[i].name != name || number == nullptr) continue;
    if (*number >= -most * kDegree && *number <= most * kDegree) return *number;
  }
  return std::nullopt;
}

}  // namespace

std::string json_line(const Collection& collection, const RecordRow& row, IdTexts& ids) {
  Json out = {{"id", ids.text_of(row.id)}, {"collection", collection.name}, {"who", row.laptop}};
  out["fields"] = fields_json(collection, row, ids);
  if (row.day) out["day"] = format_day(*row.day);
  out["void"] = row.void_reason ? Json(*row.void_reason) : Json();
  out["counts"] = row.outside_because.empty();
  if (!row.outside_because.empty()) out["outside_because"] = row.outside_because;
  return one_line_of(out);
}

std::string site_feature(const Collection& site, const RecordRow& row, IdTexts& ids) {
  const auto lat = degrees_in(site, row, "lat", 90);
  const auto lon = degrees_in(site, row, "lon", 180);
  if (!lat || !lon) return {};
  Json properties = fields_json(site, row, ids);
  properties.erase("lat");
  properties.erase("lon");
  if (!row.outside_because.empty()) properties["outside_because"] = row.outside_because;
  const Json point = {
      {"type", "Point"},
      {"coordinates", {static_cast<double>(*lon) / kDegree, static_cast<double>(*lat) / kDegree}}};
  Json out = {{"type", "Feature"}, {"id", ids.text_of(row.id)}, {"geometry", point}};
  out["properties"] = std::move(properties);
  return one_line_of(out);
}

}  // namespace karez
