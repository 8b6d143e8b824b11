#include "karez/ledger/vouchers.h"

#include <algorithm>
#include <unordered_map>

#include "karez/ledger/site_zones.h"
#include "karez/storage/statements.h"

namespace karez {
namespace {

#define KAREZ_ISSUED                                                                    \
  "SELECT code, type, campaign, qty, valid_from, valid_to FROM \"grant\" WHERE type IN" \
  " ('voucher', 'balance') AND counted=1"                                               \
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
constexpr auto kDated = KAREZ_ISSUED " AND (valid_from IS NOT NULL OR valid_to IS NOT NULL) ORDER BY code";
#undef KAREZ_USES
#undef KAREZ_ISSUED
/// As above: what is spent is the grant, if there is one.
#define KAREZ_SPENT \
  "SELECT coalesce(t.\"grant\", t.voucher), coalesce(t.time, e.time), coalesce(t.site, e.site)"
#define KAREZ_SPENT_COUNTS                                                                         \
  " AND (t.voucher IS NOT NULL OR t.\"grant\" IS NOT NULL) AND t.reason IN ('give', 'use', 'pay')" \
  " AND t.counted=1 AND t.void IS NULL AND t.duplicate_of IS NULL AND e.void IS NULL"
constexpr auto kSpentAtEvents = KAREZ_SPENT
    " FROM event AS e CROSS JOIN move AS t ON t.event = e.record"
    " WHERE e.time>=?1 AND e.time<?2 AND t.time IS NULL" KAREZ_SPENT_COUNTS;
constexpr auto kSpentAlone = KAREZ_SPENT
    " FROM move AS t LEFT JOIN event AS e ON e.record = t.event WHERE t.time>=?1 AND "
    "t.time<?2" KAREZ_SPENT_COUNTS;
#undef KAREZ_SPENT_COUNTS
#undef KAREZ_SPENT

/// Of a row of kIssued.
VoucherUse issued_in(const Statement& in) {
  VoucherUse use;
  use.code = in.text(0);
  use.type = in.text(1);
  use.campaign = in.text(2);
  if (!in.is_null(3)) use.qty = in.integer(3);
  use.valid_from = parse_day(in.text(4));
  use.valid_to = parse_day(in.text(5));
  return use;
}

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
    VoucherUse use = issued_in(in);
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

bool is_valid_on(const VoucherUse& voucher, Day day) {
  return !(voucher.valid_from && day < *voucher.valid_from) && !(voucher.valid_to && *voucher.valid_to < day);
}

Result<std::vector<VoucherUse>> vouchers_outside_validity(const DaySource& source, Day day) {
  std::vector<VoucherUse> outside;
  std::unordered_map<std::string, VoucherUse> bad_today;
  KAREZ_TRY(for_each_row(source.statements.get(kDated), [&](Statement& in) {
    VoucherUse use = issued_in(in);
    if (!is_valid_on(use, day)) bad_today.emplace(use.code, std::move(use));
  }));
  if (bad_today.empty()) return outside;
  KAREZ_ASSIGN(const SiteZones zones,
               SiteZones::load(source.statements, source.catalog, source.zone_minutes));
  const SiteZones::Window window = zones.window(day, day);
  for (const char* query : {kSpentAtEvents, kSpentAlone}) {
    Statement& spent = source.statements.get(query);
    spent.bind(1, window.from_ms).bind(2, window.to_ms);
    KAREZ_TRY(for_each_row(spent, [&](Statement& in) {
      const auto found = bad_today.find(std::string(in.text(0)));
      if (found == bad_today.end() || zones.day_of(in.integer(1), in.text(2)) != day) return;
      outside.push_back(std::move(found->second));
      bad_today.erase(found);
    }));
  }
  std::sort(outside.begin(), outside.end(),
            [](const VoucherUse& a, const VoucherUse& b) { return a.code < b.code; });
  return outside;
}

}  // namespace karez
