#include "seniority.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace karez {
namespace {

struct Child {
  std::uint64_t seq = 0;  ///< of the introducer
  AuthorKey author;
};

bool is_root(const Enrolment& enrolment) { return enrolment.is_founder || enrolment.is_recovery; }

}  // namespace

Seniority seniority(const std::map<AuthorKey, AuthorityFacts>& facts) {
  Seniority order;
  std::map<AuthorKey, std::vector<Child>> children;
  for (const auto& [author, fact] : facts) {
    if (fact.enrolment.is_recovery) order.authors.push_back(author);
    if (!is_root(fact.enrolment)) {
      children[fact.enrolment.introducer].push_back({fact.enrolment.introducer_seq, author});
    }
  }
  for (const auto& [author, fact] : facts) {
    if (fact.enrolment.is_founder) order.authors.push_back(author);
  }
  for (std::size_t rank = 0; rank < order.authors.size(); ++rank) {
    const auto found = children.find(order.authors[rank]);
    if (found == children.end()) continue;
    std::vector<Child>& list = found->second;
    std::sort(list.begin(), list.end(), [](const Child& a, const Child& b) {
      return std::tie(a.seq, a.author) < std::tie(b.seq, b.author);
    });
    for (const Child& child : list) order.authors.push_back(child.author);
  }
  order.rooted = order.authors.size();
  const std::set<AuthorKey> placed(order.authors.begin(), order.authors.end());
  for (const auto& [author, fact] : facts) {
    if (!placed.contains(author)) order.authors.push_back(author);
  }
  return order;
}

}  // namespace karez
