// 128-bit integers: signed for sums that no hostile row may wrap, unsigned for sums that wrap on purpose.
// Both our compilers have them; ISO C++ does not.
#pragma once

namespace karez {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

}  // namespace karez
