// What we ask the kernel directly.
// KernelClock: the monotonic clock by a direct system call, so that nothing between us and the kernel (a
// test's faked time) can stop it. Resolver: host names to addresses on a thread of its own, since getaddrinfo
// cannot be interrupted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace karez::transport {

struct KernelClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<KernelClock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

[[nodiscard]] std::int64_t kernel_ms();

/// What a TCP connection's other end has taken so far.
struct TcpProgress {
  std::uint64_t bytes_acked = 0;
  bool has_more = false;  ///< some segments are still unacknowledged
};
/// All zero if the kernel does not say.
[[nodiscard]] TcpProgress tcp_progress(int socket);

/// Numeric addresses of one name. `done` is set last, by the resolving thread; read the rest only after it.
struct Resolution {
  std::vector<std::string> addresses;
  std::string failure;
  std::atomic<bool> done = false;
};

/// Starts resolving. The thread is left alone if nobody waits any longer: it owns the resolution too.
[[nodiscard]] std::shared_ptr<const Resolution> resolve(const std::string& host);

}  // namespace karez::transport
