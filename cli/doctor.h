// What `karez doctor` looks at outside the replica: folders, disks, sockets. Each check says one sentence.
#pragma once

#include <string>

#include "cli/context.h"

namespace karez::cli {

struct Check {
  std::string name;  ///< the JSON word; people read check_label()
  bool ok = false;
  std::string message;
};

/// What people read in place of the name.
[[nodiscard]] std::string check_label(const Context& context, const std::string& name);
/// The folder exists and can be written.
[[nodiscard]] Check check_folder(const Context& context, const std::string& name, const std::string& path);
/// Only its owner can read the key file.
[[nodiscard]] Check check_key_file(const Context& context, const std::string& path);
[[nodiscard]] Check check_disk_space(const Context& context, const std::string& path);
/// A folder on a network drive, or one that a program keeps equal with other machines, can break a database.
[[nodiscard]] Check check_file_system(const Context& context, const std::string& path);
/// Opens the database on its own and asks SQLite.
[[nodiscard]] Check check_database(const Context& context, const std::string& path);
/// Somebody accepts connections at the relay's address.
[[nodiscard]] Check check_relay(const Context& context, const std::string& url);

/// $XDG_STATE_HOME/karez, else ~/.local/state/karez: where the clone guard keeps its nonce.
[[nodiscard]] std::string default_state_folder_path();
/// The product behind a folder that is kept equal with other machines; empty if there is no sign of one.
[[nodiscard]] std::string synced_folder_kind(const std::string& path);

}  // namespace karez::cli
