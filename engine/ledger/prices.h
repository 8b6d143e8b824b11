// What a handout is worth, in fen. Private to ledger. One thread.
#pragma once

#include <vector>

#include "record_scan.h"

namespace karez {

/// A handout is worth what it says (`value`). One that says nothing is worth something only if its item is
/// money (class cash): its quantity times the item's unit value, which is a fen unless the list says more.
/// Goods without a value of their own are counted as pieces, never as yuan.
class Prices {
 public:
  /// Money among the counted items. `words` is that of the scan whose handouts will be asked for.
  Status load(Statements& statements, const Catalog& catalog, Words& words);

  [[nodiscard]] Fen value_of(const ScannedHandout& handout) const {
    if (handout.value.is_given) return Fen{handout.value.amount, handout.precision};
    const std::int64_t unit = handout.item < unit_fen_.size() ? unit_fen_[handout.item] : 0;
    return unit == 0 ? Fen{} : Fen{Total{unit} * handout.quantity, handout.precision};
  }

 private:
  std::vector<std::int64_t> unit_fen_;  ///< by the item's word; 0: not money
};

}  // namespace karez
