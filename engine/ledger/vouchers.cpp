#include "karez/ledger/vouchers.h"

#include <unordered_map>

#include "karez/storage/statements.h"

namespace karez {
namespace {

#define KAREZ_ISSUED                                                                                   \
  "SELECT code, type, campaign, qty FROM \"grant\" WHERE type IN ('voucher', 'balance') AND counted=1" \
  " AND void IS NULL AND duplicate_of IS NULL AND code IS NOT NULL"
/// A voucher beside a grant of its own stands for a person; what is spent is the grant then.
#define KAREZ_USES(column)                                                                               \
  "SELECT t." column ", t.qty FROM move AS t LEFT JOIN event AS e ON e.record = t.event WHERE t." column \
  " IS NOT NULL AND t.counted=1 AND t.void IS NULL AND t.duplicate_of IS NULL AND e.void IS NULL AND"    \
  " t.reason IN ('give', 'use', 'pay')"
constexpr auto kIssued = KAREZ_ISSUED " ORDER BY code";
constexpr auto kIssuedOne = KAREZ_ISSUED " AND code=?1";
constexpr auto kByVoucher = KAREZ_USES("voucher");
constexpr auto kByVoucherOne = KAREZ_USES("voucher") " AND t.voucher=?1";
constexpr auto kByGrant = KAREZ_USES("\"grant\"") " AND (t.voucher IS NULL OR t.voucher<>t.\"grant\")";
constexpr auto kByGrantOne =
    KAREZ_USES("\"grant\"") " AND (t.voucher IS NULL OR t.voucher<>t.\"grant\") AND t.\"grant\"=?1";
#undef KAREZ_USES
#undef KAREZ_ISSUED

}  // namespace

Result<std::vector<VoucherUse>> voucher_uses(Statements& statements, const std::string& only) {
  std::vector<VoucherUse> issued;
  std::unordered_map<std::string, std::size_t> places;
  const auto find = [&](const char* all, const char* one) -> Statement& {
    Statement& statement = statements.get(only.empty() ? all : one);
    if (!only.empty()) statement.bind(1, only);
    return statement;
  };
  KAREZ_TRY(for_each_row(find(kIssued, kIssuedOne), [&](Statement& in) {
    VoucherUse use{std::string(in.text(0)), std::string(in.text(1)), std::string(in.text(2)), {}, 0, 0, {}};
    if (!in.is_null(3)) use.qty = in.integer(3);
    places.emplace(use.code, issued.size());
    issued.push_back(std::move(use));
  }));
  const auto add = [&](Statement& in) {
    const auto place = places.find(std::string(in.text(0)));
    if (place == places.end()) return;
    issued[place->second].uses += 1;
    issued[place->second].used += in.integer(1);
  };
  KAREZ_TRY(for_each_row(find(kByVoucher, kByVoucherOne), add));
  KAREZ_TRY(for_each_row(find(kByGrant, kByGrantOne), add));
  for (VoucherUse& use : issued) {
    if (use.uses == 0) continue;
    const bool has_rest = use.type == "balance" && use.qty && use.used < *use.qty;
    use.state = has_rest ? VoucherUse::State::part : VoucherUse::State::used;
  }
  return issued;
}

}  // namespace karez
