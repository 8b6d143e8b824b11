// The network of the benchmark: a relay in this process, and a door before it that counts what passes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "bench/fleet.h"
#include "karez/relay/relay.h"

namespace karez::bench {

/// Bytes on the socket after login, WebSocket headers included: without the HTTP upgrade, the relay's hello
/// and the replica's login.
struct WireBytes {
  std::uint64_t up = 0;    ///< to the relay
  std::uint64_t down = 0;  ///< from the relay
  [[nodiscard]] std::uint64_t both() const { return up + down; }
};

/// A TCP proxy that reads WebSocket frames as they pass, one connection after the other, on a thread of its
/// own.
class CountingDoor {
 public:
  explicit CountingDoor(std::uint16_t relay_port);
  CountingDoor(const CountingDoor&) = delete;
  CountingDoor& operator=(const CountingDoor&) = delete;
  ~CountingDoor();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// What passed since the last question; waits for the end of an open connection.
  [[nodiscard]] WireBytes take();

 private:
  void serve();
  void pass(int client);

  std::uint16_t relay_port_, port_ = 0;
  int listener_ = -1, waker_[2] = {-1, -1};
  std::mutex mutex_;
  std::condition_variable idle_;
  bool is_open_ = false;
  std::uint64_t accepted_ = 0;
  WireBytes bytes_;
  std::thread thread_;
};

/// A real relay on loopback with its store in `folder`. Rate limits are out of the way, everything else is as
/// shipped.
class LocalRelay {
 public:
  LocalRelay(const std::string& folder, const Clock& clock, Random& random);
  /// One whole sync, past the door or through it.
  SyncReport sync(Replica& replica, const Clock& clock, Random& random, bool is_counted);
  [[nodiscard]] WireBytes take() { return door_->take(); }

 private:
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<CountingDoor> door_;
};

}  // namespace karez::bench
