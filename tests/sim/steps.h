// Steps: what changes a replica or a relay, each as something that can be done again and again from one state
// while the disk under it fails: for crash points (the machine dies in the n-th operation) and for faults
// (the n-th call of the VFS returns an error). Each step knows what may stand there afterwards. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "machine.h"

namespace karez::sim {

class Step {
 public:
  virtual ~Step() = default;
  /// Everything as it was before the step.
  virtual void set_back() = 0;
  /// The disk that fails.
  virtual Disk& disk() = 0;
  /// The step, in a process of its own.
  virtual Status run() = 0;
  /// Opens what is there now, with a disk that works: it is the state before or the state after, whole, and
  /// the latter if the step had said that it succeeded. Then the step is done (again, if need be).
  virtual void check(bool succeeded) = 0;

  /// Whether run() tries once more, with a disk that works again, in the process that has seen the failure.
  bool tries_again = false;
  /// Whether check() also has the tables rebuilt from the log and compared, which takes most of its time.
  bool is_thorough = true;
  int failures = 0;  ///< of acts that were tried again

 protected:
  /// One act of the step, tried again if that is asked. The answer is that of the last try.
  Status attempt(const std::function<Status()>& work);
  void check_sound(Replica& replica) const;
};

struct StepKind {
  const char* name;
  std::function<std::unique_ptr<Step>()> make;
};

/// Founding, joining, recording, upgrading the catalog and the schema, storing packs, packing and applying
/// bundles, a relay's commits, syncs (the laptop's disk, the relay's disk).
[[nodiscard]] const std::vector<StepKind>& step_kinds();
[[nodiscard]] std::unique_ptr<Step> make_step(const std::string& name);

/// Sanitizer builds look at every so manieth operation only.
#ifdef KAREZ_SIM_SMALL
inline constexpr std::uint64_t kStride = 8;
inline constexpr bool kAllRounds = false;
#else
inline constexpr std::uint64_t kStride = 1;
inline constexpr bool kAllRounds = true;
#endif

}  // namespace karez::sim
