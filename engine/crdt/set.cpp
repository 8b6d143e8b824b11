#include "karez/crdt/set.h"

#include <map>
#include <set>
#include <utility>

#include "karez/base/mutants.h"

namespace karez {

std::vector<SetElement> set_elements(std::span<const SetAddition> additions,
                                     std::span<const SetRemoval> removals) {
  std::set<std::pair<Value, Dot>> removed;
  for (const SetRemoval& removal : removals) {
    if (!removal.counts) continue;
    for (const Dot& dot : removal.seen) removed.emplace(removal.value, dot);
    if (!is_mutant(Mutant::remove_unseen)) continue;
    for (const SetAddition& addition : additions) removed.emplace(removal.value, addition.dot);
  }
  std::map<Value, std::set<Dot>> present;
  for (const SetAddition& addition : additions) {
    if (addition.counts && removed.count({addition.value, addition.dot}) == 0) {
      present[addition.value].insert(addition.dot);
    }
  }
  std::vector<SetElement> elements;
  for (const auto& [value, dots] : present) elements.push_back({value, {dots.begin(), dots.end()}});
  return elements;
}

}  // namespace karez
