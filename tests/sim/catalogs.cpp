#include "catalogs.h"

#include <nlohmann/json.hpp>

#include "karez/model/embedded.h"

namespace karez::sim {
namespace {

using nlohmann::json;

json built_in() { return json::parse(embedded_catalog()); }

}  // namespace

std::string older_catalog() {
  json catalog = built_in();
  for (json& collection : catalog["collections"]) {
    json kept = json::array();
    for (const json& field : collection["fields"]) {
      const bool is_new =
          collection["name"] == "event" && (field["name"] == "tally" || field["name"] == "tags");
      if (!is_new) kept.push_back(field);
    }
    collection["fields"] = kept;
  }
  return catalog.dump();
}

std::string hostile_catalog() {
  json catalog = built_in();
  for (json& role : catalog["roles"]) {
    if (role["name"] == "volunteer") role["writes"] = {"campaign", "site", "item", "party", "event", "move"};
  }
  return catalog.dump();
}

}  // namespace karez::sim
