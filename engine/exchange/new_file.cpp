#include "karez/exchange/new_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "karez/base/files.h"

namespace karez {
namespace {

constexpr std::size_t kFlushedAt = 256 * 1024;

}  // namespace

Error NewFile::cannot_write(const std::string& path, int why) {
  std::string message = "cannot write " + path + ": " + std::strerror(why);
  if (why == ENOSPC || why == EDQUOT || why == EFBIG) message += " (make room there, or take another disk)";
  return {ErrorCode::io, message + "; no record was changed, and no half file stays behind"};
}

Result<std::unique_ptr<NewFile>> NewFile::create(const std::string& path) {
  struct stat there {};
  const bool is_there = ::stat(path.c_str(), &there) == 0;
  if (path.empty() || path.back() == '/' || (is_there && S_ISDIR(there.st_mode))) {
    return Error{ErrorCode::usage, "\"" + path + "\" is a folder: name a file in it"};
  }
  if (is_there && !S_ISREG(there.st_mode)) {
    return Error{ErrorCode::usage, path + " is not a file that can be replaced"};
  }
  if (::stat(folder_of(path).c_str(), &there) != 0) {
    return Error{ErrorCode::not_found, "there is no folder " + folder_of(path) + "; nothing was written"};
  }
  std::unique_ptr<NewFile> file(new NewFile(path));
  // What people take away is for its owner alone until they hand it on.
  const int opened = ::open(file->part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (opened < 0) return cannot_write(path, errno);
  // File systems without locks (some network drives) are used without.
  if (::flock(opened, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(opened);
    return Error{ErrorCode::busy,
                 "another program is writing " + path + " at this moment; nothing was changed"};
  }
  file->file_ = opened;
  // What a power cut left of an earlier attempt.
  if (::ftruncate(opened, 0) != 0) return cannot_write(path, errno);
  return file;
}

NewFile::~NewFile() {
  if (file_ < 0) return;
  ::unlink(part_.c_str());
  ::close(file_);
}

Status NewFile::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() >= kFlushedAt ? flush() : Status();
}

Status NewFile::flush() {
  for (std::size_t at = 0; at < buffer_.size();) {
    const ssize_t count = ::write(file_, buffer_.data() + at, buffer_.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return cannot_write(path_, count == 0 ? EIO : errno);
    at += static_cast<std::size_t>(count);
  }
  buffer_.clear();
  return {};
}

Result<std::uint64_t> NewFile::finish() { return finish_as(path_); }

Result<std::uint64_t> NewFile::finish_as(const std::string& path) {
  KAREZ_TRY(flush());
  struct stat facts {};
  if (::fsync(file_) != 0 || ::fstat(file_, &facts) != 0) return cannot_write(path, errno);
  if (::rename(part_.c_str(), path.c_str()) != 0) return cannot_write(path, errno);
  ::close(std::exchange(file_, -1));
  KAREZ_TRY(sync_to_disk(folder_of(path)));
  return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace karez
