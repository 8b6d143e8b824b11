#include "karez/log/heads.h"

namespace karez {
namespace {

Hash sum_of(const Hash& a, const Hash& b) {
  Hash sum{};
  unsigned carry = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    const unsigned digit = unsigned{a[i]} + b[i] + carry;
    sum[i] = static_cast<std::uint8_t>(digit);
    carry = digit >> 8;
  }
  return sum;
}

/// The number that adds with `value` to zero mod 2^256.
Hash negated(const Hash& value) {
  Hash flipped{};
  for (std::size_t i = 0; i < value.size(); ++i) flipped[i] = static_cast<std::uint8_t>(~value[i]);
  Hash one{};
  one.back() = 1;
  return sum_of(flipped, one);
}

}  // namespace

Hash head_entry(const AuthorKey& author, const Head& head) {
  return blake2b({view_of("karez/head-entry/1"), author.bytes, big_endian(head.seq), head.link});
}

void Fingerprint::add(const Hash& entry) { sum_ = sum_of(sum_, entry); }

void Fingerprint::remove(const AuthorKey& author, const Head& head) {
  sum_ = sum_of(sum_, negated(head_entry(author, head)));
}

void Fingerprint::move(const AuthorKey& author, const Head& from, const Head& to) {
  if (from.seq != 0) remove(author, from);
  if (to.seq != 0) add(author, to);
}

Fingerprint fingerprint_of(const Heads& heads) {
  Fingerprint fingerprint;
  for (const auto& [author, head] : heads) fingerprint.add(author, head);
  return fingerprint;
}

}  // namespace karez
