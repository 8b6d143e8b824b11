// DataDir: the relay's folder: the lock that keeps a second relay out, and the relay's key pair. The database
// is in PackStore's hands. One thread.
#pragma once

#include <string>

#include "karez/base/clock.h"
#include "karez/base/result.h"
#include "karez/log/chain.h"
#include "karez/storage/file_lock.h"

namespace karez::relay {

class DataDir {
 public:
  /// Makes the folder if needed, takes relay.pid-lock for the life of this object, reads or makes relay.key
  /// (mode 0600).
  ///
  /// Errors: busy (another relay is running there), io, corrupt (the key file does not hold a key).
  static Result<std::unique_ptr<DataDir>> open(const std::string& path, Random& random);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const KeyPair& key() const { return key_; }

 private:
  explicit DataDir(const std::string& path) : path_(path), lock_(path + "/relay.pid-lock") {}
  Status load_key(Random& random);

  std::string path_;
  FileLock lock_;
  KeyPair key_;
};

inline constexpr const char* kRelayKeyFile = "/relay.key";
/// Errors: not_found, io, corrupt (the file does not hold a key).
[[nodiscard]] Result<KeyPair> read_relay_key(const std::string& path);

/// Bytes that the file system still has for us, and bytes of the database with its write-ahead log; 0 if
/// unknown.
[[nodiscard]] std::uint64_t free_bytes(const std::string& path);
[[nodiscard]] std::uint64_t store_bytes(const std::string& path);

}  // namespace karez::relay
