#include "data_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace karez::relay {
namespace {

Error io_error(const std::string& what) { return {ErrorCode::io, what + ": " + std::strerror(errno)}; }

/// Writes a new file and forces it and its folder to disk: the key must not be lost after it was pinned
/// somewhere.
Status write_new_file(const std::string& folder, const std::string& name, const std::string& text) {
  const std::string path = folder + "/" + name;
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return io_error("cannot write " + temporary);
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && ::fsync(file) == 0;
  ::close(file);
  if (!synced) return io_error("cannot write " + temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error("cannot write " + path);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DataDir>> DataDir::open(const std::string& path, Random& random) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) return Error{ErrorCode::io, "cannot make the folder " + path + ": " + failure.message()};
  std::unique_ptr<DataDir> dir(new DataDir(path));
  const Status locked = dir->lock_.try_acquire();
  if (!locked && locked.error().code == ErrorCode::busy) {
    return Error{ErrorCode::busy, "another relay is already running on " + path +
                                      "; nothing was changed: stop it first, or choose another folder"};
  }
  KAREZ_TRY(locked);
  KAREZ_TRY(dir->load_key(random));
  return dir;
}

Status DataDir::load_key(Random& random) {
  const std::string path = path_ + "/relay.key";
  FixedBytes<32> seed{};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno != ENOENT) return io_error("cannot read " + path);
    random.fill(seed);
    KAREZ_TRY(write_new_file(path_, "relay.key", to_hex(seed) + "\n"));
  } else {
    char text[65] = {};
    const ssize_t count = ::read(file, text, sizeof text);
    ::close(file);
    const auto read = count >= 64 ? fixed_from_hex<32>({text, 64}) : std::nullopt;
    if (!read) {
      return Error{ErrorCode::corrupt,
                   path +
                       " does not hold the relay's key; nothing was changed: restore it from a "
                       "backup, since laptops know the relay by this key"};
    }
    seed = *read;
  }
  key_ = key_pair_from_seed(seed);
  return {};
}

std::uint64_t free_bytes(const std::string& path) {
  struct statvfs space {};
  if (::statvfs(path.c_str(), &space) != 0) return 0;
  return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

std::uint64_t store_bytes(const std::string& path) {
  std::uint64_t total = 0;
  for (const char* name : {"/relay.db", "/relay.db-wal"}) {
    struct stat file {};
    if (::stat((path + name).c_str(), &file) == 0) total += static_cast<std::uint64_t>(file.st_size);
  }
  return total;
}

}  // namespace karez::relay
