// Who may be over a person's quota of a day: sums over the rows of the day report's own pass. Private to
// ledger.
//
// A sum is kept under a hash, without voids or filters, so it is never too small: whoever is over is among
// those named here, and RuleBook looks at their records one by one. One thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "karez/ledger/rules.h"

namespace karez {

class PersonSums {
 public:
  /// The rules that RuleBook::is_by_person() names.
  explicit PersonSums(const std::vector<Rule>& rules);
  /// False: no rule asks for anything.
  [[nodiscard]] bool is_needed() const { return !lanes_.empty(); }
  /// One row: "" where it names no voucher or party.
  void add(std::string_view item, std::string_view voucher, std::string_view party, std::int64_t qty);
  [[nodiscard]] std::set<RuleSubject> may_be_over() const;

 private:
  /// What rules of one item (or of all: "") allow at least.
  struct Lane {
    std::string item;
    std::int64_t quota = 0;
  };
  struct Slot {
    std::uint64_t hash = 0;
    std::int64_t total = -1;  ///< -1: free
    std::uint32_t begin = 0;  ///< of the code in texts_
    std::uint16_t size = 0;
    std::uint8_t lane = 0;
    bool is_party = false;
  };
  void add_to(std::size_t lane, std::string_view code, bool is_party, std::int64_t qty);
  [[nodiscard]] std::size_t place_of(std::uint64_t hash) const;
  void grow();

  std::vector<Lane> lanes_;
  std::vector<Slot> slots_;  ///< open addressing; a power of two of them, at most half taken
  std::size_t taken_ = 0;
  std::string texts_;
};

}  // namespace karez
