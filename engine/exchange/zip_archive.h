// A ZIP archive that was read from outside, by libzip: entries as streams of bytes, within limits. Private to
// exchange; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "karez/base/result.h"

struct zip;
struct zip_file;

namespace karez {

/// One entry, read from its beginning to its end.
class ZipEntry {
 public:
  ZipEntry(const ZipEntry&) = delete;
  ZipEntry& operator=(const ZipEntry&) = delete;
  ~ZipEntry();
  /// How many bytes now stand in `out`; 0 at the end. Errors: malformed (damaged, or its checksum does not
  /// fit), too_large (more than the limit of the entry).
  Result<std::size_t> read(std::span<char> out);

 private:
  friend class ZipArchive;
  ZipEntry(zip_file* file, std::string name, std::uint64_t most)
      : file_(file), name_(std::move(name)), left_(most) {}
  zip_file* file_;
  std::string name_;
  std::uint64_t left_;
};

class ZipArchive {
 public:
  /// Lifetime: `bytes` outlive the archive. Errors: malformed, too_large (too many entries).
  static Result<std::unique_ptr<ZipArchive>> open(std::string_view bytes);
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;
  ~ZipArchive();

  [[nodiscard]] bool has(const std::string& name) const;
  /// Errors: not_found, too_large (says to unpack to more than `most` bytes), malformed (encrypted, unknown
  /// compression).
  Result<std::unique_ptr<ZipEntry>> entry(const std::string& name, std::uint64_t most) const;

 private:
  explicit ZipArchive(zip* archive) : archive_(archive) {}
  zip* archive_;
};

/// That a workbook cannot be used.
[[nodiscard]] Error bad_workbook(std::string what);
[[nodiscard]] Error large_workbook(std::string what);

}  // namespace karez
