// The packs of the log that were unpacked last, for those who read them next, and of many more what they say
// of single changes.
//
// A pin may name any change, an edit any record, and what they need of it (its link, its time, the values
// that it gave) is known only when the pack around it is unpacked: milliseconds, for a few bytes of whoever
// writes them. So an unpacked pack leaves behind what was looked for. Logs only grow: what is remembered
// stays true when packs are merged, until a rollback. One thread.
#pragma once

#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "karez/base/limits.h"
#include "karez/log/pack.h"
#include "karez/storage/authors.h"

namespace karez {

/// Something small about single changes, a pack's at a time, up to a bound. When it is reached, all is
/// dropped first.
template <typename T>
class KeptOfChanges {
 public:
  explicit KeptOfChanges(std::size_t most) : most_(most) {}

  /// Null if no pack that keep() was given holds the change. Lifetime: until the next keep() or clear().
  [[nodiscard]] const T* at(AuthorId author, std::uint64_t seq) const {
    const std::int64_t key = log_key(author, seq);
    const auto run = runs_.lower_bound(key);  // the first that ends there or later
    if (run == runs_.end()) return nullptr;
    const auto from_end = static_cast<std::uint64_t>(run->first - key);
    const std::vector<T>& all = run->second.all;
    return from_end < all.size() ? &all[all.size() - 1 - from_end] : nullptr;
  }
  /// Keeps `of(change)` for each change of a pack, which together weigh `weight`.
  template <typename F>
  void keep(AuthorId author, const OpenedPack& pack, std::size_t weight, F&& of) {
    const std::int64_t first = log_key(author, pack.header.first_seq);
    const std::int64_t last = log_key(author, pack.header.last_seq());
    const auto kept = runs_.find(last);
    if (kept != runs_.end() && kept->second.all.size() >= pack.changes.size()) return;
    if (weight_ + weight > most_) clear();
    // What lies inside of it was merged into it, and would hide it from at().
    for (auto one = runs_.lower_bound(first); one != runs_.end() && one->first <= last;) {
      const bool is_inside = one->first - static_cast<std::int64_t>(one->second.all.size()) + 1 >= first;
      if (is_inside) weight_ -= one->second.weight;
      one = is_inside ? runs_.erase(one) : std::next(one);
    }
    Run& run = runs_[last];
    run.weight = weight;
    run.all.reserve(pack.changes.size());
    for (const OpenedChange& one : pack.changes) run.all.push_back(of(one));
    weight_ += weight;
  }
  void clear() {
    runs_.clear();
    weight_ = 0;
  }

 private:
  struct Run {
    std::vector<T> all;
    std::size_t weight = 0;
  };
  std::size_t most_;
  std::map<std::int64_t, Run> runs_;  ///< by the log_key of a pack's last change
  std::size_t weight_ = 0;
};

class OpenedPacks {
 public:
  using Pack = std::shared_ptr<const OpenedPack>;

  /// The remembered pack used last that holds a change; null if none does.
  [[nodiscard]] Pack with(AuthorId author, std::uint64_t seq);
  /// The remembered pack of these very bounds; null if there is none.
  [[nodiscard]] Pack at(AuthorId author, std::uint64_t first_seq, std::uint64_t last_seq) const;
  void remember(AuthorId author, Pack pack);

  /// The link at a change if a pack that keep_links() was given holds it.
  [[nodiscard]] std::optional<Hash> link(AuthorId author, std::uint64_t seq) const;
  void keep_links(AuthorId author, const OpenedPack& pack);
  /// As many as 256 of the largest packs have; 32 MiB.
  static constexpr std::size_t kKeptLinks = 256 * limits::kPackChanges;

  /// The same for the times of changes: as many as 64 of the largest packs have; 4 MiB.
  static constexpr std::size_t kKeptTimes = 64 * limits::kPackChanges;
  [[nodiscard]] const HybridTime* time(AuthorId author, std::uint64_t seq) const {
    return times_.at(author, seq);
  }
  void keep_times(AuthorId author, const OpenedPack& pack);

  /// The same for contents, to read again what a creation gave.
  [[nodiscard]] const Bytes* content(AuthorId author, std::uint64_t seq) const {
    return contents_.at(author, seq);
  }
  void keep_contents(AuthorId author, const OpenedPack& pack);
  /// In bytes, what holding each content costs included: a dozen packs of 4,000 small changes, or some
  /// hundred of a day's.
  static constexpr std::size_t kKeptContentBytes = 8 * 1024 * 1024;

  void forget();

 private:
  struct Remembered {
    AuthorId author = 0;
    Pack pack;
  };
  std::deque<Remembered> remembered_;  ///< used last first
  KeptOfChanges<Hash> links_{kKeptLinks};
  KeptOfChanges<HybridTime> times_{kKeptTimes};
  KeptOfChanges<Bytes> contents_{kKeptContentBytes};
};

}  // namespace karez
