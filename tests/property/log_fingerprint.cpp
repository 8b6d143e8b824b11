// The fingerprint is a function of the set of heads: of no order, no route and no history.
#include <algorithm>

#include "karez/log/heads.h"
#include "property/log_generators.h"
#include "support/property.h"

namespace karez {

namespace {

Head any_head() { return {testing::any_seq(), testing::any_hash()}; }
Heads any_heads() {
  Heads heads;
  for (int i = testing::any_in(0, 6); i > 0; --i) heads[testing::any_author()] = any_head();
  return heads;
}

}  // namespace

KAREZ_PROPERTY("Fingerprint: any order of additions gives one sum", [] {
  const Heads heads = any_heads();
  std::vector<std::pair<AuthorKey, Head>> entries(heads.begin(), heads.end());
  const auto order =
      *rc::gen::container<std::vector<std::uint32_t>>(entries.size(), rc::gen::arbitrary<std::uint32_t>());
  Fingerprint sum;
  for (std::uint32_t pick : order) {
    const auto chosen = entries.begin() + static_cast<std::ptrdiff_t>(pick % entries.size());
    sum.add(chosen->first, chosen->second);
    entries.erase(chosen);
  }
  RC_ASSERT(sum == fingerprint_of(heads));
})

KAREZ_PROPERTY("Fingerprint: what is added and removed again leaves no trace", [] {
  const Heads heads = any_heads();
  Fingerprint sum = fingerprint_of(heads);
  const Heads more = any_heads();
  for (const auto& [author, head] : more) sum.add(author, head);
  for (const auto& [author, head] : more) sum.remove(author, head);
  RC_ASSERT(sum == fingerprint_of(heads));
})

KAREZ_PROPERTY("Fingerprint: moves along any history give what counting anew gives", [] {
  Heads heads;
  Fingerprint sum;
  for (int i = testing::any_in(0, 30); i > 0; --i) {
    const AuthorKey author = testing::any_author();
    const Head to = any_head();
    const auto held = heads.find(author);
    sum.move(author, held == heads.end() ? Head{} : held->second, to);
    heads[author] = to;
  }
  RC_ASSERT(sum == fingerprint_of(heads));
})

KAREZ_PROPERTY("Fingerprint: different heads have different fingerprints", [] {
  const Heads a = any_heads();
  const Heads b = any_heads();
  RC_ASSERT((a == b) == (fingerprint_of(a) == fingerprint_of(b)));
})

}  // namespace karez
