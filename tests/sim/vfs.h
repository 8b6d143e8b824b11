// The SQLite VFS "karez-sim": databases on simulated disks. The first part of a path names the machine:
// "/laptop-3/home/replica.db" lies on the disk that was plugged in as "laptop-3". It is also SQLite's default
// VFS while the simulator runs, since SQLite takes its random numbers from there. One thread.
#pragma once

#include <string>

#include "disk.h"

namespace karez::sim {

/// Registers the VFS and seeds SQLite's random numbers: call it at the start of each run.
void begin_vfs(std::uint64_t seed);
void plug_in(const std::string& machine, Disk& disk);
void unplug(const std::string& machine);

}  // namespace karez::sim
