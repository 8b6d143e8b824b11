#include "book.h"

namespace karez::sim {
namespace {

std::string place(const AuthorKey& author, std::uint64_t seq) {
  return public_name(author).substr(0, 8) + " change " + std::to_string(seq);
}

}  // namespace

void Book::put(const AuthorKey& author, std::uint64_t seq, const Hash& link) {
  Log& log = logs_[author];
  if (seq <= log.seq() && log.links[seq - 1] == link) return;
  if (seq <= log.acked)
    throw Violation("I1", "another change stands where one was saved: " + place(author, seq));
  if (seq <= log.spread) throw Violation("I3", "two changes with one number: " + place(author, seq));
  if (seq > log.seq() + 1) throw Violation("I2", "a gap before " + place(author, seq));
  // What stood there was never promised to anybody, and a cut took it.
  log.links.resize(seq - 1);
  if (log.contents.size() > seq - 1) log.contents.resize(seq - 1);
  log.links.push_back(link);
}

void Book::saved(const AuthorKey& author, std::uint64_t seq, const Hash& link) {
  put(author, seq, link);
  Log& log = logs_[author];
  log.acked = std::max(log.acked, seq);
}

void Book::found(const AuthorKey& author, std::uint64_t seq, const Hash& link) { put(author, seq, link); }

void Book::content(const AuthorKey& author, std::uint64_t seq, Bytes bytes) {
  Log& log = logs_[author];
  if (seq != log.contents.size() + 1 || seq > log.seq()) return;
  // Written down from schema/log-format.md section 3, apart from the engine's own chain. A found (kind 16)
  // begins a log whose workspace is zero: its id is this very link.
  const bool is_founder = log.links.front() == workspace_.bytes;
  Hash previous = is_founder ? blake2b({view_of("karez/log/1"), WorkspaceId{}.bytes, author.bytes})
                             : blake2b({view_of("karez/log/1"), workspace_.bytes, author.bytes});
  if (seq > 1) previous = log.links[seq - 2];
  const Hash inner = blake2b({view_of("karez/content/1"), bytes});
  if (blake2b({view_of("karez/link/1"), previous, inner}) != log.links[seq - 1]) {
    throw Violation("I2", "the chain does not lead to " + place(author, seq));
  }
  log.contents.push_back(std::move(bytes));
}

void Book::spread(const AuthorKey& author, const Head& head) {
  Log& log = logs_[author];
  if (head.seq > log.seq()) {
    throw Violation("I3", "somebody holds what its author never wrote: " + place(author, head.seq));
  }
  if (head.seq > 0 && log.links[head.seq - 1] != head.link) {
    throw Violation("I3", "two changes with one number are held: " + place(author, head.seq));
  }
  log.spread = std::max(log.spread, head.seq);
}

void Book::strike(const AuthorKey& author, std::uint64_t held) {
  Log& log = logs_[author];
  if (held >= log.acked) return;
  struck_ += log.acked - held;
  log.acked = held;
}

const Book::Log* Book::log(const AuthorKey& author) const {
  const auto found = logs_.find(author);
  return found == logs_.end() ? nullptr : &found->second;
}

}  // namespace karez::sim
