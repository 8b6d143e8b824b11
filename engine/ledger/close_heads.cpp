#include "karez/ledger/close_heads.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace karez {
namespace {

constexpr std::uint64_t kForm = 1;
constexpr std::uint64_t kDepthMost = 1024;
/// An author, how many logs, and of each a seq and a link: the least that an author takes.
constexpr std::size_t kAuthorBytesLeast = 16 + 1 + 1 + 4;

FixedBytes<16> name_of(const AuthorRow& row) {
  FixedBytes<16> name{};
  const auto bytes = from_base32(row.name);
  if (bytes && bytes->size() == name.size()) std::copy(bytes->begin(), bytes->end(), name.begin());
  return name;
}

FixedBytes<4> beginning(const Hash& link) { return {link[0], link[1], link[2], link[3]}; }

using ByAuthor = std::map<FixedBytes<16>, std::vector<LogHead>>;

ByAuthor by_author(const CloseHeads& heads) {
  ByAuthor out;
  for (const LogHead& head : heads) out[head.author].push_back(head);
  return out;
}

CloseHeads flat(const ByAuthor& heads) {
  CloseHeads out;
  for (const auto& [author, logs] : heads) out.insert(out.end(), logs.begin(), logs.end());
  return out;
}

Error malformed() { return {ErrorCode::malformed, "the heads of a close do not follow their format"}; }

}  // namespace

Result<AppliedHeads> applied_heads(const Authors& authors, LogStore& log) {
  AppliedHeads out;
  for (const auto& row : authors.all()) {
    if (row->applied_seq < row->from_seq) continue;
    const auto link = log.link_at(row->id, row->applied_seq);
    if (!link) {
      return Error{ErrorCode::corrupt, "the stored log of " + row->laptop +
                                           " cannot be read; nothing was changed: run karez verify"};
    }
    out.heads.push_back({name_of(*row), row->applied_seq, beginning(*link)});
    out.fingerprint.add(row->key, {row->applied_seq, *link});
  }
  std::sort(out.heads.begin(), out.heads.end());
  return out;
}

Bytes encode_close_heads(const CloseHeads& heads, const CloseHeads& before, std::uint64_t depth) {
  const ByAuthor known = by_author(before);
  ByAuthor news;
  for (auto& [author, logs] : by_author(heads)) {
    const auto was = known.find(author);
    if (was == known.end() || was->second != logs) news.emplace(author, logs);
  }
  Writer writer;
  writer.varint(kForm);
  writer.varint(depth);
  writer.varint(news.size());
  for (const auto& [author, logs] : news) {
    writer.raw(author);
    writer.varint(logs.size());
    for (const LogHead& head : logs) {
      writer.varint(head.seq);
      writer.raw(head.link);
    }
  }
  return writer.take();
}

Result<std::uint64_t> depth_of_close_heads(ByteView bytes) {
  Reader reader(bytes);
  const std::uint64_t form = reader.varint();
  const std::uint64_t depth = reader.varint();
  if (reader.failed() || form != kForm || depth > kDepthMost) return malformed();
  return depth;
}

Result<CloseHeads> decode_close_heads(ByteView bytes, const CloseHeads& before) {
  KAREZ_TRY_IGNORING_VALUE(depth_of_close_heads(bytes));
  Reader reader(bytes);
  (void)reader.varint();
  (void)reader.varint();
  const std::uint64_t count = reader.varint();
  if (reader.failed() || count > reader.remaining() / kAuthorBytesLeast) return malformed();
  ByAuthor heads = by_author(before);
  std::optional<FixedBytes<16>> last;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto author = reader.fixed<16>();
    const std::uint64_t logs = reader.varint();
    const bool is_next = !last || *last < author;
    if (reader.failed() || !is_next || logs == 0 || logs > limits::kBranches) return malformed();
    last = author;
    std::vector<LogHead> read;
    for (std::uint64_t n = 0; n < logs; ++n) {
      const std::uint64_t seq = reader.varint();
      const LogHead head{author, seq, reader.fixed<4>()};
      const bool follows = read.empty() || read.back() < head;
      if (reader.failed() || seq == 0 || seq > limits::kSeq || !follows) return malformed();
      read.push_back(head);
    }
    std::vector<LogHead>& known = heads[author];
    if (known == read) return malformed();  // what has not changed is not said again
    known = std::move(read);
  }
  if (!reader.finished()) return malformed();
  return flat(heads);
}

CoveredLogs::CoveredLogs(const CloseHeads& heads, Authors& authors, LogStore& log) {
  std::map<FixedBytes<16>, std::vector<const AuthorRow*>> rows;
  for (const auto& row : authors.all()) rows[name_of(*row)].push_back(row.get());
  for (const LogHead& head : heads) {
    const auto logs = rows.find(head.author);
    const AuthorRow* found = nullptr;
    if (logs != rows.end()) {
      for (const AuthorRow* row : logs->second) {
        if (found != nullptr || head.seq > row->held_seq || head.seq < row->from_seq) continue;
        const auto link = log.link_at(row->id, head.seq);
        if (link && beginning(*link) == head.link) found = row;
      }
      // Of an author with one log what is here lies below the head, as far as anybody can tell.
      const AuthorRow* first = logs->second.front();
      if (found == nullptr && logs->second.size() == 1 && head.seq > first->held_seq)
        cover(authors, *first, first->held_seq);
    }
    if (found == nullptr) {
      missing_.push_back(head);
    } else {
      cover(authors, *found, head.seq);
      ends_.push_back({found->id, head.seq});
    }
  }
}

void CoveredLogs::cover(Authors& authors, const AuthorRow& row, std::uint64_t seq) {
  const AuthorRow* log = &row;
  while (log != nullptr && seq > 0) {
    std::uint64_t& through = through_[log->id];
    through = std::max(through, seq);
    const AuthorRow* parent = log->parent == 0 ? nullptr : authors.find(log->parent);
    if (parent != nullptr && parent->id >= log->id) return;  // only in a damaged table
    seq = std::min(seq, log->from_seq - 1);
    log = parent;
  }
}

}  // namespace karez
