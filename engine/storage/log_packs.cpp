// Packs for others: those that are stored, the rest of one, and what branches share with their parents.
#include <algorithm>

#include "karez/base/limits.h"
#include "karez/storage/log_store.h"
#include "log_damage.h"

namespace karez {
namespace {

/// Room for the pack's header and for zstd's worst case.
constexpr std::size_t kPackBudget = limits::kPackBytes - 1024;

/// A pack of which all is of the log that was asked for.
Result<std::optional<NextPack>> as_step(Result<std::optional<Bytes>> pack, const AuthorRow& author,
                                        std::uint64_t after) {
  if (!pack) return pack.error();
  if (!*pack) return std::optional<NextPack>();
  const auto header = read_pack_header(**pack);
  if (!header) return damaged(&author, after + 1, header.error().message);
  return std::optional<NextPack>({std::move(**pack), header->last_seq()});
}

}  // namespace

Result<std::optional<NextPack>> LogStore::next_pack(const WorkspaceId& workspace, const AuthorRow& author,
                                                    std::uint64_t after, const KeyPair* own_key) {
  if (author.parent == 0) return as_step(next_own_pack(workspace, author, after, own_key), author, after);
  KAREZ_ASSIGN(const auto first_own, first_place(log_key(author.id, 0), log_key(author.id + 1, 0)));
  const std::uint64_t begin = first_own ? first_own->first_seq : author.from_seq;
  if (after + 1 >= begin) return as_step(next_own_pack(workspace, author, after, own_key), author, after);
  // A pack of the parent that ends where both are still the same is this log's pack too. One that runs past
  // that is not: what both share of it goes together with this log's first own pack, or where one pack has no
  // room for both, in the parent's, of which the rest is left aside.
  const AuthorRow* parent = authors_.find(author.parent);
  if (parent == nullptr || parent->id >= author.id)
    return damaged(&author, after + 1, "the log that it branched off from is gone");
  KAREZ_ASSIGN(auto shared, next_pack(workspace, *parent, after, own_key));
  if (!shared) return damaged(&author, after + 1, "the change is missing");
  KAREZ_ASSIGN(const PackHeader header, read_pack_header(shared->bytes));
  if (header.last_seq() < author.from_seq) return shared;
  if (first_own) {
    KAREZ_ASSIGN(const auto opened, pack_at(author.id, *first_own));
    auto across = pack_across(author, after, *opened);
    if (across) return std::optional<NextPack>({std::move(*across), opened->header.last_seq()});
    if (across.error().code != ErrorCode::too_large) return across.error();
  }
  shared->reached = std::min(shared->reached, begin - 1);
  return shared;
}

Result<Bytes> LogStore::pack_across(const AuthorRow& author, std::uint64_t after,
                                    const OpenedPack& first_own) {
  PackHeader header = first_own.header;
  header.count += header.first_seq - (after + 1);
  header.first_seq = after + 1;
  if (header.count > limits::kPackChanges) return Error{ErrorCode::too_large, "more changes than a pack has"};
  std::vector<PackEntry> entries;
  for (std::uint64_t seq = after + 1; seq < first_own.header.first_seq; ++seq) {
    KAREZ_ASSIGN(OpenedChange shared, read(author.id, seq));
    entries.push_back({std::move(shared.content), std::move(shared.private_part)});
  }
  for (const OpenedChange& one : first_own.changes) entries.push_back({one.content, one.private_part});
  if (after == 0) {
    // Only a founder's log starts from the zero workspace; its own id is its first link.
    const bool is_founder = link_at(author.id, 1) == header.workspace.bytes;
    header.prev_link = link_zero(is_founder ? WorkspaceId{} : header.workspace, author.key);
  } else {
    const auto before = link_at(author.id, after);
    if (!before) return damaged(&author, after, "the change is missing");
    header.prev_link = *before;
  }
  return encode_pack(header, entries);
}

Result<std::optional<Bytes>> LogStore::next_own_pack(const WorkspaceId& workspace, const AuthorRow& author,
                                                     std::uint64_t after, const KeyPair* own_key) {
  KAREZ_ASSIGN(const auto place, place_of(author.id, after + 1));
  if (place && place->first_seq == after + 1) return std::optional<Bytes>(place->bytes);
  if (place) {
    // A peer that has the beginning of a merged pack gets the rest of it, under the same signature.
    KAREZ_ASSIGN(const auto pack, pack_with(author.id, after + 1));
    ENSURE(pack != nullptr);
    const auto skip = after + 1 - pack->header.first_seq;
    PackHeader header = pack->header;
    header.first_seq = after + 1;
    header.count -= skip;
    if (skip > 0) header.prev_link = pack->changes[skip - 1].link;
    std::vector<PackEntry> entries;
    for (std::uint64_t i = skip; i < pack->changes.size(); ++i) {
      entries.push_back({pack->changes[i].content, pack->changes[i].private_part});
    }
    KAREZ_ASSIGN(Bytes bytes, encode_pack(header, entries));
    return std::optional<Bytes>(std::move(bytes));
  }
  if (own_key == nullptr || author.parent != 0) {
    if (after >= author.held_seq) return std::optional<Bytes>();
    return Error{ErrorCode::corrupt,
                 "no signature is stored for the log above change " + std::to_string(after)};
  }
  return pack_of_loose(workspace, author, after, *own_key, false);
}

Result<std::optional<Bytes>> LogStore::pack_of_loose(const WorkspaceId& workspace, const AuthorRow& author,
                                                     std::uint64_t after, const KeyPair& key,
                                                     bool is_read_back) {
  std::vector<PackEntry> entries;
  std::vector<Hash> links;
  std::size_t size = 0;
  const auto take = [&](OpenedChange&& change) {
    size += change.content.size() + (change.private_part ? change.private_part->bytes.size() : 0) + 32;
    if (!entries.empty() && (size > kPackBudget || entries.size() == limits::kPackChanges)) return false;
    entries.push_back({std::move(change.content), std::move(change.private_part)});
    links.push_back(change.link);
    return true;
  };
  KAREZ_TRY(is_read_back ? each_unread(author.id, after, take) : each_loose(author.id, after, take));
  if (entries.empty()) return std::optional<Bytes>();

  PackHeader header;
  header.workspace = workspace;
  header.author = author.key;
  header.first_seq = after + 1;
  header.count = entries.size();
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
  header.signature = sign_head(key, workspace, header.last_seq(), links.back());
  auto pack = encode_pack(header, entries);
  if (!pack) return damaged(&author, after + 1, pack.error().message);
  return std::optional<Bytes>(std::move(*pack));
}

}  // namespace karez
