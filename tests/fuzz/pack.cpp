// A pack as it comes: header, zstd frame, columns.
#include "pack_checks.h"

namespace karez::fuzz {

Verdict fuzz_one(ByteView bytes) { return check_pack(bytes) ? Verdict::taken : Verdict::refused; }

}  // namespace karez::fuzz
