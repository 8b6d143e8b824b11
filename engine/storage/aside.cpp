#include "karez/storage/aside.h"

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/storage/row.h"

namespace karez {
namespace {

constexpr auto kPut =
    "INSERT OR REPLACE INTO aside (author, first_seq, link, prev_link, pack) VALUES (?, ?, ?, ?, ?)";
constexpr auto kAll =
    "SELECT first_seq, link, prev_link, pack FROM aside WHERE author=? ORDER BY first_seq, link";
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
  std::optional<Bytes> pack;
  Bytes link;
  std::uint64_t first_seq = 0;
  Statement& all = statements_.get(kAll).bind(1, author);
  while (!pack && !is_mutant(Mutant::forget_shelf)) {
    const Result<bool> has_row = all.step();
    if (!has_row) {
      all.reset();
      return has_row.error();
    }
    if (!*has_row) break;
    first_seq = number(all, 0);
    const ByteView prev_link = all.blob(2);
    if (!prev_link.empty() && !follows(first_seq, fixed<32>(prev_link))) continue;
    link.assign(all.blob(1).begin(), all.blob(1).end());
    pack.emplace(all.blob(3).begin(), all.blob(3).end());
  }
  all.reset();
  if (pack) KAREZ_TRY(statements_.get(kRemove).bind(1, author).bind(2, first_seq).bind_blob(3, link).run());
  return pack;
}

Status Aside::drop(AuthorId author) { return statements_.get(kDrop).bind(1, author).run(); }

}  // namespace karez
