// Whether a workbook that was just written is whole. The library copies the rows of a sheet from one
// temporary file to another without looking whether the disk takes them, and would pack the half of it.
// Private to exchange.
#pragma once

#include <string>

#include "karez/base/result.h"

namespace karez {

/// Unpacks every part and looks at its checksum, and at the end of every sheet. Memory: constant.
/// Errors: io (something is cut off or cannot be read).
[[nodiscard]] Status check_xlsx(const std::string& path);

}  // namespace karez
