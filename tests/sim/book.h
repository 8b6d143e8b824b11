// Book: what the simulator itself wrote down about every change: where it stands, its content, and whether it
// must survive. Changes are known by their links, so that two under one number are two. It never asks the
// engine what should be there; it computes the chain again from the contents. One thread.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "karez/log/heads.h"
#include "timeline.h"

namespace karez::sim {

class Book {
 public:
  struct Change {
    AuthorKey author;
    std::uint64_t seq = 0;
    Hash previous{};  ///< zero before the first
    std::optional<Bytes> content;
    bool is_acked = false;   ///< its laptop said "saved", and nobody may lose it
    bool is_spread = false;  ///< seen at the relay, or with another laptop
  };

  explicit Book(WorkspaceId& workspace) : workspace_(workspace) {}

  /// Two machines have this author's key from now on: they may write two changes under one number.
  void ghost(const AuthorKey& author) { ghosts_.insert(author); }

  /// A program returned success: this change is on its disk. Violations: I1, I3 if another one was, I2 (a
  /// gap).
  void saved(const AuthorKey& author, std::uint64_t seq, const Hash& link, const Hash& previous);
  /// A change was found on a disk, nobody having been told so.
  void found(const AuthorKey& author, std::uint64_t seq, const Hash& link, const Hash& previous);
  /// The bytes of a change that is known. Violations: I2 if the chain does not lead to its link.
  void content(const Hash& link, Bytes bytes);
  /// Somebody else holds a log up to here. Violations: I3.
  void spread(const Head& head);
  /// Disks are gone: of what was saved, only what these heads lead to need come back.
  void strike(const std::vector<Hash>& heads);

  /// Null if it was never written down.
  [[nodiscard]] const Change* find(const Hash& link) const;
  /// The log up to a change, the first change first; empty if it is not known.
  [[nodiscard]] std::vector<Hash> line(const Hash& head) const;
  /// Heads by author, as links.
  using Reach = std::map<AuthorKey, std::vector<Head>>;
  [[nodiscard]] Reach reach_of(const Heads& heads) const;
  /// Whether one of them leads to the change.
  [[nodiscard]] bool is_in(const Reach& reach, const Hash& link) const;
  /// What was saved and none of these heads leads to.
  [[nodiscard]] std::vector<Hash> missing_from(const std::vector<Hash>& heads) const;
  /// By author, the change that was written down last.
  [[nodiscard]] const std::map<AuthorKey, Hash>& newest() const { return newest_; }
  [[nodiscard]] std::uint64_t struck() const { return struck_; }

 private:
  struct OfLink {
    std::size_t operator()(const Hash& link) const {
      std::size_t out = 0;
      for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | link[i];
      return out;
    }
  };
  Change& put(const AuthorKey& author, std::uint64_t seq, const Hash& link, const Hash& previous);

  WorkspaceId& workspace_;
  std::unordered_map<Hash, Change, OfLink> changes_;
  std::map<std::pair<AuthorKey, std::uint64_t>, std::vector<Hash>> numbers_;
  std::map<AuthorKey, Hash> newest_;
  std::set<AuthorKey> ghosts_;
  std::uint64_t struck_ = 0;
};

}  // namespace karez::sim
