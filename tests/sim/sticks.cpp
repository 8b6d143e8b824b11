// What goes by hand: bundles that somebody packs, carries for hours or weeks, and hands to this one and that.
#include <fstream>
#include <iterator>

#include "fleet.h"

namespace karez::sim {
namespace {

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return {text.begin(), text.end()};
}

void write_file(const std::string& path, ByteView bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

void Fleet::pack_stick(Laptop& laptop) {
  if (setting_.is_quiet || !laptop.is_on() || laptop.is_suspended()) return;
  const std::string path = sticks_.path() + "/stick";
  const Laptop& whom = *laptops_[dice_.below(laptops_.size())];
  const auto packed = laptop.replica().pack_bundle(path, dice_.chance(0.4) ? whom.name() : "");
  if (!packed) check_refusal(laptop, "pack a bundle", packed.error());
  const bool lives = laptop.settle(packed ? Laptop::Call::session : Laptop::Call::failed);
  if (!packed || !lives) return;  // the stick of a machine that died is not asked for
  timeline_.trace("stick", laptop.number(), packed->changes);
  ++figures_.sticks;
  laptop.note_held();
  const auto stick = std::make_shared<const Bytes>(read_file(path));
  for (std::uint64_t visits = 1 + dice_.below(3); visits-- > 0;) {
    const auto days = dice_.log_between(0.05, 20);
    timeline_.after(static_cast<std::int64_t>(days * kDayMs), [this, stick, heads = packed->heads] {
      if (!setting_.is_quiet) apply_stick(*laptops_[dice_.below(laptops_.size())], *stick, heads);
    });
  }
}

/// What a bundle may do: nothing false, nothing silent, and everything that it states unless it says what is
/// lacking.
void Fleet::apply_stick(Laptop& laptop, const Bytes& stick, const Heads& heads) {
  if (!laptop.is_on() || laptop.is_suspended()) return;
  laptop.hang_up();
  if (!laptop.is_on()) return;
  Bytes bytes = stick;
  if (dice_.chance(options_.stick_damage)) {
    if (dice_.chance(0.5)) {
      bytes.resize(dice_.below(bytes.size()));
    } else {
      bytes[dice_.below(bytes.size())] ^= static_cast<std::uint8_t>(1 + dice_.below(255));
    }
  }
  const std::string path = sticks_.path() + "/applied";
  write_file(path, bytes);
  const auto applied = laptop.replica().apply_bundle(path);
  if (!applied) check_refusal(laptop, "apply a bundle", applied.error());
  if (!laptop.settle(applied ? Laptop::Call::session : Laptop::Call::failed) || !applied) return;
  timeline_.trace("apply", laptop.number(), applied->new_changes);
  figures_.applied += applied->new_changes > 0 ? 1U : 0U;
  const bool is_whole = applied->bundle.fault == BundleFault::none;
  if (is_whole != (bytes == stick)) throw Violation("G16", "a damaged bundle was taken for a whole one");
  if (is_whole && applied->refused_packs > 0) {
    throw Violation("G16", "a whole bundle was refused in part: " + applied->refused.front().error.message);
  }
  laptop.note_held();
  if (!applied->is_complete()) return;
  const Book::Reach held = book_.reach_of(laptop.held());
  for (const auto& [name, head] : heads) {
    if (book_.is_in(held, head.link)) continue;
    throw Violation("G3", laptop.name() + " applied a bundle without a complaint and lacks change " +
                              std::to_string(head.seq) + " of " + public_name(name).substr(0, 8));
  }
  if (!dice_.chance(0.2)) return;
  const auto again = laptop.replica().apply_bundle(path);
  if (!laptop.settle(again ? Laptop::Call::session : Laptop::Call::failed) || !again) return;
  if (again->new_changes > 0) throw Violation("G3", "a bundle that was applied brought something new");
}

}  // namespace karez::sim
