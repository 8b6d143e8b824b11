// Files as a value that arrives from outside, like clock and randomness: the few small files that stand
// beside a database (keys, the clone guard's nonce), and through which SQLite VFS the databases themselves
// are reached. So a simulator can hold a whole disk in its hand and cut its power.
#pragma once

#include <string>

#include "karez/base/result.h"

namespace karez {

/// Thread: as the implementation says; the system's is safe everywhere.
class Files {
 public:
  virtual ~Files() = default;

  [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
  /// Makes a folder and those above it; one that is there already is no error. Errors: io.
  virtual Status make_folder(const std::string& path) = 0;
  /// Errors: not_found, io, too_large (above 64 KiB).
  [[nodiscard]] virtual Result<std::string> read_small(const std::string& path) const = 0;
  /// Writes a file so that after a power cut it holds either the old or the new text. Mode 0600. Errors: io.
  /// Persists: the new text once it returns success.
  virtual Status write_durably(const std::string& path, const std::string& text) = 0;
  /// The same for a text of at most 512 bytes, cheaper where the file is as long already: it may be written
  /// over in place, without a new name. A disk that tears what lies in one sector would leave a mixture of
  /// both texts, which the caller must take for neither.
  virtual Status overwrite_durably(const std::string& path, const std::string& text) {
    return write_durably(path, text);
  }
  /// Name of the registered SQLite VFS that opens databases among these files; empty: SQLite's own. Where
  /// there is a name, the databases belong to one process and take no file locks.
  [[nodiscard]] virtual std::string vfs() const { return {}; }
};

/// The machine's own file system.
[[nodiscard]] Files& system_files();

/// Forces a file's bytes, or a folder's names, to the machine's disk. A file system that cannot force a
/// folder (some sticks') keeps names as safe as it can. Errors: io. Thread: any.
Status sync_to_disk(const std::string& path);

/// The folder that a path's last name stands in.
[[nodiscard]] std::string folder_of(const std::string& path);

}  // namespace karez
