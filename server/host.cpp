#include "host.h"

#include <algorithm>
#include <tuple>

namespace karez::relay {
namespace {

/// A miss in the cache reads on a little: the next receiver, or the next question, wants the following packs.
constexpr std::size_t kReadAheadBytes = 512 * 1024;
/// Peers that are woken in one turn: a fan-out to thousands must not hold up receipts and new sessions.
constexpr std::size_t kWokenInOneTurn = 32;

}  // namespace

Host::Host(HostParts parts)
    : key_(parts.key),
      incarnation_(parts.incarnation),
      state_(std::move(parts.state)),
      reader_(std::move(parts.reader)),
      limits_(parts.limits),
      clock_(parts.clock),
      log_(parts.log),
      metrics_(parts.metrics),
      cache_(parts.limits.cache_bytes) {}

void Host::connect_store(std::unique_ptr<PackStore> store, std::function<void(Commit)> deliver,
                         std::function<void(std::function<void()>)> post) {
  post_ = std::move(post);
  storage_ = std::make_unique<StorageThread>(std::move(store), std::move(deliver));
}

void Host::attach(const std::shared_ptr<Peer>& peer) { peers_[&peer->session()] = peer; }

void Host::detach(Peer& peer) {
  const std::optional<AuthorKey> author = peer.session().author();
  peers_.erase(&peer.session());
  if (!author) return;
  const auto held = by_author_.find(*author);
  // The newer session of a replaced author stands under the same key and stays.
  if (held != by_author_.end() && held->second.expired()) by_author_.erase(held);
}

void Host::logged_in(const std::shared_ptr<Peer>& peer) {
  const std::optional<AuthorKey> author = peer->session().author();
  ENSURE(author.has_value());
  ++metrics_.logins;
  log_.info("login", {field("author", *author), field("known", state_.is_enrolled(*author))});
  std::weak_ptr<Peer>& place = by_author_[*author];
  const std::shared_ptr<Peer> older = place.lock();
  place = peer;
  if (older && older != peer) {
    ++metrics_.sessions_replaced;
    log_.info("session_replaced", {field("author", *author)});
    older->replaced();
  }
}

void Host::deliver(const Commit& commit) {
  count(commit);
  state_.apply(commit);
  if (commit.adopted) log_.info("workspace_adopted", {field("workspace", to_hex(commit.adopted->bytes))});
  for (const RelayedPack& pack : commit.packs) cache_.put(pack);
  for (const std::uint64_t arrival : commit.rewritten) cache_.drop(arrival);
  for (const Answer& one : commit.answers) answer(one);
  if (commit.was_probe) ++probes_done_;
  notes_settled_ += commit.note_count;
  resume_waiters();
  if (!commit.brings_news()) return;
  has_news_ = true;
  if (to_wake_.empty()) begin_fan_out();
}

void Host::resume_waiters() {
  while (!note_waiters_.empty() && note_waiters_.begin()->first <= notes_settled_) {
    const auto peer = note_waiters_.begin()->second.lock();
    note_waiters_.erase(note_waiters_.begin());
    if (peer) peer->resume();
  }
  if (is_overloaded()) return;
  for (const auto& waiter : std::exchange(relief_waiters_, {})) {
    if (const auto peer = waiter.lock()) peer->resume();
  }
}

/// One fan-out at a time. What is committed while it runs waits for the next one, so that the more there is
/// to do, the more packs leave in each write.
void Host::begin_fan_out() {
  has_news_ = false;
  for (const auto& [session, peer] : peers_) to_wake_.push_back(peer);
  fan_out();
}

void Host::fan_out() {
  const std::size_t left = to_wake_.size() - std::min(to_wake_.size(), kWokenInOneTurn);
  const std::vector<std::weak_ptr<Peer>> turn(to_wake_.begin() + static_cast<std::ptrdiff_t>(left),
                                              to_wake_.end());
  to_wake_.resize(left);
  // The next turn is sure before anything of this one can fail.
  if (left > 0) {
    post_([this] { fan_out(); });
  } else if (has_news_) {
    post_([this] {
      if (to_wake_.empty()) begin_fan_out();
    });
  }
  for (const auto& one : turn) {
    const std::shared_ptr<Peer> peer = one.lock();
    if (!peer) continue;
    peer->session().wake();
    peer->kick();
  }
}

void Host::answer(const Answer& answer) {
  const auto found = waiting_.find(answer.ticket);
  if (found == waiting_.end()) return;
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  queued_bytes_ -= std::min(queued_bytes_, waiting.bytes);
  const std::shared_ptr<Peer> peer = waiting.peer.lock();
  if (!answer.result.stored) {
    note_refusal(answer.result.author, answer.result.first, answer.result.seq, answer.result.error);
  }
  if (!peer) return;
  peer->session().submitted(answer.result);
  peer->kick();
}

void Host::note_refusal(const AuthorKey& author, std::uint64_t first, std::uint64_t last,
                        const Error& error) {
  ++metrics_.refused[error.code];
  log_.warn("pack_refused",
            {field("author", author), field("first", first), field("last", last),
             field("code", std::string(name_of(error.code))), field("reason", error.message)});
}

void Host::count(const Commit& commit) {
  for (const Answer& one : commit.answers) {
    if (one.result.stored && one.result.arrival <= state_.end) ++metrics_.packs_repeated;
  }
  metrics_.packs_stored += commit.packs.size();
  for (const RelayedPack& pack : commit.packs) metrics_.bytes_stored += pack.bytes->size();
  metrics_.changes_stored += commit.new_changes;
  metrics_.check_us_sum += commit.check_us;
  if (commit.wrote) {
    ++metrics_.commits;
    metrics_.count_commit(commit.commit_us);
  }
  if (commit.failed) {
    ++metrics_.commits_failed;
    log_.error("store_failed", {field("packs", std::uint64_t{commit.answers.size()})});
  }
  if (commit.wrote || commit.failed) {
    is_writable_ = !commit.failed;
    last_write_ms_ = steady_ms_;
  }
}

void Host::submit(RelaySession& session, const WorkspaceId& workspace, Bytes pack) {
  Submission submission;
  submission.ticket = ++last_ticket_;
  submission.workspace = workspace;
  submission.pack = std::make_shared<const Bytes>(std::move(pack));
  const std::size_t bytes = submission.pack->size();
  const auto peer = peers_.find(&session);
  waiting_[submission.ticket] = {peer == peers_.end() ? std::weak_ptr<Peer>() : peer->second, 0};

  const std::optional<AuthorKey> author = session.author();
  const Result<PackHeader> header = read_pack_header(*submission.pack);
  if (author) submission.from = *author;
  if (header) submission.changes = header->count;
  // A stranger's packs are checked and dropped; the rate protects the disk, so it is for those who can fill
  // it.
  const bool is_exempt = author && is_coordinator(*author) && !revoked_at(*author);
  if (!author || !is_enrolled(*author) || is_exempt) return pass_on(std::move(submission));
  Meter& meter = meters_.try_emplace(*author, Meter{TokenBucket(limits_, steady_ms_), {}}).first->second;
  if (meter.delayed.empty() && meter.bucket.take(limits_, submission.changes, bytes, steady_ms_)) {
    return pass_on(std::move(submission));
  }
  if (delayed_bytes_ + bytes > limits_.inbound_bytes) {
    SubmitResult result;
    result.bytes = bytes;
    result.error = {ErrorCode::busy,
                    "too much is waiting at the relay; everything is safe here, try again later"};
    if (header) {
      result.author = header->author;
      result.first = header->first_seq;
      result.seq = header->last_seq();
    }
    refused_here_.push_back({submission.ticket, std::move(result)});
    return;
  }
  ++metrics_.packs_delayed;
  ++delayed_packs_;
  delayed_bytes_ += bytes;
  meter.delayed.push_back(std::move(submission));
}

void Host::pass_on(Submission submission) {
  const std::size_t bytes = submission.pack->size();
  waiting_[submission.ticket].bytes = bytes;
  queued_bytes_ += bytes;
  storage_->submit(std::move(submission));
}

void Host::tick(std::int64_t steady_ms) {
  steady_ms_ = steady_ms;
  for (const Answer& one : std::exchange(refused_here_, {})) answer(one);
  if (delayed_packs_ == 0) return;
  for (auto& [author, meter] : meters_) {
    while (!meter.delayed.empty()) {
      const std::size_t bytes = meter.delayed.front().pack->size();
      if (!meter.bucket.take(limits_, meter.delayed.front().changes, bytes, steady_ms)) break;
      Submission submission = std::move(meter.delayed.front());
      meter.delayed.pop_front();
      --delayed_packs_;
      delayed_bytes_ -= bytes;
      pass_on(std::move(submission));
    }
  }
}

bool Host::is_coordinator(const AuthorKey& author) {
  const auto member = state_.members->find(author);
  return member != state_.members->end() && member->second.is_coordinator;
}

std::optional<std::pair<std::uint64_t, std::string>> Host::revoked_at(const AuthorKey& author) {
  const auto member = state_.members->find(author);
  if (member == state_.members->end()) return std::nullopt;
  return member->second.cut;
}

std::vector<RelayedPack> Host::packs_after(std::uint64_t after, std::size_t max_bytes) {
  std::vector<RelayedPack> packs;
  std::size_t total = 0;
  for (std::uint64_t next = after + 1; next <= state_.end && (packs.empty() || total < max_bytes); ++next) {
    std::optional<RelayedPack> pack = cache_.get(next);
    if (!pack) {
      // Arrivals have no holes, so the first pack read is the one that was missing.
      const Result<std::vector<RelayedPack>> read = reader_.after(next - 1, state_.end, kReadAheadBytes);
      if (!read || read->empty() || read->front().arrival != next) {
        log_.error("read_failed", {field("arrival", next),
                                   field("reason", read ? std::string("not there") : read.error().message)});
        break;
      }
      // From the far end, so that a small cache keeps the near ones.
      for (auto one = read->rbegin(); one != read->rend(); ++one) cache_.put(*one);
      pack = read->front();
    }
    total += pack->bytes->size();
    packs.push_back(std::move(*pack));
  }
  return packs;
}

Result<std::vector<RelayedPack>> Host::packs_of(const AuthorKey& name, std::uint64_t after,
                                                std::uint64_t after_arrival, std::size_t max_bytes) {
  const auto [author, ranges] = state_.packs_named(name);
  Result<std::vector<RelayedPack>> read =
      reader_.of(author, ranges, after, after_arrival, state_.end, max_bytes);
  if (!read) log_.error("read_failed", {field("author", author), field("reason", read.error().message)});
  return read;
}

void Host::keep_announcement(const Announcement& announcement) {
  Announcement kept = announcement;
  kept.relay_ms = clock_.now_ms();
  ++notes_given_;
  storage_->keep(kept);
}

void Host::keep_carried(const Announcement& announcement) {
  // An author who is here himself says it better.
  if (const auto here = by_author_.find(announcement.author);
      here != by_author_.end() && !here->second.expired())
    return;
  const auto known = state_.announcements.find(announcement.author);
  if (known != state_.announcements.end()) {
    const Announcement& held = known->second.value;
    if (std::tie(announcement.seq, announcement.now_ms) <= std::tie(held.seq, held.now_ms)) return;
  }
  Announcement kept = announcement;
  kept.relay_ms = std::min(announcement.now_ms, clock_.now_ms());
  ++notes_given_;
  storage_->keep(kept);
}

void Host::keep_holding(const Holding& holding) {
  ++notes_given_;
  storage_->keep(holding);
}

RelayHost::Notes Host::notes_after(std::uint64_t after) {
  // Ascending by note, so that a reader may stop anywhere and ask again from there.
  std::vector<const Noted<Announcement>*> announcements;
  for (const auto& [author, noted] : state_.announcements) {
    if (noted.note > after) announcements.push_back(&noted);
  }
  std::vector<const Noted<Holding>*> holdings;
  for (const auto& [author, noted] : state_.holdings) {
    if (noted.note > after) holdings.push_back(&noted);
  }
  const auto by_note = [](const auto* a, const auto* b) { return a->note < b->note; };
  std::sort(announcements.begin(), announcements.end(), by_note);
  std::sort(holdings.begin(), holdings.end(), by_note);
  Notes notes;
  notes.end = state_.notes_end;
  for (const auto* noted : announcements) notes.announcements.push_back(noted->value);
  for (const auto* noted : holdings) notes.holdings.push_back(noted->value);
  return notes;
}

void Host::fill(Gauges& gauges) const {
  gauges.sessions = static_cast<std::uint64_t>(std::count_if(
      by_author_.begin(), by_author_.end(), [](const auto& entry) { return !entry.second.expired(); }));
  gauges.authors = state_.authors();
  gauges.arrivals_end = state_.end;
  gauges.changes_held = state_.changes;
  gauges.queue_packs = waiting_.size();
  gauges.queue_bytes = queued_bytes_;
  gauges.delayed_packs = delayed_packs_;
  gauges.cache_bytes = cache_.bytes();
  gauges.is_writable = is_writable_;
  std::int64_t oldest = 0;
  for (const auto& [author, noted] : state_.announcements) {
    oldest = std::max(oldest, clock_.now_ms() - noted.value.relay_ms);
  }
  gauges.oldest_announcement_ms = oldest;
}

}  // namespace karez::relay
