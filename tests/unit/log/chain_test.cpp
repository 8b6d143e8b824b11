#include "karez/log/chain.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "support/fleet.h"

namespace karez {
namespace {

using testing::key_of;

constexpr std::array<Purpose, 7> kPurposes{Purpose::head,   Purpose::claim,   Purpose::successor,
                                           Purpose::login,  Purpose::receipt, Purpose::announcement,
                                           Purpose::holding};

TEST_CASE("Chain: a key pair follows from its seed as RFC 8032 says") {
  // RFC 8032, 7.1, test 1.
  const auto seed = fixed_from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  CHECK(to_hex(key_pair_from_seed(*seed).author.bytes) ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST_CASE("Chain: each purpose has its own tag and no signature passes under another") {
  std::set<std::string_view> tags;
  const KeyPair key = key_of("a");
  const Bytes message{1, 2, 3};
  for (Purpose made : kPurposes) {
    tags.insert(tag_of(made));
    const Signature signature = sign(key, made, message);
    for (Purpose read : kPurposes) CHECK(verify(key.author, read, message, signature) == (made == read));
  }
  CHECK(tags.size() == kPurposes.size());
}

TEST_CASE("Chain: no tag begins another, so that no two signed messages are equal") {
  for (Purpose a : kPurposes) {
    for (Purpose b : kPurposes) CHECK((a == b || !tag_of(a).starts_with(tag_of(b))));
  }
}

TEST_CASE("Chain: any flipped bit of key, message or signature is refused") {
  const KeyPair key = key_of("a");
  const Bytes message{1, 2, 3};
  const Signature good = sign(key, Purpose::head, message);
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 5) {
    Signature bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << (bit % 8)));
    CHECK(!verify(key.author, Purpose::head, message, bad));
  }
  AuthorKey other = key.author;
  other.bytes[5] ^= 1;
  CHECK(!verify(other, Purpose::head, message, good));
  CHECK(!verify(key.author, Purpose::head, Bytes{1, 2, 2}, good));
  CHECK(!verify(key.author, Purpose::head, Bytes{}, good));
}

TEST_CASE("Chain: keys of small order sign nothing") {
  AuthorKey neutral;
  neutral.bytes[0] = 1;
  Signature signature{};
  signature[0] = 1;  // R is the neutral element and S is 0: a lax verifier accepts it for every message
  CHECK(!verify(neutral, Purpose::head, Bytes{1}, signature));
  CHECK(!verify(AuthorKey{}, Purpose::head, Bytes{1}, signature));
}

TEST_CASE("Chain: a signature with S plus the group's order is refused") {
  const KeyPair key = key_of("a");
  Signature signature = sign(key, Purpose::head, Bytes{1});
  const auto order =
      *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");  // little-endian
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const unsigned sum = unsigned{signature[32 + i]} + order[i] + carry;
    signature[32 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  CHECK(!verify(key.author, Purpose::head, Bytes{1}, signature));
}

TEST_CASE("Chain: links follow the specification") {
  const KeyPair key = key_of("a");
  const WorkspaceId workspace{blake2b({view_of("w")})};
  const Hash zero = link_zero(workspace, key.author);
  CHECK(zero == blake2b({view_of("karez/log/1"), workspace.bytes, key.author.bytes}));
  const Bytes content{4, 5};
  CHECK(next_link(zero, content) ==
        blake2b({view_of("karez/link/1"), zero, blake2b({view_of("karez/content/1"), content})}));
}

TEST_CASE("Chain: a head signature covers workspace, author, seq and link") {
  const KeyPair key = key_of("a");
  const WorkspaceId workspace{blake2b({view_of("w")})};
  const Hash link = blake2b({view_of("l")});
  const Signature signature = sign_head(key, workspace, 7, link);
  CHECK(head_message(workspace, key.author, 7, link).size() == 32 + 32 + 8 + 32);
  CHECK(verify_head(workspace, key.author, 7, link, signature));
  CHECK(!verify_head(WorkspaceId{}, key.author, 7, link, signature));
  CHECK(!verify_head(workspace, key_of("b").author, 7, link, signature));
  CHECK(!verify_head(workspace, key.author, 8, link, signature));
  CHECK(!verify_head(workspace, key.author, 7, Hash{}, signature));
}

}  // namespace
}  // namespace karez
