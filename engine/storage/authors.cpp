#include "karez/storage/authors.h"

#include "karez/storage/row.h"

namespace karez {
namespace {

/// A number that no standing has says that the file is damaged: nobody counts by it, and verify names the
/// cell.
Standing standing_of(std::int64_t number) {
  const auto standing = static_cast<Standing>(number);
  for (const Standing known : {Standing::founder, Standing::recovery, Standing::admitted,
                               Standing::not_admitted, Standing::rival, Standing::void_path}) {
    if (number == static_cast<std::int64_t>(known)) return standing;
  }
  return Standing::not_admitted;
}

constexpr auto kLoad =
    "SELECT id, key, name, laptop, role, standing, rank, counted_through, held_seq, held_link, applied_seq, "
    "time, touches_others"
    " FROM author ORDER BY id";
constexpr auto kInsert = "INSERT INTO author (id, key, name) VALUES (?, ?, ?)";
constexpr auto kSave =
    "UPDATE author SET laptop=?, role=?, standing=?, rank=?, counted_through=?, held_seq=?, held_link=?, "
    "applied_seq=?, time=?, touches_others=?"
    " WHERE id=?";

}  // namespace

Status Authors::load() {
  // Aside, so that a disk that fails in the middle leaves what was known.
  std::vector<std::unique_ptr<AuthorRow>> rows;
  KAREZ_TRY(for_each_row(statements_.get(kLoad), [&](Statement& in) {
    auto row = std::make_unique<AuthorRow>();
    row->id = in.integer(0);
    row->key.bytes = fixed<32>(in.blob(1));
    row->name = in.text(2);
    row->laptop = in.text(3);
    row->role = static_cast<std::uint32_t>(in.integer(4));
    row->standing = standing_of(in.integer(5));
    row->rank = number(in, 6);
    row->counted_through = number(in, 7);
    row->held_seq = number(in, 8);
    row->held_link = fixed<32>(in.blob(9));
    row->applied_seq = number(in, 10);
    // 48 bits of milliseconds above 16 of the counter.
    const auto time = number(in, 11);
    row->touches_others = in.integer(12) != 0;
    row->time = {time >> 16, static_cast<std::uint16_t>(time)};
    rows.push_back(std::move(row));
  }));
  by_key_.clear();
  by_id_.clear();
  rows_ = std::move(rows);
  for (const auto& row : rows_) {
    by_key_[row->key] = row.get();
    by_id_[row->id] = row.get();
  }
  return {};
}

AuthorRow* Authors::find(const AuthorKey& key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

AuthorRow* Authors::find(AuthorId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Result<AuthorRow*> Authors::ensure(const AuthorKey& key) {
  if (AuthorRow* row = find(key)) return row;
  auto row = std::make_unique<AuthorRow>();
  row->id = rows_.empty() ? 1 : rows_.back()->id + 1;
  row->key = key;
  row->name = public_name(key);
  KAREZ_TRY(statements_.get(kInsert).bind(1, row->id).bind_blob(2, key.bytes).bind(3, row->name).run());
  AuthorRow* made = row.get();
  by_key_[key] = made;
  by_id_[made->id] = made;
  rows_.push_back(std::move(row));
  return made;
}

Status Authors::flush() {
  for (const auto& row : rows_) {
    if (!row->is_dirty) continue;
    Statement& save = statements_.get(kSave);
    save.bind(1, row->laptop)
        .bind(2, static_cast<std::int64_t>(row->role))
        .bind(3, static_cast<int>(row->standing));
    save.bind(4, row->rank).bind(5, row->counted_through).bind(6, row->held_seq).bind_blob(7, row->held_link);
    save.bind(8, row->applied_seq)
        .bind(9, row->time.ms << 16 | row->time.counter)
        .bind(10, row->touches_others ? 1 : 0)
        .bind(11, row->id);
    KAREZ_TRY(save.run());
    row->is_dirty = false;
  }
  return {};
}

Heads Authors::heads() const {
  Heads heads;
  for (const auto& row : rows_) {
    if (row->held_seq > 0) heads[row->key] = {row->held_seq, row->held_link};
  }
  return heads;
}

}  // namespace karez
