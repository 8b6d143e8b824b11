// How states are written down to be compared: the model's and the engine's. Values; no thread rule.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reading.h"

namespace karez::sim {

[[nodiscard]] nlohmann::json shown(const Plain& value);
/// One of the writes that stand in a conflict.
[[nodiscard]] nlohmann::json sibling(const Dot& dot, const Plain& value);
/// A conflict's line: the shown one first, the others in an order of our own.
[[nodiscard]] std::string conflict_line(const nlohmann::json& id, const nlohmann::json& field,
                                        std::vector<nlohmann::json> values);
/// The lines of an engine's dump, as the model's: sorted, one JSON object for each record and open conflict.
[[nodiscard]] std::vector<std::string> normal_lines(const std::string& dump);

}  // namespace karez::sim
