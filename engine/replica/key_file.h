// The file that holds this replica's secret keys (author.key, mode 0600): the current author's and, after a
// clone was suspected, the earlier ones', whose unsent changes still need sealing. Kept apart from the
// database, so that a database may be handed to an auditor or a BI tool. Private to replica.
#pragma once

#include <map>
#include <string>

#include "karez/log/chain.h"

namespace karez {

class KeyFile {
 public:
  explicit KeyFile(std::string path) : path_(std::move(path)) {}

  /// Errors: not_found, malformed, io.
  Status load();
  /// Adds a key and writes the file durably (a temporary file, fsync, rename).
  Status add(const FixedBytes<32>& seed);
  [[nodiscard]] const KeyPair* find(const AuthorKey& author) const;

 private:
  std::string path_;
  std::map<AuthorKey, std::pair<FixedBytes<32>, KeyPair>> keys_;
};

/// Writes a file so that after a power cut it holds either the old or the new text. Mode 0600.
Status write_file_durably(const std::string& path, const std::string& text);
/// Errors: not_found, io, too_large (above 64 KiB).
Result<std::string> read_small_file(const std::string& path);

}  // namespace karez
