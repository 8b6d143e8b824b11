// Wire: one session between a laptop and the relay over a simulated link. Frames keep their order each way,
// as on TCP; the link delays them, breaks at a byte, swallows them silently (half-open), or changes them (a
// hostile path). One thread.
#pragma once

#include <memory>

#include "figures.h"
#include "karez/sync/relay_session.h"
#include "options.h"
#include "timeline.h"

namespace karez::sim {

class Laptop;
class SimRelay;

class Wire : public std::enable_shared_from_this<Wire> {
 public:
  struct Parts {
    Timeline& timeline;
    const Options& options;
    Figures& figures;
    Laptop& laptop;
    SimRelay& relay;
    Dice dice;
    bool is_live = false;
    bool is_quiet = false;  ///< no faults
  };
  explicit Wire(Parts parts) : p_(std::move(parts)) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void start();
  /// Moves whatever either end wants to say.
  void kick();
  /// A record was made on the laptop.
  void local_change();
  /// The laptop's process or machine is gone; the relay hears of it later.
  void laptop_is_gone();
  /// The relay is gone, or has replaced this session.
  void relay_is_gone();
  /// The laptop goes offline, or its program is told to stop.
  void hang_up();

  /// Both ends stand.
  [[nodiscard]] bool is_up() const { return replica_end_ != nullptr && relay_end_ != nullptr; }
  [[nodiscard]] bool laptop_is_up() const { return replica_end_ != nullptr; }
  [[nodiscard]] const RelaySession& relay_session() const { return *relay_end_; }
  [[nodiscard]] RelaySession& relay_session() { return *relay_end_; }
  [[nodiscard]] const SyncReport& report() const { return report_; }
  [[nodiscard]] bool was_in_sync() const { return was_in_sync_; }
  [[nodiscard]] bool was_changed_on_its_way() const { return was_changed_; }
  [[nodiscard]] SimRelay& relay() const { return p_.relay; }

 private:
  enum class Way { to_relay, to_laptop };
  void carry(Frame frame, Way way);
  void deliver(Frame frame, Way way);
  void pump_laptop();
  void pump_relay();
  void end_laptop(bool link_lost);
  void end_relay();
  void change_bytes(Frame& frame);

  Parts p_;
  std::unique_ptr<ReplicaSession> replica_end_;
  std::unique_ptr<RelaySession> relay_end_;
  std::int64_t next_ms_[2] = {0, 0};
  std::uint64_t bytes_ = 0;
  std::uint64_t cut_at_ = 0;
  std::int64_t silent_from_ms_ = 0;
  bool is_broken_ = false;
  bool is_pumping_ = false;
  bool was_logged_in_ = false;
  bool was_in_sync_ = false;
  bool was_changed_ = false;
  SyncReport report_;
};

}  // namespace karez::sim
