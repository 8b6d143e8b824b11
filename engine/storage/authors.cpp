#include "karez/storage/authors.h"

#include <algorithm>

#include "karez/base/limits.h"
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
    "time, touches_others, parent, from_seq"
    " FROM author ORDER BY id";
constexpr auto kInsert =
    "INSERT INTO author (id, key, name, parent, from_seq, applied_seq) VALUES (?, ?, ?, ?, ?, ?)";
constexpr auto kLoadStreams = "SELECT author, from_seq, name FROM stream ORDER BY author, from_seq";
constexpr auto kForgetStreams = "DELETE FROM stream WHERE author=?";
constexpr auto kAddStream = "INSERT INTO stream (author, from_seq, name, public_name) VALUES (?, ?, ?, ?)";
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
    row->parent = in.integer(13);
    row->from_seq = number(in, 14);
    rows.push_back(std::move(row));
  }));
  std::map<AuthorId, std::vector<StreamSegment>> segments;
  KAREZ_TRY(for_each_row(statements_.get(kLoadStreams), [&](Statement& in) {
    StreamSegment one;
    one.from_seq = number(in, 1);
    one.name.bytes = fixed<32>(in.blob(2));
    segments[in.integer(0)].push_back(one);
  }));
  by_key_.clear();
  by_id_.clear();
  forked_.clear();
  streams_.clear();
  rows_ = std::move(rows);
  for (const auto& row : rows_) {
    if (const auto named = segments.find(row->id); named != segments.end())
      row->segments = std::move(named->second);
    index(*row);
  }
  return {};
}

void Authors::index(AuthorRow& row) {
  by_id_[row.id] = &row;
  const auto [first, is_first] = by_key_.emplace(row.key, &row);
  if (!is_first) {
    std::vector<AuthorRow*>& all = forked_[row.key];
    if (all.empty()) all.push_back(first->second);
    all.push_back(&row);
  }
  for (const StreamSegment& one : row.segments) streams_[one.name].push_back(&row);
}

const AuthorKey& AuthorRow::stream_name_at(std::uint64_t seq) const {
  const auto next =
      std::upper_bound(segments.begin(), segments.end(), seq,
                       [](std::uint64_t at, const StreamSegment& one) { return at < one.from_seq; });
  return next == segments.begin() ? key : std::prev(next)->name;
}

std::vector<AuthorRow*> Authors::rows_of(const AuthorKey& key) {
  if (const auto forked = forked_.find(key); forked != forked_.end()) return forked->second;
  AuthorRow* row = find(key);
  return row == nullptr ? std::vector<AuthorRow*>() : std::vector<AuthorRow*>{row};
}

AuthorRow* Authors::named(const AuthorKey& name, std::uint64_t seq) {
  if (forked_.empty()) return find(name);
  const auto among = [&](const std::vector<AuthorRow*>& rows) -> AuthorRow* {
    for (AuthorRow* row : rows) {
      if (row->from_seq <= seq && row->name_at(seq) == name) return row;
    }
    return nullptr;
  };
  if (const auto stream = streams_.find(name); stream != streams_.end()) return among(stream->second);
  if (const auto forked = forked_.find(name); forked != forked_.end()) return among(forked->second);
  return find(name);
}

std::vector<AuthorRow*> Authors::bearing(const AuthorKey& name) {
  const auto stream = streams_.find(name);
  return stream == streams_.end() ? rows_of(name) : stream->second;
}

AuthorRow* Authors::headed(const AuthorKey& name) {
  if (forked_.empty()) return find(name);
  const auto stream = streams_.find(name);
  if (stream == streams_.end()) return forked_.contains(name) ? nullptr : find(name);
  for (AuthorRow* row : stream->second) {
    if (row->head_name() == name) return row;
  }
  return nullptr;
}

const AuthorRow& Authors::owner(const AuthorRow& row, std::uint64_t seq) {
  const AuthorRow* at = &row;
  while (seq < at->from_seq && at->parent != 0) {
    const AuthorRow* parent = find(at->parent);
    if (parent == nullptr || parent->id >= at->id) break;  // only in a damaged table
    at = parent;
  }
  return *at;
}

AuthorRow& Authors::owner(AuthorRow& row, std::uint64_t seq) {
  return const_cast<AuthorRow&>(owner(static_cast<const AuthorRow&>(row), seq));
}

std::uint64_t Authors::first_split(const AuthorKey& key) {
  std::uint64_t split = limits::kSeq + 1;
  const auto forked = forked_.find(key);
  if (forked == forked_.end()) return split;
  for (const AuthorRow* row : forked->second) {
    if (row->is_forked()) split = std::min(split, row->segments.front().from_seq);
  }
  return split;
}

std::uint64_t Authors::common(const AuthorRow& a, const AuthorRow& b) {
  // A row shares with any earlier one what its parent shares with that one, at most up to where it left the
  // parent.
  const AuthorRow* early = a.id < b.id ? &a : &b;
  const AuthorRow* late = a.id < b.id ? &b : &a;
  std::uint64_t shared = limits::kSeq;
  while (early != late) {
    if (early->id > late->id) std::swap(early, late);
    shared = std::min(shared, late->from_seq - 1);
    const AuthorRow* parent = late->parent == 0 ? nullptr : find(late->parent);
    if (parent == nullptr || parent->id >= late->id) return 0;  // only in a damaged table
    late = parent;
  }
  return shared;
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
  return insert(key, 0, 1);
}

Result<AuthorRow*> Authors::ensure(const AuthorKey& name, std::uint64_t seq) {
  if (AuthorRow* row = named(name, seq)) return row;
  // What forked has names for what its logs do not share; whoever writes tables has found them.
  if (forked_.contains(name)) return Error{ErrorCode::internal, "a change of a forked log has no name"};
  return ensure(name);
}

Result<AuthorRow*> Authors::insert(const AuthorKey& key, AuthorId parent, std::uint64_t from_seq) {
  auto row = std::make_unique<AuthorRow>();
  row->id = rows_.empty() ? 1 : rows_.back()->id + 1;
  row->key = key;
  row->parent = parent;
  row->from_seq = from_seq;
  row->applied_seq = from_seq - 1;
  row->name = public_name(key);
  Statement& add = statements_.get(kInsert);
  add.bind(1, row->id).bind_blob(2, key.bytes).bind(3, row->name).bind(4, parent);
  KAREZ_TRY(add.bind(5, from_seq).bind(6, row->applied_seq).run());
  AuthorRow* made = row.get();
  rows_.push_back(std::move(row));
  index(*made);
  return made;
}

Result<AuthorRow*> Authors::branch_off(const AuthorRow& parent, std::uint64_t from_seq,
                                       const Hash& shared_link,
                                       const std::function<Hash(const AuthorRow&, std::uint64_t)>& link_at) {
  KAREZ_ASSIGN(AuthorRow * row, insert(parent.key, parent.id, from_seq));
  row->held_seq = from_seq - 1;
  row->held_link = shared_link;
  row->laptop = parent.laptop;
  mark(*row);
  const std::vector<AuthorRow*> rows = rows_of(parent.key);
  StreamLogs logs;
  logs.count = rows.size();
  logs.common = [&](std::size_t a, std::size_t b) { return common(*rows[a], *rows[b]); };
  logs.link = [&](std::size_t i, std::uint64_t seq) { return link_at(*rows[i], seq); };
  const std::vector<StreamPlace> places = place_streams(parent.key, logs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i]->segments = places[i].segments;
    KAREZ_TRY(statements_.get(kForgetStreams).bind(1, rows[i]->id).run());
    for (const StreamSegment& one : rows[i]->segments) {
      Statement& add = statements_.get(kAddStream);
      add.bind(1, rows[i]->id).bind(2, one.from_seq).bind_blob(3, one.name.bytes);
      KAREZ_TRY(add.bind(4, public_name(one.name)).run());
    }
  }
  streams_.clear();
  for (const auto& one : rows_) {
    for (const StreamSegment& segment : one->segments) streams_[segment.name].push_back(one.get());
  }
  return row;
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

std::uint64_t Authors::changes_held() const {
  std::uint64_t count = 0;
  for (const auto& row : rows_) count += row->held_seq - (row->from_seq - 1);
  return count;
}

Heads Authors::heads() const {
  Heads heads;
  for (const auto& row : rows_) {
    if (row->held_seq > 0) heads[row->head_name()] = {row->held_seq, row->held_link};
  }
  return heads;
}

}  // namespace karez
