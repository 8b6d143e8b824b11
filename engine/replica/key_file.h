// The file that holds this replica's secret keys (author.key, mode 0600): the current author's and, after a
// clone was suspected, the earlier ones', whose unsent changes still need sealing. Kept apart from the
// database, so that a database may be handed to an auditor or a BI tool. Private to replica.
#pragma once

#include <map>
#include <string>

#include "karez/base/files.h"
#include "karez/log/chain.h"

namespace karez {

class KeyFile {
 public:
  KeyFile(Files& files, std::string path) : files_(&files), path_(std::move(path)) {}

  /// Errors: not_found, malformed, io.
  Status load();
  /// Adds a key and writes the file durably (a temporary file, fsync, rename).
  Status add(const FixedBytes<32>& seed);
  [[nodiscard]] const KeyPair* find(const AuthorKey& author) const;

 private:
  Files* files_;
  std::string path_;
  std::map<AuthorKey, std::pair<FixedBytes<32>, KeyPair>> keys_;
};

}  // namespace karez
