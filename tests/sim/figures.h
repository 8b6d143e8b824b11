// Figures: what a run counts, for people. A value.
#pragma once

#include <cstdint>

namespace karez::sim {

struct Figures {
  double device_days = 0;
  std::uint64_t records = 0;   ///< made
  std::uint64_t edits = 0;     ///< of fields, counters, sets; voids and resolves too
  std::uint64_t refusals = 0;  ///< work that the engine declined, or a disk
  std::uint64_t sessions = 0;
  std::uint64_t syncs = 0;                ///< sessions that ended, or stood, in sync
  std::uint64_t near_syncs = 0;           ///< the same with another relay than the workspace's own
  std::uint64_t sticks = 0, applied = 0;  ///< bundles packed, and applied with something new in them
  std::uint64_t broken_sessions = 0;
  std::uint64_t cuts = 0;  ///< power cuts
  std::uint64_t kills = 0;
  std::uint64_t crash_points = 0;  ///< machines that died inside an operation of their disk
  std::uint64_t relay_cuts = 0;
  std::uint64_t disk_faults = 0;
  std::uint64_t copies = 0, restores = 0, losses = 0, rejoins = 0, ghosts = 0, forks = 0;
  std::uint64_t relay_restores = 0, relay_wipes = 0;
  std::uint64_t attacks = 0, noise = 0;
  std::uint64_t revokes = 0, admits = 0;
  std::uint64_t changes = 0;   ///< in the end, of all authors
  std::uint64_t struck = 0;    ///< lost with the only disk that had them
  std::uint64_t verified = 0;  ///< replicas whose tables were rebuilt from the log and compared
  std::uint64_t model_records = 0;

  void add(const Figures& other) {
    device_days += other.device_days;
    std::uint64_t Figures::*const all[] = {
        &Figures::records,       &Figures::edits,      &Figures::refusals,        &Figures::sessions,
        &Figures::syncs,         &Figures::cuts,       &Figures::broken_sessions, &Figures::kills,
        &Figures::crash_points,  &Figures::relay_cuts, &Figures::disk_faults,     &Figures::copies,
        &Figures::restores,      &Figures::losses,     &Figures::rejoins,         &Figures::relay_restores,
        &Figures::relay_wipes,   &Figures::attacks,    &Figures::noise,           &Figures::revokes,
        &Figures::admits,        &Figures::changes,    &Figures::struck,          &Figures::verified,
        &Figures::model_records, &Figures::near_syncs, &Figures::sticks,          &Figures::applied,
        &Figures::ghosts,        &Figures::forks};
    for (const auto one : all) this->*one += other.*one;
  }
};

}  // namespace karez::sim
