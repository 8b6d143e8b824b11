// A replica in memory that every call finds as the one before found it: made once, and copied from there. Its
// workspace is that of tests/support/fleet.h, so packs of its people fit it; its own key follows from a seed.
// One thread.
#pragma once

#include <memory>
#include <string>

#include "files.h"
#include "karez/replica/replica.h"
#include "support/clock.h"
#include "support/fleet.h"
#include "support/temporary_folder.h"

namespace karez::fuzz {

/// The founder, a coordinator and two volunteers; the replica is the laptop of one who joined last.
struct People {
  testing::Fleet fleet;
  testing::Person& carla = fleet.coordinator("carla");
  testing::Person& anna = fleet.volunteer("anna");
  testing::Person& ben = fleet.volunteer("ben");
  InvitationCode code = fleet.invite(fleet.founder(), testing::kCoordinator, "dana");

  People() {
    write_visits(anna, 5);
    write_visits(ben, 2);
  }
  /// A visit and a handout; what stands in them does not matter here.
  static void write_visits(testing::Person& person, int count) {
    const Catalog& catalog = Catalog::built_in();
    const Collection& events = *catalog.collection("event");
    const auto field = [&](const char* name) { return FieldName::catalog(events.field(name)->number); };
    for (int i = 0; i < count; ++i) {
      Create event;
      event.collection = events.number;
      event.fields = {{field("type"), Value::of(std::string("visit"))},
                      {field("time"), Value(Value::Side(WallTime{testing::kStartMs + i * 60'000, 480}))},
                      {field("site"), Value::of("S00" + std::to_string(i))},
                      {field("person_times"), Value::of(std::int64_t{i + 1})}};
      std::sort(event.fields.begin(), event.fields.end(),
                [](const FieldValue& a, const FieldValue& b) { return a.field < b.field; });
      const Dot made = person.add({event});
      const RecordId id{made.author, made.seq, 1};
      const FieldName times = field("person_times");
      if (i == 1) person.add({Write{id, times, Value::of(std::int64_t{9}), {made}}});
      if (i == 2)
        person.add({Write{id, FieldName::catalog(kVoidField), Value::of(std::string("twice")), {made}}});
    }
  }
};

inline std::string dump_of(Replica& replica) {
  std::string text;
  const Status status = replica.dump([&](std::string_view line) { text.append(line).append("\n"); });
  FUZZ_CHECK(status.ok());
  return text;
}

class ReplicaBed {
 public:
  ReplicaBed() {
    {
      auto replica = Replica::join(options(original()), to_text(people_.code), "dana");
      FUZZ_CHECK(replica.ok());
      for (const auto& person : people_.fleet.people()) {
        const auto stored = replica->sync_store().store({{0, person->pack()}}, false);
        FUZZ_CHECK(stored.ok() && stored->front().outcome == PackOutcome::stored);
      }
      const AuthorKey own = replica->status()->author;
      testing::Person& founder = people_.fleet.founder();
      founder.add({Admit{own, {people_.code.invitation.author, people_.code.invitation.seq}}});
      const auto admitted = replica->sync_store().store({{0, founder.pack(founder.seq())}}, false);
      FUZZ_CHECK(admitted.ok() && admitted->front().outcome == PackOutcome::stored);
      FUZZ_CHECK(record_visit(*replica).ok());
      FUZZ_CHECK(replica->verify()->ok);
      dump_ = dump_of(*replica);
    }
    (void)people_.fleet.invite(people_.carla);
    news_ = people_.carla.pack(people_.carla.seq());
    FUZZ_CHECK(!fs::exists(original() / "home/replica.db-wal"));
    file_ = read_file(original() / "home/replica.db");
  }

  People& people() { return people_; }
  /// What the untouched replica dumps.
  [[nodiscard]] const std::string& dump() const { return dump_; }
  /// What carla wrote since: an invitation.
  [[nodiscard]] const Bytes& news() const { return news_; }
  /// The bytes of the untouched replica.db.
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] fs::path folder() const { return fs::path(folder_.path()); }
  [[nodiscard]] fs::path database() const { return copy() / "home/replica.db"; }

  /// Puts everything back as it was; no replica may be open.
  void reset() {
    fs::remove_all(copy());
    fs::copy(original(), copy(), fs::copy_options::recursive);
    clock_.set(testing::kStartMs + 3'600'000);
    random_ = testing::SeededRandom(2);
  }
  Result<Replica> open() { return Replica::open(options(copy())); }

  /// What people do with it: reads everything that there is, then writes. Damage gives errors here, never an
  /// end of the process.
  static Status record_visit(Replica& replica) {
    NewRecord visit{"event",
                    {{"type", Value::of(std::string("visit"))},
                     {"time", Value(Value::Side(WallTime{testing::kStartMs, 480}))},
                     {"site", Value::of(std::string("S001"))},
                     {"trade", Value::of(std::string("rider"))},
                     {"person_times", Value::of(std::int64_t{3})}}};
    const auto made = replica.create(std::span(&visit, 1));
    return made ? Status() : Status(made.error());
  }

 private:
  [[nodiscard]] fs::path original() const { return folder() / "original"; }
  [[nodiscard]] fs::path copy() const { return folder() / "copy"; }
  ReplicaOptions options(const fs::path& where) {
    ReplicaOptions options;
    options.home = (where / "home").string();
    options.state_folder = (where / "state").string();
    options.clock = &clock_;
    options.random = &random_;
    return options;
  }

  testing::TemporaryFolder folder_;
  People people_;
  testing::HandClock clock_{testing::kStartMs + 3'600'000};
  testing::SeededRandom random_{1};
  std::string dump_;
  std::string file_;
  Bytes news_;
};

}  // namespace karez::fuzz
