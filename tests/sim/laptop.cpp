#include "laptop.h"

#include "karez/log/pack.h"
#include "wire.h"

namespace karez::sim {

Laptop::Laptop(Setting& setting, std::uint64_t number, std::string name, Dice dice)
    : setting_(setting),
      number_(number),
      name_(std::move(name)),
      machine_("m" + std::to_string(number)),
      home_("/" + machine_ + "/home1"),
      dice_(dice),
      disk_(dice_.next()),
      files_(disk_),
      clock_(setting.timeline) {
  disk_.cut_style = setting.options.cut_style;
  plug_in(machine_, disk_);
}

Laptop::~Laptop() {
  replica_.reset();
  unplug(machine_);
}

ReplicaOptions Laptop::replica_options() {
  ReplicaOptions options;
  options.home = home_;
  options.state_folder = "/" + machine_ + "/state";
  options.catalog_json = catalog_;
  options.clock = &clock_;
  options.random = &dice_;
  options.files = &files_;
  return options;
}

void Laptop::found() {
  std::string recovery_file;
  auto made = Replica::init(replica_options(), {"sim", name_, "ws://relay", 480}, recovery_file);
  if (!made) throw Violation("engine", "init: " + made.error().message);
  replica_ = std::make_unique<Replica>(std::move(*made));
  setting_.workspace = store().workspace();
  is_member_ = true;
  (void)settle(true);
}

void Laptop::join(const std::string& code) {
  code_ = code;
  is_member_ = false;
  open_again(0);
}

void Laptop::open_again(std::int64_t after_ms) {
  setting_.timeline.after(after_ms, [this, life = life_] {
    if (life == life_ && !is_on()) (void)start();
  });
}

void Laptop::failed_to_open(const Error& error) {
  if (disk_.is_dead()) return crash(dice_.chance(0.5), dice_.between(kMinuteMs, kHourMs));
  if (error.code != ErrorCode::io && error.code != ErrorCode::busy) {
    throw Violation("engine", name_ + " does not open: " + error.message);
  }
  open_again(kMinuteMs);
}

bool Laptop::start() {
  syncs_at_start_ = disk_.syncs();
  if (!is_member_ && code_.empty()) return false;  // nobody has given it a code yet
  if (!is_member_) {
    // A join that was cut off may have been finished all the same.
    auto there = Replica::open(replica_options());
    const bool is_new = !there && there.error().code == ErrorCode::not_found;
    auto joined = is_new ? Replica::join(replica_options(), code_, name_) : std::move(there);
    if (!joined) return failed_to_open(joined.error()), false;
    replica_ = std::make_unique<Replica>(std::move(*joined));
    is_member_ = true;
    setting_.timeline.trace("join", number_, 0);
    return settle(is_new);
  }
  auto opened = Replica::open(replica_options());
  if (!opened) return failed_to_open(opened.error()), false;
  replica_ = std::make_unique<Replica>(std::move(*opened));
  const Heads found = store().heads();
  const auto own = found.find(author());
  head_at_start_ = own == found.end() ? 0 : own->second.seq;
  if (!settle(Call::failed)) return false;
  check_saved();
  return true;
}

void Laptop::stop() {
  hang_up();
  held_ = is_on() ? store().heads() : held_;
  replica_.reset();
  // Closing may be the operation that the machine dies in.
  if (disk_.is_dead()) crash(true, kMinuteMs);
}

void Laptop::crash(bool power_was_cut, std::int64_t down_ms) {
  ++(power_was_cut ? setting_.figures.cuts : setting_.figures.kills);
  if (disk_.is_dead()) ++setting_.figures.crash_points;
  setting_.timeline.trace(power_was_cut ? "cut" : "kill", number_, disk_.operations());
  disk_.die();
  if (const auto wire = std::exchange(wire_, nullptr)) wire->laptop_is_gone();
  replica_.reset();
  disk_.revive(power_was_cut);
  ++life_;
  open_again(down_ms);
}

void Laptop::pause(std::int64_t ms) {
  hang_up();
  paused_until_ms_ = setting_.timeline.now_ms() + ms;
}

bool Laptop::settle(Call call) {
  if (disk_.is_dead()) {
    crash(dice_.chance(0.5), dice_.between(kMinuteMs, kHourMs));
    return false;
  }
  if (call != Call::failed) note_saved(call);
  return true;
}

/// Success was reported: everything in the own log up to its head is on the disk. What a killed process left
/// behind may be read again and yet stand in no fsync, so a session has to have synced something, a write to
/// have added something.
void Laptop::note_saved(Call call) {
  if (!is_on() || (call == Call::session && disk_.syncs() == syncs_at_start_)) return;
  ReplicaStore& store = this->store();
  const AuthorKey own = author();
  const Heads heads = store.heads();
  const auto head = heads.find(own);
  if (head == heads.end() || (call == Call::wrote && head->second.seq <= head_at_start_)) return;
  head_at_start_ = 0;
  // A key that was given up in this very session may have written before.
  for (auto& [key, saved] : saved_) {
    if (key != own && saved.seq > 0) note_log(key, store.branch_with(key, saved.seq, saved.link), saved);
  }
  note_log(own, own, saved_[own]);
}

void Laptop::note_log(const AuthorKey& key, const std::optional<AuthorKey>& name, Head& saved) {
  ReplicaStore& store = this->store();
  const Heads heads = store.heads();
  const auto head = name ? heads.find(*name) : heads.end();
  if (head == heads.end() || head->second.seq <= saved.seq) return;
  while (saved.seq < head->second.seq) {
    const auto link = store.link_at(*name, saved.seq + 1);
    if (!link) break;
    setting_.book.saved(key, saved.seq + 1, *link, saved.link);
    saved = {saved.seq + 1, *link};
  }
  setting_.timeline.trace("saved", number_, saved.seq);
}

/// I1: what the program said it saved is on this disk after any crash.
void Laptop::check_saved() {
  ReplicaStore& store = this->store();
  const auto is_here = [&](const AuthorKey& key, const Head& saved) {
    if (store.branch_with(key, saved.seq, saved.link)) return true;
    // A disk that fails to read just now has lost nothing by that.
    const DiskFaults faults = std::exchange(disk_.faults, {});
    const bool is_found = store.branch_with(key, saved.seq, saved.link).has_value();
    disk_.faults = faults;
    return is_found;
  };
  for (const auto& [key, saved] : saved_) {
    if (saved.seq == 0 || is_here(key, saved)) continue;
    throw Violation("I1", name_ + " lost change " + std::to_string(saved.seq) + " of its own log " +
                              public_name(key).substr(0, 8));
  }
  held_ = store.heads();
}

void Laptop::write_down() {
  if (!is_on()) return;
  ReplicaStore& store = this->store();
  for (const auto& [key, saved] : saved_) {
    std::uint64_t& written = written_[key];
    const auto name = written < saved.seq ? store.branch_with(key, saved.seq, saved.link) : std::nullopt;
    while (name && written < saved.seq) {
      auto pack = store.next_pack(*name, written);
      if (!pack || !*pack) break;
      auto opened = open_pack((*pack)->bytes);
      if (!opened) throw Violation("I2", name_ + "'s own pack does not open: " + opened.error().message);
      for (OpenedChange& change : opened->changes)
        setting_.book.content(change.link, std::move(change.content));
      written = (*pack)->reached;
    }
  }
}

ReplicaStore& Laptop::store() {
  const bool is_near = wire_ && &wire_->relay() == &setting_.near_relay;
  return is_near ? replica_->near_store() : replica_->sync_store();
}

void Laptop::sync(bool is_live, std::int64_t window_ms, bool is_near) {
  SimRelay& relay = is_near ? setting_.near_relay : setting_.relay;
  if (!is_on() || !relay.is_up()) return;
  if (wire_) hang_up();
  write_down();
  session_incarnation_ = relay.incarnation();
  if (!setting_.is_quiet) ++setting_.figures.sessions;
  setting_.timeline.trace(is_near ? "sync near" : "sync", number_, is_live ? 1 : 0);
  wire_ = std::make_shared<Wire>(Wire::Parts{setting_.timeline, setting_.options, setting_.figures, *this,
                                             relay, dice_.split(number_), is_live, setting_.is_quiet});
  const auto wire = wire_;
  wire->start();
  const std::weak_ptr<Wire> weak = wire;
  setting_.timeline.after(window_ms, [weak] {
    if (const auto one = weak.lock()) one->hang_up();
  });
}

void Laptop::session_ended(Wire& wire) {
  const bool is_current = wire_.get() == &wire;
  was_in_sync_ = wire.was_in_sync();
  last_report_ = wire.report();
  const bool is_near = &wire.relay() == &setting_.near_relay;
  if (was_in_sync_ && !setting_.is_quiet) {
    ++(is_near ? setting_.figures.near_syncs : setting_.figures.syncs);
  }
  setting_.timeline.trace("ended", number_, was_in_sync_ ? 1 : 0);
  if (is_current) wire_.reset();
  if (!settle() || !is_on()) return;
  note_held();
  if (is_current && !wire.was_changed_on_its_way()) check_cursor(wire.relay());
}

void Laptop::note_held() {
  // It is the simulator that reads here, and not the program.
  const DiskFaults faults = std::exchange(disk_.faults, {});
  held_ = store().heads();
  const AuthorKey own = author();
  for (const auto& [name, head] : held_) {
    if (name != own) setting_.book.spread(head);
  }
  write_down();
  disk_.faults = faults;
}

/// I5: the cursor is never ahead of what is held; and what a laptop believes the workspace's relay to hold,
/// the relay holds, whichever way the laptop heard of it.
void Laptop::check_cursor(SimRelay& relay) {
  if (!relay.is_up() || relay.incarnation() != session_incarnation_) return;
  const bool is_near = &relay == &setting_.near_relay;
  ReplicaStore& known = is_near ? replica_->near_store() : replica_->sync_store();
  auto cursor = known.open_relay(relay.relay_key().author, relay.incarnation());
  const Heads believed = known.relay_heads();
  if (!settle() || !cursor) return;
  const auto& arrivals = relay.arrivals();
  const Book::Reach held = setting_.book.reach_of(held_);
  for (std::uint64_t i = 0; i < cursor->arrival && i < arrivals.size(); ++i) {
    if (setting_.book.is_in(held, arrivals[i])) continue;
    const Book::Change* change = setting_.book.find(arrivals[i]);
    throw Violation("I5", name_ + (is_near ? "'s near" : "'s") + " cursor stands at arrival " +
                              std::to_string(cursor->arrival) + ", but arrival " + std::to_string(i + 1) +
                              " is not held: " +
                              (change == nullptr ? "nobody's"
                                                 : public_name(change->author).substr(0, 8) + " up to " +
                                                       std::to_string(change->seq)));
  }
  if (is_near) return;
  const Book::Reach there = setting_.book.reach_of(relay.heads());
  for (const auto& [author, head] : believed) {
    if (!setting_.book.is_in(there, head.link)) {
      throw Violation("I5", name_ + " believes the relay to hold " + public_name(author).substr(0, 8) +
                                " up to " + std::to_string(head.seq));
    }
  }
}

void Laptop::hang_up() {
  if (const auto wire = wire_) wire->hang_up();
}

void Laptop::keep_image() {
  stop();
  image_ = disk_.image();
  image_saved_ = saved_;
  image_held_ = held_;
  if (!is_on()) open_again(kMinuteMs);
}

void Laptop::restore_image() {
  ++setting_.figures.restores;
  setting_.timeline.trace("restore", number_, image_.size());
  stop();
  // A home that comes back alone is told by its nonce; a whole disk is not, and writes again under numbers
  // that others may know.
  const bool is_whole = dice_.chance(setting_.options.whole_restores);
  if (is_whole) {
    for (const auto& [key, saved] : saved_) setting_.book.ghost(key);
  }
  disk_.restore(image_, is_whole ? "/" + machine_ + "/" : home_ + "/");
  written_.clear();
  saved_ = image_saved_;
  held_ = image_held_;
  ++life_;
  open_again(kMinuteMs);
}

void Laptop::copy_home_to(Laptop& other) {
  ++setting_.figures.copies;
  setting_.timeline.trace("copy", number_, other.number_);
  write_down();
  stop();
  std::map<std::string, Bytes> copied;
  for (auto& [path, bytes] : disk_.image()) {
    if (path.starts_with(home_ + "/")) copied[other.home_ + path.substr(home_.size())] = bytes;
  }
  other.disk_.restore(copied, other.home_ + "/");
  go_on_beside(other);
}

void Laptop::go_on_beside(Laptop& copy) {
  copy.saved_ = saved_;
  copy.held_ = held_;
  copy.is_member_ = true;
  copy.catalog_ = catalog_;
  open_again(kMinuteMs);
  copy.open_again(dice_.between(kMinuteMs, kDayMs));
}

void Laptop::ghost_to(Laptop& other) {
  setting_.book.ghost(author());  // under its newest key nothing may have been saved yet
  ++setting_.figures.ghosts;
  setting_.timeline.trace("ghost", number_, other.number_);
  write_down();
  stop();
  for (const auto& [key, saved] : saved_) setting_.book.ghost(key);
  std::map<std::string, Bytes> copied;
  const std::string disk = "/" + machine_ + "/";
  for (auto& [path, bytes] : disk_.image())
    copied["/" + other.machine_ + "/" + path.substr(disk.size())] = bytes;
  other.disk_.restore(copied, "/" + other.machine_ + "/");
  other.home_ = "/" + other.machine_ + "/" + home_.substr(disk.size());
  other.homes_ = homes_;
  go_on_beside(other);
}

void Laptop::lose_database() {
  ++setting_.figures.losses;
  setting_.timeline.trace("loss", number_, 0);
  stop();
  disk_.erase(home_ + "/replica.db");
  saved_.clear();
  held_.clear();
  image_.clear();
  is_member_ = false;
  ++life_;
}

void Laptop::move_to_new_home(const std::string& code) {
  ++setting_.figures.rejoins;
  setting_.timeline.trace("rejoin", number_, 0);
  stop();
  saved_.clear();
  held_.clear();
  image_.clear();
  own_records.clear();
  home_ = "/" + machine_ + "/home" + std::to_string(++homes_);
  ++life_;
  join(code);
}

}  // namespace karez::sim
