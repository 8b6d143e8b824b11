#include "karez/log/heads.h"

#include <doctest/doctest.h>

#include "support/fleet.h"

namespace karez {
namespace {

AuthorKey author(const char* name) { return testing::key_of(name).author; }
Head head(std::uint64_t seq) { return {seq, blake2b({big_endian(seq)})}; }

TEST_CASE("Fingerprint: no heads is zero and one head is its entry's hash") {
  CHECK(fingerprint_of({}).hex() == std::string(64, '0'));
  const Head one = head(3);
  CHECK(fingerprint_of({{author("a"), one}}).bytes() ==
        blake2b({view_of("karez/head-entry/1"), author("a").bytes, big_endian(3), one.link}));
}

TEST_CASE("Fingerprint: it adds as one big-endian number with carries over all bytes") {
  Hash ones{};
  ones.fill(0xFF);
  Fingerprint fingerprint(ones);  // -1
  fingerprint.add(author("a"), head(1));
  const Hash entry = fingerprint_of({{author("a"), head(1)}}).bytes();
  Hash expected = entry;  // entry - 1
  for (std::size_t i = expected.size(); i-- > 0;) {
    if (expected[i]-- != 0) break;
  }
  CHECK(fingerprint.bytes() == expected);
}

TEST_CASE("Fingerprint: moving heads gives what counting anew gives") {
  Heads heads{{author("a"), head(1)}, {author("b"), head(2)}};
  Fingerprint moved = fingerprint_of(heads);
  moved.move(author("a"), head(1), head(5));
  moved.move(author("c"), {}, head(9));
  heads[author("a")] = head(5);
  heads[author("c")] = head(9);
  CHECK(moved == fingerprint_of(heads));
  moved.move(author("b"), head(2), {});
  heads.erase(author("b"));
  CHECK(moved == fingerprint_of(heads));
}

TEST_CASE("Fingerprint: seq and link both matter") {
  CHECK(fingerprint_of({{author("a"), {1, Hash{}}}}) != fingerprint_of({{author("a"), {2, Hash{}}}}));
  CHECK(fingerprint_of({{author("a"), {1, Hash{}}}}) != fingerprint_of({{author("a"), head(1)}}));
}

}  // namespace
}  // namespace karez
