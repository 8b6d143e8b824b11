// A session between a replica and a relay that follow the protocol, with somebody on the line who does not:
// the input is a list of steps, one byte for the kind (modulo 16) and then what it needs.
//
//     0 the replica sends        1 the relay sends         2, 3 a frame arrives at the relay, at the replica
//     4 the store commits        5 all goes its way        6, 7 a frame from nowhere for the relay, the
//     replica: 8 bits of the next frame turn: way u8, offset u16, mask u8                       text or not
//     u8, piece 9, 10, 11 it is lost, comes twice, comes after the next: way u8
//    12 the replica writes      13 time u16 passes        14 the line breaks, and is made again
//    15 the next frame is cut: way u8, size u16
//
// Whatever happens: both ends send only what the other can read, within its limits; a replica that says "in
// sync" holds what the relay held when it said so; and once the line is honest, at most two syncs bring both
// together.
#include "../../engine/sync/control_json.h"
#include "../../engine/sync/pack_frames.h"
#include "../../engine/sync/range_frames.h"
#include "fuzz.h"
#include "support/sync_link.h"

namespace karez::fuzz {
namespace {

constexpr int kMostSteps = 100;

/// Logs to begin with; each run has copies of what it changes.
struct Camp {
  testing::Fleet fleet;
  testing::Person& carla = fleet.coordinator("carla");
  testing::Person& anna = fleet.volunteer("anna");
  testing::Person& ben = fleet.volunteer("ben");
  testing::FakeRelay relay;

  Camp() {
    for (testing::Person* person : {&carla, &anna, &ben}) {
      for (int i = 0; i < 2; ++i) person->add({Unknown{70, {static_cast<std::uint8_t>(i)}}});
    }
    relay.coordinators.insert(carla.author());
    relay.seed(fleet.founder().pack(), fleet.workspace());
    relay.seed(ben.pack(1, 2), fleet.workspace());
    relay.seed(anna.pack(1, 1), fleet.workspace());
  }
};

/// What stands in the frames that an end sends: each can be read by the other.
template <typename Frames>
void check_frames(const Frames& frames, bool from_relay) {
  for (const Frame& frame : frames) {
    FUZZ_CHECK(frame.bytes.size() <= limits::kFrameBytes);
    if (frame.is_binary && control::is_ranges_frame(frame.bytes)) {
      FUZZ_CHECK(from_relay ? control::ranges_from_relay(frame.bytes).ok()
                            : control::ranges_from_replica(frame.bytes).ok());
    } else if (frame.is_binary) {
      FUZZ_CHECK(from_relay ? control::packs_from_relay(frame.bytes).ok()
                            : control::pack_from_replica(frame.bytes).ok());
    } else {
      FUZZ_CHECK(from_relay ? control::decode_from_relay(frame.bytes).ok()
                            : control::decode_from_replica(frame.bytes).ok());
    }
  }
}

class Run {
 public:
  explicit Run(const Camp& camp) : anna_(camp.anna), replica_(anna_), relay_(camp.relay) {
    replica_.pinned = relay_.key.author;  // as an invitation does it
    connect();
  }

  void play(ByteView bytes) {
    Steps steps(bytes);
    for (int i = 0; i < kMostSteps && !steps.at_end(); ++i) {
      step(steps);
      if (link_->relay_end) {
        FUZZ_CHECK(link_->relay_end->queued_bytes() <= limits::kCreditBytes + limits::kFrameBytes);
      }
    }
  }

  /// The line is honest from here on.
  void settle() {
    link_->hang_up();
    (void)link_->replica_end.link_lost();
    link_.reset();
    SyncReport report;
    for (std::uint64_t seed = 1; seed <= 2 && !report.in_sync; ++seed) {
      report = testing::sync(replica_, relay_, seed);
    }
    FUZZ_CHECK(report.in_sync);
    FUZZ_CHECK(replica_.shelf.heads() == relay_.state.shelf.heads());
  }
  [[nodiscard]] bool was_in_sync() const { return was_in_sync_; }

 private:
  void connect() {
    testing::Link::Options options;
    options.is_live = true;
    options.seed = ++links_;
    link_.emplace(replica_, relay_, clock_, options);
  }

  std::deque<Frame>& queue(std::uint8_t way) { return way % 2 == 0 ? link_->to_relay : link_->to_replica; }

  /// An end speaks; what it says is looked at before anybody touches it.
  void speak(unsigned end) {
    std::deque<Frame>& out = end == 0 ? link_->to_relay : link_->to_replica;
    const std::size_t before = out.size();
    (void)link_->step(end);
    if (out.size() <= before) return;
    const std::deque<Frame> said(out.end() - static_cast<std::ptrdiff_t>(out.size() - before), out.end());
    check_frames(said, end == 1);
  }

  void arrive(unsigned end) {
    (void)link_->step(end);
    if (!link_->replica_end.is_in_sync()) return;
    was_in_sync_ = true;
  }

  void step(Steps& steps) {
    const std::uint8_t kind = steps.u8() % 16;
    if (kind < 2) return speak(kind);
    if (kind < 4) return arrive(kind);
    if (kind < 8) return step_of_all(kind, steps);
    if (kind == 12) return replica_.write();
    if (kind == 13) return clock_.advance(steps.u16() * 1000);
    if (kind == 14) {
      link_->hang_up();
      (void)link_->replica_end.link_lost();
      return connect();
    }
    change_next(kind, steps);
  }

  void step_of_all(std::uint8_t kind, Steps& steps) {
    if (kind == 4) return relay_.commit();
    if (kind == 5) {
      (void)link_->replica_end.local_change();
      testing::run(relay_, *link_, steps.u8());
      return arrive(0);
    }
    const bool is_text = steps.u8() % 2 == 0;
    const ByteView piece = steps.piece();
    queue(kind).push_front({!is_text, Bytes(piece.begin(), piece.end())});
  }

  void change_next(std::uint8_t kind, Steps& steps) {
    std::deque<Frame>& frames = queue(steps.u8());
    if (frames.empty()) return;
    Bytes& next = frames.front().bytes;
    if (kind == 8) {
      const std::size_t at = steps.u16();
      const std::uint8_t mask = steps.u8();
      if (!next.empty()) next[at % next.size()] ^= mask;
    } else if (kind == 9) {
      frames.pop_front();
    } else if (kind == 10) {
      frames.push_front(Frame(frames.front()));
    } else if (kind == 11) {
      if (frames.size() > 1) std::swap(frames[0], frames[1]);
    } else {
      next.resize(steps.u16() % (next.size() + 1));
    }
  }

  testing::HandClock clock_{testing::kStartMs};
  testing::Person anna_;
  testing::FakeReplica replica_;
  testing::FakeRelay relay_;
  std::optional<testing::Link> link_;
  std::uint64_t links_ = 0;
  bool was_in_sync_ = false;
};

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  static const Camp camp;
  Run run(camp);
  run.play(bytes);
  run.settle();
  return run.was_in_sync() ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
