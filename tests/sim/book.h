// Book: what the simulator itself wrote down about every change: its link, its content, and how far each
// author's log must survive. It never asks the engine what should be there; it computes the chain again from
// the contents. One thread.
#pragma once

#include <map>
#include <vector>

#include "karez/log/heads.h"
#include "timeline.h"

namespace karez::sim {

class Book {
 public:
  struct Log {
    std::vector<Hash> links;      ///< of change i + 1
    std::vector<Bytes> contents;  ///< may end before the links do
    std::uint64_t acked = 0;   ///< its laptop said "saved" of everything up to here, and nobody may lose it
    std::uint64_t spread = 0;  ///< seen at the relay, or with another laptop
    [[nodiscard]] std::uint64_t seq() const { return links.size(); }
  };

  explicit Book(WorkspaceId& workspace) : workspace_(workspace) {}

  /// A program returned success: this change is on its disk. Violations: I1, I3 if another one was.
  void saved(const AuthorKey& author, std::uint64_t seq, const Hash& link);
  /// A change was found on a disk, nobody having been told so.
  void found(const AuthorKey& author, std::uint64_t seq, const Hash& link);
  /// Its bytes, next in order. Violations: I2 if the chain does not lead to the link written down.
  void content(const AuthorKey& author, std::uint64_t seq, Bytes bytes);
  /// Somebody else holds an author up to here. Violations: I3.
  void spread(const AuthorKey& author, const Head& head);
  /// The owner's disk is gone: what lies above `held`, the most that anybody else has, need not come back.
  void strike(const AuthorKey& author, std::uint64_t held);

  [[nodiscard]] const std::map<AuthorKey, Log>& logs() const { return logs_; }
  [[nodiscard]] const Log* log(const AuthorKey& author) const;
  [[nodiscard]] std::uint64_t struck() const { return struck_; }

 private:
  void put(const AuthorKey& author, std::uint64_t seq, const Hash& link);
  WorkspaceId& workspace_;
  std::map<AuthorKey, Log> logs_;
  std::uint64_t struck_ = 0;
};

}  // namespace karez::sim
