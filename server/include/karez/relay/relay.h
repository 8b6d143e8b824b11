// Relay: stores packs, hands them on, says what it has. It runs inside the caller's process on two threads of
// its own, one for sockets and one for the disk. What it promises: an acknowledgement leaves only after the
// commit it speaks of.
//
// Thread: start, stop and the destructor belong to one thread; the other members are constant after start().
#pragma once

#include <cstdint>
#include <memory>

#include "karez/base/clock.h"
#include "karez/base/result.h"
#include "karez/relay/options.h"

namespace karez {

class Relay {
 public:
  /// Opens the store, listens, and serves until stop().
  ///
  /// Errors: busy (another relay holds the directory), corrupt, io, refused (the address is taken), usage.
  /// Lifetime: `clock` and `random` must outlive the relay.
  static Result<std::unique_ptr<Relay>> start(const RelayOptions& options, const Clock& clock,
                                              Random& random);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// The port in fact.
  [[nodiscard]] std::uint16_t port() const;
  /// The public half of the relay's key, for pinning.
  [[nodiscard]] AuthorKey key() const;

  /// Takes no more connections, stores what is queued, tells the sessions, and ends both threads. Takes at
  /// most about RelayLimits::stop_ms, unless the disk hangs inside a commit. Calling it again does nothing.
  void stop();

 private:
  struct Impl;
  explicit Relay(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace karez
