#include "karez/relay/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "data_dir.h"
#include "karez/base/files.h"
#include "pack_store.h"

namespace karez {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDatabase = "/relay.db";

Error io_error(const std::string& what) { return {ErrorCode::io, what + ": " + std::strerror(errno)}; }

Status sync_to_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return io_error("cannot open " + path);
  const bool synced = ::fsync(file) == 0;
  const int problem = errno;
  ::close(file);
  errno = problem;
  return synced ? Status() : io_error("cannot force " + path + " to the disk");
}

std::string parent_of(const std::string& path) {
  const fs::path parent = fs::absolute(path).parent_path();
  return parent.empty() ? "/" : parent.string();
}

/// The place where a copy is made before it gets its name; what an interrupted copy left there is removed.
Result<std::string> make_part(const std::string& to) {
  std::error_code failed;
  if (fs::exists(to, failed) && !fs::is_empty(to, failed)) {
    return Error{
        ErrorCode::refused,
        to + " is there already and not empty; nothing was changed: name another folder, or move it away"};
  }
  std::string part = (fs::absolute(to).parent_path() / fs::absolute(to).filename()).string();
  while (part.ends_with('/')) part.pop_back();
  part += ".part";
  fs::remove_all(part, failed);
  fs::create_directories(part, failed);
  if (failed) return Error{ErrorCode::io, "cannot make the folder " + part + ": " + failed.message()};
  return part;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

/// One consistent copy beside whoever writes, without its incarnation: whatever opens it begins a new one.
Status copy_store(const std::string& from, const std::string& to) {
  if (!fs::exists(from + kDatabase) || !fs::exists(from + relay::kRelayKeyFile))
    return Error{ErrorCode::not_found, from + " holds no relay's store and key; nothing was changed"};
  KAREZ_TRY(relay::read_relay_key(from + relay::kRelayKeyFile));
  KAREZ_ASSIGN(const std::string key, system_files().read_small(from + relay::kRelayKeyFile));
  {
    DatabaseOptions options;  // not read-only: SQLite then refuses to write the copy too
    options.must_exist = true;
    KAREZ_ASSIGN(Database source, Database::open(from + kDatabase, options));
    KAREZ_TRY(source.execute("VACUUM INTO " + quoted(to + kDatabase)));
  }
  {
    KAREZ_ASSIGN(Database copy, Database::open(to + kDatabase));
    KAREZ_ASSIGN(const std::vector<std::string> findings, copy.quick_check());
    if (!findings.empty()) {
      return Error{ErrorCode::corrupt, "the relay's database in " + from + " is damaged (" +
                                           findings.front() + "); it was not changed: take an older backup"};
    }
    KAREZ_TRY(copy.execute("DELETE FROM meta WHERE name = 'incarnation'"));
  }
  return system_files().write_durably(to + relay::kRelayKeyFile, key);
}

/// Gives a finished copy its name.
Status publish(const std::string& part, const std::string& to) {
  KAREZ_TRY(sync_to_disk(part + kDatabase));
  KAREZ_TRY(sync_to_disk(part));
  if (::rename(part.c_str(), to.c_str()) != 0) return io_error("cannot name " + to);
  return sync_to_disk(parent_of(to));
}

RelayBackup report_of(const relay::RelayState& state, const std::string& folder) {
  std::error_code ignored;
  return {state.workspace, state.end, state.changes, state.heads.size(),
          fs::file_size(folder + kDatabase, ignored)};
}

/// Copies, and reads the copy as a relay does: its heads, authority and notes. `keeps_life`: with an
/// incarnation of its own already.
Result<RelayBackup> copy_relay(const std::string& from, const std::string& to, bool keeps_life,
                               const Clock& clock, Random& random) {
  KAREZ_ASSIGN(const std::string part, make_part(to));
  const auto copy = [&]() -> Result<RelayBackup> {
    KAREZ_TRY(copy_store(from, part));
    relay::RelayState state;
    {
      relay::PackStoreOptions options;
      options.folder = part;
      KAREZ_ASSIGN(const std::unique_ptr<relay::PackStore> store,
                   relay::PackStore::open(options, clock, random));
      state = store->state();
    }
    if (!keeps_life) {
      KAREZ_ASSIGN(Database again, Database::open(part + kDatabase));
      KAREZ_TRY(again.execute("DELETE FROM meta WHERE name = 'incarnation'"));
    }
    KAREZ_TRY(publish(part, to));
    return report_of(state, to);
  };
  Result<RelayBackup> copied = copy();
  std::error_code ignored;
  if (!copied) fs::remove_all(part, ignored);
  return copied;
}

}  // namespace

Result<RelayBackup> back_up_relay(const std::string& data, const std::string& to, const Clock& clock,
                                  Random& random) {
  return copy_relay(data, to, false, clock, random);
}

Result<RelayBackup> restore_relay(const std::string& from, const std::string& data, const Clock& clock,
                                  Random& random) {
  return copy_relay(from, data, true, clock, random);
}

}  // namespace karez
