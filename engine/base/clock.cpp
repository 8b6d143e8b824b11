#include "karez/base/clock.h"

#include <sodium.h>

#include <chrono>

#include "karez/base/result.h"

namespace karez {
namespace {

class SystemClock final : public Clock {
 public:
  std::int64_t now_ms() const override {
    using namespace std::chrono;
    return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

class SystemRandom final : public Random {
 public:
  SystemRandom() { ENSURE(sodium_init() >= 0); }
  void fill(std::span<std::uint8_t> out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace karez
