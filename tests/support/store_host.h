// StoreHost: a relay's real PackStore and PackReader behind RelayHost, without threads and sockets: whoever
// derives from it decides when a batch is committed. RelayBox commits at once; it and a replica's store are
// all that a session needs in one process.
//
// One thread.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>

#include "karez/sync/relay_session.h"
#include "server/pack_store.h"

namespace karez::testing {

class StoreHost : public RelayHost {
 public:
  explicit StoreHost(const Clock& clock, KeyPair key = {}) : key_(key), clock_(clock) {}

  /// Errors: as PackStore's and PackReader's. Then it is closed.
  Status open(const relay::PackStoreOptions& options, Random& random) {
    close();
    KAREZ_ASSIGN(store_, relay::PackStore::open(options, clock_, random));
    auto reader = relay::PackReader::open(options.folder, options.vfs);
    if (!reader) {
      store_.reset();
      return reader.error();
    }
    reader_.emplace(std::move(*reader));
    return {};
  }
  /// What waits in the batch is gone, as with a process.
  void close() {
    reader_.reset();
    store_.reset();
    batch_ = {};
  }
  [[nodiscard]] bool is_open() const { return store_ != nullptr; }
  [[nodiscard]] const relay::RelayState& state() const { return store_->state(); }
  [[nodiscard]] relay::PackReader& reader() { return *reader_; }

  KeyPair relay_key() override { return key_; }
  Incarnation incarnation() override { return store_->incarnation(); }
  std::optional<WorkspaceId> workspace() override { return state().workspace; }
  std::uint64_t end() override { return state().end; }
  Fingerprint fingerprint() override { return state().heads.fingerprint(); }
  std::uint64_t notes_end() override { return state().notes_end; }
  std::optional<Head> head_of(const AuthorKey& author) override { return state().head_of(author); }
  const HeadTable& head_table() override { return state().heads; }
  bool is_enrolled(const AuthorKey& author) override { return state().is_enrolled(author); }
  bool is_coordinator(const AuthorKey& author) override {
    const auto member = state().members->find(author);
    return member != state().members->end() && member->second.is_coordinator;
  }
  std::optional<std::pair<std::uint64_t, std::string>> revoked_at(const AuthorKey& author) override {
    const auto member = state().members->find(author);
    return member == state().members->end() ? std::nullopt : member->second.cut;
  }
  std::vector<RelayedPack> packs_after(std::uint64_t after, std::size_t max_bytes) override {
    auto packs = reader_->after(after, end(), max_bytes);
    return packs ? std::move(*packs) : std::vector<RelayedPack>();
  }
  Result<std::vector<RelayedPack>> packs_of(const AuthorKey& name, std::uint64_t after,
                                            std::uint64_t after_arrival, std::size_t max_bytes) override {
    const auto [author, ranges] = state().packs_named(name);
    return reader_->of(author, ranges, after, after_arrival, end(), max_bytes);
  }
  void keep_announcement(const Announcement& announcement) override {
    Announcement kept = announcement;
    kept.relay_ms = clock_.now_ms();
    put(kept);
  }
  void keep_carried(const Announcement& announcement) override {
    const auto age = [](const Announcement& one) { return std::tie(one.seq, one.now_ms); };
    const auto held = state().announcements.find(announcement.author);
    if (held != state().announcements.end() && age(announcement) <= age(held->second.value)) return;
    const auto is_newer = [&](const Announcement& one) {
      return one.author == announcement.author && age(announcement) <= age(one);
    };
    if (std::any_of(batch_.announcements.begin(), batch_.announcements.end(), is_newer)) return;
    Announcement kept = announcement;
    kept.relay_ms = std::min(announcement.now_ms, clock_.now_ms());
    put(kept);
  }
  void keep_holding(const Holding& holding) override {
    std::erase_if(batch_.holdings, [&](const Holding& one) { return one.author == holding.author; });
    batch_.holdings.push_back(holding);
    work_waits();
  }
  Notes notes_after(std::uint64_t after) override {
    Notes notes;
    notes.end = notes_end();
    for (const auto& [author, noted] : state().announcements) {
      if (noted.note > after) notes.announcements.push_back(noted.value);
    }
    for (const auto& [author, noted] : state().holdings) {
      if (noted.note > after) notes.holdings.push_back(noted.value);
    }
    return notes;
  }

 protected:
  /// Puts a pack into the batch; gives the ticket under which it is answered.
  std::uint64_t enqueue(const WorkspaceId& workspace, Bytes pack) {
    relay::Submission submission;
    submission.ticket = ++last_ticket_;
    submission.workspace = workspace;
    submission.pack = std::make_shared<const Bytes>(std::move(pack));
    batch_.packs.push_back(std::move(submission));
    work_waits();
    return last_ticket_;
  }
  [[nodiscard]] bool has_work() const {
    return !batch_.packs.empty() || !batch_.announcements.empty() || !batch_.holdings.empty();
  }
  [[nodiscard]] relay::Commit commit_batch() { return store_->store(std::exchange(batch_, {})); }
  /// Something waits in the batch now.
  virtual void work_waits() {}

  KeyPair key_;

 private:
  void put(const Announcement& kept) {
    std::erase_if(batch_.announcements, [&](const Announcement& one) { return one.author == kept.author; });
    batch_.announcements.push_back(kept);
    work_waits();
  }

  const Clock& clock_;
  std::unique_ptr<relay::PackStore> store_;
  std::optional<relay::PackReader> reader_;
  relay::Batch batch_;
  std::uint64_t last_ticket_ = 0;
};

/// A relay for one session at a time.
class RelayBox final : public StoreHost {
 public:
  using StoreHost::StoreHost;

  void submit(RelaySession& session, const WorkspaceId& workspace, Bytes pack) override {
    tickets_[enqueue(workspace, std::move(pack))] = &session;
  }

  /// One session from its beginning until neither end moves, or until `frames` frames were handed over. Both
  /// ends are told of the break.
  SyncReport sync(ReplicaStore& replica, const Clock& clock, Random& random, std::uint64_t frames = kAll) {
    ReplicaSession laptop(replica, clock, random, false);
    RelaySession relay(*this, clock, random);
    bool is_moving = true;
    while (std::exchange(is_moving, false) && frames > 0) {
      for (; frames > 0; --frames, is_moving = true) {
        const auto frame = relay.next_frame();
        if (!frame) break;
        if (!laptop.receive(Frame{frame->is_binary, *frame->bytes})) frames = 1;
      }
      for (; frames > 0; --frames, is_moving = true) {
        const auto frame = laptop.next_frame();
        if (!frame) break;
        if (!relay.receive(*frame)) frames = 1;
      }
      if (frames > 0 && has_work()) {
        commit(relay);
        is_moving = true;
      }
    }
    tickets_.clear();
    if (!laptop.is_finished()) (void)laptop.link_lost().ok();
    // What the relay was given before the break it stores all the same.
    if (has_work()) (void)commit_batch();
    return laptop.report();
  }
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};

 private:
  void commit(RelaySession& session) {
    const relay::Commit done = commit_batch();
    for (const relay::Answer& answer : done.answers) {
      const auto ticket = tickets_.extract(answer.ticket);
      if (!ticket.empty()) ticket.mapped()->submitted(answer.result);
    }
    if (done.brings_news()) session.wake();
  }
  std::map<std::uint64_t, RelaySession*> tickets_;
};

}  // namespace karez::testing
