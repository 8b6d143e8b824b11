// Whatever comes by hand: bundles cut at any byte, in any order, twice, end in the state that direct delivery
// gives; and no changed byte does more than be told.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "support/property.h"
#include "support/replica_fleet.h"

using namespace karez;
using namespace karez::testing;

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

/// Some days of three laptops that meet only by bundles; the last bundle of each.
struct Days {
  explicit Days(std::uint64_t seed) : dice(seed), fleet(seed) {
    for (const std::string& name : laptops) fleet.join(name);
    for (int step = 0; step < 12; ++step) {
      const std::string& who = names[dice() % names.size()];
      fleet.clock(who).advance(60'000);
      const RecordId id = record_visit(fleet[who], "S00" + std::to_string(dice() % 4), 1, {{"W550", 2}});
      if (dice() % 2 == 0)
        (void)set_field(fleet[who], id, "note", Value::of("n" + std::to_string(step))).ok();
      if (dice() % 2 == 0) carry(who, names[dice() % names.size()]);
    }
    for (const std::string& name : names) {
      auto packed = fleet[name].pack_bundle(stick(), "");
      RC_ASSERT(packed.ok());
      bundles.push_back(read_file(stick()));
    }
  }

  std::string stick() const { return folder.path() + "/usb.karez"; }
  void carry(const std::string& from, const std::string& to) {
    RC_ASSERT(fleet[from].pack_bundle(stick(), "").ok());
    RC_ASSERT(fleet[to].apply_bundle(stick()).ok());
  }
  /// A home that has only joined, again and again the same one.
  Replica& newcomer() {
    const std::string name = "new" + std::to_string(++newcomers);
    return fleet.join(name);
  }
  Result<BundleApplied> apply(Replica& replica, ByteView bytes) {
    write_file(stick(), bytes);
    return replica.apply_bundle(stick());
  }

  const std::vector<std::string> laptops{"l0", "l1"};
  const std::vector<std::string> names{"hq", "l0", "l1"};
  std::mt19937_64 dice;
  ReplicaFleet fleet;
  TemporaryFolder folder;
  std::vector<Bytes> bundles;
  int newcomers = 0;
};

}  // namespace

KAREZ_PROPERTY("Bundles: cut anywhere, in any order, twice, they end in the state that direct delivery gives",
               [] {
                 const auto seed = *rc::gen::arbitrary<std::uint64_t>();
                 Days days(seed);
                 Replica& by_hand = days.newcomer();
                 std::vector<Bytes> pieces;
                 for (const Bytes& bundle : days.bundles) {
                   for (int cut = 0; cut < 3; ++cut) {
                     const std::size_t size = days.dice() % (bundle.size() + 1);
                     pieces.emplace_back(bundle.begin(), bundle.begin() + static_cast<std::ptrdiff_t>(size));
                   }
                   pieces.push_back(bundle);
                   if (days.dice() % 2 == 0) pieces.push_back(bundle);
                 }
                 std::shuffle(pieces.begin(), pieces.end(), days.dice);
                 for (const Bytes& piece : pieces) {
                   const auto applied = days.apply(by_hand, piece);
                   RC_ASSERT(applied.ok());
                   const bool is_whole =
                       std::find(days.bundles.begin(), days.bundles.end(), piece) != days.bundles.end();
                   RC_ASSERT((applied->bundle.fault == BundleFault::none) == is_whole);
                   RC_ASSERT(applied->refused_packs == 0U);
                 }
                 const std::string name = "new" + std::to_string(days.newcomers);
                 const std::string straight = "new" + std::to_string(days.newcomers + 1);
                 Replica& direct = days.newcomer();
                 std::vector<std::string> from = days.names;
                 std::shuffle(from.begin(), from.end(), days.dice);
                 for (const std::string& who : from) days.fleet.deliver(who, straight, days.dice);
                 // The two newcomers know each other's enrolment only by what they wrote themselves.
                 days.fleet.deliver(name, straight, days.dice);
                 days.fleet.deliver(straight, name, days.dice);
                 RC_ASSERT(by_hand.status()->heads == direct.status()->heads);
                 RC_ASSERT(days.fleet.dump(name) == days.fleet.dump(straight));
                 RC_ASSERT(by_hand.verify()->ok);
               });

KAREZ_PROPERTY("Bundles: changed bytes crash nothing, bring nothing false, and are told", [] {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  Days days(seed);
  Replica& victim = days.newcomer();
  const std::string name = "new" + std::to_string(days.newcomers);
  for (int n = 0; n < 25; ++n) {
    Bytes bytes = days.bundles[days.dice() % days.bundles.size()];
    const Bytes good = bytes;
    const auto place = [&] { return days.dice() % bytes.size(); };
    for (std::uint64_t k = days.dice() % 3 + 1; k > 0; --k) {
      switch (days.dice() % 4) {
        case 0:
          bytes[place()] ^= static_cast<std::uint8_t>(1U << (days.dice() % 8));
          break;
        case 1:
          bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(place()));
          break;
        case 2:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(place()),
                       static_cast<std::uint8_t>(days.dice()));
          break;
        default:
          std::swap(bytes[place()], bytes[place()]);
      }
    }
    const auto applied = days.apply(victim, bytes);
    RC_ASSERT(applied.ok());
    RC_ASSERT(bytes == good || applied->bundle.fault != BundleFault::none);
  }
  RC_ASSERT(victim.verify()->ok);
  for (const Bytes& bundle : days.bundles) {
    const auto applied = days.apply(victim, bundle);
    RC_ASSERT(applied.ok());
    RC_ASSERT(applied->is_complete());
  }
  // What was taken from damaged bundles was as its authors wrote it.
  const std::string straight = "new" + std::to_string(days.newcomers + 1);
  days.newcomer();
  for (const std::string& who : days.names) days.fleet.deliver(who, straight, days.dice);
  days.fleet.deliver(name, straight, days.dice);
  days.fleet.deliver(straight, name, days.dice);
  RC_ASSERT(days.fleet.dump(name) == days.fleet.dump(straight));
});

KAREZ_PROPERTY("Bundles: whatever frames with true checks say, no reader crashes", [] {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  Days days(seed);
  Replica& victim = days.newcomer();
  // Frames of a real bundle, their bodies bent, the checks made anew: what an enemy writes, and no accident.
  for (int n = 0; n < 25; ++n) {
    const Bytes& source = days.bundles[days.dice() % days.bundles.size()];
    Bytes made(source.begin(), source.begin() + 16);
    FixedBytes<16> check{};
    for (std::size_t at = 16; at + 21 <= source.size();) {
      std::size_t size = 0;
      for (std::size_t i = 1; i < 5; ++i) size = size << 8 | source[at + i];
      Bytes frame(source.begin() + static_cast<std::ptrdiff_t>(at),
                  source.begin() + static_cast<std::ptrdiff_t>(at + 5 + size));
      at += 21 + size;
      const auto kind = days.dice() % 12;
      if (kind == 0 && size > 0) frame[5 + days.dice() % size] ^= static_cast<std::uint8_t>(days.dice());
      if (kind == 1) frame[0] = static_cast<std::uint8_t>(days.dice() % 10);
      if (kind == 2) continue;
      check = blake2b_128(
          {view_of("karez/bundle/1"), check, ByteView(frame).first(5), ByteView(frame).subspan(5)});
      made.insert(made.end(), frame.begin(), frame.end());
      made.insert(made.end(), check.begin(), check.end());
    }
    const auto applied = days.apply(victim, made);
    const bool is_told = applied.ok() || applied.error().code == ErrorCode::wrong_workspace;
    RC_ASSERT(is_told);
  }
  RC_ASSERT(victim.verify()->ok);
});
