#include "cli/stock.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/texts_stock.h"
#include "karez/replica/stock.h"

namespace karez::cli {
namespace {

const Text& sentence_of(StockRefusal::Kind kind) {
  using Kind = StockRefusal::Kind;
  switch (kind) {
    case Kind::overdraws:
      return say::kRefusedOverdraw;
    case Kind::not_yours:
      return say::kRefusedNotYours;
    case Kind::fixed_field:
      return say::kRefusedFixed;
    case Kind::handed_over:
      return say::kRefusedHandedOver;
    case Kind::was_accepted:
      return say::kRefusedWasAccepted;
    case Kind::acceptance_stands:
      return say::kRefusedAcceptance;
    case Kind::void_overdraws:
      return say::kRefusedVoidOverdraws;
    case Kind::same_account:
      return say::kRefusedSame;
    case Kind::no_account:
      return say::kRefusedNoAccount;
    case Kind::taken:
      return say::kRefusedTaken;
    case Kind::not_for_here:
      return say::kRefusedNotForHere;
    case Kind::accepted_already:
      return say::kRefusedAcceptedAlready;
    case Kind::differs:
      return say::kRefusedDiffers;
    case Kind::giver_outside:
      break;
  }
  return say::kRefusedGiverOutside;
}

}  // namespace

Status add_default_source(Replica& replica, RecordFields& fields) {
  constexpr std::array<std::string_view, 5> kComesIn{"buy", "gift", "arrive", "back", "fix"};
  const bool is_settled = std::any_of(fields.begin(), fields.end(), [&](const auto& one) {
    const auto* text = std::get_if<std::string>(&one.second.side);
    return one.first == "from" ||
           (one.first == "reason" && text != nullptr && std::ranges::count(kComesIn, *text) > 0);
  });
  if (is_settled) return {};
  KAREZ_ASSIGN(const std::vector<std::string> own, own_accounts(replica));
  if (own.size() == 1) fields.emplace_back("from", Value::of(own.front()));
  return {};
}

int fail_write(Context& context, Replica& replica, const Error& error) {
  const auto& refusal = last_stock_refusal(replica);
  if (!refusal) return context.fail(error);
  return context.fail(error.code, sentence_of(refusal->kind),
                      {error.message, refusal->account, refusal->item, refusal->laptop, refusal->field,
                       to_text(refusal->has), to_text(refusal->wants)});
}

}  // namespace karez::cli
