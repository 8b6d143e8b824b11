#include "options.h"

#include <algorithm>
#include <sstream>

namespace karez::sim {

Options draw(std::uint64_t seed, std::uint64_t device_days, bool has_ways) {
  Dice dice(seed ^ 0x6F707469);
  Options out;
  out.seed = seed;
  out.laptops = static_cast<int>(dice.log_between(3, 25.99));
  out.days = static_cast<int>(dice.log_between(5, 60.99));
  if (device_days > 0) {
    const auto budget = static_cast<int>(std::min<std::uint64_t>(device_days, 1'000'000));
    out.laptops = std::min(out.laptops, std::max(3, budget / 5));
    out.days = std::max(1, budget / (out.laptops + 1));
  }
  out.records_per_day = dice.log_between(18, 40);
  out.spell_hours = dice.log_between(9, 18);
  out.live_session = dice.chance(0.5) ? dice.unit() : 0;
  const auto is_on = [&] { return dice.chance(0.5); };
  if (is_on()) out.long_absence = dice.log_between(0.002, 0.02);
  if (is_on()) {
    out.has_bad_links = true;
    out.delay_ms = dice.log_between(30, 3000);
    out.jitter = dice.log_between(1, 5);
    out.bytes_per_ms = dice.log_between(1, 1250);  // 8 kbit/s to 10 Mbit/s
    if (is_on()) out.cut_per_session = dice.log_between(0.01, 0.4);
    if (is_on()) out.half_open = 0.02;
    if (is_on()) out.second_session = dice.log_between(0.01, 0.2);
  }
  if (is_on()) out.kills_per_day = dice.log_between(0.1, 5);
  if (is_on()) out.pauses_per_day = dice.log_between(0.1, 2);
  if (is_on()) {
    out.cuts_per_day = dice.log_between(0.05, 2);
    out.cut_style.kept = dice.unit();
    out.cut_style.torn = (1 - out.cut_style.kept) * dice.unit();
    if (is_on()) out.relay_cuts_per_day = dice.log_between(0.1, 5);
  }
  if (is_on()) {
    if (is_on()) out.disk.fsync_loss = dice.log_between(0.0001, 0.01);
    if (is_on()) out.disk.eio = dice.log_between(0.00001, 0.001);
    if (is_on()) out.disk.busy = dice.log_between(0.0005, 0.01);
    if (is_on()) out.full_per_day = 0.05;
  }
  out.has_bad_clocks = is_on();
  if (is_on()) {
    if (is_on()) out.copies_per_day = dice.log_between(0.004, 0.04);
    if (is_on()) out.restores_per_day = dice.log_between(0.004, 0.04);
    if (is_on()) out.losses_per_day = dice.log_between(0.002, 0.02);
    if (is_on()) out.rejoins_per_day = dice.log_between(0.002, 0.02);
  }
  if (is_on()) {
    if (is_on()) out.relay_restores_per_day = dice.log_between(0.02, 0.2);
    if (is_on()) out.relay_wipes_per_day = dice.log_between(0.01, 0.1);
  }
  if (is_on()) out.old_version = dice.unit();
  if (is_on()) {
    if (is_on()) out.attacks_per_day = dice.log_between(0.3, 10);
    if (is_on()) out.noise = dice.log_between(0.0003, 0.01);
    out.has_wrong_role = is_on();
  }
  if (is_on()) {
    if (is_on()) out.revokes_per_day = dice.log_between(0.05, 0.5);
    if (is_on()) out.shared_codes = dice.log_between(0.02, 0.2);
    if (is_on()) out.role_changes_per_day = dice.log_between(0.02, 0.2);
  }
  // Drawn apart: what came later moves nothing of what was there.
  Dice ways(seed ^ 0x77617973);
  if (has_ways && ways.chance(0.5)) out.near_share = ways.log_between(0.05, 0.4);
  if (has_ways && ways.chance(0.5)) {
    out.sticks_per_day = ways.log_between(0.1, 1);
    if (ways.chance(0.5)) out.stick_damage = ways.log_between(0.02, 0.2);
  }
  Dice ghosts(seed ^ 0x67686F73);
  if (ghosts.chance(0.25)) out.ghosts_per_day = ghosts.log_between(0.004, 0.04);
  if (ghosts.chance(0.5)) out.whole_restores = ghosts.unit();
  return out;
}

std::string Options::text() const {
  std::ostringstream out;
  out << "laptops=" << laptops << " days=" << days << " records=" << records_per_day
      << " spell_h=" << spell_hours << " live=" << live_session;
  const auto show = [&](const char* name, double value) {
    if (value > 0) out << ' ' << name << '=' << value;
  };
  show("absence", long_absence);
  if (has_bad_links)
    out << " delay_ms=" << delay_ms << " jitter=" << jitter << " bytes_per_ms=" << bytes_per_ms;
  show("link_cut", cut_per_session);
  show("half_open", half_open);
  show("second_session", second_session);
  show("kills", kills_per_day);
  show("pauses", pauses_per_day);
  show("cuts", cuts_per_day);
  if (cuts_per_day > 0) out << " kept=" << cut_style.kept << " torn=" << cut_style.torn;
  show("relay_cuts", relay_cuts_per_day);
  show("fsync_loss", disk.fsync_loss);
  show("eio", disk.eio);
  show("busy", disk.busy);
  show("full", full_per_day);
  if (has_bad_clocks) out << " clocks";
  show("copies", copies_per_day);
  show("restores", restores_per_day);
  show("losses", losses_per_day);
  show("rejoins", rejoins_per_day);
  show("ghosts", ghosts_per_day);
  if (restores_per_day > 0) show("whole_restores", whole_restores);
  show("relay_restores", relay_restores_per_day);
  show("relay_wipes", relay_wipes_per_day);
  show("near", near_share);
  show("sticks", sticks_per_day);
  show("stick_damage", stick_damage);
  show("old_version", old_version);
  show("attacks", attacks_per_day);
  show("noise", noise);
  if (has_wrong_role) out << " wrong_role";
  show("revokes", revokes_per_day);
  show("shared_codes", shared_codes);
  show("role_changes", role_changes_per_day);
  return out.str();
}

}  // namespace karez::sim
