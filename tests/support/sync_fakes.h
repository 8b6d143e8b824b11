// In-memory ends of a sync session for tests: a replica's store and a relay's host that hold real packs, and
// nothing that a session should not need. Both are values of their logs: copying one is a backup, assigning
// one a restore.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "karez/sync/relay_session.h"
#include "karez/sync/replica_session.h"
#include "support/clock.h"
#include "support/fleet.h"
#include "support/shelf.h"

namespace karez::testing {

class FakeReplica final : public ReplicaStore {
 public:
  explicit FakeReplica(Person& person, bool coordinator = false) : me(&person), is_coordinator(coordinator) {
    shelf.add_own(person);
  }

  /// One more change of our own.
  void write() {
    Create create;
    create.collection = 1;
    create.fields.push_back({FieldName::catalog(1), Value::of(std::int64_t{42})});
    me->add({create});
    shelf.add_own(*me);
  }
  void write(int count) {
    for (int i = 0; i < count; ++i) write();
  }

  WorkspaceId workspace() override { return me->workspace(); }
  KeyPair key_pair() override { return me->key(); }
  void begin_group() override { calls.clear(); }
  Status end_group() override { return at_group_end; }
  Result<RelayCursor> open_relay(const AuthorKey& relay, const Incarnation& incarnation) override {
    if (pinned && *pinned != relay) return Error{ErrorCode::refused, "another relay is pinned"};
    pinned = relay;
    if (cursor.incarnation != incarnation) {
      cursor = {};
      on_relay.clear();
      unknown_on_relay.clear();
      receipts.clear();
    }
    cursor.relay = relay;
    cursor.incarnation = incarnation;
    return cursor;
  }
  Heads heads() override { return shelf.heads(); }
  std::optional<Hash> link_at(const AuthorKey& name, std::uint64_t seq) override {
    return shelf.link_at(name, seq);
  }
  std::optional<AuthorKey> branch_with(const AuthorKey& author, std::uint64_t seq,
                                       const Hash& link) override {
    const auto place = shelf.branch_with(author, seq, link);
    return place ? std::optional(shelf.name_of(*place)) : std::nullopt;
  }
  Heads relay_heads() override {
    Heads heads = unknown_on_relay;
    for (const auto& [place, head] : on_relay) heads[shelf.name_of(place)] = head;
    return heads;
  }
  Status set_relay_heads(const Heads& heads) override {
    on_relay.clear();
    unknown_on_relay.clear();
    for (const auto& [name, head] : heads) {
      auto place = shelf.find(name);
      if (!place) place = shelf.branch_with(name, head.seq, head.link);
      if (place) {
        on_relay[*place] = head;
      } else {
        unknown_on_relay[name] = head;
      }
    }
    return {};
  }
  Result<std::optional<NextPack>> next_pack(const AuthorKey& name, std::uint64_t after) override {
    const auto place = shelf.find(name);
    const bool is_former = place && former && place->author == former->author;
    const auto give = [&](const AuthorKey& of) {
      return shelf.pack_after(workspace(), is_former ? *former : me->key(), of, after, max_changes);
    };
    const auto step = [](const std::optional<Bytes>& pack, std::uint64_t most) -> std::optional<NextPack> {
      if (!pack) return std::nullopt;
      return NextPack{*pack, std::min(read_pack_header(*pack)->last_seq(), most)};
    };
    if (gives_across && place && place->branch > 0) {
      const Shelf::Place first{place->author, 0};
      const std::uint64_t split = shelf.common(first, *place);
      if (after < split) return step(give(shelf.name_of(first)), split);
    }
    return step(give(name), limits::kSeq);
  }
  Result<std::vector<Stored>> store(std::vector<Incoming> packs, bool advance_cursor) override {
    ++commits;
    calls.emplace_back("packs");
    std::vector<Stored> answers;
    std::vector<std::optional<Shelf::Place>> places;
    bool holds = !advance_cursor;
    for (Incoming& incoming : packs) {
      places.push_back({});
      answers.push_back(take(incoming.pack, places.back()));
      const Stored& one = answers.back();
      holds = holds || (one.outcome == PackOutcome::refused && one.error.code != ErrorCode::fork);
      if (!holds) cursor.arrival = incoming.arrival;
    }
    const bool is_own_renamed = std::any_of(answers.begin(), answers.end(), [&](const Stored& one) {
      return one.is_renamed && one.author == me->author();
    });
    if (is_own_renamed) go_on();
    // The names that they have when all are stored.
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (places[i]) answers[i].name = shelf.name_of(*places[i]);
    }
    if (writes_when_it_receives > 0) {
      write(std::exchange(writes_when_it_receives, 0));
    }
    return answers;
  }
  Status store_receipt(const Receipt& receipt) override {
    receipts.push_back(receipt);
    if (const auto place = shelf.branch_with(receipt.author, receipt.seq, receipt.link)) {
      raise(*place, {receipt.seq, receipt.link});
    }
    return {};
  }
  Status store_notes(std::uint64_t notes_end, std::vector<Announcement> a, std::vector<Holding> h) override {
    calls.emplace_back("notes");
    cursor.notes = notes_end;
    announcements.insert(announcements.end(), a.begin(), a.end());
    holdings.insert(holdings.end(), h.begin(), h.end());
    return {};
  }
  Status note_skew(std::int64_t skew_ms) override {
    skew = skew_ms;
    return {};
  }
  Status advance_cursor(std::uint64_t arrival) override {
    cursor.arrival = arrival;
    return {};
  }
  Result<Announcement> make_announcement(std::int64_t now_ms) override {
    const Head head{me->seq(), me->link(me->seq())};
    Announcement a{me->author(), head.seq, head.link, now_ms - 1000, now_ms, 0, {}};
    a.signature = sign(me->key(), Purpose::announcement, announcement_message(workspace(), a));
    return a;
  }
  Result<std::optional<Holding>> make_holding() override {
    if (!is_coordinator || cursor.arrival <= held_through) return std::optional<Holding>();
    calls.emplace_back("holding");
    held_through = cursor.arrival;
    Holding h{me->author(), cursor.incarnation, cursor.arrival, {}};
    h.signature = sign(me->key(), Purpose::holding, holding_message(workspace(), cursor.relay, h));
    return std::optional(h);
  }
  Result<std::vector<Announcement>> announcements_to_carry() override { return to_carry; }
  Status announcements_carried(const std::vector<Announcement>& carried) override {
    for (const Announcement& one : carried) {
      std::erase_if(to_carry, [&](const Announcement& due) { return due.signature == one.signature; });
    }
    return {};
  }
  Status key_is_shared(std::uint64_t relay_seq, const Hash& relay_link) override {
    shared = Head{relay_seq, relay_link};
    go_on();
    return {};
  }

  Person* me;
  bool is_coordinator = false;
  Shelf shelf;
  RelayCursor cursor;
  std::optional<AuthorKey> pinned;
  std::map<Shelf::Place, Head> on_relay;
  Heads unknown_on_relay;  ///< by names that are not known here
  std::vector<Receipt> receipts;
  std::vector<Announcement> announcements;
  std::vector<Announcement> to_carry;
  std::vector<Holding> holdings;
  std::multimap<AuthorKey, Bytes> aside;
  std::int64_t skew = 0;
  std::uint64_t held_through = 0;
  std::optional<Head> shared;
  std::optional<KeyPair> former;  ///< whose log may have unsealed changes
  Person* successor = nullptr;    ///< as whom to go on if our key turns out to be shared
  std::uint64_t max_changes = 3;  ///< of one pack: small, so that splits happen all the time
  bool gives_across = false;      ///< what a branch shares with the first comes in packs of the first
  int commits = 0;
  std::vector<std::string> calls;   ///< of some kinds, in the group that is under way or was last
  Status at_group_end;              ///< what the commit gives
  int writes_when_it_receives = 0;  ///< as admissions do

 private:
  void go_on() {
    if (successor == nullptr) return;
    former = me->key();
    me = std::exchange(successor, nullptr);
    shelf.add_own(*me);
  }
  void raise(const Shelf::Place& place, const Head& head) {
    Head& known = on_relay[place];
    if (head.seq > known.seq) known = head;
  }
  Stored take(const Bytes& pack, std::optional<Shelf::Place>& place) {
    const Shelf::Put put = shelf.put(workspace(), pack);
    Stored answer{PackOutcome::stored, put.author, put.last, put.link, put.changes, {}, {}, put.is_renamed};
    if (put.error && put.error->code == ErrorCode::gap) {
      aside.emplace(put.author, pack);
      answer.outcome = PackOutcome::aside;
      const auto branches = shelf.logs.find(put.author);
      if (branches == shelf.logs.end()) {
        Head& known = unknown_on_relay[put.author];
        if (put.last > known.seq) known = {put.last, put.link};
      } else if (branches->second.size() == 1) {
        place = Shelf::Place{put.author, 0};
      }
    } else if (put.error) {
      answer.outcome = PackOutcome::refused;
      answer.error = *put.error;
      return answer;
    } else {
      place = Shelf::Place{put.author, put.branch};
      if (put.changes == 0) {
        answer.outcome = PackOutcome::repeated;
      } else {
        unknown_on_relay.erase(put.author);
        answer.changes += close_gaps(put.author, answer.is_renamed);
      }
    }
    if (place) raise(*place, {put.last, put.link});
    return answer;
  }
  std::uint64_t close_gaps(const AuthorKey& author, bool& is_renamed) {
    std::uint64_t changes = 0;
    for (bool again = true; again;) {
      again = false;
      for (auto [i, end] = aside.equal_range(author); i != end; ++i) {
        const Shelf::Put put = shelf.put(workspace(), i->second);
        if (put.error && put.error->code == ErrorCode::gap) continue;
        changes += put.changes;
        is_renamed = is_renamed || put.is_renamed;
        if (!put.error) raise({author, put.branch}, {put.last, put.link});
        aside.erase(i);
        again = true;
        break;
      }
    }
    return changes;
  }
};

class FakeRelay final : public RelayHost {
 public:
  /// What a backup of the relay holds.
  struct State {
    Shelf shelf;
    std::vector<RelayedPack> arrivals;
    std::map<std::uint64_t, std::size_t> branch_of;  ///< by arrival
    std::map<AuthorKey, std::pair<std::uint64_t, Announcement>> announcements;
    std::map<AuthorKey, std::pair<std::uint64_t, Holding>> holdings;
    std::uint64_t notes = 0;
    std::optional<WorkspaceId> served;
  };

  explicit FakeRelay(std::string_view name = "relay") : key(key_of(name)) { identity.fill(1); }

  KeyPair relay_key() override { return key; }
  Incarnation incarnation() override { return identity; }
  std::optional<WorkspaceId> workspace() override { return state.served; }
  std::uint64_t end() override { return state.arrivals.empty() ? 0 : state.arrivals.back().arrival; }
  Fingerprint fingerprint() override { return fingerprint_of(state.shelf.heads()); }
  std::uint64_t notes_end() override { return state.notes; }
  std::optional<Head> head_of(const AuthorKey& author) override {
    std::map<AuthorKey, Head> heads;  // the least name first
    for (const Shelf::Place& place : state.shelf.bearing(author)) {
      const Shelf::Log& log = state.shelf.log(place);
      if (place.author == author && log.seq() > 0) {
        heads[state.shelf.name_of(place)] = {log.seq(), log.links.back()};
      }
    }
    return heads.empty() ? std::nullopt : std::optional(heads.begin()->second);
  }
  const HeadTable& head_table() override { return table = HeadTable(state.shelf.heads()); }
  bool is_enrolled(const AuthorKey& author) override { return head_of(author).has_value(); }
  bool is_coordinator(const AuthorKey& author) override { return coordinators.contains(author); }
  std::optional<std::pair<std::uint64_t, std::string>> revoked_at(const AuthorKey& author) override {
    const auto cut = revoked.find(author);
    return cut == revoked.end() ? std::nullopt : std::optional(cut->second);
  }
  std::vector<RelayedPack> packs_after(std::uint64_t after, std::size_t max_bytes) override {
    if (cannot_read) return {};
    return page([&](const RelayedPack& pack) { return pack.arrival > after; }, max_bytes);
  }
  Result<std::vector<RelayedPack>> packs_of(const AuthorKey& name, std::uint64_t after,
                                            std::uint64_t after_arrival, std::size_t max_bytes) override {
    if (cannot_read) return Error{ErrorCode::io, "the disk fails"};
    const std::vector<Shelf::Place> wanted = state.shelf.bearing(name);
    const auto holds_of = [&](const RelayedPack& pack, const Shelf::Place& place) {
      if (place.author != pack.author) return false;
      const auto branch = state.branch_of.find(pack.arrival);
      const Shelf::Log& log = state.shelf.log(place);
      const auto& its =
          state.shelf.logs.at(pack.author)[branch == state.branch_of.end() ? 0 : branch->second];
      return pack.first_seq < log.links.size() && log.links[pack.first_seq] == its.links[pack.first_seq];
    };
    return page(
        [&](const RelayedPack& pack) {
          return pack.arrival > after_arrival && pack.last_seq > after &&
                 std::any_of(wanted.begin(), wanted.end(),
                             [&](const Shelf::Place& place) { return holds_of(pack, place); });
        },
        max_bytes);
  }
  void submit(RelaySession& session, const WorkspaceId& workspace, Bytes pack) override {
    submitted.push_back({&session, workspace, std::move(pack)});
  }
  void keep_announcement(const Announcement& a) override {
    state.announcements[a.author] = {++state.notes, a};
  }
  void keep_carried(const Announcement& a) override {
    const auto known = state.announcements.find(a.author);
    if (known != state.announcements.end() && known->second.second.seq >= a.seq) return;
    keep_announcement(a);
  }
  void keep_holding(const Holding& h) override { state.holdings[h.author] = {++state.notes, h}; }
  Notes notes_after(std::uint64_t after) override {
    Notes notes;
    notes.end = state.notes;
    for (const auto& [author, note] : state.announcements) {
      if (note.first > after) notes.announcements.push_back(note.second);
    }
    for (const auto& [author, note] : state.holdings) {
      if (note.first > after) notes.holdings.push_back(note.second);
    }
    return notes;
  }

  /// Stores what was submitted since the last time, answers, and wakes everybody.
  void commit() {
    std::vector<std::pair<RelaySession*, SubmitResult>> answers;
    for (Submission& one : std::exchange(submitted, {})) answers.emplace_back(one.session, store(one));
    for (const auto& [session, answer] : answers) {
      if (sessions.contains(session)) session->submitted(answer);
    }
    wake();
  }
  void wake() {
    for (RelaySession* session : sessions) session->wake();
  }
  /// Takes a pack without any session.
  void seed(const Bytes& pack, const WorkspaceId& workspace) {
    Submission one{nullptr, workspace, pack};
    const SubmitResult result = store(one);
    ENSURE(result.stored);
  }

  struct Submission {
    RelaySession* session;
    WorkspaceId workspace;
    Bytes pack;
  };
  KeyPair key;
  Incarnation identity{};
  State state;
  std::set<AuthorKey> coordinators;
  std::map<AuthorKey, std::pair<std::uint64_t, std::string>> revoked;
  std::vector<Submission> submitted;
  std::set<RelaySession*> sessions;
  bool cannot_read = false;       ///< its disk fails
  HeadTable table;                ///< as last asked for
  std::size_t most_packs = 1000;  ///< that it finds at once: 1 makes a frame of each

 private:
  template <typename Wanted>
  std::vector<RelayedPack> page(Wanted wanted, std::size_t max_bytes) const {
    std::vector<RelayedPack> page;
    std::size_t bytes = 0;
    for (const RelayedPack& pack : state.arrivals) {
      if (!wanted(pack)) continue;
      if (!page.empty() && (bytes + pack.bytes->size() > max_bytes || page.size() == most_packs)) break;
      bytes += pack.bytes->size();
      page.push_back(pack);
    }
    return page;
  }
  SubmitResult store(Submission& one) {
    SubmitResult result;
    result.bytes = one.pack.size();
    const Shelf::Put put = state.shelf.put(one.workspace, one.pack);
    result.author = put.author;
    result.first = put.first;
    result.seq = put.last;
    result.link = put.link;
    result.stored = !put.error;
    if (put.error) {
      result.error = *put.error;
      return result;
    }
    state.served = one.workspace;
    if (put.changes > 0) {
      auto bytes = std::make_shared<const Bytes>(std::move(one.pack));
      state.arrivals.push_back({end() + 1, put.author, put.first, put.last, std::move(bytes)});
      state.branch_of[end()] = put.branch;
      result.arrival = end();
      result.covers_arrival = true;
      return result;
    }
    for (const RelayedPack& pack : state.arrivals) {
      if (pack.author != put.author || pack.last_seq < put.last || pack.first_seq > put.last) continue;
      const Shelf::Log& its = state.shelf.log({pack.author, state.branch_of.at(pack.arrival)});
      if (its.links[put.last] != put.link) continue;
      result.arrival = pack.arrival;
      result.covers_arrival = put.first <= pack.first_seq && put.last == pack.last_seq;
      break;
    }
    return result;
  }
};

}  // namespace karez::testing
