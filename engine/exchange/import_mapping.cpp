// The mapping file (schema/import-mapping.md) as a value.
#include "karez/exchange/import_mapping.h"

#include <nlohmann/json.hpp>

#include "karez/base/table_limits.h"

namespace karez {
namespace {

using MappingJson = nlohmann::ordered_json;

Error bad_mapping(const std::string& what) {
  return {ErrorCode::malformed, "the mapping file cannot be used: " + what +
                                    "; nothing was imported: see schema/import-mapping.md"};
}

Result<std::string> mapping_text(const MappingJson& json, const std::string& where) {
  if (!json.is_string()) return bad_mapping(where + " is not a text");
  return json.get<std::string>();
}

Result<std::map<std::string, std::string>> mapping_texts(const MappingJson& json, const std::string& where) {
  if (!json.is_object()) return bad_mapping(where + " is not an object");
  std::map<std::string, std::string> texts;
  for (const auto& entry : json.items()) {
    KAREZ_ASSIGN(texts[entry.key()], mapping_text(entry.value(), where + "." + entry.key()));
  }
  return texts;
}

Result<ImportMapping::ColumnMap> column_map(const std::string& column, const MappingJson& json) {
  ImportMapping::ColumnMap map;
  map.column = column;
  const std::string where = "columns." + column;
  if (json.is_string()) {
    map.field = json.get<std::string>();
    return map;
  }
  if (!json.is_object()) return bad_mapping(where + " is neither a field's name nor an object");
  for (const auto& entry : json.items()) {
    if (entry.key() == "field") {
      KAREZ_ASSIGN(map.field, mapping_text(entry.value(), where + ".field"));
    } else if (entry.key() == "split") {
      KAREZ_ASSIGN(map.split, mapping_text(entry.value(), where + ".split"));
    } else if (entry.key() == "values") {
      KAREZ_ASSIGN(map.values, mapping_texts(entry.value(), where + ".values"));
    } else {
      return bad_mapping(where + " has an unknown key \"" + entry.key() + "\"");
    }
  }
  if (map.field.empty()) return bad_mapping(where + " names no field");
  return map;
}

Status read_entry(const std::string& key, const MappingJson& value, ImportMapping& mapping) {
  const std::map<std::string_view, std::string*> texts{{"collection", &mapping.collection},
                                                       {"source", &mapping.source},
                                                       {"sheet", &mapping.sheet},
                                                       {"key", &mapping.key},
                                                       {"parent", &mapping.parent}};
  const auto text = texts.find(key);
  if (text != texts.end()) {
    KAREZ_ASSIGN(*text->second, mapping_text(value, key));
    return {};
  }
  if (key == "note") return {};
  if (key == "header_row") {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > limits::kSheetRows)
      return bad_mapping("header_row is not the number of a row");
    mapping.header_row = value.get<std::uint64_t>();
  } else if (key == "others") {
    KAREZ_ASSIGN(const std::string others, mapping_text(value, key));
    if (others != "ignore" && others != "refuse")
      return bad_mapping("others is neither \"ignore\" nor \"refuse\"");
    mapping.ignores_others = others == "ignore";
  } else if (key == "columns") {
    if (!value.is_object()) return bad_mapping("columns is not an object");
    for (const auto& entry : value.items()) {
      KAREZ_ASSIGN(auto map, column_map(entry.key(), entry.value()));
      mapping.columns.push_back(std::move(map));
    }
  } else if (key == "choices") {
    if (!value.is_object()) return bad_mapping("choices is not an object");
    for (const auto& entry : value.items()) {
      ImportMapping::Choices choices{entry.key(), {}};
      KAREZ_ASSIGN(choices.columns, mapping_texts(entry.value(), "choices." + entry.key()));
      mapping.choices.push_back(std::move(choices));
    }
  } else if (key == "constants") {
    KAREZ_ASSIGN(mapping.constants, mapping_texts(value, "constants"));
  } else {
    return bad_mapping("it has an unknown key \"" + key + "\"");
  }
  return {};
}

}  // namespace

Result<ImportMapping> ImportMapping::parse(std::string_view text) {
  if (text.size() > limits::kMappingBytes) {
    return Error{ErrorCode::too_large, "a mapping file has at most " +
                                           std::to_string(limits::kMappingBytes / 1024) +
                                           " KiB; nothing was imported"};
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const MappingJson json = MappingJson::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return bad_mapping("it is not a JSON object");
  ImportMapping mapping;
  for (const auto& entry : json.items()) KAREZ_TRY(read_entry(entry.key(), entry.value(), mapping));
  return mapping;
}

}  // namespace karez
