// The relay's end of a session, asked by hand one frame at a time: what it sends, and what it keeps to
// itself.
#include "karez/sync/relay_session.h"

#include <doctest/doctest.h>

#include "../../../engine/sync/control_json.h"
#include "../../../engine/sync/pack_frames.h"
#include "support/sync_fakes.h"

namespace karez {
namespace {

using namespace karez::testing;

/// A relay that holds logs of a and b, one pack in a frame; a asks.
struct Asking {
  Fleet fleet;
  Person& a = fleet.volunteer("a");
  Person& b = fleet.volunteer("b");
  FakeRelay relay;
  HandClock clock{kStartMs};
  SeededRandom random{1};
  RelaySession session{relay, clock, random};

  Asking() {
    relay.most_packs = 1;
    relay.seed(a.pack(), fleet.workspace());
    relay.seed(b.pack(1, 1), fleet.workspace());
    for (int i = 0; i < 6; ++i) {
      const Dot dot = b.add({Unknown{99, Bytes(300, static_cast<std::uint8_t>(i))}});
      relay.seed(b.pack(dot.seq, dot.seq), fleet.workspace());
    }
  }
  void log_in() {
    const auto hello = control::decode_from_relay(*session.next_frame()->bytes);
    REQUIRE(hello.ok());
    control::Login login;
    login.workspace = fleet.workspace();
    login.author = a.author();
    random.fill(login.nonce);
    login.signature = sign(a.key(), Purpose::login,
                           login_message(login.workspace, login.author, relay.key.author,
                                         std::get<control::Hello>(*hello).nonce, login.nonce, {}));
    REQUIRE(session.receive(control::encode(login)).ok());
    REQUIRE(session.next_frame().has_value());
  }
  void want(std::uint64_t credit) {
    REQUIRE(session.receive(control::encode(control::Want{relay.identity, 0, 0, credit})).ok());
  }
  struct Sent {
    std::uint64_t packs = 0, bytes = 0, largest = 0;
    std::vector<std::string> messages;
  };
  /// Everything that it sends now.
  Sent take() {
    Sent sent;
    while (const auto frame = session.next_frame()) {
      if (!frame->is_binary) {
        sent.messages.emplace_back(text_of(*frame->bytes));
        continue;
      }
      const auto packs = control::packs_from_relay(*frame->bytes);
      REQUIRE(packs.ok());
      for (const auto& [arrival, pack] : packs->packs) {
        ++sent.packs;
        sent.bytes += pack.size();
        sent.largest = std::max<std::uint64_t>(sent.largest, pack.size());
      }
    }
    return sent;
  }
};

}  // namespace

TEST_CASE("Relay session: packs wait for credit, and one more may be on its way") {
  Asking asking;
  asking.log_in();
  asking.want(500);
  const auto first = asking.take();
  CHECK(first.packs > 0);
  CHECK(first.packs < 8);
  CHECK(first.bytes < 500 + first.largest);
  CHECK(asking.take().packs == 0);
  REQUIRE(asking.session.receive(control::encode(control::Credit{1})).ok());
  const auto second = asking.take();
  CHECK(first.bytes + second.bytes < 501 + std::max(first.largest, second.largest));
  REQUIRE(asking.session.receive(control::encode(control::Credit{limits::kCreditBytes})).ok());
  CHECK(first.packs + second.packs + asking.take().packs == 8);
}

TEST_CASE("Relay session: a revoked author that asks is told so, and sent nothing") {
  Asking asking;
  asking.log_in();
  asking.relay.revoked[asking.a.author()] = {1, "lost"};
  asking.want(limits::kCreditBytes);
  const auto sent = asking.take();
  CHECK(sent.packs == 0);
  REQUIRE(sent.messages.size() == 1);
  CHECK(sent.messages.front().starts_with(R"({"type":"revoked")"));
  REQUIRE(asking.session.receive(control::encode(control::Fetch{asking.b.author(), 0})).ok());
  CHECK(asking.take().packs == 0);
}

}  // namespace karez
