#include "karez/crdt/register.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "karez/base/mutants.h"

namespace karez {

std::vector<Dot> reached_dots(std::span<const RegisterWrite> writes, std::span<const Dot> from) {
  std::map<Dot, const RegisterWrite*> by_dot;
  for (const RegisterWrite& write : writes) by_dot.emplace(write.dot, &write);
  std::set<Dot> reached;
  std::vector<Dot> open(from.begin(), from.end());
  while (!open.empty()) {
    const Dot dot = open.back();
    open.pop_back();
    if (!reached.insert(dot).second) continue;
    const auto found = by_dot.find(dot);
    if (found == by_dot.end()) continue;
    open.insert(open.end(), found->second->replaces.begin(), found->second->replaces.end());
  }
  return {reached.begin(), reached.end()};
}

bool shows_before(const RegisterWrite& a, const RegisterWrite& b) {
  return std::tie(a.time, a.dot) > std::tie(b.time, b.dot);
}

std::vector<std::size_t> visible_writes(std::span<const RegisterWrite> writes) {
  std::vector<Dot> replaced;
  for (const RegisterWrite& write : writes) {
    if (write.counts) replaced.insert(replaced.end(), write.replaces.begin(), write.replaces.end());
  }
  const std::vector<Dot> hidden = reached_dots(writes, replaced);
  std::vector<std::size_t> visible;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const bool is_hidden = std::binary_search(hidden.begin(), hidden.end(), writes[i].dot);
    if (writes[i].counts && (!is_hidden || is_mutant(Mutant::let_clock_decide))) visible.push_back(i);
  }
  std::sort(visible.begin(), visible.end(),
            [&](std::size_t a, std::size_t b) { return shows_before(writes[a], writes[b]); });
  if (is_mutant(Mutant::forget_sibling) && visible.size() > 1) visible.resize(1);
  return visible;
}

}  // namespace karez
