#include "karez/relay/backup.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "data_dir.h"
#include "karez/base/files.h"
#include "pack_store.h"

namespace karez {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDatabase = "/relay.db";

/// The place where a copy is made before it gets its name; what an interrupted copy left there is removed.
Result<std::string> make_part(const std::string& to) {
  std::error_code failed;
  if (fs::exists(to, failed) && !fs::is_empty(to, failed)) {
    return Error{
        ErrorCode::refused,
        to + " is there already and not empty; nothing was changed: name another folder, or move it away"};
  }
  std::string part = to;
  while (part.ends_with('/')) part.pop_back();
  part += ".part";
  fs::remove_all(part, failed);
  fs::create_directories(part, failed);
  if (failed) return Error{ErrorCode::io, "cannot make the folder " + part + ": " + failed.message()};
  return part;
}

/// One consistent copy beside whoever writes.
Status copy_store(const std::string& from, const std::string& to) {
  if (!fs::exists(from + kDatabase) || !fs::exists(from + relay::kRelayKeyFile))
    return Error{ErrorCode::not_found, from + " holds no relay's store and key; nothing was changed"};
  KAREZ_TRY(relay::read_relay_key(from + relay::kRelayKeyFile));
  KAREZ_ASSIGN(const std::string key, system_files().read_small(from + relay::kRelayKeyFile));
  {
    DatabaseOptions options;  // not read-only: SQLite then refuses to write the copy too
    options.must_exist = true;
    KAREZ_ASSIGN(Database source, Database::open(from + kDatabase, options));
    // Not as a statement of ours: where the size of the new file cannot be asked, SQLite says that it exists.
    KAREZ_ASSIGN(Statement copy, source.prepare_typed("VACUUM INTO ?"));
    const Status copied = copy.bind(1, to + kDatabase).run();
    if (!copied && copied.error().code == ErrorCode::usage)
      return Error{ErrorCode::io, "cannot write " + to + kDatabase + ": " + copied.error().message};
    KAREZ_TRY(copied);
  }
  {
    KAREZ_ASSIGN(Database copy, Database::open(to + kDatabase));
    KAREZ_ASSIGN(const std::vector<std::string> findings, copy.quick_check());
    if (!findings.empty()) {
      return Error{ErrorCode::corrupt, "the relay's database in " + from + " is damaged (" +
                                           findings.front() + "); it was not changed: take an older backup"};
    }
  }
  return system_files().write_durably(to + relay::kRelayKeyFile, key);
}

/// Gives a finished copy its name.
Status publish(const std::string& part, const std::string& to) {
  KAREZ_TRY(sync_to_disk(part + kDatabase));
  KAREZ_TRY(sync_to_disk(part));
  if (std::rename(part.c_str(), to.c_str()) != 0)
    return Error{ErrorCode::io, "cannot name " + to + ": " + std::strerror(errno)};
  const Status named = sync_to_disk(folder_of(part));
  std::error_code ignored;
  if (!named) fs::rename(to, part, ignored);  // what is not known to be durable is not there
  return named;
}

RelayBackup report_of(const relay::RelayState& state, const std::string& folder) {
  std::error_code ignored;
  return {state.workspace, state.end, state.changes, state.heads.size(),
          fs::file_size(folder + kDatabase, ignored)};
}

/// A backup belongs to no incarnation: whatever opens it begins a new one.
Status end_incarnation(const std::string& folder) {
  KAREZ_ASSIGN(Database database, Database::open(folder + kDatabase));
  return database.execute("DELETE FROM meta WHERE name = 'incarnation'");
}

enum class Product { backup, store };

/// Copies, and reads the copy as a relay does: its heads, authority and notes.
Result<RelayBackup> copy_relay(const std::string& from, const std::string& to, Product product,
                               const Clock& clock, Random& random) {
  KAREZ_ASSIGN(const std::string part, make_part(to));
  const auto copy = [&]() -> Result<RelayBackup> {
    KAREZ_TRY(copy_store(from, part));
    relay::RelayState state;
    {
      relay::PackStoreOptions options;
      options.folder = part;
      options.new_incarnation = true;
      KAREZ_ASSIGN(const std::unique_ptr<relay::PackStore> store,
                   relay::PackStore::open(options, clock, random));
      state = store->state();
    }
    if (product == Product::backup) KAREZ_TRY(end_incarnation(part));
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
  return copy_relay(data, to, Product::backup, clock, random);
}

Result<RelayBackup> restore_relay(const std::string& from, const std::string& data, const Clock& clock,
                                  Random& random) {
  return copy_relay(from, data, Product::store, clock, random);
}

}  // namespace karez
