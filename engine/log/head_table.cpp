#include "karez/log/head_table.h"

#include <algorithm>

#include "karez/base/mutants.h"
#include "karez/base/result.h"

namespace karez {
namespace {

/// Entries of a chunk. Fewer would make more chunks to walk over, more would make more to move and to sum: at
/// 100,000 authors both walks have some 400 steps.
constexpr std::size_t kChunkEntries = 512;

RangeSum low_half(const Hash& entry) {
  RangeSum sum = 0;
  for (std::size_t i = entry.size() / 2; i < entry.size(); ++i) sum = sum << 8 | entry[i];
  return sum;
}

template <typename Entries>
auto place_of(Entries& entries, const AuthorKey& author) {
  return std::lower_bound(entries.begin(), entries.end(), author,
                          [](const auto& entry, const AuthorKey& key) { return entry.author < key; });
}

}  // namespace

AuthorBound bound_between(const AuthorKey& a, const AuthorKey& b) {
  ENSURE(a < b);
  AuthorBound bound;
  for (std::size_t i = 0; i < b.bytes.size(); ++i) {
    bound.key.bytes[i] = b.bytes[i];
    if (a.bytes[i] != b.bytes[i]) break;
  }
  return bound;
}

HeadTable::HeadTable(const Heads& heads) {
  for (const auto& [author, head] : heads) {
    const Hash entry = head_entry(author, head);
    fingerprint_.add(entry);
    // Half full, so that what comes later finds room.
    if (size_++ % (kChunkEntries / 2) == 0) chunks_.emplace_back().entries.reserve(kChunkEntries);
    chunks_.back().entries.push_back({author, head, low_half(entry)});
    chunks_.back().sum += low_half(entry);
  }
}

std::size_t HeadTable::chunk_of(const AuthorKey& author) const {
  const auto chunk = std::lower_bound(
      chunks_.begin(), chunks_.end(), author,
      [](const Chunk& one, const AuthorKey& key) { return one.entries.back().author < key; });
  return static_cast<std::size_t>(chunk - chunks_.begin());
}

Head HeadTable::set(const AuthorKey& author, const Head& head) {
  const Hash hash = head_entry(author, head);
  const std::size_t after = chunk_of(author);
  if (chunks_.empty()) chunks_.emplace_back();
  const std::size_t at = std::min(after, chunks_.size() - 1);
  Chunk& chunk = chunks_[at];
  auto entry = place_of(chunk.entries, author);
  Head before;
  if (entry == chunk.entries.end() || entry->author != author) {
    entry = chunk.entries.insert(entry, {author, head, 0});
    ++size_;
  } else {
    before = std::exchange(entry->head, head);
    fingerprint_.remove(author, before);
  }
  fingerprint_.add(hash);
  if (!is_mutant(Mutant::skip_range_of_author)) chunk.sum += low_half(hash) - entry->sum;
  entry->sum = low_half(hash);
  split_if_full(at);
  return before;
}

Head HeadTable::erase(const AuthorKey& author) {
  const std::size_t at = chunk_of(author);
  if (at == chunks_.size()) return {};
  Chunk& chunk = chunks_[at];
  const auto entry = place_of(chunk.entries, author);
  if (entry->author != author) return {};
  const Head before = entry->head;
  fingerprint_.remove(author, before);
  chunk.sum -= entry->sum;
  chunk.entries.erase(entry);
  if (chunk.entries.empty()) chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
  --size_;
  return before;
}

void HeadTable::split_if_full(std::size_t index) {
  if (chunks_[index].entries.size() < kChunkEntries) return;
  Chunk upper;
  std::vector<Entry>& lower = chunks_[index].entries;
  const auto middle = lower.begin() + static_cast<std::ptrdiff_t>(lower.size() / 2);
  upper.entries.reserve(kChunkEntries);
  upper.entries.assign(middle, lower.end());
  lower.erase(middle, lower.end());
  for (const Entry& entry : upper.entries) upper.sum += entry.sum;
  chunks_[index].sum -= upper.sum;
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(upper));
}

std::optional<Head> HeadTable::find(const AuthorKey& author) const {
  const std::size_t at = chunk_of(author);
  if (at == chunks_.size()) return std::nullopt;
  const auto entry = place_of(chunks_[at].entries, author);
  return entry->author == author ? std::optional(entry->head) : std::nullopt;
}

HeadTable::Mark HeadTable::mark(const AuthorBound& bound) const {
  Mark mark;
  const std::size_t at = bound.is_end ? chunks_.size() : chunk_of(bound.key);
  for (std::size_t i = 0; i < at; ++i) {
    mark.count += chunks_[i].entries.size();
    mark.sum += chunks_[i].sum;
  }
  if (at == chunks_.size()) return mark;
  const auto& entries = chunks_[at].entries;
  for (auto entry = entries.begin(); entry != entries.end() && entry->author < bound.key; ++entry) {
    ++mark.count;
    mark.sum += entry->sum;
  }
  return mark;
}

HeadTable::Mark HeadTable::mark_at(std::size_t count) const {
  Mark mark;
  for (const Chunk& chunk : chunks_) {
    if (mark.count + chunk.entries.size() <= count) {
      mark.count += chunk.entries.size();
      mark.sum += chunk.sum;
      continue;
    }
    for (std::size_t i = 0; mark.count < count; ++i, ++mark.count) mark.sum += chunk.entries[i].sum;
    break;
  }
  return mark;
}

const HeadTable::Entry& HeadTable::entry_at(std::size_t index) const {
  ENSURE(index < size_);
  auto chunk = chunks_.begin();
  for (; index >= chunk->entries.size(); ++chunk) index -= chunk->entries.size();
  return chunk->entries[index];
}

AuthorBound HeadTable::bound_at(std::size_t index) const {
  if (index == 0) return {};
  if (index >= size_) return end_bound();
  return bound_between(entry_at(index - 1).author, entry_at(index).author);
}

std::vector<std::pair<AuthorKey, Head>> HeadTable::entries(std::size_t first, std::size_t last) const {
  std::vector<std::pair<AuthorKey, Head>> out;
  for (const Chunk& chunk : chunks_) {
    const std::size_t count = chunk.entries.size();
    for (std::size_t i = std::min(first, count); i < std::min(last, count); ++i) {
      out.emplace_back(chunk.entries[i].author, chunk.entries[i].head);
    }
    first -= std::min(first, count);
    last -= std::min(last, count);
    if (last == 0) break;
  }
  return out;
}

Heads HeadTable::all() const {
  Heads heads;
  for (const Chunk& chunk : chunks_) {
    for (const Entry& entry : chunk.entries) heads.emplace_hint(heads.end(), entry.author, entry.head);
  }
  return heads;
}

}  // namespace karez
