// Laws of heads in tables and of their reconciliation: any two tables, any difference.
#include "support/head_tables.h"
#include "support/property.h"

namespace karez {
namespace {

using namespace karez::testing;

/// Keys that lie close together as often as far apart, so that bounds need all their bytes.
AuthorKey some_author(std::mt19937_64& random) {
  AuthorKey key = any_author(random);
  if (random() % 2 == 0) std::fill(key.bytes.begin(), key.bytes.end() - 1, random() % 3 == 0 ? 0xFF : 0);
  if (random() % 9 == 0) key.bytes.back() = 0;
  return key;
}

Heads some_heads(std::mt19937_64& random) {
  Heads heads;
  const std::size_t most = std::size_t{1} << (random() % 12);
  for (std::size_t i = random() % most; i > 0; --i) heads[some_author(random)] = any_head(random);
  return heads;
}

/// The other table has nothing to do with it, or differs here and there.
Heads other_than(const Heads& heads, std::mt19937_64& random) {
  if (random() % 3 == 0) return some_heads(random);
  Heads other = heads;
  const std::uint64_t rarely = 1 + random() % 200;
  for (auto entry = other.begin(); entry != other.end();) {
    const std::uint64_t draw = random() % (3 * rarely);
    if (draw == 1) entry->second = any_head(random);
    if (draw == 2) ++entry->second.seq;
    entry = draw == 0 ? other.erase(entry) : std::next(entry);
  }
  for (std::uint64_t i = random() % 20; i > 0; --i) other[some_author(random)] = any_head(random);
  return other;
}

}  // namespace

KAREZ_PROPERTY("Reconciliation: any two tables end with the relay's heads known, and nothing else",
               [](std::uint64_t seed) {
                 std::mt19937_64 random(seed);
                 const Heads presumed = some_heads(random);
                 const Heads relay = other_than(presumed, random);
                 const Reconciled result = reconcile(presumed, relay);
                 RC_ASSERT(result.status.ok());
                 RC_ASSERT(result.heads == relay);
                 RC_ASSERT(result.largest <= limits::kFrameBytes);
               })

KAREZ_PROPERTY("Reconciliation: a false answer ends it with an error, or it ends all the same",
               [](std::uint64_t seed) {
                 std::mt19937_64 random(seed);
                 const Heads presumed = some_heads(random);
                 const HeadTable table(other_than(presumed, random));
                 std::size_t work = 0;
                 const Reconciled result = reconcile_with(presumed, [&](const Frame& question) {
                   Frame answer = answer_ranges(table, *control::ranges_from_replica(question.bytes), work);
                   for (std::uint64_t i = random() % 3; i > 0; --i) {
                     answer.bytes[random() % answer.bytes.size()] = static_cast<std::uint8_t>(random());
                   }
                   return answer;
                 });
                 RC_ASSERT(result.round_trips <= 30);
                 if (!result.status) {
                   const ErrorCode code = result.status.error().code;
                   RC_ASSERT((code == ErrorCode::protocol || code == ErrorCode::malformed));
                 }
               })

KAREZ_PROPERTY("HeadTable: it counts, sums and finds as a plain map does", [](std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Heads plain = some_heads(random);
  HeadTable table(plain);
  for (std::uint64_t i = random() % 3000; i > 0; --i) {
    const auto known = plain.lower_bound(some_author(random));
    const AuthorKey author = known != plain.end() && random() % 2 == 0 ? known->first : some_author(random);
    const Head head = any_head(random);
    const auto before = plain.find(author);
    const Head was = before == plain.end() ? Head{} : before->second;
    if (random() % 4 == 0) {
      RC_ASSERT(table.erase(author) == was);
      plain.erase(author);
      continue;
    }
    RC_ASSERT(table.set(author, head) == was);
    plain[author] = head;
  }
  RC_ASSERT(table.size() == plain.size());
  RC_ASSERT(table.all() == plain);
  RC_ASSERT(table.fingerprint() == fingerprint_of(plain));
  for (int i = 0; i < 5; ++i) {
    const AuthorKey author = some_author(random);
    HeadTable::Mark expected;
    Heads below;
    for (const auto& [key, head] : plain) {
      if (key < author) below.emplace(key, head);
    }
    const Hash sum = fingerprint_of(below).bytes();
    for (std::size_t byte = 16; byte < 32; ++byte) expected.sum = expected.sum << 8 | sum[byte];
    const HeadTable::Mark mark = table.mark({false, author});
    RC_ASSERT(mark.count == below.size());
    RC_ASSERT(mark.sum == expected.sum);
    RC_ASSERT(table.mark_at(mark.count).sum == expected.sum);
    RC_ASSERT(table.contains(author) == plain.contains(author));
    const AuthorBound bound = table.bound_at(mark.count);
    RC_ASSERT(table.mark(bound).count == mark.count);
  }
  RC_ASSERT(table.mark(end_bound()).count == plain.size());
})

KAREZ_PROPERTY("HeadTable: a bound lies behind the one key and not behind the other, and is the shortest",
               [](std::uint64_t seed) {
                 std::mt19937_64 random(seed);
                 AuthorKey a = some_author(random), b = some_author(random);
                 if (a == b) return;
                 if (b < a) std::swap(a, b);
                 const AuthorBound bound = bound_between(a, b);
                 RC_ASSERT(AuthorBound({false, a}) < bound);
                 RC_ASSERT(bound <= AuthorBound({false, b}));
                 std::size_t size = bound.key.bytes.size();
                 while (bound.key.bytes[size - 1] == 0) --size;
                 AuthorKey shorter = bound.key;
                 shorter.bytes[size - 1] = 0;
                 RC_ASSERT(shorter <= a);
               })

}  // namespace karez
