// The target as libFuzzer calls it.
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy: a read past the end is then past the end of an allocation.
  const karez::Bytes bytes(data, data + size);
  (void)karez::fuzz::fuzz_one(bytes);
  return 0;
}
