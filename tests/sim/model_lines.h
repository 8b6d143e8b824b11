// How states are written down to be compared: the model's and the engine's. Values; no thread rule.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace karez::sim {

/// A conflict's line: the shown one first, the others in an order of our own.
[[nodiscard]] std::string conflict_line(const nlohmann::json& id, const nlohmann::json& field,
                                        std::vector<nlohmann::json> values);

}  // namespace karez::sim
