#include "wire.h"

#include <algorithm>

#include "laptop.h"
#include "relay.h"

namespace karez::sim {
namespace {

/// Both ends' pings notice a dead link after this.
constexpr std::int64_t kIdleMs = 50'000;

}  // namespace

void Wire::start() {
  if (!p_.is_quiet) {
    const Options& o = p_.options;
    if (p_.dice.chance(o.cut_per_session)) {
      cut_at_ = 1 + p_.dice.below(static_cast<std::uint64_t>(p_.dice.log_between(500, 300'000)));
    }
    if (p_.dice.chance(o.half_open)) silent_from_ms_ = p_.timeline.now_ms() + p_.dice.between(1, 60'000);
  }
  replica_end_ = std::make_unique<ReplicaSession>(p_.laptop.store(), p_.laptop.clock(), p_.dice, p_.is_live);
  relay_end_ = std::make_unique<RelaySession>(p_.relay, p_.relay.clock(), p_.dice);
  p_.relay.attach(shared_from_this());
  kick();
}

void Wire::kick() {
  if (std::exchange(is_pumping_, true)) return;
  const auto keep = shared_from_this();
  pump_relay();
  pump_laptop();
  is_pumping_ = false;
}

void Wire::pump_laptop() {
  while (replica_end_ != nullptr) {
    std::optional<Frame> frame = replica_end_->next_frame();
    if (!p_.laptop.settle()) return;  // it died while it read its log
    if (replica_end_ == nullptr) return;
    if (!frame) break;
    carry(std::move(*frame), Way::to_relay);
  }
  if (replica_end_ == nullptr) return;
  report_ = replica_end_->report();
  was_in_sync_ = was_in_sync_ || replica_end_->is_in_sync();
  if (replica_end_->is_finished()) end_laptop(false);
}

void Wire::pump_relay() {
  while (relay_end_ != nullptr) {
    const std::optional<SharedFrame> frame = relay_end_->next_frame();
    // I8: what waits for a slow reader is bounded: control frames, one credit, one pack more.
    if (relay_end_->queued_bytes() > 2 * limits::kCreditBytes + limits::kFrameBytes) {
      throw Violation("I8",
                      "a relay session queues " + std::to_string(relay_end_->queued_bytes()) + " bytes");
    }
    if (!frame) break;
    carry(Frame{frame->is_binary, *frame->bytes}, Way::to_laptop);
  }
  if (relay_end_ != nullptr && relay_end_->is_finished()) end_relay();
}

void Wire::carry(Frame frame, Way way) {
  if (is_broken_) return;
  const Options& o = p_.options;
  const std::int64_t now = p_.timeline.now_ms();
  bytes_ += frame.bytes.size() + 8;
  double delay = 20;
  if (o.has_bad_links && !p_.is_quiet) {
    delay = o.delay_ms * p_.dice.log_between(1, o.jitter) +
            static_cast<double>(frame.bytes.size()) / o.bytes_per_ms;
  }
  std::int64_t& next = next_ms_[way == Way::to_relay ? 0 : 1];
  next = std::max(next, now + static_cast<std::int64_t>(delay));
  const std::weak_ptr<Wire> weak = weak_from_this();
  if (cut_at_ != 0 && bytes_ >= cut_at_) {
    is_broken_ = true;
    p_.timeline.at(next, [weak] {
      if (const auto wire = weak.lock()) wire->end_laptop(true), wire->end_relay();
    });
    return;
  }
  if (silent_from_ms_ != 0 && now >= silent_from_ms_) {
    is_broken_ = true;  // swallowed, and nobody hears of it until the pings run out
    p_.timeline.after(kIdleMs, [weak] {
      if (const auto wire = weak.lock()) wire->end_laptop(true), wire->end_relay();
    });
    return;
  }
  p_.timeline.at(next, [weak, way, moved = std::make_shared<Frame>(std::move(frame))] {
    if (const auto wire = weak.lock()) wire->deliver(std::move(*moved), way);
  });
}

void Wire::change_bytes(Frame& frame) {
  // A relay's greeting is let through: on first contact it decides which relay is the right one.
  if (p_.is_quiet || frame.bytes.empty() || !was_logged_in_ || !p_.dice.chance(p_.options.noise)) return;
  ++p_.figures.noise;
  was_changed_ = true;
  for (std::uint64_t i = 1 + p_.dice.below(3); i-- > 0;) {
    frame.bytes[p_.dice.below(frame.bytes.size())] = static_cast<std::uint8_t>(p_.dice.next());
  }
}

void Wire::deliver(Frame frame, Way way) {
  change_bytes(frame);
  p_.timeline.trace("frame", way == Way::to_relay ? 0 : 1, frame.bytes.size());
  if (way == Way::to_relay) {
    if (relay_end_ == nullptr) return;
    (void)relay_end_->receive(frame).ok();
    if (!was_logged_in_ && relay_end_->author()) {
      was_logged_in_ = true;
      p_.relay.logged_in(*this);
    }
  } else {
    if (replica_end_ == nullptr) return;
    const Status taken = replica_end_->receive(frame);
    if (!taken) p_.timeline.trace("session_error", static_cast<std::uint64_t>(taken.error().code), 0);
    if (!p_.laptop.settle()) return;
  }
  kick();
}

void Wire::local_change() {
  if (replica_end_ == nullptr) return;
  (void)replica_end_->local_change().ok();
  kick();
}

void Wire::end_laptop(bool link_lost) {
  if (replica_end_ == nullptr) return;
  const auto keep = shared_from_this();
  if (link_lost) {
    (void)replica_end_->link_lost().ok();
    ++p_.figures.broken_sessions;
  }
  report_ = replica_end_->report();
  replica_end_.reset();
  const std::weak_ptr<Wire> weak = weak_from_this();
  p_.timeline.at(std::max(next_ms_[0], p_.timeline.now_ms()) + 1, [weak] {
    if (const auto wire = weak.lock()) wire->end_relay();
  });
  p_.laptop.session_ended(*this);
}

void Wire::end_relay() {
  if (relay_end_ == nullptr) return;
  relay_end_.reset();
  p_.relay.detach(*this);
  const std::weak_ptr<Wire> weak = weak_from_this();
  p_.timeline.at(std::max(next_ms_[1], p_.timeline.now_ms()) + 1, [weak] {
    if (const auto wire = weak.lock()) wire->end_laptop(true);
  });
}

void Wire::laptop_is_gone() {
  replica_end_.reset();
  const std::weak_ptr<Wire> weak = weak_from_this();
  p_.timeline.after(kIdleMs, [weak] {
    if (const auto wire = weak.lock()) wire->end_relay();
  });
}

void Wire::relay_is_gone() { end_relay(); }
void Wire::hang_up() { end_laptop(true); }

}  // namespace karez::sim
