#include "karez/storage/opened_packs.h"

#include <doctest/doctest.h>

using namespace karez;

namespace {

/// A pack of which only the bounds and the links matter; the link of change n says n.
OpenedPack pack_of(std::uint64_t first, std::uint64_t last) {
  OpenedPack pack;
  pack.header.first_seq = first;
  pack.header.count = last - first + 1;
  pack.changes.resize(static_cast<std::size_t>(pack.header.count));
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    pack.changes[static_cast<std::size_t>(seq - first)].link = blake2b({big_endian(seq)});
  }
  return pack;
}

/// The changes up to `end` whose links are known, checked.
std::vector<std::uint64_t> known(const OpenedPacks& packs, AuthorId author, std::uint64_t end) {
  std::vector<std::uint64_t> seqs;
  for (std::uint64_t seq = 0; seq <= end; ++seq) {
    const auto link = packs.link(author, seq);
    if (!link) continue;
    CHECK(*link == blake2b({big_endian(seq)}));
    seqs.push_back(seq);
  }
  return seqs;
}

}  // namespace

TEST_CASE("OpenedPacks: links are kept for the changes of a pack and no others") {
  OpenedPacks packs;
  packs.keep_links(2, pack_of(5, 7));
  packs.keep_links(3, pack_of(1, 2));
  CHECK(known(packs, 1, 20).empty());
  CHECK(known(packs, 2, 20) == std::vector<std::uint64_t>{5, 6, 7});
  CHECK(known(packs, 3, 20) == std::vector<std::uint64_t>{1, 2});
  packs.forget();
  CHECK(known(packs, 2, 20).empty());
}

TEST_CASE("OpenedPacks: a merged pack hides behind none of its parts, one that overlaps leaves the other") {
  OpenedPacks packs;
  packs.keep_links(1, pack_of(3, 4));
  packs.keep_links(1, pack_of(5, 6));
  packs.keep_links(1, pack_of(1, 8));
  CHECK(known(packs, 1, 20) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8});
  packs.keep_links(1, pack_of(7, 12));
  packs.keep_links(1, pack_of(11, 12));  // a part of what is there
  CHECK(known(packs, 1, 20) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST_CASE("OpenedPacks: the links are bounded in number") {
  OpenedPacks packs;
  constexpr std::uint64_t kInPack = limits::kPackChanges;
  constexpr std::uint64_t kFit = OpenedPacks::kKeptLinks / kInPack;
  const OpenedPack pack = pack_of(1, kInPack);
  // A pack that was merged from two takes their room, and none when it comes again.
  packs.keep_links(1, pack_of(1, kInPack / 2));
  packs.keep_links(1, pack_of(kInPack / 2 + 1, kInPack));
  for (int i = 0; i < 3; ++i) packs.keep_links(1, pack);
  for (AuthorId author = 2; author <= static_cast<AuthorId>(kFit); ++author) packs.keep_links(author, pack);
  CHECK(packs.link(1, 1).has_value());
  CHECK(packs.link(static_cast<AuthorId>(kFit), kInPack).has_value());
  packs.keep_links(static_cast<AuthorId>(kFit) + 1, pack);
  CHECK_FALSE(packs.link(1, 1).has_value());
  CHECK(packs.link(static_cast<AuthorId>(kFit) + 1, kInPack).has_value());
}

TEST_CASE("OpenedPacks: times and contents are kept too, contents within a bound of bytes") {
  OpenedPacks packs;
  OpenedPack pack = pack_of(5, 7);
  for (OpenedChange& one : pack.changes) one.content.resize(OpenedPacks::kKeptContentBytes / 10);
  pack.changes[1].change.time = {1234, 5};
  pack.changes[1].content[0] = 42;
  packs.keep_times(2, pack);
  packs.keep_contents(2, pack);
  REQUIRE((packs.time(2, 6) != nullptr && packs.content(2, 6) != nullptr));
  CHECK(*packs.time(2, 6) == HybridTime{1234, 5});
  CHECK(packs.content(2, 6)->front() == 42);
  CHECK(packs.content(2, 8) == nullptr);
  CHECK(packs.time(1, 6) == nullptr);
  packs.keep_contents(3, pack);
  packs.keep_contents(4, pack);
  CHECK(packs.content(2, 6) != nullptr);
  packs.keep_contents(5, pack);
  CHECK(packs.content(2, 6) == nullptr);
  CHECK(packs.content(5, 6) != nullptr);
  CHECK(packs.time(2, 6) != nullptr);
  packs.forget();
  CHECK(packs.time(2, 6) == nullptr);
  CHECK(packs.content(5, 6) == nullptr);
}
