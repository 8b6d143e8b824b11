#include "karez/storage/aside.h"

#include "karez/base/mutants.h"

namespace karez {
namespace {

constexpr auto kPut = "INSERT OR REPLACE INTO aside (author, first_seq, pack) VALUES (?, ?, ?)";
constexpr auto kFind =
    "SELECT first_seq, pack FROM aside WHERE author=? AND first_seq<=? AND first_seq>? ORDER BY first_seq "
    "LIMIT 1";
constexpr auto kRemove = "DELETE FROM aside WHERE author=? AND first_seq=?";
constexpr auto kDrop = "DELETE FROM aside WHERE author=?";

}  // namespace

Status Aside::put(AuthorId author, std::uint64_t first_seq, ByteView pack) {
  return statements_.get(kPut).bind(1, author).bind(2, first_seq).bind_blob(3, pack).run();
}

Result<std::optional<Bytes>> Aside::take(AuthorId author, std::uint64_t next, std::uint64_t above) {
  std::optional<Bytes> pack;
  std::int64_t first = 0;
  KAREZ_TRY(
      for_each_row(statements_.get(kFind).bind(1, author).bind(2, next).bind(3, above), [&](Statement& in) {
        first = in.integer(0);
        const ByteView bytes = in.blob(1);
        pack = Bytes(bytes.begin(), bytes.end());
      }));
  if (is_mutant(Mutant::forget_shelf)) return std::optional<Bytes>();
  if (pack) KAREZ_TRY(statements_.get(kRemove).bind(1, author).bind(2, first).run());
  return pack;
}

Status Aside::drop(AuthorId author) { return statements_.get(kDrop).bind(1, author).run(); }

}  // namespace karez
