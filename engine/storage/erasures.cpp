#include "karez/storage/erasures.h"

#include <algorithm>

#include "karez/storage/row.h"

namespace karez {
namespace {

constexpr auto kNoteErasure =
    "INSERT INTO erased (author, seq, by_author, by_seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
constexpr auto kAnyErasure = "SELECT 1 FROM erased LIMIT 1";
constexpr auto kErasuresOf = "SELECT author, seq, by_author, by_seq FROM erased WHERE author=? AND seq=?";
constexpr auto kPendingErasures = "SELECT author, seq, by_author, by_seq FROM erased WHERE is_done=0";
constexpr auto kErasureDone = "UPDATE erased SET is_done=1 WHERE author=? AND seq=?";
constexpr auto kShelvedUpTo = "SELECT first_seq, link, pack FROM aside WHERE author=? AND first_seq<=?";
constexpr auto kReshelve = "UPDATE aside SET pack=?4 WHERE author=?1 AND first_seq=?2 AND link=?3";

Erasure erasure_in(Statement& in) {
  return {AuthorKey{fixed<32>(in.blob(0))}, number(in, 1), in.integer(2), number(in, 3)};
}

}  // namespace

Result<Bytes> without_parts(OpenedPack& pack, const std::vector<std::uint64_t>& seqs) {
  std::vector<PackEntry> entries;
  for (OpenedChange& one : pack.changes) {
    if (std::find(seqs.begin(), seqs.end(), one.change.seq) != seqs.end()) one.private_part.reset();
    entries.push_back({one.content, one.private_part});
  }
  return encode_pack(pack.header, entries);
}

Status Erasures::note(Statements& statements, AuthorId by, const Change& change) {
  for (const Operation& op : change.operations) {
    const auto* erase = std::get_if<Erase>(&op);
    if (erase == nullptr) continue;
    KAREZ_TRY(statements.get(kNoteErasure)
                  .bind_blob(1, erase->change.author.bytes)
                  .bind(2, erase->change.seq)
                  .bind(3, by)
                  .bind(4, change.seq)
                  .run());
  }
  return {};
}

Result<bool> Erasures::none() {
  bool is_empty = true;
  KAREZ_TRY(for_each_row(statements_.get(kAnyErasure), [&](Statement&) { is_empty = false; }));
  return is_empty;
}

Result<std::vector<Erasure>> Erasures::of(const AuthorKey& author, std::uint64_t seq) {
  std::vector<Erasure> all;
  KAREZ_TRY(for_each_row(statements_.get(kErasuresOf).bind_blob(1, author.bytes).bind(2, seq),
                         [&](Statement& in) { all.push_back(erasure_in(in)); }));
  return all;
}

Result<std::vector<Erasure>> Erasures::pending() {
  std::vector<Erasure> all;
  KAREZ_TRY(
      for_each_row(statements_.get(kPendingErasures), [&](Statement& in) { all.push_back(erasure_in(in)); }));
  return all;
}

Result<bool> Erasures::carry_out(const Erasure& erasure) {
  const AuthorRow* first = authors_.find(erasure.author);
  if (first == nullptr) return false;
  KAREZ_TRY(strip_aside(first->id, erasure.seq));
  bool is_held = false;
  for (const AuthorRow* row : authors_.rows_of(erasure.author)) {
    if (row->held_seq < erasure.seq) continue;
    KAREZ_TRY(log_.drop_part(row->id, erasure.seq));
    is_held = true;
  }
  if (!is_held) return false;
  KAREZ_TRY(statements_.get(kErasureDone).bind_blob(1, erasure.author.bytes).bind(2, erasure.seq).run());
  return true;
}

Status Erasures::strip_aside(AuthorId shelf, std::uint64_t seq) {
  struct Shelved {
    std::uint64_t first_seq;
    Bytes link, pack;
  };
  std::vector<Shelved> all;
  KAREZ_TRY(for_each_row(statements_.get(kShelvedUpTo).bind(1, shelf).bind(2, seq), [&](Statement& in) {
    const auto header = read_pack_header(in.blob(2));
    if (!header || header->last_seq() < seq) return;
    all.push_back({number(in, 0), Bytes(in.blob(1).begin(), in.blob(1).end()),
                   Bytes(in.blob(2).begin(), in.blob(2).end())});
  }));
  for (const Shelved& one : all) {
    auto opened = read_stored_pack(one.pack, AbsentParts::accepted);
    if (!opened) continue;  // whoever takes it from the shelf drops it
    KAREZ_ASSIGN(const Bytes stripped, without_parts(*opened, {seq}));
    KAREZ_TRY(statements_.get(kReshelve)
                  .bind(1, shelf)
                  .bind(2, one.first_seq)
                  .bind_blob(3, one.link)
                  .bind_blob(4, stripped)
                  .run());
  }
  return {};
}

}  // namespace karez
