// What reaches the disk, and in which order: this program's own fsync, fdatasync and rename stand before the
// C library's and note what is asked of them.
#include "karez/base/files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

using namespace karez;

namespace {

std::vector<std::string> asked;

std::string path_of(int file) {
  char path[PATH_MAX] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path - 1);
  return size < 0 ? std::string("?") : std::string(path, static_cast<std::size_t>(size));
}

}  // namespace

extern "C" int fsync(int file) {
  asked.push_back("fsync " + path_of(file));
  return static_cast<int>(::syscall(SYS_fsync, file));
}
extern "C" int fdatasync(int file) {
  asked.push_back("fdatasync " + path_of(file));
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}
extern "C" int rename(const char* from, const char* to) noexcept {
  asked.push_back("rename " + std::string(from) + " " + to);
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

TEST_CASE("Files: a file is on the disk before it has its name, and the name before the call ends") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/author.key";
  asked.clear();
  REQUIRE(system_files().write_durably(path, "one\n").ok());
  const std::vector<std::string> durable{"fsync " + path + ".new", "rename " + path + ".new " + path,
                                         "fsync " + folder.path()};
  CHECK(asked == durable);
  CHECK(*system_files().read_small(path) == "one\n");

  // As long as before: written over in place. Longer: a new file again.
  asked.clear();
  REQUIRE(system_files().overwrite_durably(path, "two\n").ok());
  CHECK(asked == std::vector<std::string>{"fdatasync " + path});
  CHECK(*system_files().read_small(path) == "two\n");
  asked.clear();
  REQUIRE(system_files().overwrite_durably(path, "three\n").ok());
  CHECK(asked == durable);
  CHECK(*system_files().read_small(path) == "three\n");
}

TEST_CASE("Files: a folder that is not there is an error with its path") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/none/author.key";
  const Status written = system_files().write_durably(path, "one\n");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().code == ErrorCode::io);
  CHECK(written.error().message.find(path) != std::string::npos);
  CHECK(system_files().read_small(path).error().code == ErrorCode::not_found);
}
