#include "kernel_clock.h"

#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <thread>

namespace karez::transport {

KernelClock::time_point KernelClock::now() noexcept {
  timespec now{};
  ::syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

std::int64_t kernel_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(KernelClock::now().time_since_epoch()).count();
}

TcpProgress tcp_progress(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  if (size < offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) return {};
  return {info.tcpi_bytes_acked, info.tcpi_unacked > 0};
}

std::shared_ptr<const Resolution> resolve(const std::string& host) {
  auto resolution = std::make_shared<Resolution>();
  std::thread([resolution, host] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (code != 0) resolution->failure = ::gai_strerror(code);
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
      char text[NI_MAXHOST] = {};
      if (::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) {
        resolution->addresses.emplace_back(text);
      }
    }
    if (found != nullptr) ::freeaddrinfo(found);
    resolution->done = true;
  }).detach();
  return resolution;
}

}  // namespace karez::transport
