// Files outside SQLite's VFS: the n-th call that changes one fails, or kills the process, for every n:
// packing a bundle onto a stick. Linked with --wrap for those calls, so that exactly those of the code under
// test are met.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <iostream>

#include "support/replica_fleet.h"

namespace {

enum class How { none, eio, full, dies };
struct Trouble {
  How how = How::none;
  std::uint64_t left = 0;
} trouble;

/// True: this call fails, with errno set.
bool fails() {
  if (trouble.how == How::none || trouble.left == 0 || --trouble.left > 0) return false;
  if (trouble.how == How::dies) ::_exit(137);
  errno = trouble.how == How::full ? ENOSPC : EIO;
  if (trouble.how == How::full) trouble.left = 1;  // and stays full
  return true;
}

}  // namespace

extern "C" {
int __real_fsync(int);
int __real_fdatasync(int);
int __real_rename(const char*, const char*);
ssize_t __real_write(int, const void*, size_t);
int __real_ftruncate(int, off_t);
int __real_open(const char*, int, ...);

int __wrap_fsync(int file) { return fails() ? -1 : __real_fsync(file); }
int __wrap_fdatasync(int file) { return fails() ? -1 : __real_fdatasync(file); }
int __wrap_rename(const char* from, const char* to) { return fails() ? -1 : __real_rename(from, to); }
ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  // Half of it may be there before the error.
  if (file <= 2) return __real_write(file, bytes, size);
  if (!fails()) return __real_write(file, bytes, size);
  (void)!__real_write(file, bytes, size / 2);
  errno = trouble.how == How::full ? ENOSPC : EIO;
  return -1;
}
int __wrap_ftruncate(int file, off_t size) { return fails() ? -1 : __real_ftruncate(file, size); }
int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  // Only what is opened to be written: a folder that cannot be opened for its fsync is allowed to pass.
  const bool writes = (flags & (O_WRONLY | O_RDWR)) != 0;
  return writes && fails() ? -1 : __real_open(path, flags, mode);
}
}

namespace karez {
namespace {

using testing::ReplicaFleet;
using testing::TemporaryFolder;

/// Runs `work` with trouble at its n-th call, in a process of its own if it is to die. True: it succeeded.
bool with_trouble(How how, std::uint64_t n, const std::function<Status()>& work) {
  if (how == How::dies) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      trouble = {how, n};
      ::_exit(work().ok() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status) == 0;
  }
  trouble = {how, n};
  const Status done = work();
  trouble = {};
  if (!done) {
    CAPTURE(done.error().message);
    CHECK(done.error().code == ErrorCode::io);
  }
  return done.ok();
}

}  // namespace

TEST_CASE("Faults: a bundle is there whole or not at all, whichever call of its file fails or kills") {
  ReplicaFleet fleet;
  for (int i = 0; i < 200; ++i) testing::record_visit(fleet.hq(), "S1", i, {{"W550", i + 1}});
  TemporaryFolder folder;
  const std::string stick = folder.path() + "/stick.karez";
  int points = 0;
  for (const How how : {How::eio, How::full, How::dies}) {
    for (std::uint64_t n = 1;; ++n) {
      CAPTURE(n);
      std::filesystem::remove(stick);
      const auto pack = [&]() -> Status {
        const auto packed = fleet.hq().pack_bundle(stick, "");
        return packed ? Status() : Status(packed.error());
      };
      const bool succeeded = with_trouble(how, n, pack);
      const auto there = read_bundle(stick);
      if (succeeded) REQUIRE(there.ok());
      if (there) CHECK(there->fault == BundleFault::none);
      if (how != How::dies && !succeeded) CHECK_FALSE(std::filesystem::exists(stick + ".part"));
      const Status again = pack();
      CHECK_MESSAGE(again.ok(), (again ? "" : again.error().message));
      CHECK(read_bundle(stick)->fault == BundleFault::none);
      CHECK_FALSE(std::filesystem::exists(stick + ".part"));
      if (succeeded) break;
      ++points;
    }
  }
  std::cout << points << " faults and deaths in packing a bundle's file\n";
  CHECK(points >= 9);
  CHECK(fleet.hq().verify()->ok);
}

}  // namespace karez
