// A file that appears under its name whole or not at all: written beside its place under another name, and
// moved there once it is on the disk. For files that people take away. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "karez/base/result.h"

namespace karez {

class NewFile {
 public:
  /// Errors: usage (`path` is a folder), not_found (its folder), busy (another program writes it), io.
  static Result<std::unique_ptr<NewFile>> create(const std::string& path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();  ///< without finish() nothing of it stays

  /// Errors: io.
  Status write(std::string_view text);
  /// Forces the bytes to the disk, gives the file its name in place of an older file, and forces that too;
  /// gives its size. `path`: another name in the same folder. Errors: io: the older file is still there.
  Result<std::uint64_t> finish();
  Result<std::uint64_t> finish_as(const std::string& path);

  /// Where it stands until then, for a library that opens files by itself.
  [[nodiscard]] const std::string& temporary_path() const { return part_; }
  /// That `path` cannot be written, with the reason of `why` (an errno) and what is safe.
  [[nodiscard]] static Error cannot_write(const std::string& path, int why);

 private:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  Status flush();

  std::string path_, part_, buffer_;
  int file_ = -1;
};

}  // namespace karez
