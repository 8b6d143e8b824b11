#include "karez/storage/aside.h"

#include <vector>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/storage/row.h"

namespace karez {
namespace {

constexpr auto kPut =
    "INSERT OR REPLACE INTO aside (author, first_seq, link, prev_link, pack) VALUES (?, ?, ?, ?, ?)";
constexpr auto kPlaces =
    "SELECT first_seq, link, prev_link FROM aside WHERE author=? ORDER BY first_seq, link";
constexpr auto kPack = "SELECT pack FROM aside WHERE author=? AND first_seq=? AND link=?";
constexpr auto kRemove = "DELETE FROM aside WHERE author=? AND first_seq=? AND link=?";
constexpr auto kBound =
    "DELETE FROM aside WHERE author=?1 AND (first_seq, link) IN (SELECT first_seq, link FROM aside WHERE "
    "author=?1 ORDER BY first_seq, link LIMIT -1 OFFSET ?2)";
constexpr auto kDrop = "DELETE FROM aside WHERE author=?";

}  // namespace

Status Aside::put(AuthorId author, const PackHeader& header, const Hash& link, ByteView pack) {
  Statement& put = statements_.get(kPut);
  put.bind(1, author).bind(2, header.first_seq).bind_blob(3, link).bind_blob(4, header.prev_link);
  KAREZ_TRY(put.bind_blob(5, pack).run());
  return statements_.get(kBound).bind(1, author).bind(2, std::uint64_t{limits::kShelf}).run();
}

Result<std::optional<Bytes>> Aside::take(AuthorId author, const Follows& follows) {
  struct Place {
    std::uint64_t first_seq;
    Bytes link;
    Bytes prev_link;
  };
  std::vector<Place> places;
  KAREZ_TRY(for_each_row(statements_.get(kPlaces).bind(1, author), [&](Statement& in) {
    const ByteView link = in.blob(1);
    Place place{number(in, 0), Bytes(link.begin(), link.end()), {}};
    const ByteView prev = in.blob(2);
    place.prev_link.assign(prev.begin(), prev.end());
    places.push_back(std::move(place));
  }));
  std::optional<Bytes> pack;
  if (is_mutant(Mutant::forget_shelf)) return pack;
  for (const Place& place : places) {
    if (!place.prev_link.empty() && !follows(place.first_seq, fixed<32>(place.prev_link))) continue;
    const auto at = [&](const char* sql) -> Statement& {
      return statements_.get(sql).bind(1, author).bind(2, place.first_seq).bind_blob(3, place.link);
    };
    KAREZ_TRY(for_each_row(at(kPack), [&](Statement& in) {
      const ByteView bytes = in.blob(0);
      pack = Bytes(bytes.begin(), bytes.end());
    }));
    KAREZ_TRY(at(kRemove).run());
    break;
  }
  return pack;
}

Status Aside::drop(AuthorId author) { return statements_.get(kDrop).bind(1, author).run(); }

}  // namespace karez
