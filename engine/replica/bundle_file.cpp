#include "bundle_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "karez/base/files.h"

namespace karez {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
/// A slow stick takes its time here and there instead of all at the end, and progress stays true.
constexpr std::uint64_t kSyncEvery = 8 * 1024 * 1024;

Error io_error(const std::string& what) { return {ErrorCode::io, what + ": " + std::strerror(errno)}; }

/// A descriptor that is closed at the end of scope.
class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

}  // namespace

Error BundleSink::failed(const std::string& doing) const {
  const int why = errno;
  std::string message = "cannot " + doing + " " + path_ + ": " + std::strerror(why);
  if (why == ENOSPC || why == EDQUOT || why == EFBIG) message += " (make room there, or take another stick)";
  return {ErrorCode::io, message + "; nothing was changed, and no half bundle stays behind"};
}

Result<std::unique_ptr<BundleSink>> BundleSink::create(const std::string& path) {
  struct stat there {};
  if (path.empty() || path.back() == '/' || (::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode))) {
    return Error{ErrorCode::usage, "\"" + path + "\" is a folder: name a file in it"};
  }
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
    return Error{ErrorCode::usage, path + " is not a file that can be replaced"};
  }
  if (::stat(folder_of(path).c_str(), &there) != 0) {
    return Error{ErrorCode::not_found, "there is no folder " + folder_of(path) + ": is the stick in?"};
  }
  std::unique_ptr<BundleSink> sink(new BundleSink(path));
  // Readable for others: it is made to be handed on, and a stick keeps the numbers of users who are others
  // elsewhere.
  const int file = ::open(sink->part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) return sink->failed("write");
  // File systems without locks (some network drives) are used without.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(file);
    return Error{ErrorCode::busy,
                 "another program is writing " + path + " at this moment; nothing was changed"};
  }
  sink->file_ = file;
  // What a power cut left of an earlier attempt.
  if (::ftruncate(file, 0) != 0) return sink->failed("write");
  return sink;
}

BundleSink::~BundleSink() {
  if (file_ < 0) return;
  ::unlink(part_.c_str());
  ::close(file_);
}

Status BundleSink::write(ByteView bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return buffer_.size() >= kPiece ? flush() : Status();
}

Status BundleSink::flush() {
  for (std::size_t at = 0; at < buffer_.size();) {
    const ssize_t count = ::write(file_, buffer_.data() + at, buffer_.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed("write");
    at += static_cast<std::size_t>(count);
  }
  written_ += buffer_.size();
  unsynced_ += buffer_.size();
  buffer_.clear();
  if (unsynced_ < kSyncEvery) return {};
  unsynced_ = 0;
  return ::fdatasync(file_) == 0 ? Status() : Status(failed("write"));
}

Status BundleSink::finish() {
  KAREZ_TRY(flush());
  if (::fsync(file_) != 0) return failed("write");
  if (::rename(part_.c_str(), path_.c_str()) != 0) return failed("write");
  const int done = std::exchange(file_, -1);
  if (::close(done) != 0) return failed("close");
  return sync_to_disk(folder_of(path_));
}

Status read_bundle_file(const std::string& path, BundleReader& reader, std::uint64_t& bytes,
                        const std::function<Status(BundleItem&&)>& take,
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return Error{ErrorCode::not_found, "there is no file " + path};
    return io_error("cannot read " + path);
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return io_error("cannot read " + path);
  if (S_ISDIR(facts.st_mode)) return Error{ErrorCode::usage, path + " is a folder: name the bundle in it"};
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  std::vector<std::uint8_t> piece(kPiece);
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    // A stick that cannot be read any further is a torn bundle to us: what came before is whole.
    if (count < 0 && bytes == 0) return io_error("cannot read " + path);
    if (count <= 0) break;
    bytes += static_cast<std::uint64_t>(count);
    reader.feed({piece.data(), static_cast<std::size_t>(count)});
    for (;;) {
      auto item = reader.next();
      if (!item) {
        bytes = std::max(bytes, size);
        return {};
      }
      if (!item->has_value()) break;
      KAREZ_TRY(take(std::move(**item)));
    }
    if (progress) progress(bytes, size);
  }
  // The reader keeps what is wrong.
  (void)reader.finish().ok();
  return {};
}

}  // namespace karez
