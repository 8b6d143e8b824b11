#include "download.h"

#include <algorithm>

#include "karez/base/mutants.h"
#include "karez/log/pack.h"

namespace karez {
namespace {

constexpr std::int64_t kStoreAfterMs = 1000;

/// A fork is a lasting verdict: to hold the cursor for it would send everything behind it again at every
/// sync.
bool holds_cursor(const ReplicaStore::Stored& stored) {
  if (is_mutant(Mutant::pass_refused_pack)) return false;
  return stored.outcome == PackOutcome::refused && stored.error.code != ErrorCode::fork;
}

}  // namespace

// A batch must fill before the peer's credit is used up, or both ends would wait.
Download::Download(ReplicaStore& store, const Clock& clock, SyncLimits limits)
    : store_(store), clock_(clock), limits_(limits) {
  limits_.store_bytes = std::min(limits_.store_bytes, limits_.credit_bytes / 2);
}

void Download::take(std::uint64_t arrival, Bytes pack) {
  if (packs_.empty()) {
    first_came_ms_ = clock_.now_ms();
    in_order_ = !fetching_;
  }
  in_order_ = in_order_ && arrival > position_;
  if (in_order_) position_ = arrival;
  bytes_ += pack.size();
  packs_.push_back({arrival, std::move(pack)});
}

bool Download::is_due() const {
  if (packs_.empty()) return false;
  const std::int64_t now = clock_.now_ms();
  return bytes_ >= limits_.store_bytes || now < first_came_ms_ || now - first_came_ms_ >= kStoreAfterMs;
}

Result<std::vector<Download::Outcome>> Download::flush() {
  std::vector<Outcome> outcomes;
  if (packs_.empty()) return outcomes;
  std::vector<std::uint64_t> arrivals;
  for (const auto& incoming : packs_) {
    const auto header = read_pack_header(incoming.pack);
    outcomes.push_back({header ? header->first_seq : 0, {}});
    arrivals.push_back(incoming.arrival);
  }
  const bool advance = in_order_ && !is_held_;
  const std::uint64_t bytes = std::exchange(bytes_, 0);
  auto stored = store_.store(std::exchange(packs_, {}), advance);
  if (!stored) return stored.error();
  ENSURE(stored->size() == outcomes.size());
  KAREZ_TRY(keep_cursor(*stored, arrivals, advance));
  owed_ += bytes;
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i].stored = std::move((*stored)[i]);
  return outcomes;
}

Status Download::keep_cursor(const std::vector<ReplicaStore::Stored>& stored,
                             const std::vector<std::uint64_t>& arrivals, bool advanced) {
  const auto bad = std::find_if(stored.begin(), stored.end(), holds_cursor);
  if (bad == stored.end()) {
    if (advanced) cursor_ = arrivals.back();
    return {};
  }
  is_held_ = true;
  if (!advanced) return {};
  if (bad != stored.begin()) cursor_ = arrivals[static_cast<std::size_t>(bad - stored.begin()) - 1];
  return store_.advance_cursor(cursor_);
}

Status Download::reached(std::uint64_t end) {
  position_ = end;
  if (is_held_ || cursor_ == end) return {};
  cursor_ = end;
  return store_.advance_cursor(end);
}

Status Download::proved(std::uint64_t end) {
  is_held_ = false;
  return reached(end);
}

std::uint64_t Download::take_credit() {
  if (owed_ == 0 || owed_ < limits_.credit_bytes / 4) return 0;
  return std::exchange(owed_, 0);
}

}  // namespace karez
