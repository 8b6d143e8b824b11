#include "../../../engine/sync/control_json.h"

#include <doctest/doctest.h>

#include "../../../engine/sync/json_check.h"
#include "support/fleet.h"

namespace karez {
namespace {

using namespace karez::control;

template <typename Message>
Message from_relay(const Message& message) {
  const Frame frame = encode(message);
  CHECK_FALSE(frame.is_binary);
  const auto decoded = decode_from_relay(frame.bytes);
  REQUIRE(decoded);
  REQUIRE(std::holds_alternative<Message>(*decoded));
  return std::get<Message>(*decoded);
}
template <typename Message>
Message from_replica(const Message& message) {
  const auto decoded = decode_from_replica(encode(message).bytes);
  REQUIRE(decoded);
  REQUIRE(std::holds_alternative<Message>(*decoded));
  return std::get<Message>(*decoded);
}
ErrorCode code_of(std::string_view text) {
  const auto decoded = decode_from_replica(view_of(text));
  return decoded ? ErrorCode::usage : decoded.error().code;
}
template <std::size_t N>
FixedBytes<N> filled(std::uint8_t byte) {
  FixedBytes<N> out{};
  out.fill(byte);
  return out;
}

const AuthorKey kAuthor{filled<32>(0xA1)};
const Hash kLink = filled<32>(0xB2);
const Signature kSignature = filled<64>(0xC3);

}  // namespace

TEST_CASE("Control messages: what the relay says comes back as it was") {
  Hello hello;
  hello.relay = kAuthor;
  hello.incarnation = filled<16>(7);
  hello.nonce = filled<32>(8);
  hello.now_ms = -5;
  CHECK(from_relay(hello).relay == hello.relay);
  CHECK(from_relay(hello).incarnation == hello.incarnation);
  CHECK(from_relay(hello).now_ms == -5);
  CHECK(from_relay(hello).pack_bytes == limits::kPackBytes);

  Welcome welcome{true, Head{3, kLink}, 4, kLink, 5, 6};
  CHECK(from_relay(welcome).have == welcome.have);
  CHECK(from_relay(welcome).credit == 6);
  welcome.have.reset();
  CHECK_FALSE(from_relay(welcome).have.has_value());

  const Ack ack{{kAuthor, 9, kLink, {}, {}, 10, kSignature}, 11};
  CHECK(from_relay(ack).receipt.signature == kSignature);
  CHECK(from_relay(ack).receipt.arrival == 10);
  const Refuse refuse{kAuthor, 1, 2, {ErrorCode::gap, "earlier changes are missing"}, 12};
  CHECK(from_relay(refuse).error.code == ErrorCode::gap);
  CHECK(from_relay(refuse).error.message == "earlier changes are missing");
  CHECK(from_relay(Revoked{4, "lost"}).reason == "lost");
  CHECK(from_relay(Failure{{ErrorCode::busy, "later"}, 1000}).retry_after_ms == 1000);
}

TEST_CASE("Control messages: what the replica says comes back as it was") {
  const Login login{1, {filled<32>(1)}, kAuthor, filled<32>(2), kSignature};
  CHECK(from_replica(login).workspace == login.workspace);
  CHECK(from_replica(login).signature == kSignature);
  CHECK(from_replica(Want{filled<16>(1), 2, 3, 4}).notes == 3);
  CHECK(from_replica(Credit{5}).bytes == 5);
  CHECK(from_replica(Fetch{kAuthor, 6}).after == 6);
  const Announcement announcement{kAuthor, 7, kLink, -8, 9, 10, kSignature};
  CHECK(from_replica(Announce{announcement}).announcement.last_record_ms == -8);
  CHECK(from_replica(Announce{announcement}).announcement.author.is_zero());
  CHECK(from_replica(Hold{{kAuthor, filled<16>(3), 11, kSignature}}).holding.arrival == 11);
}

TEST_CASE("Control messages: the longest pages stay below the limits of a frame") {
  Notes notes;
  for (std::size_t i = 0; i < kNotesPerPage; ++i) {
    notes.announcements.push_back(
        {kAuthor, limits::kSeq, kLink, -kGreatestInteger, -kGreatestInteger, -kGreatestInteger, kSignature});
  }
  CHECK(encode(notes).bytes.size() < limits::kFrameBytes);
  CHECK(from_relay(notes).announcements.size() == kNotesPerPage);
}

TEST_CASE("Control messages: numbers out of range and broken text are cut, so that every frame can be read") {
  const Revoked revoked{~std::uint64_t{0}, ""};
  CHECK(from_relay(revoked).seq == static_cast<std::uint64_t>(kGreatestInteger));
  const Failure failure{{ErrorCode::io, std::string("bad \xFF\x80 text \x1B[2J ") + std::string(2000, 'x')},
                        {}};
  const std::string shown = from_relay(failure).error.message;
  CHECK(shown.size() <= kReasonBytes);
  CHECK(shown.find('\x1B') == std::string::npos);
}

TEST_CASE("Control messages: unknown types and keys are no errors") {
  const auto unknown = decode_from_replica(view_of(R"({"type":"dance","steps":[1,2,{"a":null}]})"));
  REQUIRE(unknown);
  CHECK(std::get<UnknownType>(*unknown).type == "dance");
  const auto more = decode_from_replica(view_of(R"({"bytes":5,"colour":"red","type":"credit"})"));
  REQUIRE(more);
  CHECK(std::get<Credit>(*more).bytes == 5);
  // A type of the other direction is as unknown as any.
  CHECK(std::holds_alternative<UnknownType>(*decode_from_replica(view_of(R"({"type":"ack"})"))));
}

TEST_CASE("Control messages: malformed ones are refused") {
  for (std::string_view text : {"",
                                "{",
                                "[]",
                                "7",
                                "null",
                                "{}",
                                R"({"type":5})",
                                R"({"type":"credit"})",
                                R"({"type":"credit","bytes":-1})",
                                R"({"type":"credit","bytes":"5"})",
                                R"({"type":"credit","bytes":1.5})",
                                R"({"type":"credit","bytes":1e3})",
                                R"({"type":"credit","bytes":9007199254740993})",
                                R"({"type":"credit","bytes":99999999999999999999999})",
                                R"({"type":"credit","bytes":1e999})",
                                R"({"type":"credit","bytes":5} x)",
                                R"({"type":"credit","bytes":5,})",
                                R"({"type":"credit","bytes":5,"bytes":6})",
                                R"({"type":"x","a":{"b":1,"b":2}})",
                                "{\"type\":\"\xFF\"}",
                                R"({"type":"\ud800"})",
                                R"({"type":"fetch","author":"00","after":1})",
                                R"({"type":"fetch","author":"zz","after":0})"}) {
    CAPTURE(text);
    CHECK(code_of(text) == ErrorCode::malformed);
  }
  using namespace std::string_view_literals;
  CHECK(code_of("{\"type\":\"credit\",\"bytes\":5}\0{"sv) == ErrorCode::malformed);
  CHECK(code_of(R"({"type":"credit","bytes":9007199254740992})") ==
        ErrorCode::usage);  // 2^53 itself is allowed
}

TEST_CASE("Control messages: depth, size and duplicate keys are checked before anything is built") {
  const auto nested = [](std::size_t depth) {
    return R"({"type":"x","a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(check_json(nested(31)));
  CHECK(check_json(nested(32)).error().code == ErrorCode::too_large);
  CHECK(check_json(nested(100'000)).error().code == ErrorCode::too_large);
  CHECK(check_json(std::string(100'000, '[')).error().code == ErrorCode::too_large);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK(check_json(objects).error().code == ErrorCode::too_large);

  std::string wide = R"({"type":"x","a":[0)";
  for (std::size_t i = 1; i < limits::kJsonNodes - 3; ++i) wide += ",0";
  CHECK(check_json(wide + "]}"));
  CHECK(check_json(wide + ",0]}").error().code == ErrorCode::too_large);
}

TEST_CASE("Signed messages: the bytes are those of the specification") {
  const WorkspaceId workspace{filled<32>(1)};
  const Incarnation incarnation = filled<16>(2);
  const Bytes login = login_message(workspace, kAuthor, {filled<32>(3)}, filled<32>(4), filled<32>(5), {});
  CHECK(login.size() == 6 * 32);
  CHECK(to_hex(ByteView(login).subspan(64, 1)) == "03");
  const Receipt receipt{kAuthor, 0x0102, kLink, {filled<32>(3)}, incarnation, 0x0304, {}};
  const Bytes bytes = receipt_message(workspace, receipt);
  CHECK(bytes.size() == 32 + 32 + 8 + 32 + 32 + 16 + 8);
  CHECK(to_hex(ByteView(bytes).subspan(64, 8)) == "0000000000000102");
  CHECK(to_hex(ByteView(bytes).last(8)) == "0000000000000304");
  const Bytes announcement = announcement_message(workspace, {kAuthor, 1, kLink, -1, 2, 99, {}});
  CHECK(to_hex(ByteView(announcement).last(16)) == "ffffffffffffffff0000000000000002");
  CHECK(holding_message(workspace, {filled<32>(3)}, {kAuthor, incarnation, 5, {}}).size() ==
        32 + 32 + 32 + 16 + 8);
}

}  // namespace karez
