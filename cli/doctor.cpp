#include "cli/doctor.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

#include "karez/storage/database.h"
#include "karez/transport/websocket_client.h"

namespace karez::cli {
namespace {

constexpr std::uint64_t kEnoughBytes = std::uint64_t{200} << 20;
constexpr int kConnectMs = 3000;

/// Closes at the end of scope.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int n) : number(n) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

bool accepts_connection(const addrinfo& address) {
  const Descriptor socket_of(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket_of.number < 0) return false;
  if (connect(socket_of.number, address.ai_addr, address.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd wanted{socket_of.number, POLLOUT, 0};
  if (poll(&wanted, 1, kConnectMs) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(socket_of.number, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool accepts_connections(const RelayUrl& url) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &wanted, &found) != 0) return false;
  bool is_open = false;
  for (const addrinfo* one = found; one != nullptr && !is_open; one = one->ai_next)
    is_open = accepts_connection(*one);
  freeaddrinfo(found);
  return is_open;
}

/// The kind of a file system on which locks or the write-ahead log cannot be relied on.
std::string network_file_system(const std::string& path) {
  struct Kind {
    std::uint64_t magic;
    const char* name;
  };
  // From linux/magic.h and statfs(2).
  constexpr std::array<Kind, 7> kKinds{{{0x6969, "NFS"},
                                        {0xFF534D42, "CIFS"},
                                        {0xFE534D42, "SMB2"},
                                        {0x517B, "SMB"},
                                        {0x65735546, "FUSE"},
                                        {0x5346414F, "AFS"},
                                        {0x00C36400, "Ceph"}}};
  struct statfs info {};
  if (statfs(path.c_str(), &info) != 0) return {};
  const std::uint64_t magic = static_cast<std::uint64_t>(info.f_type) & 0xFFFFFFFFu;
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.magic == magic; });
  return found == kKinds.end() ? std::string() : found->name;
}

}  // namespace

std::string check_label(const Context& context, const std::string& name) {
  static const std::map<std::string, Text> kLabels{
      {"version", say::kCheckNameVersion},   {"home", say::kCheckNameHome},
      {"state", say::kCheckNameState},       {"key", say::kCheckNameKey},
      {"disk", say::kCheckNameDisk},         {"file_system", say::kCheckNameFileSystem},
      {"database", say::kCheckNameDatabase}, {"records", say::kCheckNameRecords},
      {"clock", say::kCheckNameClock},       {"relay", say::kCheckNameRelay},
  };
  const auto label = kLabels.find(name);
  return label == kLabels.end() ? name : context.say(label->second);
}

Check check_folder(const Context& context, const std::string& name, const std::string& path) {
  std::error_code ec;
  // What does not exist yet is made when it is first needed: its nearest parent must be writable then.
  std::filesystem::path folder = std::filesystem::absolute(path, ec);
  while (!std::filesystem::exists(folder, ec) && folder.has_relative_path()) folder = folder.parent_path();
  const bool is_writable =
      std::filesystem::is_directory(folder, ec) && access(folder.c_str(), W_OK | X_OK) == 0;
  return {name, is_writable, context.say(is_writable ? say::kCheckFolder : say::kCheckFolderBad, {path})};
}

Check check_key_file(const Context& context, const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {"key", false, context.say(say::kCheckKeyMissing, {path})};
  const bool is_private = (info.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  return {"key", is_private, context.say(is_private ? say::kCheckKey : say::kCheckKeyOpen, {path})};
}

Check check_disk_space(const Context& context, const std::string& path) {
  struct statvfs info {};
  if (statvfs(path.c_str(), &info) != 0) return {"disk", false, std::strerror(errno)};
  const std::uint64_t free_bytes = std::uint64_t{info.f_bavail} * info.f_frsize;
  const std::string megabytes = std::to_string(free_bytes >> 20);
  const bool is_enough = free_bytes >= kEnoughBytes;
  return {"disk", is_enough, context.say(is_enough ? say::kCheckDisk : say::kCheckDiskFull, {megabytes})};
}

std::string synced_folder_kind(const std::string& path) {
  for (const char* product :
       {"OneDrive", "Dropbox", "Google Drive", "GoogleDrive", "iCloud", "Nextcloud", "ownCloud", "Syncthing",
        "Seafile", "坚果云", "Nutstore", "百度网盘", "BaiduNetdisk", "WeDrive"}) {
    if (path.find(product) != std::string::npos) return product;
  }
  return {};
}

Check check_file_system(const Context& context, const std::string& path) {
  std::error_code ec;
  const std::string real = std::filesystem::weakly_canonical(path, ec).string();
  const std::string synced = synced_folder_kind(ec ? path : real);
  if (!synced.empty()) return {"file_system", false, context.say(say::kCheckSyncedFolder, {synced})};
  const std::string network = network_file_system(path);
  if (!network.empty()) return {"file_system", false, context.say(say::kCheckNetworkFolder, {network})};
  return {"file_system", true, context.say(say::kCheckLocalFolder)};
}

Check check_database(const Context& context, const std::string& path) {
  DatabaseOptions options;
  options.read_only = true;
  options.must_exist = true;
  auto database = Database::open(path, options);
  if (!database) return {"database", false, database.error().message};
  auto findings = database->quick_check();
  if (!findings) return {"database", false, findings.error().message};
  if (!findings->empty())
    return {"database", false, context.say(say::kCheckDatabaseBad, {findings->front()})};
  return {"database", true, context.say(say::kCheckDatabase)};
}

Check check_relay(const Context& context, const std::string& url) {
  if (url.empty()) return {"relay", true, context.say(say::kCheckNoRelay)};
  auto parsed = parse_relay_url(url);
  if (!parsed) return {"relay", false, parsed.error().message};
  const bool is_open = accepts_connections(*parsed);
  return {"relay", is_open, context.say(is_open ? say::kCheckRelay : say::kCheckRelayAway, {url})};
}

std::string default_state_folder_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return std::string(state) + "/karez";
  const char* user = std::getenv("HOME");
  return user == nullptr ? std::string(".") : std::string(user) + "/.local/state/karez";
}

}  // namespace karez::cli
