#include "person_sums.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "karez/ledger/rule_book.h"

namespace karez {
namespace {

constexpr std::size_t kFirstSlots = 1024;
constexpr std::size_t kLanes = 64;

}  // namespace

PersonSums::PersonSums(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    if (!RuleBook::is_by_person(rule)) continue;
    const std::int64_t quota = rule.threshold ? 0 : rule.qty;
    // With very many items one sum over all of them is enough to name everybody who may be over.
    const std::string item = lanes_.size() < kLanes ? rule.item : std::string();
    const auto same =
        std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& lane) { return lane.item == item; });
    if (same == lanes_.end()) {
      lanes_.push_back({item, quota});
    } else {
      same->quota = std::min(same->quota, quota);
    }
  }
  if (is_needed()) slots_.resize(kFirstSlots);
}

void PersonSums::add(std::string_view item, std::string_view voucher, std::string_view party,
                     std::int64_t qty) {
  const std::string_view code = voucher.empty() ? party : voucher;
  if (code.empty() || qty <= 0) return;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane].item.empty() || lanes_[lane].item == item) add_to(lane, code, voucher.empty(), qty);
  }
}

std::size_t PersonSums::place_of(std::uint64_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].total >= 0 && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void PersonSums::add_to(std::size_t lane, std::string_view code, bool is_party, std::int64_t qty) {
  const std::uint64_t salt = (lane * 2 + (is_party ? 1 : 0) + 1) * 0x9E3779B97F4A7C15;
  const std::uint64_t hash = std::hash<std::string_view>{}(code) ^ salt;
  Slot* slot = &slots_[place_of(hash)];
  if (slot->total < 0) {
    if (++taken_ * 2 > slots_.size()) {
      grow();
      slot = &slots_[place_of(hash)];
    }
    *slot = {hash,
             0,
             static_cast<std::uint32_t>(texts_.size()),
             static_cast<std::uint16_t>(code.size()),
             static_cast<std::uint8_t>(lane),
             is_party};
    texts_.append(code);
  }
  if (__builtin_add_overflow(slot->total, qty, &slot->total)) {
    slot->total = std::numeric_limits<std::int64_t>::max();
  }
}

void PersonSums::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.total >= 0) slots_[place_of(slot.hash)] = slot;
  }
}

std::set<RuleSubject> PersonSums::may_be_over() const {
  std::set<RuleSubject> people;
  for (const Slot& slot : slots_) {
    if (slot.total < 0 || slot.total <= lanes_[slot.lane].quota) continue;
    const auto kind = slot.is_party ? RuleSubject::Kind::party : RuleSubject::Kind::voucher;
    people.insert({kind, texts_.substr(slot.begin, slot.size), {}});
  }
  return people;
}

}  // namespace karez
