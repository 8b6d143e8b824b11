// Voucher codes of Karez: "KZ-7M2XK-QW94T", nine random symbols and one that checks them, readable over a
// telephone and checkable without signal. The alphabet has 31 symbols: no 0, 1, I, L, O. Every single wrong
// symbol and every two symbols that changed places are found (weights 1..10 modulo the prime 31).
//
// A code that somebody else printed is no code of Karez and means what it says, letter by letter. Pure
// functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "karez/base/clock.h"

namespace karez {

enum class VoucherForm {
  foreign,   ///< not in Karez's form: kept as it was typed
  good,      ///< in Karez's form, and its check symbol fits
  mistyped,  ///< in Karez's form, but the check symbol does not fit
};

/// "KZ" and ten symbols of the alphabet, in either case, with or without hyphens and spaces.
[[nodiscard]] VoucherForm voucher_form(std::string_view code);

/// A good code as Karez prints it; anything else as it is.
[[nodiscard]] std::string printed_voucher(std::string_view code);

/// A new code; 44 bits of it are random.
[[nodiscard]] std::string make_voucher_code(Random& random);

}  // namespace karez
