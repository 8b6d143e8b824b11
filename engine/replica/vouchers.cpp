#include "karez/replica/vouchers.h"

#include <set>

#include "karez/model/voucher_code.h"
#include "replica_impl.h"

namespace karez {
namespace {

constexpr std::size_t kGrantsPerChange = 100;

}  // namespace

Result<std::vector<std::string>> make_vouchers(Replica& replica, const VoucherRequest& request) {
  if (request.count == 0 || request.count > kVouchersAtOnce) {
    return Error{ErrorCode::usage,
                 "between 1 and " + std::to_string(kVouchersAtOnce) + " vouchers can be made at once"};
  }
  std::set<std::string> taken;
  KAREZ_ASSIGN(const auto issued, vouchers(replica));
  for (const VoucherUse& one : issued) taken.insert(one.code);
  std::vector<std::string> codes;
  std::vector<std::vector<NewRecord>> changes;
  while (codes.size() < request.count) {
    std::string code = make_voucher_code(replica.impl().random());
    if (!taken.insert(code).second) continue;
    NewRecord grant{"grant",
                    {{"code", Value::of(code)},
                     {"type", Value::of(std::string(request.qty ? "balance" : "voucher"))},
                     {"state", Value::of(std::string("made"))},
                     {"valid_from", request.valid_from},
                     {"valid_to", request.valid_to}}};
    const auto add = [&](const char* field, const std::string& text) {
      if (!text.empty()) grant.fields.emplace_back(field, Value::of(text));
    };
    add("campaign", request.campaign);
    add("item", request.item);
    add("parent", request.parent);
    if (request.qty) grant.fields.emplace_back("qty", Value::of(*request.qty));
    if (codes.size() % kGrantsPerChange == 0) changes.emplace_back();
    changes.back().push_back(std::move(grant));
    codes.push_back(std::move(code));
  }
  KAREZ_TRY(replica.create_all(changes));
  return codes;
}

Result<std::vector<VoucherUse>> vouchers(Replica& replica, const std::string& only) {
  Replica::Impl& self = replica.impl();
  const Collection* grant = self.catalog.collection("grant");
  if (grant == nullptr || grant->field("type") == nullptr) {
    return Error{ErrorCode::usage, "this catalog has no vouchers"};
  }
  KAREZ_ASSIGN(const auto reading, self.begin_reading());
  return voucher_uses(self.statements, only);
}

}  // namespace karez
