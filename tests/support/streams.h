// Logs of one author that diverge, as cloned machines write them, and a model of what an end of a sync holds
// of them. Nothing of it is shared with the code under test but place_streams(), which has tests of its own.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "karez/log/heads.h"
#include "karez/log/streams.h"
#include "support/fleet.h"

namespace karez::testing {

/// Appends changes that nobody else makes.
inline void grow(Person& person, int count, const std::string& text) {
  for (int i = 0; i < count; ++i) {
    Create create;
    create.collection = 1;
    create.fields.push_back({FieldName::catalog(1), Value::of(text + " " + std::to_string(person.seq()))});
    person.add({create});
  }
}

/// Five logs under one key:
///
///     1 2 3 4 5 6 7 8        trunk
///           4 5 6 7 8        early    leaves trunk at 4
///               6 7 8 9      late     leaves trunk at 6
///                 7 8        later    leaves late at 7
///     1 2 3                  again    another enrolment
struct Grove {
  Fleet fleet;
  std::vector<Person> logs;

  explicit Grove(const std::string& name = "founder") : fleet(name) {
    const InvitationCode code = fleet.invite(fleet.founder(), kVolunteer, "cloned");
    const InvitationCode other_code = fleet.invite(fleet.founder(), kVolunteer, "cloned again");
    Person& cloned = fleet.enrol(code, "cloned");
    fleet.admit(fleet.founder(), cloned, {code.invitation.author, code.invitation.seq});
    grow(cloned, 2, "shared");
    Person trunk = cloned;
    Person early = cloned;
    grow(trunk, 2, "trunk");
    Person late = trunk;
    grow(trunk, 3, "trunk");
    grow(early, 5, "early");
    grow(late, 1, "late");
    Person later = late;
    grow(late, 3, "late");
    grow(later, 2, "later");
    Person again("cloned", fleet.workspace());
    again.add({claim(other_code, again.author(), "cloned again")});
    grow(again, 2, "again");
    logs = {trunk, early, late, later, again};
  }
  [[nodiscard]] const AuthorKey& author() const { return logs.front().author(); }
};

/// What is held of some logs of one author: of each its beginning, up to some seq.
class HeldLogs {
 public:
  [[nodiscard]] bool holds(const Person& log, std::uint64_t seq) const {
    return std::any_of(held_.begin(), held_.end(), [&](const auto& one) {
      return one.second >= seq && one.first->link(seq) == log.link(seq);
    });
  }
  /// False if what lies before is not held.
  bool put(const Person& log, std::uint64_t first, std::uint64_t last) {
    if (first > 1 && !holds(log, first - 1)) return false;
    std::uint64_t& seq = held_[&log];
    seq = std::max(seq, last);
    return true;
  }
  /// By name. A log that is the beginning of another one is none.
  [[nodiscard]] Heads heads() const {
    std::vector<std::pair<const Person*, std::uint64_t>> leaves;
    for (const auto& [log, seq] : held_) {
      const bool is_told =
          std::any_of(leaves.begin(), leaves.end(), [&, at = log, to = seq](const auto& one) {
            return one.second == to && one.first->link(to) == at->link(to);
          });
      const bool is_beginning =
          std::any_of(held_.begin(), held_.end(), [&, at = log, to = seq](const auto& one) {
            return one.second > to && one.first->link(to) == at->link(to);
          });
      if (!is_told && !is_beginning) leaves.emplace_back(log, seq);
    }
    StreamLogs given;
    given.count = leaves.size();
    given.common = [&](std::size_t a, std::size_t b) {
      std::uint64_t seq = 0;
      while (leaves[a].first->link(seq + 1) == leaves[b].first->link(seq + 1)) ++seq;
      return seq;
    };
    given.link = [&](std::size_t i, std::uint64_t seq) { return leaves[i].first->link(seq); };
    Heads heads;
    const auto places =
        leaves.empty() ? std::vector<StreamPlace>() : place_streams(leaves.front().first->author(), given);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const auto& [log, seq] = leaves[i];
      heads[places[i].name_at(log->author(), seq)] = {seq, log->link(seq)};
    }
    return heads;
  }
  /// What logs share counts once.
  [[nodiscard]] std::uint64_t changes() const {
    std::set<Hash> links;
    for (const auto& [log, seq] : held_) {
      for (std::uint64_t at = 1; at <= seq; ++at) links.insert(log->link(at));
    }
    return links.size();
  }

 private:
  std::map<const Person*, std::uint64_t> held_;
};

}  // namespace karez::testing
