// A mutex that clang's thread safety analysis understands; std::mutex carries no annotations on our system.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define KAREZ_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define KAREZ_THREAD_ATTRIBUTE(x)
#endif
#define KAREZ_GUARDED_BY(x) KAREZ_THREAD_ATTRIBUTE(guarded_by(x))

namespace karez::relay {

class KAREZ_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() KAREZ_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() KAREZ_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class KAREZ_THREAD_ATTRIBUTE(scoped_lockable) Guard {
 public:
  explicit Guard(Mutex& mutex) KAREZ_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() KAREZ_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

  /// Gives the mutex up until `condition` is told, and takes it again.
  void wait(std::condition_variable_any& condition) { condition.wait(mutex_); }

 private:
  Mutex& mutex_;
};

}  // namespace karez::relay
