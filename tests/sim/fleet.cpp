#include "fleet.h"

#include "catalogs.h"
#include "wire.h"

namespace karez::sim {
namespace {

/// Quiet rounds until everything must have arrived: up, down, and what an admission at headquarters sets in
/// motion.
constexpr int kQuietRounds = 12;
/// A quiet sync takes no longer than this (G8: 60 s and the transfer).
constexpr std::int64_t kQuietSyncMs = 10 * kMinuteMs;

}  // namespace

Fleet::Fleet(const Options& options)
    : options_(options),
      dice_(options.seed),
      book_(workspace_),
      relay_((begin_vfs(options.seed), timeline_), book_, figures_, options_, dice_.split(1)),
      near_relay_(timeline_, book_, figures_, options_, Dice(options.seed ^ 0x6E656172), "near"),
      setting_{timeline_, book_, figures_, options_, workspace_, relay_, near_relay_},
      old_catalog_(older_catalog()),
      hostile_catalog_(hostile_catalog()) {}

Laptop& Fleet::add_laptop(const std::string& name) {
  const std::uint64_t number = laptops_.size();
  laptops_.push_back(std::make_unique<Laptop>(setting_, number, name, dice_.split(100 + number)));
  set_clock(*laptops_.back());
  return *laptops_.back();
}

void Fleet::set_clock(Laptop& laptop) {
  if (!options_.has_bad_clocks) return;
  SimClock& clock = laptop.clock();
  clock.offset_ms = static_cast<std::int64_t>(dice_.normal(90'000));
  const double roll = dice_.unit();
  const std::int64_t sign = dice_.chance(0.5) ? 1 : -1;
  if (roll < 0.01) {
    clock.offset_ms = sign * static_cast<std::int64_t>(dice_.log_between(1, 60) * 365 * kDayMs);
  } else if (roll < 0.06) {
    clock.offset_ms = sign * dice_.between(kHourMs, kDayMs);
  }
  clock.drift_ppm = (dice_.unit() - 0.5) * 400;
}

std::optional<std::string> Fleet::invite(const std::string& role) {
  Laptop& hq = headquarters();
  if (!hq.is_on()) return std::nullopt;
  const auto code = hq.replica().invite(role, "", timeline_.now_ms() + 400 * kDayMs);
  if (!code) check_refusal(hq, "invite", code.error());
  if (!hq.settle(code.ok()) || !code) return std::nullopt;
  return to_text(*code);
}

void Fleet::enlist(Laptop& laptop, const std::string& role) {
  if (role == "volunteer" && !shared_code_.empty() && dice_.chance(options_.shared_codes)) {
    return laptop.join(shared_code_);  // the second one with this code: neither counts until somebody decides
  }
  const auto code = invite(role);
  if (!code) return timeline_.after(kHourMs, [this, &laptop, role] { enlist(laptop, role); });
  if (role == "volunteer") shared_code_ = *code;
  laptop.join(*code);
}

void Fleet::some_times(double per_day, const std::function<void()>& what) {
  double left = per_day;
  while (left > 0 && dice_.chance(std::min(left, 1.0))) {
    timeline_.after(within_day(), what);
    left -= 1;
  }
}

void Fleet::live() {
  relay_.start();
  if (options_.near_share > 0) near_relay_.start();
  Laptop& hq = add_laptop("hq");
  hq.found();
  list_references(hq, memory_);
  if (options_.attacks_per_day > 0) {
    if (const auto code = invite("volunteer")) attacker_.emplace(setting_, dice_.split(2), *code);
  }
  for (int i = 1; i <= options_.laptops; ++i) {
    Laptop& laptop = add_laptop("laptop-" + std::to_string(i));
    if (dice_.chance(options_.old_version)) laptop.set_catalog(old_catalog_);
    if (options_.has_wrong_role && i == 1) laptop.set_catalog(hostile_catalog_);
    const std::string role = i == 2 ? "coordinator" : "volunteer";
    timeline_.after(dice_.between(0, 6 * kHourMs), [this, &laptop, role] { enlist(laptop, role); });
  }
  for (const auto& laptop : laptops_) plan_spell(*laptop);
  for (day_ = 0; day_ < options_.days; ++day_) {
    relay_.disk().faults = options_.disk;
    near_relay_.disk().faults = options_.disk;
    for (const auto& laptop : laptops_) laptop->disk().faults = options_.disk;
    plan_day();
    timeline_.run_to(kBeginMs + (day_ + 1) * kDayMs);
    figures_.device_days += static_cast<double>(laptops_.size());
    if (on_day) on_day(figures_);
  }
}

void Fleet::plan_day() {
  for (const auto& laptop : laptops_) {
    plan_work(*laptop);
    plan_faults(*laptop);
    some_times(options_.sticks_per_day, [this, &laptop = *laptop] { pack_stick(laptop); });
  }
  // Copies make new laptops.
  const std::size_t count = laptops_.size();
  for (std::size_t i = 0; i < count; ++i) plan_identity(*laptops_[i]);
  plan_relay_day();
  plan_admin_day();
}

void Fleet::plan_work(Laptop& laptop) {
  double records = dice_.log_normal(options_.records_per_day, 0.5);
  if (dice_.chance(0.1)) records = 0;
  if (dice_.chance(0.02)) records = std::min(records * 50, 1000.0);  // an import, or a week's paper
  // Seven acts of ten make a visit with its moves: 2.5 records.
  const auto acts = static_cast<int>(records / 1.75);
  const bool is_burst = records > 200;
  const std::int64_t begin = within_day();
  for (int i = 0; i < acts; ++i) {
    // Work has hours: most of it between eight and eight, local time.
    const std::int64_t when = is_burst ? begin + i * 50 : dice_.between(0, 12 * kHourMs);
    timeline_.after(when, [this, &laptop] { (void)act(laptop, memory_); });
  }
}

void Fleet::plan_faults(Laptop& laptop) {
  const auto crash = [this, &laptop](bool power) {
    if (!laptop.is_on()) return;
    // Half of them strike inside the next write, the others between two.
    if (dice_.chance(0.5)) return laptop.disk().die_after(1 + dice_.below(60));
    laptop.crash(power, dice_.between(kMinuteMs, 2 * kHourMs));
  };
  some_times(options_.kills_per_day, [crash] { crash(false); });
  some_times(options_.cuts_per_day, [crash] { crash(true); });
  some_times(options_.pauses_per_day, [this, &laptop] { laptop.pause(dice_.between(1000, 2 * kHourMs)); });
  some_times(options_.full_per_day, [this, &laptop] {
    laptop.disk().faults.is_full = true;
    timeline_.after(dice_.between(kMinuteMs, kDayMs / 2),
                    [&laptop] { laptop.disk().faults.is_full = false; });
  });
  if (options_.has_bad_clocks && dice_.chance(0.02)) {
    timeline_.after(within_day(), [this, &laptop] { set_clock(laptop); });
  }
  if (!laptop.catalog().empty() && laptop.catalog() == old_catalog_ && dice_.chance(0.15)) {
    timeline_.after(within_day(), [this, &laptop] {
      laptop.stop();
      // An upgrade; now and then it is taken back.
      laptop.set_catalog(dice_.chance(0.8) ? std::string() : old_catalog_);
      if (!laptop.is_on()) laptop.open_again(kMinuteMs);
    });
  }
}

void Fleet::plan_identity(Laptop& laptop) {
  if (&laptop == &headquarters()) return;
  some_times(options_.copies_per_day, [this, &laptop] {
    if (!laptop.is_on() || laptops_.size() > 40) return;
    Laptop& copy = add_laptop(laptop.name());
    laptop.copy_home_to(copy);
    plan_spell(copy);
  });
  some_times(options_.ghosts_per_day, [this, &laptop] {
    if (!laptop.is_on() || laptops_.size() > 40) return;
    Laptop& ghost = add_laptop(laptop.name());
    laptop.ghost_to(ghost);
    plan_spell(ghost);
  });
  if (options_.restores_per_day > 0 && (!laptop.has_image() || dice_.chance(0.2))) {
    timeline_.after(within_day(), [&laptop] {
      if (laptop.is_on()) laptop.keep_image();
    });
  }
  some_times(options_.restores_per_day, [this, &laptop] {
    if (!laptop.is_on() || !laptop.has_image()) return;
    laptop.restore_image();
    strike();
  });
  const auto begin_anew = [this, &laptop](bool in_new_home) {
    const auto code = laptop.is_on() ? invite("volunteer") : std::nullopt;
    if (!code || !laptop.is_on()) return;
    laptop.write_down();
    if (in_new_home) {
      laptop.move_to_new_home(*code);
    } else {
      laptop.lose_database();
      laptop.join(*code);
    }
    strike();
  };
  some_times(options_.losses_per_day, [begin_anew] { begin_anew(false); });
  some_times(options_.rejoins_per_day, [begin_anew] { begin_anew(true); });
}

/// What only lost disks had need not come back.
void Fleet::strike() {
  std::vector<Hash> heads;
  const auto add = [&](const Heads& some) {
    for (const auto& [author, head] : some) heads.push_back(head.link);
  };
  add(relay_.heads());
  for (const auto& laptop : laptops_) {
    add(laptop->held());
    add(laptop->saved());
  }
  book_.strike(heads);
  figures_.struck = book_.struck();
}

void Fleet::plan_relay_day() {
  if (near_relay_.is_up()) {
    // It stands on a laptop: it goes with it, and now and then for good.
    some_times(options_.relay_cuts_per_day, [this] {
      if (near_relay_.is_up()) near_relay_.crash(dice_.chance(0.7), dice_.between(kMinuteMs, 4 * kHourMs));
    });
    some_times(options_.relay_wipes_per_day, [this] {
      if (near_relay_.is_up()) near_relay_.wipe();
    });
  }
  some_times(options_.relay_cuts_per_day, [this] {
    if (!relay_.is_up()) return;
    if (dice_.chance(0.5)) return relay_.disk().die_after(1 + dice_.below(60));
    relay_.crash(dice_.chance(0.7), dice_.between(kMinuteMs, 4 * kHourMs));
  });
  if (options_.relay_restores_per_day > 0 && (!relay_.has_backup() || dice_.chance(0.3))) {
    timeline_.after(within_day(), [this] { relay_.keep_backup(); });
  }
  some_times(options_.relay_restores_per_day, [this] {
    if (!relay_.is_up() || !relay_.has_backup()) return;
    relay_.restore_backup();
    strike();
  });
  some_times(options_.relay_wipes_per_day, [this] {
    if (!relay_.is_up()) return;
    relay_.wipe();
    strike();
  });
  some_times(options_.attacks_per_day, [this] {
    if (attacker_) attacker_->strike_once();
  });
}

void Fleet::plan_admin_day() {
  timeline_.after(within_day(), [this] { admit_by_hand(); });
  if (dice_.chance(0.3)) timeline_.after(within_day(), [this] { list_references(headquarters(), memory_); });
  if (options_.has_wrong_role && laptops_.size() > 1) {
    timeline_.after(within_day(), [this] { list_references(*laptops_[1], memory_); });
  }
  if (laptops_.size() > 2 && dice_.chance(0.3)) {
    timeline_.after(within_day(), [this] { list_references(*laptops_[2], memory_); });
  }
  some_times(options_.revokes_per_day, [this] { revoke_somebody(); });
  some_times(options_.role_changes_per_day, [this] {
    Laptop& laptop = *laptops_[1 + dice_.below(laptops_.size() - 1)];
    const auto code = laptop.is_on() ? invite(dice_.chance(0.7) ? "coordinator" : "auditor") : std::nullopt;
    if (!code || !laptop.is_on()) return;
    laptop.write_down();
    laptop.move_to_new_home(*code);
    strike();
  });
}

void Fleet::admit_by_hand() {
  Laptop& hq = headquarters();
  if (!hq.is_on()) return;
  const auto devices = hq.replica().devices();
  if (!devices) return check_refusal(hq, "devices", devices.error());
  for (const Device& device : *devices) {
    if (device.state.standing != "not_admitted" || !hq.is_on()) continue;
    const Status admitted = hq.replica().admit(device.key);
    if (!admitted) check_refusal(hq, "admit", admitted.error());
    if (!hq.settle(admitted.ok())) return;
    if (admitted) ++figures_.admits;
  }
}

void Fleet::revoke_somebody() {
  Laptop& hq = headquarters();
  if (!hq.is_on()) return;
  const auto devices = hq.replica().devices();
  if (!devices) return check_refusal(hq, "devices", devices.error());
  const Device& device = dice_.one_of(*devices);
  if (device.state.standing == "founder") return;
  std::optional<std::uint64_t> at;
  if (dice_.chance(0.3)) at = dice_.below(device.state.applied + 1);
  const Status revoked = hq.replica().revoke(device.key, at, "lost");
  if (!revoked) check_refusal(hq, "revoke", revoked.error());
  if (hq.settle(revoked.ok()) && revoked) ++figures_.revokes;
}

void Fleet::plan_spell(Laptop& laptop) {
  double hours = dice_.log_normal(options_.spell_hours, options_.spell_sigma);
  if (&laptop == &headquarters()) hours = std::min(hours, 6.0);
  if (dice_.chance(options_.long_absence)) hours = dice_.log_between(100, 2880);
  timeline_.after(static_cast<std::int64_t>(hours * static_cast<double>(kHourMs)), [this, &laptop] {
    const auto length = static_cast<std::int64_t>(dice_.log_between(10'000, 4.0 * kHourMs));
    online(laptop, timeline_.now_ms() + length);
    plan_spell(laptop);
  });
}

void Fleet::online(Laptop& laptop, std::int64_t until_ms) {
  const std::int64_t now = timeline_.now_ms();
  if (setting_.is_quiet || now >= until_ms) return;
  const bool is_near = near_relay_.is_up() && options_.near_share > 0 && dice_.chance(options_.near_share);
  const bool is_free = laptop.is_on() && !laptop.is_suspended() && (is_near ? near_relay_ : relay_).is_up();
  if (is_free && (!laptop.wire() || dice_.chance(options_.second_session))) {
    laptop.sync(dice_.chance(options_.live_session), until_ms - now, is_near);
  }
  // Not in sync after a while: it tries again while there is signal.
  timeline_.after(dice_.between(kMinuteMs, 10 * kMinuteMs), [this, &laptop, until_ms] {
    if (!laptop.wire() && !laptop.was_in_sync()) online(laptop, until_ms);
  });
}

void Fleet::settle() {
  setting_.is_quiet = true;
  timeline_.trace("quiet", 0, 0);
  // Disks work, and no machine dies in what it does next.
  const auto heal = [](Disk& disk) {
    disk.faults = {};
    disk.die_after(0);
  };
  heal(relay_.disk());
  heal(near_relay_.disk());
  for (const auto& laptop : laptops_) heal(laptop->disk());
  // Everything that was under way comes to its end, and everything that is off goes on.
  timeline_.run_to(timeline_.now_ms() + kDayMs);
  // A machine that died in an operation that nobody waited for is only found dead at its next one.
  if (relay_.disk().is_dead()) relay_.crash(true, kMinuteMs);
  if (!relay_.is_up() && !relay_.start()) throw Violation("G8", "the relay does not start without faults");
  for (const auto& laptop : laptops_) {
    laptop->stop();
    laptop->set_catalog({});
    if (!laptop->start()) throw Violation("G8", laptop->name() + " does not open without faults");
  }
  if (attacker_) attacker_->strike_once();
  for (int round = 0; round < kQuietRounds; ++round) {
    if (quiet_round()) return;
  }
  throw Violation("G8", "no convergence after " + std::to_string(kQuietRounds) + " quiet rounds");
}

/// Everybody syncs once. True: nothing moved any more.
bool Fleet::quiet_round() {
  const Heads before = relay_.heads();
  bool all_equal = true;
  for (const auto& laptop : laptops_) {
    const std::int64_t begin = timeline_.now_ms();
    laptop->sync(false, kQuietSyncMs);
    while (laptop->wire() && timeline_.step()) continue;
    if (timeline_.now_ms() - begin >= kQuietSyncMs) {
      throw Violation("G8", laptop->name() + " does not come to the end of a sync without faults");
    }
    timeline_.run_to(timeline_.now_ms() + 1000);
    if (laptop->last_report().revoked) continue;
    all_equal = all_equal && laptop->was_in_sync() && laptop->held() == relay_.heads();
  }
  return all_equal && before == relay_.heads();
}

}  // namespace karez::sim
