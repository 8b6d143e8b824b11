// Options: everything that is drawn once per run. Swarm testing (Groce et al. 2012): every class of faults is
// off with probability one half, so that each meets the others' absence too. Distributions:
// tests/sim/README.md.
#pragma once

#include <string>

#include "dice.h"
#include "disk.h"

namespace karez::sim {

struct Options {
  std::uint64_t seed = 0;
  int laptops = 8;  ///< volunteers' and coordinators', headquarters not counted
  int days = 10;

  double records_per_day = 25;  ///< median of a laptop's day
  double spell_hours = 14;      ///< median of an offline spell; log-normal
  double spell_sigma = 0.8;
  double long_absence = 0;  ///< chance that a spell is one of weeks
  double live_session = 0.3;

  // Links.
  bool has_bad_links = false;
  double delay_ms = 30;
  double jitter = 1;           ///< a delay is up to this many times larger
  double bytes_per_ms = 1000;  ///< rate
  double cut_per_session = 0;  ///< at a uniform byte offset
  double half_open = 0;
  double second_session = 0;  ///< chance that a laptop connects again while the first session still stands

  // Processes.
  double kills_per_day = 0;
  double pauses_per_day = 0;
  // Storage.
  double cuts_per_day = 0;
  CutStyle cut_style;
  DiskFaults disk;
  double full_per_day = 0;
  double relay_cuts_per_day = 0;
  // Clocks.
  bool has_bad_clocks = false;
  // Identity, per laptop-day.
  double copies_per_day = 0;    ///< the home folder is copied and both go on
  double restores_per_day = 0;  ///< an old image of the home folder comes back
  double losses_per_day = 0;    ///< the database is gone, the key file is not
  double rejoins_per_day = 0;   ///< a person joins again with a new invitation
  double ghosts_per_day = 0;    ///< the whole disk is copied onto another machine, and both go on
  double whole_restores = 0;    ///< chance that an old image that comes back is that of the whole disk
  // The relay's history, per day.
  double relay_restores_per_day = 0;
  double relay_wipes_per_day = 0;
  // Other ways home.
  double near_share =
      0;  ///< chance that a contact is with the relay of another site, or of a laptop that serves
  double sticks_per_day = 0;  ///< bundles packed, per laptop-day
  double stick_damage = 0;    ///< chance that a stick comes back torn or changed
  // Versions.
  double old_version = 0;  ///< chance that a laptop begins with an older catalog
  // Hostile parties.
  double attacks_per_day = 0;
  double noise = 0;  ///< chance that a frame is changed on its way
  bool has_wrong_role = false;
  // People.
  double revokes_per_day = 0;
  double shared_codes = 0;
  double role_changes_per_day = 0;

  /// One line with everything that is on.
  [[nodiscard]] std::string text() const;
};

/// `device_days`: about how many this run may take; 0: as drawn.
/// `has_ways`: also sticks and relays of other sites.
[[nodiscard]] Options draw(std::uint64_t seed, std::uint64_t device_days, bool has_ways);

}  // namespace karez::sim
