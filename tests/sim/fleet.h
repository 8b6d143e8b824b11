// Fleet: headquarters, laptops and a relay through a number of virtual days with everything that may go
// wrong, and then without. The two phases of a run; what it means to have converged is in checks.h. One
// thread.
#pragma once

#include "attacker.h"
#include "people.h"
#include "support/temporary_folder.h"

namespace karez::sim {

class Fleet {
 public:
  explicit Fleet(const Options& options);

  /// Phase 1: work and faults. Throws Violation.
  void live();
  /// Phase 2: no faults; everybody syncs until nothing moves. Throws Violation (G8) if that does not end.
  void settle();

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] Figures& figures() { return figures_; }
  [[nodiscard]] Book& book() { return book_; }
  [[nodiscard]] SimRelay& relay() { return relay_; }
  [[nodiscard]] const WorkspaceId& workspace() const { return workspace_; }
  [[nodiscard]] std::vector<std::unique_ptr<Laptop>>& laptops() { return laptops_; }
  [[nodiscard]] Laptop& headquarters() { return *laptops_.front(); }
  /// Called once a virtual day, for people who watch.
  std::function<void(const Figures&)> on_day;

 private:
  Laptop& add_laptop(const std::string& name);
  std::optional<std::string> invite(const std::string& role);
  void enlist(Laptop& laptop, const std::string& role);
  void plan_day();
  void plan_work(Laptop& laptop);
  void plan_faults(Laptop& laptop);
  void plan_identity(Laptop& laptop);
  void plan_relay_day();
  void plan_admin_day();
  void plan_spell(Laptop& laptop);
  void online(Laptop& laptop, std::int64_t until_ms);
  /// A bundle, carried for hours to weeks to somebody, and perhaps to somebody else after that.
  void pack_stick(Laptop& laptop);
  void apply_stick(Laptop& laptop, const Bytes& stick, const Heads& heads);
  void set_clock(Laptop& laptop);
  void admit_by_hand();
  void revoke_somebody();
  void strike();
  bool quiet_round();
  /// Somewhere within the day that begins now.
  std::int64_t within_day() { return dice_.between(0, kDayMs - 1); }
  void some_times(double per_day, const std::function<void()>& what);

  Options options_;
  Dice dice_;
  Timeline timeline_;
  Figures figures_;
  WorkspaceId workspace_;
  Book book_;
  SimRelay relay_;
  SimRelay near_relay_;
  Setting setting_;
  SharedMemory memory_;
  std::vector<std::unique_ptr<Laptop>> laptops_;
  std::optional<Attacker> attacker_;
  std::string old_catalog_, hostile_catalog_;
  std::string shared_code_;
  testing::TemporaryFolder sticks_;
  int day_ = 0;
};

}  // namespace karez::sim
