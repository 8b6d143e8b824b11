// Machine: one laptop's disk with a home on it, in a test's hand: it can be set back to an image, so that
// every crash point and every fault begins from the same state. One thread.
#pragma once

#include "karez/replica/replica.h"
#include "timeline.h"
#include "vfs.h"

namespace karez::sim {

class StillClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override { return now; }
  std::int64_t now = kBeginMs;
};

class Machine {
 public:
  Machine(const std::string& name, std::uint64_t seed)
      : name_(name), disk_(seed), files_(disk_), dice_(seed) {
    plug_in(name, disk_);
  }
  ~Machine() { unplug(name_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  ReplicaOptions options(const std::string& catalog = {}) {
    ReplicaOptions out;
    out.home = "/" + name_ + "/home";
    out.state_folder = "/" + name_ + "/state";
    out.catalog_json = catalog;
    out.clock = &clock;
    out.random = &dice_;
    out.files = &files_;
    return out;
  }
  /// What stands on the disk from now on; set_back() without arguments goes there.
  void keep() { image_ = disk_.image(); }
  void set_back() { disk_.restore(image_, "/" + name_); }
  [[nodiscard]] Disk& disk() { return disk_; }
  [[nodiscard]] Dice& dice() { return dice_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  StillClock clock;

 private:
  std::string name_;
  Disk disk_;
  DiskFiles files_;
  Dice dice_;
  std::map<std::string, Bytes> image_;
};

}  // namespace karez::sim
