// The clone guard: a nonce in the database and in a file outside it, in the user's state folder, which
// changes before a process's first write. The outside file holds the old and the next nonce while the change
// is under way, so that an interrupted open is no clone; afterwards only the one that the database holds. A
// copied or restored database holds an older nonce and is told apart before it writes anything. Private to
// replica.
#pragma once

#include <string>

#include "karez/base/files.h"

namespace karez {

class CloneGuard {
 public:
  /// `folder`: the state folder; empty: $XDG_STATE_HOME/karez, or ~/.local/state/karez.
  CloneGuard(Files& files, std::string folder, std::string replica_id);

  /// Whether `in_database` is a nonce that the outside file expects. A missing file expects nothing.
  Result<bool> expects(const std::string& in_database) const;
  /// Writes (old, next) outside; the caller then commits `next` into the database and calls settle().
  Status announce(const std::string& old_nonce, const std::string& next) const;
  /// Only `current` is expected from now on.
  Status settle(const std::string& current) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] Status write(const std::string& one, const std::string& other) const;
  Files* files_;
  std::string folder_;
  std::string path_;
};

[[nodiscard]] std::string default_state_folder();

}  // namespace karez
