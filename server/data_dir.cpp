#include "data_dir.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>

#include "karez/base/files.h"

namespace karez::relay {
namespace {

/// The seed of the relay's key pair in the text of its key file; nothing if it holds none.
std::optional<FixedBytes<32>> seed_in(const std::string& text) {
  return text.size() >= 64 ? fixed_from_hex<32>({text.data(), 64}) : std::nullopt;
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
  const std::string path = path_ + kRelayKeyFile;
  if (!system_files().exists(path)) {
    FixedBytes<32> seed{};
    random.fill(seed);
    // Forced to the disk: the key must not be lost after a laptop pinned it.
    KAREZ_TRY(system_files().write_durably(path, to_hex(seed) + "\n"));
  }
  KAREZ_ASSIGN(key_, read_relay_key(path));
  return {};
}

Result<KeyPair> read_relay_key(const std::string& path) {
  KAREZ_ASSIGN(const std::string text, system_files().read_small(path));
  const auto seed = seed_in(text);
  if (seed) return key_pair_from_seed(*seed);
  return Error{ErrorCode::corrupt,
               path +
                   " does not hold the relay's key; nothing was changed: restore it from a "
                   "backup, since laptops know the relay by this key"};
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
