// Why a row was refused, in the reader's language. The engine says it in English; what is not known here
// stays so. Pure function.
#pragma once

#include <string>

#include "cli/texts.h"

namespace karez::cli {

[[nodiscard]] std::string reason_in(Language language, const std::string& reason);

}  // namespace karez::cli
