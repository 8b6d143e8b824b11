// Relay: a simulated relay machine: the real PackStore and RelaySessions on a simulated disk, with a host
// that commits in virtual time. Its wires are the sessions that stand now. One thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "book.h"
#include "figures.h"
#include "options.h"
#include "support/store_host.h"
#include "vfs.h"

namespace karez::sim {

class Wire;

/// A clock that is off by so much, and drifts.
class SimClock final : public Clock {
 public:
  explicit SimClock(const Timeline& timeline) : timeline_(timeline) {}
  [[nodiscard]] std::int64_t now_ms() const override {
    const std::int64_t true_ms = timeline_.now_ms();
    const double drifted = static_cast<double>(true_ms - kBeginMs) * drift_ppm / 1e6;
    return true_ms + offset_ms + static_cast<std::int64_t>(drifted);
  }
  std::int64_t offset_ms = 0;
  double drift_ppm = 0;

 private:
  const Timeline& timeline_;
};

class SimRelay final : public testing::StoreHost {
 public:
  SimRelay(Timeline& timeline, Book& book, Figures& figures, const Options& options, Dice dice,
           const std::string& machine = "relay");
  /// The store closes while its disk is there.
  ~SimRelay() override { close(); }

  /// Opens the store. False: the machine is not up yet (it tries again by itself).
  bool start(bool new_incarnation = false);
  [[nodiscard]] bool is_up() const { return is_open(); }
  /// Loses power or is killed; starts again after a while.
  void crash(bool power_was_cut, std::int64_t down_ms);
  /// A copy of the store as of now: of the disk, or made beside the running relay.
  void keep_backup();
  [[nodiscard]] bool has_backup() const { return !backup_.empty(); }
  void restore_backup();
  void wipe();
  Disk& disk() { return disk_; }
  SimClock& clock() { return clock_; }
  Random& random() { return dice_; }
  [[nodiscard]] Heads heads() const { return is_up() ? state().heads.all() : last_heads_; }
  /// The last links of packs by arrival - 1, in this incarnation.
  [[nodiscard]] const std::vector<Hash>& arrivals() const { return arrivals_; }

  /// A pack from somebody whose session is of no interest.
  void submit_unasked(const WorkspaceId& workspace, Bytes pack);

  void attach(const std::shared_ptr<Wire>& wire) { wires_.push_back(wire); }
  void detach(const Wire& wire);
  void logged_in(const Wire& wire);
  [[nodiscard]] std::size_t wires() const { return wires_.size(); }

  void submit(RelaySession& session, const WorkspaceId& workspace, Bytes pack) override;

 private:
  void work_waits() override;
  void commit();
  void check_durable();
  void hang_up_all();
  std::optional<Bytes> backed_up();

  Timeline& timeline_;
  Book& book_;
  Figures& figures_;
  Dice dice_;
  Disk disk_;
  SimClock clock_;
  std::string machine_, folder_;
  std::uint64_t backups_ = 0;
  std::vector<std::weak_ptr<Wire>> wires_;
  std::map<std::uint64_t, std::weak_ptr<Wire>> tickets_;
  bool commit_is_planned_ = false;
  std::uint64_t life_ = 0;   ///< counts starts: what was planned in an earlier one is void
  std::set<Hash> receipts_;  ///< that were given out, in this incarnation: the links
  Heads last_heads_;
  std::vector<Hash> arrivals_;
  std::map<std::string, Bytes> backup_;
};

}  // namespace karez::sim
