#include "clone_guard.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace karez {

std::string default_state_folder() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && state[0] == '/') {
    return std::string(state) + "/karez";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/') {
    return std::string(home) + "/.local/state/karez";
  }
  const passwd* user = ::getpwuid(::getuid());
  const std::string home = user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "/var/tmp";
  return home + "/.local/state/karez";
}

CloneGuard::CloneGuard(Files& files, std::string folder, std::string replica_id)
    : files_(&files),
      folder_(folder.empty() ? default_state_folder() : std::move(folder)),
      path_(folder_ + "/" + replica_id) {}

Result<bool> CloneGuard::expects(const std::string& in_database) const {
  auto text = files_->read_small(path_);
  if (!text && text.error().code == ErrorCode::not_found) return false;
  if (!text) return text.error();
  std::istringstream words(*text);
  std::string word;
  while (words >> word) {
    if (word == in_database) return true;
  }
  return false;
}

Status CloneGuard::announce(const std::string& old_nonce, const std::string& next) const {
  (void)files_->make_folder(folder_).ok();  // writing says what is wrong
  return write(old_nonce, next);
}

Status CloneGuard::settle(const std::string& current) const { return write(current, current); }

Status CloneGuard::write(const std::string& one, const std::string& other) const {
  // Always as long, so that it can be written over.
  return files_->overwrite_durably(path_, one + "\n" + other + "\n");
}

}  // namespace karez
