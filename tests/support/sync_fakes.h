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

namespace karez::testing {

/// Logs by author, as both ends keep them.
class Shelf {
 public:
  struct Log {
    std::vector<PackEntry> entries;
    std::vector<Hash> links;                        ///< from link(0)
    std::map<std::uint64_t, Signature> signatures;  ///< where a pack ended
    [[nodiscard]] std::uint64_t seq() const { return entries.size(); }
  };
  struct Put {
    AuthorKey author;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    Hash link{};
    std::uint64_t changes = 0;  ///< new
    std::optional<Error> error;
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

  void add_own(const Person& person) {
    Log& log = logs[person.author()];
    if (log.links.empty()) log.links.push_back(person.link(0));
    for (std::uint64_t seq = log.seq() + 1; seq <= person.seq(); ++seq) {
      log.entries.push_back(*person.entry(seq));
      log.links.push_back(person.link(seq));
    }
  }

  [[nodiscard]] Heads heads() const {
    Heads heads;
    for (const auto& [author, log] : logs) {
      if (log.seq() > 0) heads[author] = {log.seq(), log.links.back()};
    }
    return heads;
  }
  [[nodiscard]] std::optional<Hash> link_at(const AuthorKey& author, std::uint64_t seq) const {
    const auto log = logs.find(author);
    if (log == logs.end() || seq >= log->second.links.size()) return std::nullopt;
    return log->second.links[seq];
  }
  [[nodiscard]] std::optional<Bytes> pack_after(const WorkspaceId& workspace, const KeyPair& own,
                                                const AuthorKey& author, std::uint64_t after,
                                                std::uint64_t max_changes) const {
    const Log& log = logs.at(author);
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

  std::map<AuthorKey, Log> logs;

 private:
  static Put refuse(Put put, ErrorCode code, std::string why) {
    put.error = Error{code, std::move(why)};
    return put;
  }
  Put append(Put put, const OpenedPack& opened) {
    const auto found = logs.find(put.author);
    const std::uint64_t held = found == logs.end() ? 0 : found->second.seq();
    if (put.first > held + 1) return refuse(put, ErrorCode::gap, "earlier changes are not here");
    if (held == 0) logs[put.author].links = {opened.header.prev_link};
    Log& log = logs[put.author];
    if (log.links[put.first - 1] != opened.header.prev_link)
      return refuse(put, ErrorCode::fork, "another link before");
    for (const OpenedChange& one : opened.changes) {
      const std::uint64_t seq = one.change.seq;
      if (seq <= held && log.links[seq] != one.link) return refuse(put, ErrorCode::fork, "another link here");
    }
    for (const OpenedChange& one : opened.changes) {
      if (one.change.seq <= log.seq()) continue;
      log.entries.push_back({one.content, one.private_part});
      log.links.push_back(one.link);
      ++put.changes;
    }
    log.signatures[put.last] = opened.header.signature;
    return put;
  }
};

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
      receipts.clear();
    }
    cursor.relay = relay;
    cursor.incarnation = incarnation;
    return cursor;
  }
  Heads heads() override { return shelf.heads(); }
  std::optional<Hash> link_at(const AuthorKey& author, std::uint64_t seq) override {
    return shelf.link_at(author, seq);
  }
  Heads relay_heads() override { return on_relay; }
  Status set_relay_heads(const Heads& heads) override {
    on_relay = heads;
    return {};
  }
  Result<std::optional<Bytes>> next_pack(const AuthorKey& author, std::uint64_t after) override {
    return shelf.pack_after(workspace(), me->key(), author, after, max_changes);
  }
  Result<std::vector<Stored>> store(std::vector<Incoming> packs, bool advance_cursor) override {
    ++commits;
    calls.emplace_back("packs");
    std::vector<Stored> answers;
    bool holds = !advance_cursor;
    for (Incoming& incoming : packs) {
      answers.push_back(take(incoming.pack));
      const Stored& one = answers.back();
      holds = holds || (one.outcome == PackOutcome::refused && one.error.code != ErrorCode::fork);
      if (!holds) cursor.arrival = incoming.arrival;
    }
    if (writes_when_it_receives > 0) {
      write(std::exchange(writes_when_it_receives, 0));
    }
    return answers;
  }
  Status store_receipt(const Receipt& receipt) override {
    receipts.push_back(receipt);
    raise(receipt.author, {receipt.seq, receipt.link});
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
    const Head head = shelf.heads().at(me->author());
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
    return {};
  }

  Person* me;
  bool is_coordinator = false;
  Shelf shelf;
  RelayCursor cursor;
  std::optional<AuthorKey> pinned;
  Heads on_relay;
  std::vector<Receipt> receipts;
  std::vector<Announcement> announcements;
  std::vector<Announcement> to_carry;
  std::vector<Holding> holdings;
  std::multimap<AuthorKey, Bytes> aside;
  std::int64_t skew = 0;
  std::uint64_t held_through = 0;
  std::optional<Head> shared;
  std::uint64_t max_changes = 3;  ///< of one pack: small, so that splits happen all the time
  int commits = 0;
  std::vector<std::string> calls;   ///< of some kinds, in the group that is under way or was last
  Status at_group_end;              ///< what the commit gives
  int writes_when_it_receives = 0;  ///< as admissions do

 private:
  void raise(const AuthorKey& author, const Head& head) {
    Head& known = on_relay[author];
    if (head.seq > known.seq) known = head;
  }
  Stored take(const Bytes& pack) {
    const Shelf::Put put = shelf.put(workspace(), pack);
    Stored answer{PackOutcome::stored, put.author, put.last, put.link, put.changes, {}};
    if (put.error && put.error->code == ErrorCode::gap) {
      aside.emplace(put.author, pack);
      answer.outcome = PackOutcome::aside;
    } else if (put.error) {
      answer.outcome = PackOutcome::refused;
      answer.error = *put.error;
      return answer;
    } else if (put.changes == 0) {
      answer.outcome = PackOutcome::repeated;
    } else {
      answer.changes += close_gaps(put.author);
    }
    raise(put.author, {put.last, put.link});
    return answer;
  }
  std::uint64_t close_gaps(const AuthorKey& author) {
    std::uint64_t changes = 0;
    for (bool again = true; again;) {
      again = false;
      for (auto [i, end] = aside.equal_range(author); i != end; ++i) {
        const Shelf::Put put = shelf.put(workspace(), i->second);
        if (put.error && put.error->code == ErrorCode::gap) continue;
        changes += put.changes;
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
    const Heads heads = state.shelf.heads();
    const auto head = heads.find(author);
    return head == heads.end() ? std::nullopt : std::optional(head->second);
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
  Result<std::vector<RelayedPack>> packs_of(const AuthorKey& author, std::uint64_t after,
                                            std::size_t max_bytes) override {
    if (cannot_read) return Error{ErrorCode::io, "the disk fails"};
    return page([&](const RelayedPack& pack) { return pack.author == author && pack.last_seq > after; },
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
    }
    for (const RelayedPack& pack : state.arrivals) {
      if (pack.author == put.author && pack.last_seq >= put.last) {
        result.arrival = pack.arrival;
        break;
      }
    }
    return result;
  }
};

}  // namespace karez::testing
