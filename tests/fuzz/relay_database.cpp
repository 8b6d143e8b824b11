// A relay whose file is damaged (damage.h): it opens or says why not; what it gives are packs in the order of
// their arrival; and it goes on storing, or refuses.
#include "damage.h"
#include "files.h"
#include "server/pack_store.h"
#include "support/clock.h"
#include "support/fleet.h"
#include "support/temporary_folder.h"

namespace karez::fuzz {
namespace {

using relay::Batch;
using relay::PackReader;
using relay::PackStore;

/// A relay's folder, made once, and what it is damaged from.
class Bed {
 public:
  Bed() {
    testing::Person clone = anna_;
    for (int i = 0; i < 4; ++i) anna_.add({Unknown{70, {}}});
    for (int i = 0; i < 2; ++i) clone.add({Unknown{71, {}}});
    fs::create_directories(original());
    auto store = PackStore::open(options(original()), clock_, random_);
    FUZZ_CHECK(store.ok());
    Batch batch;
    for (const auto& person : fleet_.people()) {
      batch.packs.push_back(submission(person->pack(1, person == fleet_.people().back() ? 3 : 0)));
    }
    batch.packs.push_back(submission(clone.pack()));  // a branch of her log
    Announcement said{anna_.author(), 2, anna_.link(2), testing::kStartMs, testing::kStartMs, 0, {}};
    batch.announcements.push_back(said);
    batch.holdings.push_back({carla_.author(), (*store)->incarnation(), 2, {}});
    const auto commit = (*store)->store(batch);
    FUZZ_CHECK(commit.packs.size() == 4 && commit.members != nullptr);
  }

  void reset() const {
    fs::remove_all(copy());
    fs::copy(original(), copy(), fs::copy_options::recursive);
  }
  [[nodiscard]] std::string file() const { return (copy() / "relay.db").string(); }
  [[nodiscard]] std::string home() const { return copy().string(); }
  Result<std::unique_ptr<PackStore>> open() {
    random_ = testing::SeededRandom(2);
    return PackStore::open(options(copy()), clock_, random_);
  }
  testing::Person& anna() { return anna_; }
  /// What anna has not sent yet.
  Batch news() {
    Batch batch;
    batch.packs.push_back(submission(anna_.pack(4)));
    batch.packs.push_back(submission(anna_.pack(1)));
    batch.probe = true;
    return batch;
  }

 private:
  [[nodiscard]] fs::path original() const { return fs::path(folder_.path()) / "original"; }
  [[nodiscard]] fs::path copy() const { return fs::path(folder_.path()) / "copy"; }
  static relay::PackStoreOptions options(const fs::path& folder) {
    relay::PackStoreOptions options;
    options.folder = folder.string();
    return options;
  }
  relay::Submission submission(Bytes pack) {
    relay::Submission one;
    one.ticket = ++tickets_;
    one.workspace = fleet_.workspace();
    one.from = anna_.author();
    one.pack = std::make_shared<const Bytes>(std::move(pack));
    return one;
  }

  testing::TemporaryFolder folder_;
  testing::Fleet fleet_;
  testing::Person& carla_ = fleet_.coordinator("carla");
  testing::Person& anna_ = fleet_.volunteer("anna");
  testing::HandClock clock_{testing::kStartMs};
  testing::SeededRandom random_{1};
  std::uint64_t tickets_ = 0;
};

void check_error(const Error& error) {
  if (error.code == ErrorCode::internal || error.code == ErrorCode::usage) {
    std::fprintf(stderr, "fuzz: %s\n", error.message.c_str());
  }
  FUZZ_CHECK(error.code != ErrorCode::internal && error.code != ErrorCode::usage);
}

void check_packs(const Result<std::vector<RelayedPack>>& packs, std::uint64_t end) {
  if (!packs) return check_error(packs.error());
  for (const RelayedPack& pack : *packs) {
    FUZZ_CHECK(pack.bytes != nullptr && pack.arrival <= end);
    if (!pack.bytes->empty()) (void)open_pack(*pack.bytes).ok();
  }
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  static Bed bed;
  bed.reset();
  static const Damage damage(bed.file());
  damage.apply(bed.file(), bytes);
  auto store = bed.open();
  if (!store) {
    check_error(store.error());
    return Verdict::refused;
  }
  const std::uint64_t end = (*store)->state().end;
  {
    auto reader = PackReader::open(bed.home());
    if (reader) {
      const auto all = reader->after(0, end, 1 << 20);
      check_packs(all, end);
      if (all) {
        FUZZ_CHECK(std::is_sorted(all->begin(), all->end(),
                                  [](const auto& a, const auto& b) { return a.arrival < b.arrival; }));
      }
      const auto [author, ranges] = (*store)->state().packs_named(bed.anna().author());
      check_packs(reader->of(author, ranges, 0, 0, end, 1 << 20), end);
    } else {
      check_error(reader.error());
    }
  }
  const auto commit = (*store)->store(bed.news());
  FUZZ_CHECK(commit.answers.size() == 2);
  for (const relay::Answer& answer : commit.answers) {
    if (!answer.result.stored) check_error(answer.result.error);
  }
  FUZZ_CHECK((*store)->state().end >= end);
  return commit.answers.front().result.stored ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
