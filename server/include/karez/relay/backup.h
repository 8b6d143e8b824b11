// Backup and restore of a relay's folder. A backup is taken from beside a running relay; what is restored
// begins a new incarnation, so that laptops offer again whatever came after the backup. It holds the relay's
// secret key, by which laptops know it: keep it as safe as the relay itself.
//
// Thread: any, one call at a time for a folder. Blocks for as long as copying takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "karez/base/clock.h"
#include "karez/base/result.h"
#include "karez/model/value.h"

namespace karez {

struct RelayBackup {
  std::optional<WorkspaceId> workspace;
  std::uint64_t end = 0;      ///< newest arrival
  std::uint64_t changes = 0;  ///< of all authors
  std::uint64_t authors = 0;
  std::uint64_t bytes = 0;  ///< of the database
};

/// Copies the store in `data` as of one moment into the folder `to`, which appears whole or not at all.
/// Errors: not_found (no relay's store in `data`), refused (`to` is there already), corrupt, io.
/// Persists: the backup, before it returns.
[[nodiscard]] Result<RelayBackup> back_up_relay(const std::string& data, const std::string& to,
                                                const Clock& clock, Random& random);

/// Makes the folder `data` of a backup. Errors: not_found (no backup in `from`), refused (`data` is there
/// already and not empty: nothing is changed), corrupt (nothing is restored), io. Persists: the store, before
/// it returns.
[[nodiscard]] Result<RelayBackup> restore_relay(const std::string& from, const std::string& data,
                                                const Clock& clock, Random& random);

}  // namespace karez
