#include "prices.h"

#include "karez/model/catalog.h"

namespace karez {
namespace {

constexpr auto kMoney =
    "SELECT code, value FROM item WHERE class='cash' AND code IS NOT NULL AND counted=1 AND void IS NULL"
    " AND duplicate_of IS NULL";

}  // namespace

Status Prices::load(Statements& statements, const Catalog& catalog, Words& words) {
  const Collection* item = catalog.collection("item");
  if (item == nullptr || item->field("value") == nullptr) return {};
  return for_each_row(statements.get(kMoney), [&](Statement& in) {
    const std::uint32_t word = words.number(in.text(0));
    if (word == Words::kNothing) return;
    if (word >= unit_fen_.size()) unit_fen_.resize(word + 1, 0);
    unit_fen_[word] = in.is_null(1) ? 1 : in.integer(1);
  });
}

}  // namespace karez
