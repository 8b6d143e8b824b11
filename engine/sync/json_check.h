// The check of a control frame before a JSON library builds anything of it.
#pragma once

#include <string_view>

#include "karez/base/result.h"

namespace karez::control {

/// UTF-8, one JSON value, limits::kJsonDepth, limits::kJsonNodes, no duplicate keys, only integers within
/// ±2^53.
///
/// Errors: malformed or too_large, naming the rule.
/// Cost:   linear; memory grows with keys and depth, both bounded, and nothing recurses.
[[nodiscard]] Status check_json(std::string_view text);

}  // namespace karez::control
