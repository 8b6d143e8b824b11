#include "karez/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "karez/base/mutants.h"

namespace karez {
namespace {

Error failed(const std::string& what, const std::string& path) {
  return {ErrorCode::io, what + " " + path + ": " + std::strerror(errno) +
                             "; nothing was lost: check the folder and its disk"};
}

Status write_file_durably(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("cannot write", temporary);
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      ::close(file);
      return failed("cannot write", temporary);
    }
    written += static_cast<std::size_t>(n);
  }
  const bool synced = is_mutant(Mutant::skip_file_fsync) || ::fsync(file) == 0;
  ::close(file);
  if (!synced || std::rename(temporary.c_str(), path.c_str()) != 0) return failed("cannot write", path);
  return is_mutant(Mutant::skip_folder_fsync) ? Status() : sync_to_disk(folder_of(path));
}

/// True if the file was there with this size and now holds the text, on the disk. A new file and its name
/// would cost two flushes of the file system's journal.
bool overwrite_in_place(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return false;
  struct stat found {};
  const bool is_same_size = ::fstat(file, &found) == 0 && S_ISREG(found.st_mode) &&
                            static_cast<std::size_t>(found.st_size) == text.size();
  const bool is_written = is_same_size &&
                          ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
                          ::fdatasync(file) == 0;
  ::close(file);
  return is_written;
}

Result<std::string> read_small_file(const std::string& path) {
  constexpr std::size_t kMost = 64 * 1024;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return Error{ErrorCode::not_found, "there is no file " + path};
    return failed("cannot read", path);
  }
  std::string text(kMost + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(file, text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      ::close(file);
      return failed("cannot read", path);
    }
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
    if (size > kMost) break;
  }
  ::close(file);
  if (size > kMost) return Error{ErrorCode::too_large, path + " is larger than 64 KiB"};
  text.resize(size);
  return text;
}

class SystemFiles final : public Files {
 public:
  bool exists(const std::string& path) const override {
    std::error_code ec;
    return std::filesystem::exists(path, ec);
  }
  Status make_folder(const std::string& path) override {
    std::error_code ec;
    std::filesystem::create_directories(path, ec);
    if (ec) return Error{ErrorCode::io, "cannot make the folder " + path + ": " + ec.message()};
    return {};
  }
  Result<std::string> read_small(const std::string& path) const override { return read_small_file(path); }
  Status write_durably(const std::string& path, const std::string& text) override {
    return write_file_durably(path, text);
  }
  Status overwrite_durably(const std::string& path, const std::string& text) override {
    return overwrite_in_place(path, text) ? Status() : write_file_durably(path, text);
  }
};

}  // namespace

Files& system_files() {
  static SystemFiles files;
  return files;
}

Status sync_to_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot open", path);
  int problem = ::fsync(file) == 0 ? 0 : errno;
  if (problem == EINVAL) {
    struct stat facts {};
    if (::fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) problem = 0;
  }
  ::close(file);
  errno = problem;
  return problem == 0 ? Status() : failed("cannot force to the disk", path);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace karez
