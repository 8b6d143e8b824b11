#include "vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace karez::sim {
namespace {

constexpr int kLockSlots = 8;

struct Host {
  std::map<std::string, Disk*> disks;
  Dice dice{0};
};

Host& host() {
  static Host one;
  return one;
}

/// What stands behind SQLite's file pointer.
struct Handle {
  sqlite3_file base;
  Disk* disk;
  std::uint64_t generation;
  std::shared_ptr<Disk::File> file;
  std::string path;
  bool is_temporary;

  [[nodiscard]] bool is_stale() const {
    return disk != nullptr && (disk->is_dead() || disk->generation() != generation);
  }
  /// The file is gone with its machine, or the disk fails this very call.
  [[nodiscard]] bool fails() const { return is_stale() || (disk != nullptr && !disk->call()); }
};

Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

Disk* disk_of(const std::string& path) {
  const std::size_t end = path.find('/', 1);
  const auto found = host().disks.find(path.substr(1, end == std::string::npos ? end : end - 1));
  return found == host().disks.end() ? nullptr : found->second;
}

int close_file(sqlite3_file* file) {
  Handle& handle = of(file);
  for (int slot = 0; slot < kLockSlots; ++slot) {
    auto& holder = handle.file->exclusive_holder[static_cast<std::size_t>(slot)];
    if (holder == &handle) holder = nullptr;
  }
  handle.file->locks.erase(&handle);
  handle.~Handle();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
  Handle& handle = of(file);
  if (handle.fails()) return SQLITE_IOERR_READ;
  if (handle.disk != nullptr && handle.disk->read() != Disk::Outcome::done) return SQLITE_IOERR_READ;
  const Bytes& data = handle.file->data;
  const auto begin = static_cast<std::uint64_t>(offset);
  const auto wanted = static_cast<std::uint64_t>(amount);
  const std::uint64_t there = begin < data.size() ? std::min<std::uint64_t>(wanted, data.size() - begin) : 0;
  if (there > 0) std::memcpy(out, data.data() + begin, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int code_of(Disk::Outcome outcome, int failed) {
  if (outcome == Disk::Outcome::done) return SQLITE_OK;
  return outcome == Disk::Outcome::full ? SQLITE_FULL : failed;
}

int write_file(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
  Handle& handle = of(file);
  const ByteView view(static_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(amount));
  const auto begin = static_cast<std::uint64_t>(offset);
  if (handle.disk == nullptr) {
    Bytes& data = handle.file->data;
    if (begin + view.size() > data.size()) data.resize(begin + view.size());
    std::memcpy(data.data() + begin, view.data(), view.size());
    return SQLITE_OK;
  }
  if (handle.fails()) return SQLITE_IOERR_WRITE;
  return code_of(handle.disk->write(*handle.file, begin, view), SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = of(file);
  if (handle.disk == nullptr) {
    handle.file->data.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  if (handle.fails()) return SQLITE_IOERR_TRUNCATE;
  return code_of(handle.disk->truncate(*handle.file, static_cast<std::uint64_t>(size)),
                 SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
  Handle& handle = of(file);
  if (handle.disk == nullptr) return SQLITE_OK;
  if (handle.is_stale()) return SQLITE_IOERR_FSYNC;
  return code_of(handle.disk->sync(*handle.file), SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  Handle& handle = of(file);
  if (handle.fails()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(handle.file->data.size());
  return SQLITE_OK;
}

/// SQLite's five lock levels among the connections of this process.
int lock_file(sqlite3_file* file, int level) {
  Handle& handle = of(file);
  if (handle.fails()) return SQLITE_IOERR_LOCK;
  auto& locks = handle.file->locks;
  const int own = locks.contains(&handle) ? locks[&handle] : SQLITE_LOCK_NONE;
  if (own >= level) return SQLITE_OK;
  if (handle.disk != nullptr && !handle.disk->may_lock()) return SQLITE_BUSY;
  for (const auto& [other, held] : locks) {
    if (other == &handle) continue;
    if (level == SQLITE_LOCK_SHARED && held >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_RESERVED && held >= SQLITE_LOCK_RESERVED) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE && held >= SQLITE_LOCK_SHARED) return SQLITE_BUSY;
  }
  locks[&handle] = level;
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* file, int level) {
  Handle& handle = of(file);
  if (level == SQLITE_LOCK_NONE) {
    handle.file->locks.erase(&handle);
  } else {
    handle.file->locks[&handle] = level;
  }
  return SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* out) {
  Handle& handle = of(file);
  *out = std::any_of(handle.file->locks.begin(), handle.file->locks.end(),
                     [](const auto& entry) { return entry.second >= SQLITE_LOCK_RESERVED; })
             ? 1
             : 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 512; }
// As SQLite's own unix VFS: a torn write leaves the bytes beside it alone, which is what Disk does.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_region(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  Handle& handle = of(file);
  *out = nullptr;
  if (handle.fails()) return SQLITE_IOERR_SHMMAP;
  auto& regions = handle.file->shared_regions;
  const auto index = static_cast<std::size_t>(region);
  if (index >= regions.size()) {
    if (extend == 0) return SQLITE_OK;
    while (regions.size() <= index) {
      regions.push_back(std::make_unique<Bytes>(static_cast<std::size_t>(size)));
    }
  }
  *out = regions[index]->data();
  return SQLITE_OK;
}

int lock_region(sqlite3_file* file, int offset, int count, int flags) {
  Handle& handle = of(file);
  const bool is_release = (flags & SQLITE_SHM_UNLOCK) != 0;
  if (is_release ? handle.is_stale() : handle.fails()) return SQLITE_IOERR_SHMLOCK;
  const auto first = static_cast<std::size_t>(offset);
  const auto last = first + static_cast<std::size_t>(count);
  Disk::File& shared = *handle.file;
  if (is_release) {
    for (std::size_t slot = first; slot < last; ++slot) {
      if ((flags & SQLITE_SHM_SHARED) != 0)
        shared.shared_holders[slot] = std::max(0, shared.shared_holders[slot] - 1);
      if (shared.exclusive_holder[slot] == &handle) shared.exclusive_holder[slot] = nullptr;
    }
    return SQLITE_OK;
  }
  const bool wants_all = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  // Refusals are given where several processes really meet: at the writer's lock.
  if (wants_all && first == 0 && handle.disk != nullptr && !handle.disk->may_lock()) return SQLITE_BUSY;
  for (std::size_t slot = first; slot < last; ++slot) {
    const bool is_taken =
        shared.exclusive_holder[slot] != nullptr && shared.exclusive_holder[slot] != &handle;
    if (is_taken || (wants_all && shared.shared_holders[slot] > 0)) return SQLITE_BUSY;
  }
  for (std::size_t slot = first; slot < last; ++slot) {
    if (wants_all) {
      shared.exclusive_holder[slot] = &handle;
    } else {
      ++shared.shared_holders[slot];
    }
  }
  return SQLITE_OK;
}

void barrier(sqlite3_file*) {}

int unmap_regions(sqlite3_file* file, int erase) {
  Handle& handle = of(file);
  if (erase != 0) handle.file->shared_regions.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {
    2,           close_file,  read_file,     write_file,   truncate_file, sync_file,       file_size,
    lock_file,   unlock_file, is_reserved,   control_file, sector_size,   characteristics, map_region,
    lock_region, barrier,     unmap_regions, nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* flags_out) {
  out->pMethods = nullptr;
  const bool is_temporary = name == nullptr;
  const std::string path = is_temporary ? std::string() : std::string(name);
  Disk* disk = is_temporary ? nullptr : disk_of(path);
  if (!is_temporary && (disk == nullptr || disk->is_dead() || !disk->call())) return SQLITE_CANTOPEN;
  std::shared_ptr<Disk::File> file = is_temporary ? std::make_shared<Disk::File>() : disk->find(path);
  if (file == nullptr) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    file = disk->create(path);
  }
  auto* handle = new (out) Handle{};
  handle->base.pMethods = &kMethods;
  handle->disk = disk;
  handle->generation = disk == nullptr ? 0 : disk->generation();
  handle->file = std::move(file);
  handle->path = path;
  handle->is_temporary = is_temporary;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* name, int durably) {
  Disk* disk = disk_of(name);
  if (disk == nullptr || disk->is_dead() || !disk->call()) return SQLITE_IOERR_DELETE;
  if (disk->find(name) == nullptr) return SQLITE_IOERR_DELETE_NOENT;
  return code_of(disk->remove(name, durably != 0), SQLITE_IOERR_DELETE);
}

int access_file(sqlite3_vfs*, const char* name, int, int* out) {
  Disk* disk = disk_of(name);
  if (disk != nullptr && !disk->call()) return SQLITE_IOERR_ACCESS;
  const auto file = disk == nullptr ? nullptr : disk->find(name);
  // As SQLite's own: an empty file counts as none.
  *out = file != nullptr && !file->data.empty() ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int random_bytes(sqlite3_vfs*, int size, char* out) {
  host().dice.fill({reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
  return size;
}

int sleep_not(sqlite3_vfs*, int microseconds) { return microseconds; }

int same_time(sqlite3_vfs*, double* out) {
  *out = 2459774.5;  // 2022-07-14: nothing of ours asks SQLite for the time
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

void begin_vfs(std::uint64_t seed) {
  static sqlite3_vfs vfs = {1,         sizeof(Handle), 256,          nullptr,   "karez-sim", nullptr,
                            open_file, delete_file,    access_file,  full_path, nullptr,     nullptr,
                            nullptr,   nullptr,        random_bytes, sleep_not, same_time,   last_error,
                            nullptr,   nullptr,        nullptr,      nullptr};
  ENSURE(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
  host().disks.clear();
  host().dice = Dice(seed);
  sqlite3_randomness(0, nullptr);  // its generator begins anew from ours
}

void plug_in(const std::string& machine, Disk& disk) { host().disks[machine] = &disk; }
void unplug(const std::string& machine) { host().disks.erase(machine); }

}  // namespace karez::sim
