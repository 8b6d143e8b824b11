// Replicas for the benchmark: a headquarters and laptops with clocks and randomness in hand, what a
// volunteer's actions are as records, and the packs that the laptops' own replicas make of a whole workload.
//
// One thread. An error of the engine stops the process with its sentence: there is nothing to measure then.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/workload.h"
#include "karez/replica/replica.h"
#include "support/clock.h"

namespace karez::bench {

using testing::HandClock;
using testing::SeededRandom;

inline constexpr std::int64_t kSetupMs = 1'732'143'600'000;    ///< an hour before the workload's day
inline constexpr std::int64_t kEveningMs = 1'732'406'400'000;  ///< 2024-11-24: all that was recorded is past

/// Stops the process with the error's sentence.
void must(const Status& status);
template <typename T>
T must(Result<T> result) {
  if (!result) must(Status(result.error()));
  return std::move(result).value();
}

/// A row as a record: a visit is an event, a handout a move with the reason give; the six categories of
/// people are six of the catalog's trades.
[[nodiscard]] NewRecord to_record(const Visit& visit);
[[nodiscard]] NewRecord to_record(const Handout& handout, const RecordId& visit);

/// Plays actions on a replica and remembers which record each row became.
class Player {
 public:
  Player(Replica& replica, std::size_t rows) : replica_(replica), records_(rows) {}
  /// One action, durable when it returns.
  void play(const Action& action);
  /// New rows only, each its own change, in one commit. Nothing else was recorded before, so that a row's
  /// change is `first_seq` + row.
  void import(std::span<const Action> actions, const AuthorKey& author, std::uint64_t first_seq);

 private:
  Replica& replica_;
  std::vector<RecordId> records_;
};

/// A replica in `root`/home that keeps its clone guard in `root`/state: the folder can be copied whole.
struct Seat {
  std::string root;
  [[nodiscard]] std::string home() const { return root + "/home"; }
  [[nodiscard]] ReplicaOptions options(const Clock& clock, Random& random) const;
};

/// Packs of one author, as its own replica seals them.
using Packs = std::vector<Bytes>;
[[nodiscard]] Packs packs_of(Replica& replica, const AuthorKey& author, std::uint64_t after);
/// Hands packs to a replica as a sync session does: it stores as soon as SyncLimits::store_bytes are there.
void store_packs(Replica& replica, const Packs& packs);
void write_packs(const std::string& path, const std::vector<Packs>& all);

/// A workspace whose laptops are admitted and have recorded a workload. Everything lies in one folder: "hq"
/// (knows the laptops, has none of their records) and "laptop-N". The recording itself is not measured.
class RecordedFleet {
 public:
  /// `delta`: also the rows that the first laptop records later, in packs of their own.
  RecordedFleet(const std::string& folder, const Workload& workload, bool is_bulk = false);

  [[nodiscard]] Seat hq() const { return {folder_ + "/hq"}; }
  [[nodiscard]] Seat laptop(std::size_t n) const { return {folder_ + "/laptop-" + std::to_string(n)}; }
  [[nodiscard]] const std::vector<Packs>& packs() const { return packs_; }  ///< by laptop, without enrolments
  /// The first laptop records the delta; the packs that say it.
  [[nodiscard]] Packs record_delta(const Laptop& delta);
  /// A code for one more laptop; headquarters made some spare ones before everything else.
  [[nodiscard]] std::string invite();
  /// Hands another replica's enrolment to headquarters, which admits it, and headquarters' log back.
  void introduce(Replica& newcomer);

  HandClock clock{kSetupMs};
  SeededRandom random;

 private:
  std::string folder_;
  std::vector<Packs> packs_;
  std::vector<std::string> codes_;
};

/// Quantity by item over handouts that count and are not void, as headquarters' tables say.
[[nodiscard]] std::map<std::string, std::int64_t> sums_at(Replica& replica);
[[nodiscard]] std::map<std::string, std::int64_t> sums_of(const Workload& workload);

}  // namespace karez::bench
