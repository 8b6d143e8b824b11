// Vouchers that Karez issues: codes that can be checked without signal (karez/model/voucher_code.h), each a
// record of the collection "grant". Thread: as Replica.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "karez/ledger/vouchers.h"
#include "karez/replica/replica.h"

namespace karez {

struct VoucherRequest {
  std::uint64_t count = 0;             ///< at most kVouchersAtOnce
  std::string campaign, item, parent;  ///< codes; may be empty
  std::optional<std::int64_t> qty;     ///< given: balance vouchers of that worth
  Value valid_from, valid_to;          ///< dates or null
};
inline constexpr std::uint64_t kVouchersAtOnce = 100'000;

/// New codes, recorded in one commit. Errors: usage (none or too many), refused (not the role's right).
/// Persists: the grants, when it returns.
[[nodiscard]] Result<std::vector<std::string>> make_vouchers(Replica& replica, const VoucherRequest& request);

/// What became of those issued, by code; of `only` alone, if given.
[[nodiscard]] Result<std::vector<VoucherUse>> vouchers(Replica& replica, const std::string& only = {});

}  // namespace karez
