// Connections: who is connected, the limits on that, and one sweep over all of them instead of a timer for
// each. Thread: the I/O thread; the counts that stop() watches are atomic.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "karez/relay/options.h"

namespace karez::relay {

/// Milliseconds of a clock that never jumps.
[[nodiscard]] std::int64_t steady_now_ms();

/// One accepted socket, from accept to close.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Ends what is overdue, pings what is silent.
  virtual void sweep(std::int64_t now_ms) = 0;
  /// The relay stops: read nothing more.
  virtual void stop_reading() = 0;
  /// The relay stops and everything is stored: say so and close.
  virtual void go_away() = 0;
  /// Close the socket at once.
  virtual void abort() = 0;
};

class Connections {
 public:
  explicit Connections(const RelayLimits& limits) : limits_(limits) {}

  [[nodiscard]] bool has_room() const { return all_.size() < limits_.sessions; }
  void add(const std::shared_ptr<Connection>& connection);
  void remove(const Connection* connection);
  void for_each(void (*action)(Connection&, std::int64_t), std::int64_t now_ms);
  [[nodiscard]] std::size_t count() const { return count_.load(); }

 private:
  friend class AddressSlot;
  const RelayLimits limits_;
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> all_;
  std::unordered_map<std::string, std::size_t> before_login_;  ///< by address
  std::atomic<std::size_t> count_ = 0;
};

/// A place among the few that one address has before login. Given back at login or at the end.
class AddressSlot {
 public:
  AddressSlot() = default;
  AddressSlot(AddressSlot&& other) noexcept;
  AddressSlot& operator=(AddressSlot&&) = delete;
  ~AddressSlot() { release(); }

  /// Takes a place if one is free. Lifetime: `connections` outlives the slot.
  bool try_take(Connections& connections, const std::string& address);
  void release();

 private:
  Connections* connections_ = nullptr;
  std::string address_;
};

}  // namespace karez::relay
