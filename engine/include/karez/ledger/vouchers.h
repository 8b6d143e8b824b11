// What became of the vouchers that were issued: grants of the types voucher and balance, and the counted
// handouts that name them. Functions of the records held; they read only; one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "karez/base/result.h"
#include "karez/ledger/day.h"
#include "karez/ledger/measure.h"

namespace karez {

class Statements;

struct VoucherUse {
  std::string code, type, campaign;
  std::optional<std::int64_t> qty;  ///< what a balance voucher is worth
  std::uint64_t uses = 0;           ///< handouts that name it
  Total used = 0;                   ///< their quantities
  enum class State { unused, part, used };
  State state = State::unused;              ///< part: of a balance voucher something is left
  std::optional<Day> valid_from, valid_to;  ///< both days inclusive; nothing: no such bound
};
/// Whether a voucher is good on a working day.
[[nodiscard]] bool is_valid_on(const VoucherUse& voucher, Day day);

/// By code. `only`: this one, if it was issued.
[[nodiscard]] Result<std::vector<VoucherUse>> voucher_uses(Statements& statements,
                                                           const std::string& only = {});

/// Vouchers that handouts of this working day name although they are not good on it, each once, by code.
[[nodiscard]] Result<std::vector<VoucherUse>> vouchers_outside_validity(const DaySource& source, Day day);

}  // namespace karez
