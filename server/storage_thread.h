// StorageThread: the one thread that touches the store. What was submitted while the last transaction ran
// goes into the next one: the slower the disk, the larger the groups, up to what can be checked in some 20
// ms. Sessions take turns (FairQueue). Results leave through `deliver`, after the commit.
//
// Thread: submit, keep and probe from any thread; `deliver` is called on the storage thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <thread>

#include "fair_queue.h"
#include "guarded.h"
#include "pack_store.h"

namespace karez::relay {

class StorageThread {
 public:
  StorageThread(std::unique_ptr<PackStore> store, std::function<void(Commit)> deliver);
  StorageThread(const StorageThread&) = delete;
  StorageThread& operator=(const StorageThread&) = delete;
  ~StorageThread() { stop(); }

  void submit(Submission submission);
  void keep(const Announcement& announcement);
  void keep(const Holding& holding);
  /// Asks for a Commit with `was_probe`.
  void probe();

  /// Stores everything that is queued, delivers it, closes the store and joins the thread.
  void stop();

 private:
  void run();
  bool take(Batch& batch);

  std::unique_ptr<PackStore> store_;
  std::function<void(Commit)> deliver_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  FairQueue packs_ KAREZ_GUARDED_BY(mutex_);
  Batch waiting_ KAREZ_GUARDED_BY(mutex_);  ///< without packs
  bool stopping_ KAREZ_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace karez::relay
