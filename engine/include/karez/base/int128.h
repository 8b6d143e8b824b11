// A 128-bit signed integer, for sums that no hostile row may wrap. Both our compilers have it; ISO C++ does
// not.
#pragma once

namespace karez {

__extension__ typedef __int128 Int128;

}  // namespace karez
