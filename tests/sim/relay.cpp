#include "relay.h"

#include <algorithm>

#include "wire.h"

namespace karez::sim {
namespace {

KeyPair made_key(Dice& dice) {
  FixedBytes<32> seed{};
  dice.fill(seed);
  return key_pair_from_seed(seed);
}

}  // namespace

SimRelay::SimRelay(Timeline& timeline, Book& book, Figures& figures, const Options& options, Dice dice,
                   const std::string& machine)
    : StoreHost(clock_),
      timeline_(timeline),
      book_(book),
      figures_(figures),
      dice_(dice),
      disk_(dice_.next()),
      clock_(timeline),
      machine_(machine),
      folder_("/" + machine + "/data") {
  key_ = made_key(dice_);
  disk_.cut_style = options.cut_style;
  plug_in(machine_, disk_);
}

bool SimRelay::start(bool new_incarnation) {
  ++life_;
  relay::PackStoreOptions options;
  options.folder = folder_;
  options.new_incarnation = new_incarnation;
  options.vfs = "karez-sim";
  if (const Status opened = open(options, dice_); opened) {
    check_durable();
    return true;
  } else if (opened.error().code != ErrorCode::io && opened.error().code != ErrorCode::busy &&
             !disk_.is_dead()) {
    throw Violation("engine", "the relay does not start: " + opened.error().message);
  }
  // A fault of the disk: somebody tries again.
  if (disk_.is_dead()) disk_.revive(false);
  timeline_.after(kMinuteMs, [this, life = life_, new_incarnation] {
    if (life == life_ && !is_up()) start(new_incarnation);
  });
  return false;
}

/// I1 of the relay: whatever it gave a receipt for is there after any crash.
void SimRelay::check_durable() {
  const Book::Reach reach = book_.reach_of(state().heads.all());
  for (const Hash& receipt : receipts_) {
    if (book_.is_in(reach, receipt)) continue;
    const Book::Change& change = *book_.find(receipt);
    throw Violation("I1", "the relay lost what it gave a receipt for: change " + std::to_string(change.seq) +
                              " of " + public_name(change.author).substr(0, 8));
  }
  if (arrivals_.size() > state().end) arrivals_.resize(state().end);
  while (arrivals_.size() < state().end) {
    const auto more = reader().after(arrivals_.size(), state().end, 64 * 1024);
    if (!more || more->empty()) break;  // only what is known is compared
    for (const RelayedPack& pack : *more) {
      const auto opened = open_pack(*pack.bytes);
      if (!opened) throw Violation("I1", "a stored pack does not open: " + opened.error().message);
      if (pack.arrival == arrivals_.size() + 1) arrivals_.push_back(opened->last_link());
    }
  }
}

void SimRelay::hang_up_all() {
  const auto wires = std::exchange(wires_, {});
  for (const auto& weak : wires) {
    if (const auto wire = weak.lock()) wire->relay_is_gone();
  }
}

void SimRelay::crash(bool power_was_cut, std::int64_t down_ms) {
  ++figures_.relay_cuts;
  timeline_.trace("relay_crash", 0, power_was_cut ? 1 : 0);
  hang_up_all();
  if (is_up()) last_heads_ = state().heads.all();
  disk_.die();
  close();
  tickets_.clear();
  commit_is_planned_ = false;
  disk_.revive(power_was_cut);
  const std::uint64_t life = ++life_;
  timeline_.after(down_ms, [this, life] {
    if (life == life_) start();
  });
}

void SimRelay::keep_backup() {
  if (!is_up()) return;
  if (dice_.chance(0.5)) {
    if (auto copy = backed_up()) backup_ = {{folder_ + "/relay.db", std::move(*copy)}};
    return;
  }
  // An image of the disk: the state of a moment with the log of that moment beside it.
  backup_ = disk_.image();
}

/// As `karez-relay backup` makes it, beside the relay that runs. Nothing if the disk did not let it.
std::optional<Bytes> SimRelay::backed_up() {
  const std::string path = "/" + machine_ + "/backup" + std::to_string(++backups_) + ".db";
  {
    DatabaseOptions options;
    options.must_exist = true;
    options.vfs = "karez-sim";
    auto source = Database::open(folder_ + "/relay.db", options);
    const Status copied = source ? source->execute("VACUUM INTO '" + path + "'") : Status(source.error());
    if (!copied && copied.error().code != ErrorCode::io && copied.error().code != ErrorCode::busy &&
        !disk_.is_dead()) {
      throw Violation("engine", "the backup of a running relay: " + copied.error().message);
    }
    if (disk_.is_dead() || !copied) return std::nullopt;
  }
  Bytes bytes = disk_.find(path)->data;
  (void)disk_.remove(path, false);
  return bytes;
}

void SimRelay::restore_backup() {
  ++figures_.relay_restores;
  timeline_.trace("relay_restore", 0, 0);
  crash(false, kMinuteMs);
  disk_.restore(backup_, folder_);
  receipts_.clear();
  arrivals_.clear();
  last_heads_.clear();
  ++life_;
  start(true);
}

void SimRelay::wipe() {
  ++figures_.relay_wipes;
  timeline_.trace("relay_wipe", 0, 0);
  crash(false, kMinuteMs);
  disk_.erase(folder_);
  receipts_.clear();
  arrivals_.clear();
  last_heads_.clear();
  ++life_;
  start(true);
}

void SimRelay::detach(const Wire& wire) {
  std::erase_if(wires_, [&](const auto& weak) { return weak.expired() || weak.lock().get() == &wire; });
}

void SimRelay::logged_in(const Wire& wire) {
  const auto author = wire.relay_session().author();
  const auto wires = wires_;  // who is replaced leaves the table
  for (const auto& weak : wires) {
    const auto other = weak.lock();
    if (other && other.get() != &wire && other->is_up() && other->relay_session().author() == author) {
      other->relay_is_gone();
      detach(*other);
    }
  }
}

void SimRelay::submit(RelaySession& session, const WorkspaceId& workspace, Bytes pack) {
  const std::uint64_t ticket = enqueue(workspace, std::move(pack));
  for (const auto& weak : wires_) {
    const auto wire = weak.lock();
    if (wire && wire->is_up() && &wire->relay_session() == &session) tickets_[ticket] = weak;
  }
}

void SimRelay::submit_unasked(const WorkspaceId& workspace, Bytes pack) {
  (void)enqueue(workspace, std::move(pack));
}

void SimRelay::work_waits() {
  if (std::exchange(commit_is_planned_, true)) return;
  timeline_.after(dice_.between(1, 20), [this, life = life_] {
    if (life == life_ && is_up()) commit();
  });
}

void SimRelay::commit() {
  commit_is_planned_ = false;
  const relay::Commit commit = commit_batch();
  for (const RelayedPack& pack : commit.packs) {
    const auto answer = std::find_if(
        commit.answers.begin(), commit.answers.end(),
        [&](const relay::Answer& one) { return one.result.stored && one.result.arrival == pack.arrival; });
    if (answer == commit.answers.end()) throw Violation("I2", "a pack was stored and nobody was told");
    arrivals_.push_back(answer->result.link);
  }
  for (const auto& [name, head] : commit.heads) {
    if (head.seq > 0) book_.spread(head);
  }
  if (disk_.is_dead()) return crash(dice_.chance(0.7), dice_.between(kMinuteMs, 2 * kHourMs));
  std::vector<std::pair<std::shared_ptr<Wire>, const SubmitResult*>> answers;
  for (const relay::Answer& answer : commit.answers) {
    timeline_.trace("answer", answer.result.stored ? 1 : 0, answer.result.seq);
    if (answer.result.stored) receipts_.insert(answer.result.link);
    const auto ticket = tickets_.extract(answer.ticket);
    if (ticket.empty()) continue;
    if (auto wire = ticket.mapped().lock()) answers.emplace_back(std::move(wire), &answer.result);
  }
  for (const auto& [wire, result] : answers) {
    if (!wire->is_up()) continue;
    wire->relay_session().submitted(*result);
    wire->kick();
  }
  if (!commit.brings_news()) return;
  const auto wires = wires_;
  for (const auto& weak : wires) {
    const auto wire = weak.lock();
    if (!wire || !wire->is_up()) continue;
    wire->relay_session().wake();
    wire->kick();
  }
}

}  // namespace karez::sim
