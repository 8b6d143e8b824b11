// FileLock: one writer at a time among processes, and who of them has the file open.
//
// One thread for each object; several objects for one path, in one process or in many, exclude each other.
#pragma once

#include <string>

#include "karez/base/result.h"

namespace karez {

/// An advisory lock on a file of its own (flock); released when the process dies, whatever the reason.
class FileLock {
 public:
  explicit FileLock(std::string path) : path_(std::move(path)) {}
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

  /// Waits until the lock is ours; who waits comes before the holder who asks again. Errors: io.
  Status acquire();
  /// Takes the lock only if it is free. Errors: busy, io.
  Status try_acquire();
  void release();
  /// Says to others that this process has the file open, for as long as this object lives. True: nobody else
  /// has said so. Call it while the lock is held. Errors: io.
  Result<bool> stay();
  [[nodiscard]] bool is_held() const { return held_; }

 private:
  Status open_file();
  /// Waits for the place before the door (an open-file-description lock on the first byte), or leaves it.
  Status take_turn(short kind);
  [[nodiscard]] Error failure(const char* what) const;
  std::string path_;
  int descriptor_ = -1;
  bool held_ = false;
};

}  // namespace karez
