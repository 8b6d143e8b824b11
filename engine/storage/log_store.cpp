#include "karez/storage/log_store.h"

#include <algorithm>

#include "karez/base/limits.h"
#include "karez/base/mutants.h"
#include "karez/storage/erasures.h"
#include "karez/storage/row.h"
#include "log_damage.h"

namespace karez {
namespace {

/// A pack of so many changes stays as it came: packing it again would cost more than its header.
constexpr std::uint64_t kSmallPack = 256;

constexpr auto kAppend =
    "INSERT INTO change (id, link, content, private_salt, private_part) VALUES (?, ?, ?, ?, ?)";
constexpr auto kLoose =
    "SELECT id, link, content, private_salt, private_part FROM change WHERE id>?1 AND id<?2 ORDER BY id";
constexpr auto kLooseAt = "SELECT id, link, content, private_salt, private_part FROM change WHERE id=?";
constexpr auto kDropLoose = "DELETE FROM change WHERE id>=? AND id<=?";
constexpr auto kDropPart = "UPDATE change SET private_salt=NULL, private_part=NULL WHERE id=?";
/// All that hold a change: packs may overlap.
constexpr auto kPacksWith =
    "SELECT id, first_seq, count, link, signature, bytes FROM pack WHERE id>=?1 AND id<?2 AND first_seq<=?3";
constexpr auto kReplacePack = "UPDATE pack SET bytes=? WHERE id=?";
constexpr auto kLooseLink = "SELECT link FROM change WHERE id=?";
constexpr auto kInsertPack =
    "INSERT INTO pack (id, first_seq, count, link, signature, bytes) VALUES (?, ?, ?, ?, ?, ?)";
constexpr auto kFirstPlace =
    "SELECT id, first_seq, count, link, signature, bytes FROM pack WHERE id>=?1 AND id<?2 ORDER BY id LIMIT "
    "1";
/// Without their bytes: most of them are remembered.
constexpr auto kNewestPlaces =
    "SELECT id, first_seq, count, link, signature, NULL FROM pack WHERE id>=?1 AND id<?2 ORDER BY id DESC "
    "LIMIT 2";
constexpr auto kDropPack = "DELETE FROM pack WHERE id=?";
constexpr auto kPackLink = "SELECT link FROM pack WHERE id=?";
/// Without the bytes: a repeated pack costs one page, not all that it fills.
constexpr auto kPackHead = "SELECT link, signature FROM pack WHERE id=?";
constexpr auto kAuthorityAt = "SELECT content FROM authority_change WHERE id=?";
constexpr auto kKeepAuthority = "INSERT INTO authority_change (id, content) VALUES (?, ?)";

/// A change that stands alone; its operations are not read.
OpenedChange unread_change(Statement& in) {
  OpenedChange out;
  out.link = fixed<32>(in.blob(1));
  const ByteView content = in.blob(2);
  out.content.assign(content.begin(), content.end());
  out.change.seq = seq_of_key(in.integer(0));
  if (!in.is_null(3)) {
    PrivatePart part;
    part.salt = fixed<16>(in.blob(3));
    const ByteView bytes = in.blob(4);
    part.bytes.assign(bytes.begin(), bytes.end());
    out.private_part = std::move(part);
  }
  return out;
}

Result<OpenedChange> loose_change(OpenedChange&& unread, const AuthorRow* author) {
  OpenedChange out = std::move(unread);
  const std::uint64_t seq = out.change.seq;
  auto change = decode_change(out.content);
  if (!change) return damaged(author, seq, change.error().message);
  if (change->seq != seq) return damaged(author, seq, "the content belongs to another place");
  out.change = std::move(*change);
  return out;
}

template <std::size_t N>
std::optional<FixedBytes<N>> one_fixed(Statement& statement) {
  std::optional<FixedBytes<N>> out;
  auto has_row = statement.step();
  if (has_row && *has_row && statement.blob(0).size() == N) {
    out.emplace();
    const ByteView bytes = statement.blob(0);
    std::copy(bytes.begin(), bytes.end(), out->begin());
  }
  statement.reset();
  return out;
}

}  // namespace

bool is_authority(const Change& change) {
  return std::any_of(change.operations.begin(), change.operations.end(), [](const Operation& op) {
    return std::holds_alternative<Found>(op) || std::holds_alternative<Enrol>(op) ||
           std::holds_alternative<Invite>(op) || std::holds_alternative<Admit>(op) ||
           std::holds_alternative<Revoke>(op);
  });
}

Status LogStore::keep_authority(AuthorId author, const OpenedChange& change) {
  if (!is_authority(change.change)) return {};
  return statements_.get(kKeepAuthority)
      .bind(1, log_key(author, change.change.seq))
      .bind_blob(2, change.content)
      .run();
}

Status LogStore::append(AuthorRow& author, const OpenedChange& change) {
  ENSURE(change.change.seq == author.held_seq + 1);
  Statement& append = statements_.get(kAppend);
  append.bind(1, log_key(author.id, change.change.seq))
      .bind_blob(2, change.link)
      .bind_blob(3, change.content);
  if (change.private_part) {
    append.bind_blob(4, change.private_part->salt).bind_blob(5, change.private_part->bytes);
  }
  KAREZ_TRY(append.run());
  KAREZ_TRY(keep_authority(author.id, change));
  KAREZ_TRY(Erasures::note(statements_, author.id, change.change));
  author.held_seq = change.change.seq;
  author.held_link = change.link;
  return {};
}

Status LogStore::drop_part(AuthorId author, std::uint64_t seq) {
  KAREZ_TRY(statements_.get(kDropPart).bind(1, log_key(author, seq)).run());
  std::vector<PackPlace> places;
  KAREZ_TRY(for_each_row(
      statements_.get(kPacksWith).bind(1, log_key(author, seq)).bind(2, log_key(author + 1, 0)).bind(3, seq),
      [&](Statement& in) { places.push_back(place_in(in)); }));
  for (const PackPlace& place : places) {
    auto opened = read_stored_pack(place.bytes, AbsentParts::accepted);
    if (!opened) return damaged(authors_.find(author), place.first_seq, opened.error().message);
    KAREZ_ASSIGN(const Bytes bytes, without_parts(*opened, {seq}));
    KAREZ_TRY(statements_.get(kReplacePack).bind_blob(1, bytes).bind(2, place.id).run());
  }
  opened_.forget();
  return {};
}

Status LogStore::insert_pack(AuthorId author, const PackHeader& header, const Hash& link, ByteView bytes) {
  Statement& insert = statements_.get(kInsertPack);
  insert.bind(1, log_key(author, header.last_seq())).bind(2, header.first_seq).bind(3, header.count);
  return insert.bind_blob(4, link).bind_blob(5, header.signature).bind_blob(6, bytes).run();
}

Status LogStore::append_pack(AuthorRow& author, std::shared_ptr<const OpenedPack> opened, ByteView bytes) {
  const PackHeader& header = opened->header;
  ENSURE(header.first_seq <= author.held_seq + 1 && header.last_seq() > author.held_seq);
  KAREZ_TRY(insert_pack(author.id, header, opened->last_link(), bytes));
  for (const OpenedChange& change : opened->changes) {
    if (change.change.seq <= author.held_seq) continue;
    KAREZ_TRY(keep_authority(author.id, change));
    KAREZ_TRY(Erasures::note(statements_, author.id, change.change));
  }
  author.held_seq = header.last_seq();
  author.held_link = opened->last_link();
  opened_.remember(author.id, std::move(opened));
  return merge_small(author.id);
}

Status LogStore::merge_small(AuthorId author) {
  for (;;) {
    std::vector<PackPlace> newest;
    KAREZ_TRY(for_each_row(
        statements_.get(kNewestPlaces).bind(1, log_key(author, 0)).bind(2, log_key(author + 1, 0)),
        [&](Statement& in) { newest.push_back(place_in(in)); }));
    // Small packs of a size are merged, as in a log-structured merge tree: a change is packed again a
    // logarithmic number of times.
    if (newest.size() < 2 || newest[0].count >= kSmallPack || newest[1].count >= 2 * newest[0].count)
      return {};
    // What cannot be merged stays as it is: damage is verify()'s to report and holds up nobody's news.
    const auto opened_last = pack_at(author, newest[0]);
    const auto opened_before = pack_at(author, newest[1]);
    if (!opened_last || !opened_before) return {};
    const auto& last = *opened_last;
    const auto& before = *opened_before;
    auto merged = std::make_shared<OpenedPack>(*before);
    std::vector<PackEntry> entries;
    for (const OpenedChange& one : last->changes) {
      if (one.change.seq > merged->header.last_seq()) merged->changes.push_back(one);
    }
    merged->header.count = last->header.last_seq() - merged->header.first_seq + 1;
    merged->header.signature = last->header.signature;
    for (const OpenedChange& one : merged->changes) entries.push_back({one.content, one.private_part});
    const auto bytes = encode_pack(merged->header, entries);
    if (!bytes) return {};
    for (const PackPlace& place : newest) KAREZ_TRY(statements_.get(kDropPack).bind(1, place.id).run());
    if (is_mutant(Mutant::lose_merged_pack)) return {};
    KAREZ_TRY(insert_pack(author, merged->header, merged->last_link(), *bytes));
    opened_.remember(author, std::move(merged));
  }
}

Status LogStore::seal(const WorkspaceId& workspace, const AuthorRow& author, const KeyPair& key) {
  for (;;) {
    std::uint64_t first = 0;
    KAREZ_TRY(each_unread(author.id, 0, [&](OpenedChange&& change) {
      first = change.change.seq;
      return false;
    }));
    if (first == 0) return {};
    KAREZ_ASSIGN(const auto bytes, pack_of_loose(workspace, author, first - 1, key, true));
    ENSURE(bytes.has_value());
    KAREZ_ASSIGN(OpenedPack opened, read_stored_pack(*bytes, AbsentParts::accepted));
    KAREZ_TRY(insert_pack(author.id, opened.header, opened.last_link(), *bytes));
    KAREZ_TRY(statements_.get(kDropLoose)
                  .bind(1, log_key(author.id, first))
                  .bind(2, log_key(author.id, opened.header.last_seq()))
                  .run());
    KAREZ_TRY(merge_small(author.id));
  }
}

LogStore::PackPlace LogStore::place_in(Statement& in) {
  PackPlace out;
  out.id = in.integer(0);
  out.first_seq = number(in, 1);
  out.count = number(in, 2);
  out.link = fixed<32>(in.blob(3));
  out.signature = fixed<64>(in.blob(4));
  const ByteView bytes = in.blob(5);
  out.bytes.assign(bytes.begin(), bytes.end());
  return out;
}

Result<std::optional<LogStore::PackPlace>> LogStore::first_place(std::int64_t from, std::int64_t to) {
  std::optional<PackPlace> out;
  KAREZ_TRY(for_each_row(statements_.get(kFirstPlace).bind(1, from).bind(2, to),
                         [&](Statement& in) { out = place_in(in); }));
  return out;
}

Result<std::optional<LogStore::PackPlace>> LogStore::place_of(AuthorId author, std::uint64_t seq) {
  KAREZ_ASSIGN(auto out, first_place(log_key(author, seq), log_key(author + 1, 0)));
  if (out && out->first_seq > seq) out.reset();
  return out;
}

Result<std::shared_ptr<const OpenedPack>> LogStore::pack_with(AuthorId author, std::uint64_t seq) {
  if (auto opened = opened_.with(author, seq)) return opened;
  KAREZ_ASSIGN(const auto place, place_of(author, seq));
  if (!place) return std::shared_ptr<const OpenedPack>();
  return unpacked(author, *place);
}

Result<std::shared_ptr<const OpenedPack>> LogStore::unpacked(AuthorId author, const PackPlace& place) {
  auto opened = read_stored_pack(place.bytes, AbsentParts::accepted);
  const AuthorRow* row = authors_.find(author);
  if (!opened) return damaged(row, place.first_seq, opened.error().message);
  const bool fits = row != nullptr && opened->header.author == row->key &&
                    opened->last_link() == place.link && opened->header.signature == place.signature &&
                    opened->header.first_seq == place.first_seq &&
                    log_key(author, opened->header.last_seq()) == place.id;
  if (!fits) return damaged(row, place.first_seq, "the pack belongs to another place");
  auto shared = std::make_shared<const OpenedPack>(std::move(*opened));
  opened_.remember(author, shared);
  return std::shared_ptr<const OpenedPack>(shared);
}

Result<std::shared_ptr<const OpenedPack>> LogStore::pack_at(AuthorId author, const PackPlace& place) {
  if (auto opened = opened_.at(author, place.first_seq, seq_of_key(place.id))) return opened;
  KAREZ_ASSIGN(const auto with_bytes, first_place(place.id, place.id + 1));
  if (!with_bytes) return damaged(authors_.find(author), seq_of_key(place.id), "a pack is gone");
  return unpacked(author, *with_bytes);
}

AuthorId LogStore::owner(AuthorId author, std::uint64_t seq) {
  if (!authors_.has_forks()) return author;
  const AuthorRow* row = authors_.find(author);
  return row == nullptr ? author : authors_.owner(*row, seq).id;
}

std::optional<Hash> LogStore::link_at(AuthorId of, std::uint64_t seq) {
  const AuthorId author = owner(of, seq);
  if (const AuthorRow* row = authors_.find(author); row != nullptr && seq == row->held_seq && seq > 0) {
    return row->held_link;
  }
  if (const auto kept = opened_.link(author, seq)) return kept;
  for (const char* sql : {kPackLink, kLooseLink}) {
    if (auto link = one_fixed<32>(statements_.get(sql).bind(1, log_key(author, seq)))) return link;
  }
  // Damage is verify()'s to report.
  const auto pack = pack_with(author, seq);
  if (!pack || *pack == nullptr) return std::nullopt;
  opened_.keep_links(author, **pack);
  return (*pack)->changes[seq - (*pack)->header.first_seq].link;
}

std::optional<HybridTime> LogStore::time_at(AuthorId of, std::uint64_t seq) {
  const AuthorId author = owner(of, seq);
  if (const HybridTime* kept = opened_.time(author, seq)) return *kept;
  if (const auto opened = opened_.with(author, seq)) {
    return opened->changes[seq - opened->header.first_seq].change.time;
  }
  const auto pack = pack_with(author, seq);
  if (pack && *pack != nullptr) {
    opened_.keep_times(author, **pack);
    return (*pack)->changes[seq - (*pack)->header.first_seq].change.time;
  }
  const auto change = read(author, seq);
  return change ? std::optional(change->change.time) : std::nullopt;
}

Result<Change> LogStore::change_at(AuthorId of, std::uint64_t seq) {
  const AuthorId author = owner(of, seq);
  if (const auto opened = opened_.with(author, seq)) {
    return opened->changes[seq - opened->header.first_seq].change;
  }
  if (const Bytes* kept = opened_.content(author, seq)) return decode_change(*kept);
  KAREZ_ASSIGN(const auto pack, pack_with(author, seq));
  if (pack != nullptr) {
    opened_.keep_contents(author, *pack);
    opened_.keep_times(author, *pack);
    return pack->changes[seq - pack->header.first_seq].change;
  }
  KAREZ_ASSIGN(OpenedChange loose, read(author, seq));
  return std::move(loose.change);
}

std::optional<WallTime> LogStore::wall_at(AuthorId of, std::uint64_t seq) {
  const AuthorId author = owner(of, seq);
  if (opened_.with(author, seq) == nullptr && seq > 0) {
    // Who asks about one change of a pack shows one record. Who asks again shows a list, and unpacks it.
    const auto place = place_of(author, seq);
    if (place && *place && (*place)->id != glanced_at_) {
      glanced_at_ = (*place)->id;
      const auto change = read_stored_change((*place)->bytes, seq, AbsentParts::accepted);
      return change ? std::optional(change->wall) : std::nullopt;
    }
  }
  const auto stored = read(author, seq);
  return stored ? std::optional(stored->change.wall) : std::nullopt;
}

Result<OpenedChange> LogStore::read(AuthorId of, std::uint64_t seq) {
  const AuthorId author = owner(of, seq);
  if (seq > 0) {
    KAREZ_ASSIGN(const auto pack, pack_with(author, seq));
    if (pack) return pack->changes[seq - pack->header.first_seq];
    std::optional<Result<OpenedChange>> found;
    KAREZ_TRY(for_each_row(statements_.get(kLooseAt).bind(1, log_key(author, seq)), [&](Statement& in) {
      found = loose_change(unread_change(in), authors_.find(author));
    }));
    if (found) return std::move(*found);
  }
  return Error{ErrorCode::not_found, "change " + std::to_string(seq) + " is not here"};
}

Status LogStore::each_loose(AuthorId author, std::uint64_t after,
                            const std::function<bool(OpenedChange&&)>& row) {
  Status status;
  KAREZ_TRY(each_unread(author, after, [&](OpenedChange&& unread) {
    auto change = loose_change(std::move(unread), authors_.find(author));
    if (change) return row(std::move(*change));
    status = change.error();
    return false;
  }));
  return status;
}

Status LogStore::each_unread(AuthorId author, std::uint64_t after,
                             const std::function<bool(OpenedChange&&)>& row) {
  // Not from the cache: `row` may read other changes of the log while this statement is open.
  KAREZ_ASSIGN(Statement each, statements_.database().prepare(kLoose));
  each.bind(1, log_key(author, after)).bind(2, log_key(author + 1, 0));
  for (;;) {
    KAREZ_ASSIGN(const bool has_row, each.step());
    if (!has_row) return {};
    if (!row(unread_change(each))) return {};
  }
}

Status LogStore::each(AuthorId author, std::uint64_t after,
                      const std::function<bool(const OpenedChange&)>& row) {
  return each_run(author, after, [&](std::span<const OpenedChange> run) {
    return static_cast<std::size_t>(std::find_if_not(run.begin(), run.end(), row) - run.begin());
  });
}

Status LogStore::each_run(AuthorId author, std::uint64_t after,
                          const std::function<std::size_t(std::span<const OpenedChange>)>& take) {
  std::uint64_t next = after + 1;
  for (;;) {
    KAREZ_ASSIGN(const auto pack, pack_with(author, next));
    if (!pack) break;
    const auto run = std::span<const OpenedChange>(pack->changes).subspan(next - pack->header.first_seq);
    if (take(run) < run.size()) return {};
    next += run.size();
  }
  return each_loose(author, next - 1, [&](OpenedChange&& change) { return take({&change, 1}) == 1; });
}

Status LogStore::each_pack(AuthorId author, const std::function<bool(const StoredPack&)>& row) {
  for (std::uint64_t next = 1;;) {
    KAREZ_ASSIGN(auto place, first_place(log_key(author, next), log_key(author + 1, 0)));
    if (!place) return {};
    const std::uint64_t last = seq_of_key(place->id);
    if (!row({place->first_seq, place->count, last, place->link, place->signature, std::move(place->bytes)}))
      return {};
    next = last + 1;
  }
}

std::optional<Hash> LogStore::link_signed(AuthorId author, std::uint64_t seq, const Signature& signature) {
  std::optional<Hash> link;
  (void)for_each_row(statements_.get(kPackHead).bind(1, log_key(author, seq)), [&](Statement& in) {
    if (fixed<64>(in.blob(1)) == signature) link = fixed<32>(in.blob(0));
  }).ok();
  return link;
}

bool LogStore::is_sealed(AuthorId author, std::uint64_t seq) {
  return one_fixed<32>(statements_.get(kPackLink).bind(1, log_key(author, seq))).has_value();
}

std::optional<Bytes> LogStore::authority_at(AuthorId author, std::uint64_t seq) {
  std::optional<Bytes> content;
  (void)for_each_row(statements_.get(kAuthorityAt).bind(1, log_key(author, seq)), [&](Statement& in) {
    const ByteView bytes = in.blob(0);
    content.emplace(bytes.begin(), bytes.end());
  }).ok();
  return content;
}

Status LogStore::each_authority(const std::function<Status(AuthorRow&, std::uint64_t, ByteView)>& row) {
  KAREZ_ASSIGN(Statement each,
               statements_.database().prepare("SELECT id, content FROM authority_change ORDER BY id"));
  for (;;) {
    KAREZ_ASSIGN(const bool has_row, each.step());
    if (!has_row) return {};
    AuthorRow* author = authors_.find(each.integer(0) >> 32);
    const std::uint64_t seq = seq_of_key(each.integer(0));
    if (author == nullptr || seq > author->applied_seq) continue;
    KAREZ_TRY(row(*author, seq, each.blob(1)));
  }
}

}  // namespace karez
