// Trouble with the files of this machine: the n-th call that changes one fails, finds the disk full, or kills
// the process. Calls are met on their way to the C library (linked with --wrap) and, where a TroubledVfs
// lives, on SQLite's way to its files, reads included. One thread.
#pragma once

#include <cstdint>
#include <functional>

#include "karez/base/result.h"

namespace karez::sim {

enum class How { none, eio, full, dies };

struct Outcome {
  bool succeeded = false;
  bool had_come = false;  ///< the n-th call: else there are fewer
};
/// Runs `work` with trouble at its n-th call, in a process of its own if it is to die. An error of it that is
/// not the disk's fails the test.
Outcome with_trouble(How how, std::uint64_t n, const std::function<Status()>& work);

/// While it lives, databases that are opened by SQLite's default VFS are in the same trouble.
class TroubledVfs {
 public:
  TroubledVfs();
  TroubledVfs(const TroubledVfs&) = delete;
  TroubledVfs& operator=(const TroubledVfs&) = delete;
  ~TroubledVfs();
};

}  // namespace karez::sim
