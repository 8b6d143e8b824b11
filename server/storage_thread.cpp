#include "storage_thread.h"

#include <algorithm>

namespace karez::relay {
namespace {

/// Bounds one transaction: its memory, and how long the next one waits. Checking takes some 1.5 us a change.
constexpr std::uint64_t kBatchCost = 16 * 1024;

bool has_notes(const Batch& batch) {
  return !batch.announcements.empty() || !batch.holdings.empty() || batch.probe;
}

template <typename T>
void replace_of_author(std::vector<T>& values, const T& value) {
  const auto same =
      std::find_if(values.begin(), values.end(), [&](const T& one) { return one.author == value.author; });
  if (same != values.end()) {
    *same = value;
  } else {
    values.push_back(value);
  }
}

}  // namespace

StorageThread::StorageThread(std::unique_ptr<PackStore> store, std::function<void(Commit)> deliver)
    : store_(std::move(store)), deliver_(std::move(deliver)), thread_([this] { run(); }) {}

void StorageThread::submit(Submission submission) {
  {
    const Guard guard(mutex_);
    packs_.push(std::move(submission));
  }
  changed_.notify_one();
}

void StorageThread::keep(const Announcement& announcement) {
  {
    const Guard guard(mutex_);
    replace_of_author(waiting_.announcements, announcement);
    ++waiting_.note_count;
  }
  changed_.notify_one();
}

void StorageThread::keep(const Holding& holding) {
  {
    const Guard guard(mutex_);
    replace_of_author(waiting_.holdings, holding);
    ++waiting_.note_count;
  }
  changed_.notify_one();
}

void StorageThread::probe() {
  {
    const Guard guard(mutex_);
    waiting_.probe = true;
  }
  changed_.notify_one();
}

void StorageThread::stop() {
  {
    const Guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  store_.reset();
}

bool StorageThread::take(Batch& batch) {
  Guard guard(mutex_);
  while (packs_.empty() && !has_notes(waiting_) && !stopping_) guard.wait(changed_);
  if (packs_.empty() && !has_notes(waiting_)) return false;
  batch = std::exchange(waiting_, {});
  for (std::uint64_t cost = 0; cost < kBatchCost;) {
    std::optional<Submission> next = packs_.pop();
    if (!next) break;
    cost += std::max<std::uint64_t>(1, FairQueue::cost_of(*next));
    batch.packs.push_back(std::move(*next));
  }
  return true;
}

void StorageThread::run() {
  for (Batch batch; take(batch); batch = Batch{}) {
    Commit commit = store_->store(batch);
    commit.note_count = batch.note_count;
    deliver_(std::move(commit));
  }
}

}  // namespace karez::relay
