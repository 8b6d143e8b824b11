#include "model_lines.h"

#include <algorithm>
#include <sstream>

namespace karez::sim {

using nlohmann::json;

json shown(const Plain& value) { return value.tag == 'i' ? json(value.number) : json(value.text); }

json sibling(const Dot& dot, const Plain& value) {
  return {{"author", public_name(dot.author)}, {"seq", dot.seq}, {"value", shown(value)}};
}

std::string conflict_line(const json& id, const json& field, std::vector<json> values) {
  std::sort(values.begin() + 1, values.end());
  return json{{"conflict", id}, {"field", field}, {"values", values}}.dump();
}

std::vector<std::string> normal_lines(const std::string& dump) {
  std::vector<std::string> out;
  std::istringstream in(dump);
  for (std::string line; std::getline(in, line);) {
    json one = json::parse(line);
    if (one.contains("karez_dump")) continue;
    if (one.contains("conflict")) {
      out.push_back(conflict_line(one["conflict"], one["field"], one["values"]));
      continue;
    }
    for (json& field : one["fields"]) {
      if (field.is_array()) std::sort(field.begin(), field.end());
    }
    out.push_back(one.dump());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace karez::sim
