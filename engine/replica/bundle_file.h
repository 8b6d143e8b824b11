// The file around a bundle: written beside its place and moved there when it is whole on the disk, read in
// pieces. Private to replica. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "karez/replica/bundle.h"

namespace karez {

class BundleSink {
 public:
  /// Errors: not_found (no such folder), busy (another program writes this file), io.
  static Result<std::unique_ptr<BundleSink>> create(const std::string& path);
  BundleSink(const BundleSink&) = delete;
  BundleSink& operator=(const BundleSink&) = delete;
  /// Without finish() nothing of it stays.
  ~BundleSink();

  Status write(ByteView bytes);
  /// Forces the bytes to disk, gives the file its name, and forces that too. An older file of the name is
  /// replaced.
  Status finish();
  [[nodiscard]] std::uint64_t bytes() const { return written_; }

 private:
  explicit BundleSink(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  Status flush();
  [[nodiscard]] Error failed(const std::string& doing) const;

  std::string path_, part_;
  int file_ = -1;
  Bytes buffer_;
  std::uint64_t written_ = 0;
  std::uint64_t unsynced_ = 0;
};

/// Feeds a file to a reader, item by item, until its end, a fault, or `take` refuses. A fault is no error:
/// the reader knows it. `progress` is told bytes done, of how many.
[[nodiscard]] Status read_bundle_file(const std::string& path, BundleReader& reader, std::uint64_t& bytes,
                                      const std::function<Status(BundleItem&&)>& take,
                                      const std::function<void(std::uint64_t, std::uint64_t)>& progress);

/// Adds one item to a summary.
void add_to_summary(BundleSummary& summary, const BundleItem& item);

}  // namespace karez
