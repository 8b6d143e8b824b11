// Other catalogs than this build's: an older version's, and one of somebody who gives himself rights. Values.
#pragma once

#include <string>

namespace karez::sim {

/// This build's catalog without what its last version might have brought: events have no tally and no tags.
[[nodiscard]] std::string older_catalog();
/// Volunteers write everything: what such a laptop records is real, signed, and must count nowhere.
[[nodiscard]] std::string hostile_catalog();

}  // namespace karez::sim
