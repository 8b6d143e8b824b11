// The file of rows that an import refused, and such a file when it comes back mended: its rows keep the
// source of the file from which they were refused, so that they are known again wherever they stand.
#pragma once

#include <memory>
#include <string>

#include "cli/context.h"
#include "karez/replica/import.h"

namespace karez::cli {

/// Goes through `rows` again and writes those that `report` refused, as they stood, with two more columns.
/// Errors: of the rows, io, not_found.
Status write_refused(const Context& context, const std::string& path, const std::string& source,
                     RowSource& rows, const ImportReport& report);

/// `rows` without the two columns, if they have them; then `source` is what their heading says.
[[nodiscard]] std::unique_ptr<RowSource> mended_rows(RowSource& rows, std::string& source);

}  // namespace karez::cli
