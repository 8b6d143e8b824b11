// Laptop: one simulated machine of one person: a disk, a clock, the real Replica in a process that may die at
// any moment, and the person's own memory of what the program said was saved. One thread.
#pragma once

#include <memory>
#include <optional>

#include "book.h"
#include "karez/replica/replica.h"
#include "relay.h"

namespace karez::sim {

/// What laptops have in common.
struct Setting {
  Timeline& timeline;
  Book& book;
  Figures& figures;
  const Options& options;
  WorkspaceId& workspace;
  SimRelay& relay;
  SimRelay& near_relay;   ///< of another site, or of a laptop that serves: no home of anybody's
  bool is_quiet = false;  ///< the second phase: no faults any more
};

class Laptop {
 public:
  Laptop(Setting& setting, std::uint64_t number, std::string name, Dice dice);
  ~Laptop();
  Laptop(const Laptop&) = delete;
  Laptop& operator=(const Laptop&) = delete;

  // Life of the process.
  /// Founds the workspace: this is headquarters.
  void found();
  /// Joins with a code; tries again until it works.
  void join(const std::string& code);
  /// Opens the replica and compares it with what was saved. False: not now (it tries again by itself).
  bool start();
  /// Opens after a while, unless it is on by then.
  void open_again(std::int64_t after_ms);
  /// Closes in good order.
  void stop();
  /// After every call into the engine: notes what was saved, or that the machine died in that call. False: it
  /// died.
  enum class Call { failed, wrote, session };
  bool settle(Call call = Call::session);
  bool settle(bool write_succeeded) { return settle(write_succeeded ? Call::wrote : Call::failed); }
  void crash(bool power_was_cut, std::int64_t down_ms);
  /// Suspended with the lid closed; its link is dead meanwhile.
  void pause(std::int64_t ms);

  // Sessions.
  void sync(bool is_live, std::int64_t window_ms, bool is_near = false);
  void session_ended(Wire& wire);
  [[nodiscard]] std::shared_ptr<Wire> wire() const { return wire_; }
  void hang_up();
  /// The store as the session under way wants it, or the workspace's relay's if none is.
  [[nodiscard]] ReplicaStore& store();
  /// After others' changes may have come: notes what is held.
  void note_held();

  // The home folder as people handle it.
  void keep_image();
  [[nodiscard]] bool has_image() const { return !image_.empty(); }
  void restore_image();
  void copy_home_to(Laptop& other);
  /// The whole disk, with what tells a copied home: both have the same key and do not know of each other.
  void ghost_to(Laptop& other);
  void lose_database();
  /// Leaves this home for a new one, with an invitation.
  void move_to_new_home(const std::string& code);

  [[nodiscard]] bool is_on() const { return replica_ != nullptr; }
  [[nodiscard]] bool is_member() const { return is_member_; }
  [[nodiscard]] bool is_suspended() const { return setting_.timeline.now_ms() < paused_until_ms_; }
  [[nodiscard]] Replica& replica() { return *replica_; }
  [[nodiscard]] SimClock& clock() { return clock_; }
  [[nodiscard]] Disk& disk() { return disk_; }
  [[nodiscard]] Dice& dice() { return dice_; }
  [[nodiscard]] Setting& setting() { return setting_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] const Heads& held() const { return held_; }
  /// By own author, what its disk must have.
  [[nodiscard]] const Heads& saved() const { return saved_; }
  [[nodiscard]] AuthorKey author() { return store().key_pair().author; }
  [[nodiscard]] bool was_in_sync() const { return was_in_sync_; }
  [[nodiscard]] const SyncReport& last_report() const { return last_report_; }
  [[nodiscard]] const std::string& home() const { return home_; }
  void set_catalog(std::string catalog_json) { catalog_ = std::move(catalog_json); }
  [[nodiscard]] const std::string& catalog() const { return catalog_; }
  /// Reads the contents of its own new changes into the book.
  void write_down();

  std::vector<RecordId> own_records;  ///< the newest, for edits

 private:
  ReplicaOptions replica_options();
  void check_saved();
  void note_saved(Call call);
  /// The same for one log, by its present name.
  void note_log(const AuthorKey& key, const std::optional<AuthorKey>& name, Head& saved);
  void check_cursor(SimRelay& relay);
  void failed_to_open(const Error& error);
  /// Both are on again soon, with what was saved until the copy was made.
  void go_on_beside(Laptop& copy);

  Setting& setting_;
  std::uint64_t number_;
  std::string name_;
  std::string machine_;
  std::string home_;
  Dice dice_;
  Disk disk_;
  DiskFiles files_;
  SimClock clock_;
  std::unique_ptr<Replica> replica_;
  std::shared_ptr<Wire> wire_;
  std::string catalog_;
  std::string code_;  ///< with which it is joining
  bool is_member_ = false;
  bool was_in_sync_ = false;
  SyncReport last_report_;
  Heads saved_;  ///< by own author: what this disk must have
  std::map<AuthorKey, std::uint64_t>
      written_;  ///< by own author: up to where contents were read into the book
  Heads held_;   ///< what it held when last asked
  std::int64_t paused_until_ms_ = 0;
  Incarnation session_incarnation_{};
  std::uint64_t syncs_at_start_ = 0;
  std::uint64_t head_at_start_ = 0;  ///< own head that the process found, perhaps in no fsync yet
  std::uint64_t life_ = 0;
  int homes_ = 1;
  std::map<std::string, Bytes> image_;  ///< of the whole disk
  Heads image_saved_;
  Heads image_held_;
};

}  // namespace karez::sim
