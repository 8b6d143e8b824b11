#include "karez/storage/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace karez {
namespace {

/// What a lock of the open file description is about: a byte that nobody reads.
struct flock byte_at(off_t place, short kind) {
  struct flock out {};
  out.l_type = kind;
  out.l_whence = SEEK_SET;
  out.l_start = place;
  out.l_len = 1;
  return out;
}

constexpr off_t kDoor = 0;
constexpr off_t kPresence = 1;

}  // namespace

FileLock::~FileLock() {
  release();
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status FileLock::open_file() {
  if (descriptor_ >= 0) return {};
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    return Error{ErrorCode::io, "cannot open the lock file " + path_ + ": " + std::strerror(errno)};
  }
  return {};
}

Status FileLock::acquire() {
  KAREZ_TRY(open_file());
  // The kernel gives a lock to whoever asks first when it is free, and that is the holder who asks again. So
  // who waits holds the place before the door, and who comes again must first pass it.
  KAREZ_TRY(take_turn(F_WRLCK));
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    const Error error = failure("lock");
    (void)take_turn(F_UNLCK).ok();
    return error;
  }
  held_ = true;
  Status passed = take_turn(F_UNLCK);
  if (!passed) release();
  return passed;
}

Status FileLock::take_turn(short kind) {
  struct flock place = byte_at(kDoor, kind);
  while (::fcntl(descriptor_, F_OFD_SETLKW, &place) != 0) {
    if (errno != EINTR) return failure("wait for");
  }
  return {};
}

Error FileLock::failure(const char* what) const {
  return {ErrorCode::io, std::string("cannot ") + what + " " + path_ + ": " + std::strerror(errno)};
}

Status FileLock::try_acquire() {
  KAREZ_TRY(open_file());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error{ErrorCode::busy, path_ + " is in use by another process"};
    return failure("lock");
  }
  held_ = true;
  return {};
}

void FileLock::release() {
  if (!held_) return;
  ::flock(descriptor_, LOCK_UN);
  held_ = false;
}

Result<bool> FileLock::stay() {
  KAREZ_TRY(open_file());
  struct flock alone = byte_at(kPresence, F_WRLCK);
  struct flock with_others = byte_at(kPresence, F_RDLCK);
  const bool is_alone = ::fcntl(descriptor_, F_OFD_SETLK, &alone) == 0;
  if (::fcntl(descriptor_, F_OFD_SETLK, &with_others) != 0) return failure("lock");
  return is_alone;
}

}  // namespace karez
