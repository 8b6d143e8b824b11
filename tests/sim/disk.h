// Disk: the disk of one simulated machine, in memory. It remembers which writes no fsync has confirmed yet; a
// power cut keeps, drops or tears each of them (in sectors of 512 bytes, so later ones may survive earlier
// ones). It can fail: EIO, a full disk, busy locks, an fsync that fails and loses what it was to confirm, and
// a machine that dies inside the n-th operation. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "dice.h"
#include "karez/base/files.h"
#include "karez/base/hash.h"

namespace karez::sim {

struct DiskFaults {
  double eio = 0;         ///< chance that an operation fails
  double fsync_loss = 0;  ///< chance that an fsync fails, and what it was to confirm is lost (yet still read)
  double busy = 0;        ///< chance that taking a lock begins a spell of refusals
  bool is_full = false;   ///< nothing may grow
};

/// What a power cut does to the writes that no fsync confirmed, drawn once per run.
struct CutStyle {
  double kept = 0.3;
  double torn = 0.2;  ///< of the rest as much is dropped whole
};

class Disk {
 public:
  enum class Outcome { done, failed, full };

  /// One file. Programs see `data`.
  struct File {
    Bytes data;
    struct Unsynced {
      enum class State { open, confirmed, doomed } state = State::open;
      std::uint64_t offset = 0;
      std::uint64_t written = 0;      ///< bytes; 0: a truncation
      std::uint64_t size_before = 0;  ///< of the file
      Bytes old;                      ///< what stood there
    };
    std::vector<Unsynced> unsynced;
    bool has_doomed = false;
    bool is_linked_durably = false;
    std::vector<std::unique_ptr<Bytes>> shared_regions;  ///< SQLite's -shm: gone with the machine
    std::array<int, 8> shared_holders{};
    std::array<const void*, 8> exclusive_holder{};
    std::map<const void*, int> locks;  ///< SQLite's lock level by handle
  };

  explicit Disk(std::uint64_t seed) : dice_(seed) {}

  // What the VFS asks. `generation` tells handles of before a crash apart.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] std::shared_ptr<File> find(const std::string& path) const;
  std::shared_ptr<File> create(const std::string& path);
  Outcome write(File& file, std::uint64_t offset, ByteView bytes);
  Outcome truncate(File& file, std::uint64_t size);
  Outcome sync(File& file);
  Outcome read();
  Outcome remove(const std::string& path, bool durably);
  /// False: somebody else is said to hold the lock.
  bool may_lock();

  // Small files, as karez::Files writes them: new text beside the old, fsync, rename, fsync of the folder.
  Outcome replace(const std::string& path, const std::string& text);

  // What the simulator does to it.
  DiskFaults faults;
  CutStyle cut_style;
  /// The machine dies inside the n-th operation from now (0: never mind).
  void die_after(std::uint64_t operations) { fuse_ = operations; }
  /// The n-th read from now fails, once (0: never mind). True afterwards: it has.
  void fail_read(std::uint64_t n) { read_fuse_ = n; }
  [[nodiscard]] bool read_has_failed() const { return read_fuse_ == 0; }
  enum class Fault {
    eio,         ///< the n-th call of the VFS fails, once, whatever it is (closing and unlocking cannot fail)
    full,        ///< from the n-th call on nothing may grow
    fsync_loss,  ///< the n-th fsync fails, once, and what it was to confirm is lost (yet still read)
  };
  void fail_call(std::uint64_t n, Fault fault) {
    call_fuse_ = n;
    fault_ = fault;
  }
  /// The disk works again. True: the call that was to fail had come.
  bool heal();
  /// The VFS and the files tell each call. False: this one fails.
  [[nodiscard]] bool call(bool is_fsync = false);
  [[nodiscard]] bool is_dead() const { return is_dead_; }
  void die() { is_dead_ = true; }
  /// Starts again. With `power_was_cut`, what no fsync confirmed is at the dice's mercy; else programs were
  /// killed and the operating system kept everything.
  void revive(bool power_was_cut);
  /// A copy of what stands on the disk now, as a disk image made while nothing runs.
  [[nodiscard]] std::map<std::string, Bytes> image() const;
  /// Replaces the files whose path begins so by those of an image. Durable at once.
  void restore(const std::map<std::string, Bytes>& image, const std::string& prefix);
  void erase(const std::string& prefix);
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  /// Successful ones: what was written before the last is durable.
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }
  [[nodiscard]] std::uint64_t faults_given() const { return faults_given_; }

 private:
  /// Counts an operation. False: the machine is dead, or dies now.
  bool step();
  bool strikes(double p);
  void cut(File& file);
  void link_all();

  Dice dice_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::shared_ptr<File>> ghosts_;  ///< removed, and the removal is not durable
  std::uint64_t generation_ = 1;
  std::uint64_t fuse_ = 0;
  std::uint64_t read_fuse_ = 0;
  std::uint64_t call_fuse_ = 0;
  Fault fault_ = Fault::eio;
  std::uint64_t operations_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t faults_given_ = 0;
  std::uint64_t busy_left_ = 0;
  bool is_dead_ = false;
};

/// karez::Files of one disk.
class DiskFiles final : public Files {
 public:
  explicit DiskFiles(Disk& disk) : disk_(disk) {}
  [[nodiscard]] bool exists(const std::string& path) const override;
  Status make_folder(const std::string&) override { return {}; }
  [[nodiscard]] Result<std::string> read_small(const std::string& path) const override;
  Status write_durably(const std::string& path, const std::string& text) override;
  [[nodiscard]] std::string vfs() const override { return "karez-sim"; }

 private:
  Disk& disk_;
};

}  // namespace karez::sim
