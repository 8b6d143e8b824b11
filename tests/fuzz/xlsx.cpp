// A table from outside, a workbook or a text in whichever encoding: it is read or refused in plain words, the
// same twice, and every row is one that an import can use.
#include "fuzz.h"
#include "karez/base/text.h"
#include "karez/exchange/table_file.h"

namespace karez::fuzz {
namespace {

/// All rows as one text; nothing where the source breaks off.
std::optional<std::string> told(RowSource& rows) {
  std::string all;
  std::uint64_t last = 0;
  for (;;) {
    const auto row = rows.next();
    if (!row) {
      FUZZ_CHECK(is_utf8(row.error().message));
      return std::nullopt;
    }
    if (!*row) return all;
    FUZZ_CHECK((*row)->number > last);
    last = (*row)->number;
    if ((*row)->problem.empty()) FUZZ_CHECK((*row)->cells.size() == rows.header().size());
    FUZZ_CHECK(is_utf8((*row)->problem));
    for (const std::string& cell : (*row)->cells) {
      // A text row whose bytes are wrong says so; a sheet's cells are always text.
      if ((*row)->problem.empty()) FUZZ_CHECK(is_utf8(cell));
      all += cell + '\n';
    }
    all += (*row)->problem + '\n';
  }
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  const auto file = TableFile::open(std::string(text_of(bytes)), {});
  if (!file) {
    const ErrorCode why = file.error().code;
    FUZZ_CHECK(why == ErrorCode::malformed || why == ErrorCode::too_large || why == ErrorCode::refused ||
               why == ErrorCode::not_found);
    FUZZ_CHECK(is_utf8(file.error().message));
    return Verdict::refused;
  }
  RowSource& rows = (*file)->rows();
  const auto once = told(rows);
  FUZZ_CHECK(rows.rewind().ok());
  FUZZ_CHECK(told(rows) == once);
  return once ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
