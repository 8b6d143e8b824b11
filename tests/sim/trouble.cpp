#include "trouble.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <new>
#include <utility>

namespace karez::sim {
namespace {

struct Trouble {
  How how = How::none;
  std::uint64_t left = 0;
  bool has_come = false;
} trouble;

/// True: this call fails, with errno set.
bool fails() {
  if (trouble.how == How::none || trouble.left == 0 || --trouble.left > 0) return false;
  trouble.has_come = true;
  if (trouble.how == How::dies) ::_exit(137);
  errno = trouble.how == How::full ? ENOSPC : EIO;
  if (trouble.how == How::full) trouble.left = 1;  // and stays full
  return true;
}

/// Reading needs no room.
bool reading_fails() { return trouble.how != How::full && fails(); }

sqlite3_vfs* real_vfs = nullptr;

struct Handle {
  sqlite3_file base;
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file).real(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

int close_file(sqlite3_file* file) { return methods(file).xClose(real(file)); }
int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  return reading_fails() ? SQLITE_IOERR_READ : methods(file).xRead(real(file), out, size, at);
}
int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  if (!fails()) return methods(file).xWrite(real(file), bytes, size, at);
  (void)methods(file).xWrite(real(file), bytes, size / 2, at);
  return trouble.how == How::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return reading_fails() ? SQLITE_IOERR_TRUNCATE : methods(file).xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  return reading_fails() ? SQLITE_IOERR_FSYNC : methods(file).xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return reading_fails() ? SQLITE_IOERR_FSTAT : methods(file).xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return reading_fails() ? SQLITE_IOERR_LOCK : methods(file).xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) { return methods(file).xUnlock(real(file), level); }
int is_reserved(sqlite3_file* file, int* out) { return methods(file).xCheckReservedLock(real(file), out); }
int control_file(sqlite3_file* file, int what, void* with) {
  return methods(file).xFileControl(real(file), what, with);
}
int sector_size(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real(file)); }
int map_region(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return reading_fails() ? SQLITE_IOERR_SHMMAP : methods(file).xShmMap(real(file), region, size, extend, out);
}
int lock_region(sqlite3_file* file, int offset, int count, int flags) {
  const bool is_release = (flags & SQLITE_SHM_UNLOCK) != 0;
  if (!is_release && reading_fails()) return SQLITE_IOERR_SHMLOCK;
  return methods(file).xShmLock(real(file), offset, count, flags);
}
void barrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
int unmap_regions(sqlite3_file* file, int erase) { return methods(file).xShmUnmap(real(file), erase); }

constexpr sqlite3_io_methods kMethods = {
    2,           close_file,  read_file,     write_file,   truncate_file, sync_file,       file_size,
    lock_file,   unlock_file, is_reserved,   control_file, sector_size,   characteristics, map_region,
    lock_region, barrier,     unmap_regions, nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* flags_out) {
  auto* handle = new (out) Handle{};
  if (reading_fails()) return SQLITE_CANTOPEN;
  const int opened = real_vfs->xOpen(real_vfs, name, handle->real(), flags, flags_out);
  if (handle->real()->pMethods != nullptr) handle->base.pMethods = &kMethods;
  return opened;
}
int delete_file(sqlite3_vfs*, const char* name, int durably) {
  return reading_fails() ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, name, durably);
}
int access_file(sqlite3_vfs*, const char* name, int flags, int* out) {
  return reading_fails() ? SQLITE_IOERR_ACCESS : real_vfs->xAccess(real_vfs, name, flags, out);
}

sqlite3_vfs troubled_vfs() {
  sqlite3_vfs vfs = *real_vfs;
  vfs.szOsFile = static_cast<int>(sizeof(Handle)) + real_vfs->szOsFile;
  vfs.zName = "karez-trouble";
  vfs.pNext = nullptr;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  return vfs;
}

sqlite3_vfs registered;

}  // namespace

TroubledVfs::TroubledVfs() {
  real_vfs = sqlite3_vfs_find(nullptr);
  registered = troubled_vfs();
  REQUIRE(sqlite3_vfs_register(&registered, 1) == SQLITE_OK);
}

TroubledVfs::~TroubledVfs() {
  sqlite3_vfs_unregister(&registered);
  sqlite3_vfs_register(real_vfs, 1);
}

Outcome with_trouble(How how, std::uint64_t n, const std::function<Status()>& work) {
  constexpr int kDied = 137;
  if (how == How::dies) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      trouble = {how, n, false};
      ::_exit(work().ok() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return {WEXITSTATUS(status) == 0, WEXITSTATUS(status) == kDied};
  }
  trouble = {how, n, false};
  const Status done = work();
  const bool had_come = std::exchange(trouble, {}).has_come;
  if (!done) {
    CAPTURE(done.error().message);
    CHECK(done.error().code == ErrorCode::io);
  }
  return {done.ok(), had_come};
}

}  // namespace karez::sim

extern "C" {
int __real_fsync(int);
int __real_fdatasync(int);
int __real_rename(const char*, const char*);
ssize_t __real_write(int, const void*, size_t);
int __real_ftruncate(int, off_t);
int __real_open(const char*, int, ...);

int __wrap_fsync(int file) { return karez::sim::fails() ? -1 : __real_fsync(file); }
int __wrap_fdatasync(int file) { return karez::sim::fails() ? -1 : __real_fdatasync(file); }
int __wrap_rename(const char* from, const char* to) {
  return karez::sim::fails() ? -1 : __real_rename(from, to);
}
ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  if (file <= 2 || !karez::sim::fails()) return __real_write(file, bytes, size);
  // Half of it may be there before the error.
  const int why = errno;
  (void)!__real_write(file, bytes, size / 2);
  errno = why;
  return -1;
}
int __wrap_ftruncate(int file, off_t size) { return karez::sim::fails() ? -1 : __real_ftruncate(file, size); }
int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  // Only what is opened to be written: a folder that cannot be opened for its fsync is allowed to pass.
  const bool writes = (flags & (O_WRONLY | O_RDWR)) != 0;
  return writes && karez::sim::fails() ? -1 : __real_open(path, flags, mode);
}
}
