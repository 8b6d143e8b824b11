// Frames that no honest peer sends.
#include <doctest/doctest.h>

#include "../../../engine/sync/control_json.h"
#include "../../../engine/sync/pack_frames.h"
#include "../../../engine/sync/relay_outbound.h"
#include "support/sync_link.h"

namespace karez {
namespace {

using namespace karez::testing;

Frame text_frame(std::string_view text) {
  const ByteView bytes = view_of(text);
  return {false, Bytes(bytes.begin(), bytes.end())};
}

/// One end of a session, spoken to by hand.
struct Hands {
  Fleet fleet;
  Person& a = fleet.volunteer("a");
  FakeRelay relay;
  FakeReplica anna{a};
  HandClock clock{kStartMs};
  SeededRandom random{1};

  Hands() { relay.seed(a.pack(), fleet.workspace()); }

  /// A relay session after hello; `login` is the right one for it.
  struct AtRelay {
    RelaySession session;
    Frame login;
  };
  std::unique_ptr<RelaySession> at_relay() { return std::make_unique<RelaySession>(relay, clock, random); }
  Frame login_for(RelaySession& session, bool is_signed = true) {
    const auto hello = control::decode_from_relay(*session.next_frame()->bytes);
    control::Login login;
    login.workspace = fleet.workspace();
    login.author = a.author();
    random.fill(login.nonce);
    const Bytes message = login_message(login.workspace, login.author, relay.key.author,
                                        std::get<control::Hello>(*hello).nonce, login.nonce, {});
    if (is_signed) login.signature = sign(a.key(), Purpose::login, message);
    return control::encode(login);
  }
  std::unique_ptr<RelaySession> logged_in() {
    auto session = at_relay();
    ENSURE(session->receive(login_for(*session)).ok());
    ENSURE(session->next_frame().has_value());
    return session;
  }
  std::unique_ptr<ReplicaSession> replica_open() {
    auto replica = std::make_unique<ReplicaSession>(anna, clock, random, false);
    RelaySession session(relay, clock, random);
    ENSURE(replica->receive(*session.next_frame()).ok());
    ENSURE(session.receive(*replica->next_frame()).ok());
    ENSURE(replica->receive(*session.next_frame()).ok());
    return replica;
  }
};

std::string text_of_next(RelaySession& session) {
  const auto frame = session.next_frame();
  return frame ? std::string(text_of(*frame->bytes)) : std::string();
}

/// The relay ends the session with this error, after saying so.
void check_ends(RelaySession& session, const Frame& frame, std::string_view code) {
  CAPTURE(code);
  CHECK_FALSE(session.receive(frame));
  std::string last;
  while (const auto next = session.next_frame()) last = std::string(text_of(*next->bytes));
  CHECK(last.find("\"code\":\"" + std::string(code) + "\"") != std::string::npos);
  CHECK(session.is_finished());
  CHECK_FALSE(session.receive(frame));
}

std::vector<std::string> broken_texts() {
  std::string deep(100'000, '[');
  return {"",
          "{",
          "nonsense",
          deep,
          R"({"type":"want","type":"want"})",
          R"({"type":"want"})",
          "{\"type\":\"\xC0\xAF\"}",
          R"({"type":"credit","bytes":9007199254740993})"};
}

}  // namespace

TEST_CASE("Relay session: before login only a login of at most 4 KiB is taken") {
  Hands h;
  check_ends(*h.at_relay(), text_frame(R"({"type":"credit","bytes":1})"), "protocol");
  check_ends(*h.at_relay(), control::pack_frame(h.a.pack()), "protocol");
  check_ends(*h.at_relay(), text_frame(std::string(4097, ' ')), "too_large");
  auto forged = h.at_relay();
  check_ends(*forged, h.login_for(*forged, false), "bad_signature");
  auto replayed = h.at_relay();
  const Frame login = h.login_for(*replayed);
  check_ends(*h.at_relay(), login, "bad_signature");
  auto twice = h.logged_in();
  check_ends(*twice, login, "protocol");
}

TEST_CASE("Relay session: broken control frames end it with an error frame") {
  Hands h;
  for (const std::string& text : broken_texts()) {
    auto session = h.logged_in();
    const Frame frame = text_frame(text);
    CHECK_FALSE(session->receive(frame));
    CHECK(text_of_next(*session).starts_with(R"({"type":"error")"));
    CHECK(session->is_finished());
  }
  check_ends(*h.logged_in(), text_frame(std::string(limits::kFrameBytes + 1, ' ')), "too_large");
  check_ends(*h.logged_in(), {true, {'Q', 1}}, "malformed");
}

TEST_CASE("Relay session: an unknown type is answered and nothing else happens") {
  Hands h;
  auto session = h.logged_in();
  CHECK(session->receive(text_frame(R"({"type":"dance"})")));
  CHECK(text_of_next(*session).find(R"("code":"protocol")") != std::string::npos);
  CHECK_FALSE(session->is_finished());
  CHECK(session->receive(text_frame(R"({"type":"error","code":"protocol","reason":"?"})")));
  CHECK(text_of_next(*session).empty());
}

TEST_CASE("Relay session: an author without enrolment may only deliver") {
  Hands h;
  h.relay.state = {};
  auto session = h.logged_in();
  const control::Want want{h.relay.identity, 0, 0, 1000};
  for (const Frame& frame :
       {control::encode(want), control::ranges_frame({}), control::encode(control::Fetch{h.a.author(), 0}),
        control::encode(control::Announce{*h.anna.make_announcement(0)}), control::encode(control::Hold{})}) {
    CHECK(session->receive(frame));
    CHECK(text_of_next(*session).find(R"("code":"stranger")") != std::string::npos);
    CHECK_FALSE(session->is_finished());
  }
  CHECK(session->receive(control::pack_frame(h.a.pack())));
  h.relay.sessions.insert(session.get());
  h.relay.commit();
  CHECK(text_of_next(*session).starts_with(R"({"type":"ack")"));
  CHECK(session->receive(control::encode(want)));
  CHECK(control::packs_from_relay(*session->next_frame()->bytes)->at.has_value());
}

TEST_CASE("Relay session: packs beyond the credit end it") {
  Hands h;
  RelaySession session(h.relay, h.clock, h.random, SyncLimits{1000, 1000});
  CHECK(session.receive(h.login_for(session)));
  const Frame pack = control::pack_frame(h.a.pack());
  Status status;
  for (int i = 0; i < 2000 && status.ok(); ++i) status = session.receive(pack);
  CHECK(status.error().code == ErrorCode::protocol);
}

TEST_CASE("Relay session: packs that cannot be stored are refused without the store") {
  Hands h;
  auto session = h.logged_in();
  Fleet elsewhere("somebody else");
  CHECK(session->receive(control::pack_frame(elsewhere.founder().pack())));
  CHECK(text_of_next(*session).find(R"("code":"wrong_workspace")") != std::string::npos);
  CHECK(session->receive(Frame{true, {'P', 1, 2, 3}}));
  CHECK(text_of_next(*session).find(R"("code":"malformed")") != std::string::npos);
  CHECK(h.relay.submitted.empty());
  CHECK_FALSE(session->is_finished());
}

TEST_CASE("Relay session: a peer that asks and does not read is ended") {
  Hands h;
  auto asking = h.logged_in();
  Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) status = asking->receive(control::ranges_frame({}));
  CHECK(status.error().code == ErrorCode::busy);
  auto talking = h.logged_in();
  status = {};
  for (int i = 0; i < 20'000 && status.ok(); ++i)
    status = talking->receive(text_frame(R"({"type":"dance"})"));
  CHECK(status.error().code == ErrorCode::busy);
  CHECK(talking->queued_bytes() < 2 * limits::kCreditBytes);
}

TEST_CASE("Relay session: false announcements end it, worthless holdings are not kept") {
  Hands h;
  Announcement false_one = *h.anna.make_announcement(5);
  false_one.seq += 1;
  check_ends(*h.logged_in(), control::encode(control::Announce{false_one}), "bad_signature");
  auto session = h.logged_in();
  CHECK(session->receive(control::encode(control::Announce{*h.anna.make_announcement(5)})));
  Holding holding{h.a.author(), h.relay.identity, 1, {}};
  const auto sign_it = [&] {
    holding.signature =
        sign(h.a.key(), Purpose::holding, holding_message(h.fleet.workspace(), h.relay.key.author, holding));
  };
  sign_it();
  CHECK(session->receive(control::encode(control::Hold{holding})));
  CHECK(h.relay.state.holdings.empty());  // not a coordinator
  h.relay.coordinators.insert(h.a.author());
  holding.arrival = 99;
  sign_it();
  CHECK(session->receive(control::encode(control::Hold{holding})));
  CHECK(h.relay.state.holdings.empty());  // beyond the end
  holding.arrival = 1;
  sign_it();
  CHECK(session->receive(control::encode(control::Hold{holding})));
  CHECK(h.relay.state.holdings.size() == 1);
  holding.arrival = 0;
  check_ends(*session, control::encode(control::Hold{holding}), "bad_signature");
}

TEST_CASE("Relay session: receipts of one author that became durable together are one") {
  Hands h;
  auto session = h.logged_in();
  h.relay.sessions.insert(session.get());
  h.anna.write(6);
  std::size_t bytes = 0;
  for (std::uint64_t seq = 2; seq <= 7; ++seq) {
    const Bytes pack = h.a.pack(seq, seq);
    bytes += pack.size();
    CHECK(session->receive(control::pack_frame(pack)));
  }
  h.relay.commit();
  const auto ack = control::decode_from_relay(*session->next_frame()->bytes);
  CHECK(std::get<control::Ack>(*ack).receipt.seq == 7);
  CHECK(std::get<control::Ack>(*ack).credit == bytes);
  CHECK_FALSE(session->next_frame());
}

TEST_CASE("Relay session: a workspace that was settled by somebody else ends it") {
  Hands h;
  h.relay.state = {};
  auto session = h.logged_in();
  Fleet elsewhere("somebody else");
  h.relay.seed(elsewhere.founder().pack(), elsewhere.workspace());
  check_ends(*session, control::pack_frame(h.a.pack()), "wrong_workspace");
}

TEST_CASE("Replica session: broken frames end it with an error and nothing is lost") {
  Hands h;
  std::vector<Frame> frames{{true, {}}, {true, {'P'}}, {true, {'P', 0x80}}, {true, {'Q', 1, 2}}};
  for (const std::string& text : broken_texts()) frames.push_back(text_frame(text));
  frames.push_back(text_frame(std::string(limits::kFrameBytes + 1, ' ')));
  for (const Frame& frame : frames) {
    auto replica = h.replica_open();
    const Status status = replica->receive(frame);
    if (status) continue;  // well-formed, of an unknown type
    CHECK_FALSE(status.error().message.empty());
    CHECK(replica->is_finished());
    CHECK_FALSE(replica->is_in_sync());
    CHECK_FALSE(replica->next_frame());
    CHECK_FALSE(replica->receive(frame));
  }
  CHECK(h.anna.heads().size() == 1);
}

TEST_CASE("Replica session: an unknown type is answered, an error ends it") {
  Hands h;
  auto replica = h.replica_open();
  CHECK(replica->receive(text_frame(R"({"type":"dance"})")));
  std::string last;
  while (const auto frame = replica->next_frame()) last = std::string(text_of(frame->bytes));
  CHECK(last.find(R"("code":"protocol")") != std::string::npos);
  CHECK_FALSE(replica->is_finished());
  const Status status =
      replica->receive(text_frame(R"({"type":"error","code":"busy","reason":"full","retry_after_ms":5000})"));
  CHECK(status.error().code == ErrorCode::busy);
  CHECK(replica->is_finished());
  CHECK(replica->report().retry_after_ms == 5000);
}

TEST_CASE("Replica session: answers about heads that belong to no question end it") {
  using control::Range;
  using control::RangeMode;
  Hands h;
  const std::vector<std::pair<AuthorKey, Head>> twice{{h.a.author(), {1, {}}}, {h.a.author(), {1, {}}}};
  const std::vector<std::pair<std::vector<Range>, ErrorCode>> answers{
      {{}, ErrorCode::protocol},
      {{{end_bound(), RangeMode::skip, 0, {}}}, ErrorCode::protocol},
      {{{end_bound(), RangeMode::sum, 7, {}}}, ErrorCode::protocol},
      {{{end_bound(), RangeMode::wanted, 0, {}}}, ErrorCode::malformed},
      {{{end_bound(), RangeMode::heads, 0, twice}}, ErrorCode::malformed}};
  for (const auto& [answer, code] : answers) {
    auto replica = h.replica_open();
    while (replica->next_frame()) {
    }
    CHECK(
        replica->receive(control::packs_frame({}, control::At{h.relay.end(), blake2b({view_of("other")})})));
    CHECK(text_of(replica->next_frame()->bytes) == text_of(Bytes{'R', 0, 2}));
    CHECK(replica->receive(control::ranges_frame(answer)).error().code == code);
    CHECK(replica->is_finished());
  }
}

TEST_CASE("Replica session: an answer that nobody asked for is not taken") {
  Hands h;
  auto replica = h.replica_open();
  while (replica->next_frame()) {
  }
  const control::Range all{end_bound(), control::RangeMode::heads, 0, {}};
  CHECK(replica->receive(control::ranges_frame({&all, 1})));
  CHECK_FALSE(replica->next_frame());
  CHECK_FALSE(replica->is_finished());
}

TEST_CASE("Relay session: one question about ranges at a time, and no more work than its budget") {
  using control::Range;
  using control::RangeMode;
  Hands h;
  const Range all{end_bound(), RangeMode::wanted, 0, {}};
  auto hasty = h.logged_in();
  CHECK(hasty->receive(control::ranges_frame({&all, 1})));
  CHECK(hasty->receive(control::ranges_frame({})));  // the end of fetches: no question
  CHECK(hasty->receive(control::ranges_frame({&all, 1})).error().code == ErrorCode::protocol);

  std::vector<Range> ranges;
  for (unsigned i = 1; i <= control::kRangesAsked; ++i) {
    Range range{{}, RangeMode::sum, 0, {}};
    range.to.key.bytes[0] = static_cast<std::uint8_t>(i >> 8);
    range.to.key.bytes[1] = static_cast<std::uint8_t>(i);
    ranges.push_back(range);
  }
  const Frame question = control::ranges_frame(ranges);
  auto greedy = h.logged_in();
  Status status;
  std::size_t answered = 0;
  for (; answered < 1000; ++answered) {
    status = greedy->receive(question);
    if (!status) break;
    REQUIRE(greedy->next_frame());
  }
  CHECK(status.error().code == ErrorCode::busy);
  CHECK(answered == WorkBudget::kMost / control::kRangesAsked);
  // The budget fills again as time goes on.
  WorkBudget budget;
  budget.spend(WorkBudget::kMost + 10);
  CHECK(budget.is_spent(h.clock.now_ms()));
  CHECK_FALSE(budget.is_spent(h.clock.now_ms() + 1000));
}

TEST_CASE("Relay session: ranges that are malformed, too many, or asked before login end it") {
  Hands h;
  RelaySession early(h.relay, h.clock, h.random);
  (void)early.next_frame();
  CHECK(early.receive(control::ranges_frame({})).error().code == ErrorCode::protocol);
  for (const Bytes& bytes : {Bytes{'R', 0}, Bytes{'R', 0, 9}, Bytes{'R', 1, 5, 0, 1, 5, 0},
                             Bytes{'R', 0, 3, 0}, Bytes{'R', 2, 5, 0, 0}, Bytes{'R', 33}}) {
    CHECK(h.logged_in()->receive(Frame{true, bytes}).error().code == ErrorCode::malformed);
  }
}

TEST_CASE(
    "Own arrivals: what came from the peer is not sent back, and is forgotten when the stream has passed "
    "it") {
  OwnArrivals own;
  CHECK_FALSE(own.contains(1));
  for (const std::uint64_t arrival : {5u, 2u, 9u, 3u, 7u, 5u}) own.add(arrival);
  for (const std::uint64_t arrival : {2u, 3u, 5u, 7u, 9u}) CHECK(own.contains(arrival));
  for (const std::uint64_t arrival : {1u, 4u, 6u, 8u, 10u}) CHECK_FALSE(own.contains(arrival));
  CHECK(own.ranges() == 4);
  for (const std::uint64_t arrival : {6u, 4u}) own.add(arrival);
  CHECK(own.ranges() == 2);
  own.forget_up_to(7);
  CHECK_FALSE(own.contains(7));
  CHECK(own.contains(9));
  CHECK(own.ranges() == 1);
}

}  // namespace karez
