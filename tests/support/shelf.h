// Logs in memory, as both fake ends of a sync keep them: real packs are checked and taken apart, and where
// logs of one author diverge, each is kept whole. A value: copying it is a backup, assigning one a restore.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "karez/log/heads.h"
#include "karez/log/streams.h"
#include "support/fleet.h"

namespace karez::testing {

/// Logs by author, as both ends keep them: of each branch the whole log.
class Shelf {
 public:
  struct Log {
    std::vector<PackEntry> entries;
    std::vector<Hash> links;                        ///< from link(0)
    std::map<std::uint64_t, Signature> signatures;  ///< where a pack ended
    [[nodiscard]] std::uint64_t seq() const { return entries.size(); }
    /// Whether both have the same changes, as far as both go.
    [[nodiscard]] bool agrees_with(const Log& other) const {
      const std::uint64_t seq = std::min(this->seq(), other.seq());
      return links[seq] == other.links[seq];
    }
  };
  struct Put {
    AuthorKey author;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    Hash link{};
    std::uint64_t changes = 0;  ///< new
    std::size_t branch = 0;
    bool is_renamed = false;
    std::optional<Error> error;
  };
  /// An author's log, or one of its branches.
  struct Place {
    AuthorKey author;
    std::size_t branch = 0;
    auto operator<=>(const Place&) const = default;
  };

  Put put(const WorkspaceId& workspace, ByteView pack) {
    Put put;
    const auto opened = open_pack(pack);
    if (const auto header = read_pack_header(pack)) {
      put.author = header->author;
      put.first = header->first_seq;
      put.last = header->last_seq();
    }
    if (!opened) return refuse(put, opened.error().code, opened.error().message);
    put.link = opened->last_link();
    if (opened->header.workspace != workspace)
      return refuse(put, ErrorCode::wrong_workspace, "another workspace");
    if (put.first == 1) {
      const auto enrolment =
          check_first_change(workspace, opened->changes[0].change, opened->changes[0].content);
      if (!enrolment) return refuse(put, enrolment.error().code, enrolment.error().message);
    }
    return append(put, *opened);
  }

  /// What this person wrote, as one branch of its log.
  void add_own(const Person& person) {
    Log whole;
    whole.links.push_back(person.link(0));
    for (std::uint64_t seq = 1; seq <= person.seq(); ++seq) {
      whole.entries.push_back(*person.entry(seq));
      whole.links.push_back(person.link(seq));
    }
    std::vector<Log>& branches = logs[person.author()];
    const auto log = std::find_if(branches.begin(), branches.end(),
                                  [&](const Log& one) { return one.agrees_with(whole); });
    if (log == branches.end()) {
      branches.push_back(whole);
    } else if (log->seq() < whole.seq()) {
      log->entries = whole.entries;
      log->links = whole.links;
    }
  }

  [[nodiscard]] Heads heads() const {
    Heads heads;
    for (const auto& [author, branches] : logs) {
      if (branches.size() == 1) {
        if (branches[0].seq() > 0) heads[author] = {branches[0].seq(), branches[0].links.back()};
        continue;
      }
      for (const auto& [name, branch] : names_of(author)) {
        heads[name] = {branches[branch].seq(), branches[branch].links.back()};
      }
    }
    return heads;
  }
  /// The log that bears this name at its end.
  [[nodiscard]] std::optional<Place> find(const AuthorKey& name) const {
    const auto alone = logs.find(name);
    if (alone != logs.end() && alone->second.size() == 1) return Place{name, 0};
    for (const auto& [author, branches] : logs) {
      if (branches.size() < 2) continue;
      for (const auto& [known, branch] : names_of(author)) {
        if (known == name) return Place{author, branch};
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] AuthorKey name_of(const Place& place) const {
    if (!logs.contains(place.author)) return place.author;
    for (const auto& [name, branch] : names_of(place.author)) {
      if (branch == place.branch) return name;
    }
    return place.author;
  }
  /// The branch of an author that has this link there.
  [[nodiscard]] std::optional<Place> branch_with(const AuthorKey& author, std::uint64_t seq,
                                                 const Hash& link) const {
    const auto branches = logs.find(author);
    if (branches == logs.end()) return std::nullopt;
    for (std::size_t i = 0; i < branches->second.size(); ++i) {
      const Log& log = branches->second[i];
      if (seq < log.links.size() && log.links[seq] == link) return Place{author, i};
    }
    return std::nullopt;
  }
  /// The branches that have changes of this name; an author's own: all.
  [[nodiscard]] std::vector<Place> bearing(const AuthorKey& name) const {
    std::vector<Place> found;
    for (const auto& [author, branches] : logs) {
      if (author != name && branches.size() < 2) continue;
      const std::vector<StreamPlace> places = places_of(author);
      for (std::size_t i = 0; i < branches.size(); ++i) {
        const bool bears_it = std::any_of(places[i].segments.begin(), places[i].segments.end(),
                                          [&](const StreamSegment& one) { return one.name == name; });
        if (author == name || bears_it) found.push_back({author, i});
      }
    }
    return found;
  }
  /// Up to which change two branches are the same.
  [[nodiscard]] std::uint64_t common(const Place& a, const Place& b) const {
    const std::vector<Hash>& links = log(a).links;
    const std::vector<Hash>& others = log(b).links;
    const auto ends = std::mismatch(links.begin(), links.end(), others.begin(), others.end());
    return static_cast<std::uint64_t>(ends.first - links.begin()) - 1;
  }
  [[nodiscard]] const Log& log(const Place& place) const { return logs.at(place.author).at(place.branch); }
  [[nodiscard]] std::optional<Hash> link_at(const AuthorKey& name, std::uint64_t seq) const {
    const auto place = find(name);
    if (!place || seq >= log(*place).links.size()) return std::nullopt;
    return log(*place).links[seq];
  }
  [[nodiscard]] std::optional<Bytes> pack_after(const WorkspaceId& workspace, const KeyPair& own,
                                                const AuthorKey& name, std::uint64_t after,
                                                std::uint64_t max_changes) const {
    const auto place = find(name);
    ENSURE(place.has_value());
    const AuthorKey& author = place->author;
    const Log& log = this->log(*place);
    std::uint64_t last = std::min(log.seq(), after + max_changes);
    PackHeader header{workspace, author, after + 1, 0, {}, {}};
    if (author == own.author) {
      if (last <= after) return std::nullopt;
      header.signature = sign_head(own, workspace, last, log.links[last]);
    } else {
      const auto end = log.signatures.upper_bound(after);
      if (end == log.signatures.end()) return std::nullopt;
      last = end->first;
      header.signature = end->second;
    }
    header.count = last - after;
    header.prev_link = log.links[after];
    const std::span<const PackEntry> all(log.entries);
    auto pack = encode_pack(header, all.subspan(after, header.count));
    ENSURE(pack.ok());
    return std::move(pack).value();
  }

  std::map<AuthorKey, std::vector<Log>> logs;

 private:
  static Put refuse(Put put, ErrorCode code, std::string why) {
    put.error = Error{code, std::move(why)};
    return put;
  }
  [[nodiscard]] std::vector<StreamPlace> places_of(const AuthorKey& author) const {
    const std::vector<Log>& branches = logs.at(author);
    StreamLogs given;
    given.count = branches.size();
    given.common = [&](std::size_t a, std::size_t b) { return common({author, a}, {author, b}); };
    given.link = [&](std::size_t i, std::uint64_t seq) { return branches[i].links.at(seq); };
    return place_streams(author, given);
  }
  [[nodiscard]] std::vector<std::pair<AuthorKey, std::size_t>> names_of(const AuthorKey& author) const {
    const std::size_t count = logs.at(author).size();
    if (count == 1) return {{author, 0}};
    const std::vector<StreamPlace> places = places_of(author);
    std::vector<std::pair<AuthorKey, std::size_t>> names;
    for (std::size_t i = 0; i < count; ++i) names.emplace_back(places[i].segments.back().name, i);
    return names;
  }
  /// Whether a log goes on to the pack and through it, as far as both go; with `joins`, to its first change
  /// only.
  static bool fits(const Log& log, const OpenedPack& pack, bool joins = false) {
    const std::uint64_t first = pack.header.first_seq;
    if (first > log.seq() + 1 || log.links[first - 1] != pack.header.prev_link) return false;
    return joins || std::all_of(pack.changes.begin(), pack.changes.end(), [&](const OpenedChange& one) {
             return one.change.seq > log.seq() || log.links[one.change.seq] == one.link;
           });
  }
  Put append(Put put, const OpenedPack& opened) {
    const auto found = logs.find(put.author);
    if (found == logs.end()) {
      if (put.first > 1) return refuse(put, ErrorCode::gap, "earlier changes are not here");
      logs[put.author].emplace_back().links = {opened.header.prev_link};
    }
    std::vector<Log>& branches = logs[put.author];
    auto log =
        std::find_if(branches.begin(), branches.end(), [&](const Log& one) { return fits(one, opened); });
    if (log == branches.end()) {
      const auto joint = std::find_if(branches.begin(), branches.end(),
                                      [&](const Log& one) { return fits(one, opened, true); });
      if (joint == branches.end()) return refuse(put, ErrorCode::gap, "earlier changes are not here");
      if (branches.size() == limits::kBranches) return refuse(put, ErrorCode::fork, "too many branches");
      Log copy = *joint;
      copy.entries.resize(put.first - 1);
      copy.links.resize(put.first);
      copy.signatures.erase(copy.signatures.lower_bound(put.first), copy.signatures.end());
      log = branches.insert(branches.end(), std::move(copy));
      put.is_renamed = true;
    }
    put.branch = static_cast<std::size_t>(log - branches.begin());
    for (const OpenedChange& one : opened.changes) {
      if (one.change.seq <= log->seq()) continue;
      log->entries.push_back({one.content, one.private_part});
      log->links.push_back(one.link);
      const bool is_new = std::none_of(branches.begin(), branches.end(), [&](const Log& other) {
        return &other != &*log && one.change.seq <= other.seq() && other.links[one.change.seq] == one.link;
      });
      put.changes += is_new ? 1 : 0;
    }
    log->signatures[put.last] = opened.header.signature;
    return put;
  }
};

}  // namespace karez::testing
