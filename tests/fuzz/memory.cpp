#include <atomic>

#include "fuzz.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KAREZ_FUZZ_HOOKS 1
#elif __has_feature(thread_sanitizer)
#define KAREZ_FUZZ_NO_COUNT 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define KAREZ_FUZZ_HOOKS 1
#elif defined(__SANITIZE_THREAD__)
#define KAREZ_FUZZ_NO_COUNT 1
#endif

#ifdef KAREZ_FUZZ_HOOKS
// g++ has the library without its header.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*came)(const volatile void*, std::size_t),
                                              void (*went)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
}
#elif !defined(KAREZ_FUZZ_NO_COUNT)
#include <malloc.h>

#include <new>
#endif

namespace karez::fuzz {
namespace {

// Signed: what was allocated before the counting began may be freed after it.
std::atomic<std::int64_t> live{0};
std::atomic<std::int64_t> highest{0};
std::int64_t live_before = 0;

[[maybe_unused]] void came(std::size_t bytes) {
  const auto now = live.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed) +
                   static_cast<std::int64_t>(bytes);
  if (now > highest.load(std::memory_order_relaxed)) highest.store(now, std::memory_order_relaxed);
}
[[maybe_unused]] void went(std::size_t bytes) {
  live.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
}

#ifdef KAREZ_FUZZ_HOOKS
const int kInstalled =
    __sanitizer_install_malloc_and_free_hooks([](const volatile void*, std::size_t bytes) { came(bytes); },
                                              [](const volatile void* memory) {
                                                if (memory != nullptr)
                                                  went(__sanitizer_get_allocated_size(memory));
                                              });
#endif

}  // namespace

MemoryWatch::MemoryWatch() {
#ifdef KAREZ_FUZZ_HOOKS
  FUZZ_CHECK(kInstalled != 0);
#endif
  live_before = live.load();
  highest.store(live_before);
}

std::size_t MemoryWatch::peak_bytes() const { return static_cast<std::size_t>(highest.load() - live_before); }

}  // namespace karez::fuzz

#if !defined(KAREZ_FUZZ_HOOKS) && !defined(KAREZ_FUZZ_NO_COUNT)
// The sized and the array forms of the library come down to these two.
void* operator new(std::size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  karez::fuzz::came(::malloc_usable_size(memory));
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) karez::fuzz::went(::malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
#endif
