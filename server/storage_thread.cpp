#include "storage_thread.h"

#include <algorithm>

namespace karez::relay {
namespace {

/// Bounds one transaction: its memory, and how long the file lock is held.
constexpr std::size_t kBatchPacks = 1024;
constexpr std::size_t kBatchBytes = 16 * 1024 * 1024;

bool is_empty(const Batch& batch) {
  return batch.packs.empty() && batch.announcements.empty() && batch.holdings.empty() && !batch.probe;
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
    waiting_.packs.push_back(std::move(submission));
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
  while (is_empty(waiting_) && !stopping_) guard.wait(changed_);
  if (is_empty(waiting_)) return false;
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < waiting_.packs.size() && count < kBatchPacks && bytes < kBatchBytes) {
    bytes += waiting_.packs[count++].pack->size();
  }
  if (count == waiting_.packs.size()) {
    batch = std::move(waiting_);
    waiting_ = Batch{};
    return true;
  }
  const auto middle = waiting_.packs.begin() + static_cast<std::ptrdiff_t>(count);
  batch.packs.assign(std::make_move_iterator(waiting_.packs.begin()), std::make_move_iterator(middle));
  waiting_.packs.erase(waiting_.packs.begin(), middle);
  std::swap(batch.announcements, waiting_.announcements);
  std::swap(batch.holdings, waiting_.holdings);
  std::swap(batch.probe, waiting_.probe);
  std::swap(batch.note_count, waiting_.note_count);
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
