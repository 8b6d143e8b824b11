#include "karez/storage/log_store.h"

#include <algorithm>

#include "karez/base/limits.h"

namespace karez {
namespace {

constexpr auto kAppend =
    "INSERT INTO change (author, seq, time_ms, time_counter, is_authority, link, content, private_salt, "
    "private_part)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr auto kColumns =
    "SELECT seq, time_ms, time_counter, link, content, private_salt, private_part, author FROM change ";
constexpr auto kAddSeal = "INSERT OR IGNORE INTO seal (author, seq, signature) VALUES (?, ?, ?)";
constexpr auto kSealAt = "SELECT signature FROM seal WHERE author=? AND seq=?";
constexpr auto kSealsAfter =
    "SELECT seq, signature FROM seal WHERE author=? AND seq>? AND seq<=? ORDER BY seq";
constexpr auto kLinkAt = "SELECT link FROM change WHERE author=? AND seq=?";
constexpr auto kTimeAt = "SELECT time_ms, time_counter FROM change WHERE author=? AND seq=?";
constexpr auto kSetAside = "INSERT OR REPLACE INTO aside (author, first_seq, pack) VALUES (?, ?, ?)";
constexpr auto kFindAside =
    "SELECT first_seq, pack FROM aside WHERE author=? AND first_seq<=? ORDER BY first_seq LIMIT 1";
constexpr auto kDropAside = "DELETE FROM aside WHERE author=? AND first_seq=?";
constexpr auto kDropAllAside = "DELETE FROM aside WHERE author=?";
constexpr auto kCountAside = "SELECT count(*) FROM aside";
constexpr auto kMeta = "SELECT value FROM meta WHERE key=?";
constexpr auto kSetMeta =
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value";

/// Room for the pack's header and for zstd's worst case.
constexpr std::size_t kPackBudget = limits::kPackBytes - 1024;

StoredChange stored_change(Statement& in) {
  StoredChange out;
  out.seq = static_cast<std::uint64_t>(in.integer(0));
  out.time = {static_cast<std::uint64_t>(in.integer(1)), static_cast<std::uint16_t>(in.integer(2))};
  const ByteView link = in.blob(3);
  if (link.size() == out.link.size()) std::copy(link.begin(), link.end(), out.link.begin());
  const ByteView content = in.blob(4);
  out.content.assign(content.begin(), content.end());
  if (!in.is_null(5)) {
    PrivatePart part;
    const ByteView salt = in.blob(5);
    if (salt.size() == part.salt.size()) std::copy(salt.begin(), salt.end(), part.salt.begin());
    const ByteView bytes = in.blob(6);
    part.bytes.assign(bytes.begin(), bytes.end());
    out.private_part = std::move(part);
  }
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

Status LogStore::append(AuthorRow& author, const OpenedChange& change) {
  ENSURE(change.change.seq == author.held_seq + 1);
  Statement& append = statements_.get(kAppend);
  append.bind(1, author.id).bind(2, change.change.seq);
  append.bind(3, change.change.time.ms).bind(4, static_cast<int>(change.change.time.counter));
  append.bind(5, is_authority(change.change) ? 1 : 0).bind_blob(6, change.link).bind_blob(7, change.content);
  if (change.private_part) {
    append.bind_blob(8, change.private_part->salt).bind_blob(9, change.private_part->bytes);
  }
  KAREZ_TRY(append.run());
  author.held_seq = change.change.seq;
  author.held_link = change.link;
  return {};
}

Status LogStore::add_seal(AuthorId author, std::uint64_t seq, const Signature& signature) {
  return statements_.get(kAddSeal).bind(1, author).bind(2, seq).bind_blob(3, signature).run();
}

std::optional<Signature> LogStore::seal_at(AuthorId author, std::uint64_t seq) {
  return one_fixed<64>(statements_.get(kSealAt).bind(1, author).bind(2, seq));
}

std::optional<Hash> LogStore::link_at(AuthorId author, std::uint64_t seq) {
  return one_fixed<32>(statements_.get(kLinkAt).bind(1, author).bind(2, seq));
}

std::optional<HybridTime> LogStore::time_at(AuthorId author, std::uint64_t seq) {
  Statement& find = statements_.get(kTimeAt).bind(1, author).bind(2, seq);
  std::optional<HybridTime> out;
  auto has_row = find.step();
  if (has_row && *has_row) {
    out =
        HybridTime{static_cast<std::uint64_t>(find.integer(0)), static_cast<std::uint16_t>(find.integer(1))};
  }
  find.reset();
  return out;
}

Result<StoredChange> LogStore::read(AuthorId author, std::uint64_t seq) {
  static const std::string kRead = std::string(kColumns) + "WHERE author=? AND seq=?";
  std::optional<StoredChange> out;
  KAREZ_TRY(for_each_row(statements_.get(kRead).bind(1, author).bind(2, seq),
                         [&](Statement& in) { out = stored_change(in); }));
  if (!out) return Error{ErrorCode::not_found, "change " + std::to_string(seq) + " is not here"};
  return std::move(*out);
}

Status LogStore::each(AuthorId author, std::uint64_t after,
                      const std::function<bool(const StoredChange&)>& row) {
  // Not from the cache: `row` may read other changes of the log while this statement is open.
  KAREZ_ASSIGN(Statement each, statements_.database().prepare(std::string(kColumns) +
                                                              "WHERE author=? AND seq>? ORDER BY seq"));
  each.bind(1, author).bind(2, after);
  for (;;) {
    KAREZ_ASSIGN(const bool has_row, each.step());
    if (!has_row || !row(stored_change(each))) return {};
  }
}

Status LogStore::each_authority(const std::function<Status(AuthorRow&, const StoredChange&)>& row) {
  KAREZ_ASSIGN(Statement each, statements_.database().prepare(std::string(kColumns) +
                                                              "WHERE is_authority=1 ORDER BY author, seq"));
  for (;;) {
    KAREZ_ASSIGN(const bool has_row, each.step());
    if (!has_row) return {};
    AuthorRow* author = authors_.find(each.integer(7));
    if (author == nullptr || static_cast<std::uint64_t>(each.integer(0)) > author->applied_seq) continue;
    KAREZ_TRY(row(*author, stored_change(each)));
  }
}

Result<std::optional<Bytes>> LogStore::next_pack(const WorkspaceId& workspace, const AuthorRow& author,
                                                 std::uint64_t after, const KeyPair* own_key) {
  std::vector<PackEntry> entries;
  std::vector<Hash> links;
  std::size_t size = 0;
  KAREZ_TRY(each(author.id, after, [&](const StoredChange& change) {
    size += change.content.size() + (change.private_part ? change.private_part->bytes.size() : 0) + 32;
    if (!entries.empty() && (size > kPackBudget || entries.size() == limits::kPackChanges)) return false;
    entries.push_back({change.content, change.private_part});
    links.push_back(change.link);
    return true;
  }));
  if (entries.empty()) return std::optional<Bytes>();

  PackHeader header;
  header.workspace = workspace;
  header.author = author.key;
  header.first_seq = after + 1;
  if (after == 0) {
    // Only a founder's log starts from the zero workspace; its own id is its first link.
    const bool is_founder = WorkspaceId{links.front()} == workspace;
    header.prev_link = link_zero(is_founder ? WorkspaceId{} : workspace, author.key);
  } else {
    const auto before = link_at(author.id, after);
    if (!before)
      return Error{ErrorCode::corrupt, "the stored log has a hole below change " + std::to_string(after + 1)};
    header.prev_link = *before;
  }
  std::uint64_t last = after + entries.size();
  if (own_key != nullptr) {
    header.signature = sign_head(*own_key, workspace, last, links.back());
  } else {
    std::uint64_t sealed = 0;
    KAREZ_TRY(for_each_row(statements_.get(kSealsAfter).bind(1, author.id).bind(2, after).bind(3, last),
                           [&](Statement& in) {
                             sealed = static_cast<std::uint64_t>(in.integer(0));
                             const ByteView bytes = in.blob(1);
                             std::copy(bytes.begin(), bytes.end(), header.signature.begin());
                           }));
    if (sealed == 0)
      return Error{ErrorCode::corrupt,
                   "no signature is stored for the log above change " + std::to_string(after)};
    last = sealed;
    entries.resize(last - after);
  }
  header.count = last - after;
  KAREZ_ASSIGN(Bytes pack, encode_pack(header, entries));
  return std::optional<Bytes>(std::move(pack));
}

Status LogStore::set_aside(AuthorId author, std::uint64_t first_seq, ByteView pack) {
  return statements_.get(kSetAside).bind(1, author).bind(2, first_seq).bind_blob(3, pack).run();
}

Result<std::optional<Bytes>> LogStore::take_aside(AuthorId author, std::uint64_t next) {
  std::optional<Bytes> pack;
  std::int64_t first = 0;
  KAREZ_TRY(for_each_row(statements_.get(kFindAside).bind(1, author).bind(2, next), [&](Statement& in) {
    first = in.integer(0);
    const ByteView bytes = in.blob(1);
    pack = Bytes(bytes.begin(), bytes.end());
  }));
  if (pack) KAREZ_TRY(statements_.get(kDropAside).bind(1, author).bind(2, first).run());
  return pack;
}

Status LogStore::drop_aside(AuthorId author) { return statements_.get(kDropAllAside).bind(1, author).run(); }

Result<std::uint64_t> LogStore::aside_count() {
  std::uint64_t count = 0;
  KAREZ_TRY(for_each_row(statements_.get(kCountAside),
                         [&](Statement& in) { count = static_cast<std::uint64_t>(in.integer(0)); }));
  return count;
}

std::optional<std::string> LogStore::meta_text(const std::string& key) {
  std::optional<std::string> out;
  (void)for_each_row(statements_.get(kMeta).bind(1, key), [&](Statement& in) { out = in.text(0); }).ok();
  return out;
}

std::optional<std::int64_t> LogStore::meta_integer(const std::string& key) {
  std::optional<std::int64_t> out;
  (void)for_each_row(statements_.get(kMeta).bind(1, key), [&](Statement& in) { out = in.integer(0); }).ok();
  return out;
}

Bytes LogStore::meta_bytes(const std::string& key) {
  Bytes out;
  (void)for_each_row(statements_.get(kMeta).bind(1, key), [&](Statement& in) {
    const ByteView bytes = in.blob(0);
    out.assign(bytes.begin(), bytes.end());
  }).ok();
  return out;
}

Status LogStore::set_meta(const std::string& key, const std::string& text) {
  return statements_.get(kSetMeta).bind(1, key).bind(2, text).run();
}
Status LogStore::set_meta(const std::string& key, std::int64_t value) {
  return statements_.get(kSetMeta).bind(1, key).bind(2, value).run();
}
Status LogStore::set_meta_bytes(const std::string& key, ByteView bytes) {
  return statements_.get(kSetMeta).bind(1, key).bind_blob(2, bytes).run();
}

}  // namespace karez
