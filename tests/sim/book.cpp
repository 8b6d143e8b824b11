#include "book.h"

#include <algorithm>
#include <utility>

namespace karez::sim {
namespace {

std::string place(const Book::Change& change) {
  return public_name(change.author).substr(0, 8) + " change " + std::to_string(change.seq);
}

}  // namespace

Book::Change& Book::put(const AuthorKey& author, std::uint64_t seq, const Hash& link, const Hash& previous) {
  const auto [known, is_new] = changes_.emplace(link, Change{author, seq, previous, {}});
  Change& change = known->second;
  if (!is_new) return change;
  if (seq > 1 && !changes_.contains(previous)) throw Violation("I2", "a gap before " + place(change));
  // What stood there and was never promised to anybody, a cut may have taken.
  auto& rivals = numbers_[{author, seq}];
  for (const Hash& other : rivals) {
    if (ghosts_.contains(author)) break;
    const Change& rival = changes_.at(other);
    if (rival.is_acked) throw Violation("I1", "another change stands where one was saved: " + place(change));
    if (rival.is_spread) throw Violation("I3", "two changes with one number: " + place(change));
  }
  rivals.push_back(link);
  newest_[author] = link;
  return change;
}

void Book::saved(const AuthorKey& author, std::uint64_t seq, const Hash& link, const Hash& previous) {
  put(author, seq, link, previous).is_acked = true;
}

void Book::found(const AuthorKey& author, std::uint64_t seq, const Hash& link, const Hash& previous) {
  put(author, seq, link, previous);
}

void Book::content(const Hash& link, Bytes bytes) {
  const auto known = changes_.find(link);
  if (known == changes_.end() || known->second.content) return;
  Change& change = known->second;
  // Written down from schema/log-format.md section 3, apart from the engine's own chain. A found (kind 16)
  // begins a log whose workspace is zero: its id is this very link.
  Hash previous = change.previous;
  if (change.seq == 1) {
    const bool is_founder = link == workspace_.bytes;
    const WorkspaceId workspace = is_founder ? WorkspaceId{} : workspace_;
    previous = blake2b({view_of("karez/log/1"), workspace.bytes, change.author.bytes});
  }
  const Hash inner = blake2b({view_of("karez/content/1"), bytes});
  if (blake2b({view_of("karez/link/1"), previous, inner}) != link)
    throw Violation("I2", "the chain does not lead to " + place(change));
  change.content = std::move(bytes);
}

void Book::spread(const Head& head) {
  for (Hash link = head.link;;) {
    const auto known = changes_.find(link);
    if (known == changes_.end())
      throw Violation("I3",
                      "somebody holds what its author never wrote: a change " + std::to_string(head.seq));
    Change& change = known->second;
    if (std::exchange(change.is_spread, true)) return;
    for (const Hash& other : numbers_.at({change.author, change.seq})) {
      const bool is_rival = other != link && !ghosts_.contains(change.author);
      if (is_rival && changes_.at(other).is_spread)
        throw Violation("I3", "two changes with one number are held: " + place(change));
    }
    if (change.seq == 1) return;
    link = change.previous;
  }
}

void Book::strike(const std::vector<Hash>& heads) {
  for (const Hash& link : missing_from(heads)) {
    changes_.at(link).is_acked = false;
    ++struck_;
  }
}

const Book::Change* Book::find(const Hash& link) const {
  const auto known = changes_.find(link);
  return known == changes_.end() ? nullptr : &known->second;
}

std::vector<Hash> Book::line(const Hash& head) const {
  std::vector<Hash> out;
  Hash link = head;
  for (const Change* change = find(link); change != nullptr; change = find(link)) {
    out.push_back(link);
    if (change->seq == 1) break;
    link = change->previous;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Book::Reach Book::reach_of(const Heads& heads) const {
  Reach reach;
  for (const auto& [name, head] : heads) {
    if (const Change* at = find(head.link)) reach[at->author].push_back(head);
  }
  return reach;
}

bool Book::is_in(const Reach& reach, const Hash& link) const {
  const Change* wanted = find(link);
  const auto heads = wanted == nullptr ? reach.end() : reach.find(wanted->author);
  if (heads == reach.end()) return false;
  return std::any_of(heads->second.begin(), heads->second.end(), [&](const Head& head) {
    if (head.seq < wanted->seq) return false;
    if (!ghosts_.contains(wanted->author)) return true;  // it has one line
    Hash step = head.link;
    for (const Change* at = find(step); at->seq > wanted->seq; at = find(step)) step = at->previous;
    return step == link;
  });
}

std::vector<Hash> Book::missing_from(const std::vector<Hash>& heads) const {
  std::set<Hash> there;
  for (const Hash& head : heads) {
    Hash link = head;
    for (const Change* change = find(link); change != nullptr; change = find(link)) {
      if (!there.insert(link).second || change->seq == 1) break;
      link = change->previous;
    }
  }
  std::vector<Hash> missing;
  for (const auto& [number, links] : numbers_) {
    for (const Hash& link : links) {
      if (changes_.at(link).is_acked && !there.contains(link)) missing.push_back(link);
    }
  }
  return missing;
}

}  // namespace karez::sim
