#include "bench/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <string_view>

#include "karez/transport/websocket_client.h"

namespace karez::bench {
namespace {

constexpr std::string_view kHeaderEnd = "\r\n\r\n";

/// Follows one direction of a WebSocket connection: skips the HTTP header and the first message, counts the
/// rest.
class FrameCounter {
 public:
  void take(const char* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) step(static_cast<std::uint8_t>(bytes[i]));
  }
  [[nodiscard]] std::uint64_t counted() const { return counted_; }

 private:
  void step(std::uint8_t byte) {
    if (matched_ < kHeaderEnd.size()) {
      const bool fits = byte == static_cast<std::uint8_t>(kHeaderEnd[matched_]);
      matched_ = fits ? matched_ + 1 : (byte == '\r' ? 1 : 0);
      return;
    }
    if (has_first_) ++counted_;
    if (payload_ > 0) {
      if (--payload_ == 0) end_frame();
      return;
    }
    header_[header_size_++] = byte;
    if (header_size_ < 2) return;
    const std::uint8_t length = header_[1] & 0x7F;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    const std::size_t mask = (header_[1] & 0x80) != 0 ? 4 : 0;
    if (header_size_ < 2 + extra + mask) return;
    payload_ = length;
    if (extra > 0) payload_ = 0;
    for (std::size_t i = 0; i < extra; ++i) payload_ = payload_ << 8 | header_[2 + i];
    header_size_ = 0;
    if (payload_ == 0) end_frame();
  }
  void end_frame() {
    const bool is_message_end = (header_[0] & 0x80) != 0 && (header_[0] & 0x0F) < 8;
    has_first_ = has_first_ || is_message_end;
  }

  std::size_t matched_ = 0, header_size_ = 0;
  std::array<std::uint8_t, 14> header_{};
  std::uint64_t payload_ = 0, counted_ = 0;
  bool has_first_ = false;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void no_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool write_all(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

CountingDoor::CountingDoor(std::uint16_t relay_port) : relay_port_(relay_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ENSURE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  ENSURE(::listen(listener_, 8) == 0);
  ENSURE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  ENSURE(::pipe(waker_) == 0);
  thread_ = std::thread([this] { serve(); });
}

CountingDoor::~CountingDoor() {
  ::close(waker_[1]);
  thread_.join();
  ::close(waker_[0]);
  ::close(listener_);
}

WireBytes CountingDoor::take() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !is_open_ && accepted_ > 0; });
  accepted_ = 0;
  return std::exchange(bytes_, {});
}

void CountingDoor::serve() {
  for (;;) {
    std::array<pollfd, 2> ready{{{listener_, POLLIN, 0}, {waker_[0], POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    {
      const std::lock_guard lock(mutex_);
      is_open_ = true;
      ++accepted_;
    }
    pass(client);
    ::close(client);
    idle_.notify_all();
  }
}

void CountingDoor::pass(int client) {
  const int relay = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(relay_port_);
  ENSURE(::connect(relay, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  no_delay(client);
  no_delay(relay);
  FrameCounter up, down;
  std::array<char, 64 * 1024> buffer;
  for (bool client_open = true, relay_open = true; client_open || relay_open;) {
    std::array<pollfd, 3> ready{{{client_open ? client : -1, POLLIN, 0},
                                 {relay_open ? relay : -1, POLLIN, 0},
                                 {waker_[0], POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[2].revents != 0) break;
    const auto move = [&](const pollfd& from, int to, FrameCounter& counter, bool& is_from_open) {
      if (from.revents == 0) return;
      const ssize_t size = ::recv(from.fd, buffer.data(), buffer.size(), 0);
      if (size > 0) counter.take(buffer.data(), static_cast<std::size_t>(size));
      if (size <= 0 || !write_all(to, buffer.data(), static_cast<std::size_t>(size))) {
        is_from_open = false;
        ::shutdown(to, SHUT_WR);
      }
    };
    move(ready[0], relay, up, client_open);
    move(ready[1], client, down, relay_open);
  }
  ::close(relay);
  const std::lock_guard lock(mutex_);
  is_open_ = false;
  bytes_.up += up.counted();
  bytes_.down += down.counted();
}

LocalRelay::LocalRelay(const std::string& folder, const Clock& clock, Random& random) {
  RelayOptions options;
  options.port = 0;
  options.data_dir = folder;
  constexpr std::int64_t kFree = std::numeric_limits<std::int32_t>::max();
  options.limits.changes_per_second = options.limits.changes_burst = kFree;
  options.limits.bytes_per_day = options.limits.bytes_burst = kFree;
  relay_ = must(Relay::start(options, clock, random));
  door_ = std::make_unique<CountingDoor>(relay_->port());
}

SyncReport LocalRelay::sync(Replica& replica, const Clock& clock, Random& random, bool is_counted) {
  SyncOptions options;
  options.url = "ws://127.0.0.1:" + std::to_string(is_counted ? door_->port() : relay_->port());
  options.stall_ms = options.answer_ms = 600'000;
  const SyncReport report = must(run_sync(replica.sync_store(), clock, random, options));
  if (!report.in_sync) must(Status(Error{ErrorCode::internal, "a sync of the benchmark ended half-way"}));
  return report;
}

}  // namespace karez::bench
