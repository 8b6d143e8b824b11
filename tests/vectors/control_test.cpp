// The control messages and signed messages of schema/vectors/protocol.json against the codec of the sync
// floor.
#include <doctest/doctest.h>

#include "engine/sync/control_json.h"
#include "engine/sync/pack_frames.h"
#include "unit/log/vectors_json.h"

namespace karez {
namespace {

using nlohmann::json;
using testing::cases_of;
using testing::hex_bytes;
using testing::hex_fixed;
using testing::hex_key;
using testing::hex_workspace;

/// The text of a message as bytes, in a buffer of exactly their size.
Bytes message_of(const json& one) {
  if (!one.contains("text")) return testing::bytes_of(one);
  const auto text = one.at("text").get<std::string>();
  return {text.begin(), text.end()};
}

/// Reads a message as its receiver would; the error if it is refused.
std::optional<Error> read_error(const json& one) {
  const Bytes bytes = message_of(one);
  if (one.at("from") == "relay") {
    const auto message = control::decode_from_relay(bytes);
    return message ? std::nullopt : std::optional(message.error());
  }
  const auto message = control::decode_from_replica(bytes);
  return message ? std::nullopt : std::optional(message.error());
}

TEST_CASE("Vectors: good control messages are read") {
  for (const json& one : cases_of("protocol.json", "good")) {
    INFO(testing::name_of(one));
    const auto error = read_error(one);
    CHECK_MESSAGE(!error, error.value_or(Error{}).message);
  }
}

TEST_CASE("Vectors: bad control messages are refused") {
  for (const json& one : cases_of("protocol.json", "bad")) {
    INFO(testing::name_of(one));
    const auto error = read_error(one);
    CHECK(error.has_value());
    if (error) CHECK((error->code == ErrorCode::malformed || error->code == ErrorCode::too_large));
  }
}

TEST_CASE("Vectors: binary frames are read, and made of the same bytes") {
  for (const json& one : cases_of("protocol.json", "frames")) {
    INFO(testing::name_of(one));
    const Bytes frame = testing::bytes_of(one);
    std::vector<RelayedPack> packs;
    for (const json& pack : one.at("packs")) {
      RelayedPack relayed;
      relayed.arrival = pack.at(0);
      relayed.bytes = std::make_shared<const Bytes>(hex_bytes(pack.at(1)));
      packs.push_back(relayed);
    }
    if (one.at("from") == "replica") {
      CHECK(control::pack_frame(*packs.at(0).bytes).bytes == frame);
      CHECK(control::pack_from_replica(frame).value() == *packs.at(0).bytes);
      continue;
    }
    std::optional<control::At> at;
    if (one.contains("at")) {
      at = control::At{one.at("at").at("end"), hex_fixed<32>(one.at("at").at("fingerprint"))};
    }
    CHECK(*control::packs_frame(packs, at).bytes == frame);
    const auto read = control::packs_from_relay(frame);
    REQUIRE(read);
    REQUIRE(read->packs.size() == packs.size());
    for (std::size_t i = 0; i < packs.size(); ++i) {
      CHECK(read->packs[i].arrival == packs[i].arrival);
      CHECK(read->packs[i].pack == *packs[i].bytes);
    }
    REQUIRE(read->at.has_value() == at.has_value());
    if (at) CHECK((read->at->end == at->end && read->at->fingerprint == at->fingerprint));
  }
}

TEST_CASE("Vectors: bad binary frames are refused") {
  for (const json& one : cases_of("protocol.json", "bad_frames")) {
    INFO(testing::name_of(one));
    const Bytes frame = testing::bytes_of(one);
    if (one.at("from") == "relay") {
      CHECK(control::packs_from_relay(frame).error().code == ErrorCode::malformed);
    } else {
      CHECK(control::pack_from_replica(frame).error().code == ErrorCode::malformed);
    }
  }
}

/// The message that the sync floor builds from the fields of a case.
Bytes built(const std::string& purpose, const json& fields) {
  const WorkspaceId workspace = hex_workspace(fields.at("workspace"));
  const AuthorKey author = hex_key(fields.at("author"));
  if (purpose == "login") {
    return login_message(workspace, author, hex_key(fields.at("relay")),
                         hex_fixed<32>(fields.at("relay_nonce")), hex_fixed<32>(fields.at("replica_nonce")),
                         hex_fixed<32>(fields.at("channel_binding")));
  }
  if (purpose == "receipt") {
    Receipt receipt;
    receipt.author = author;
    receipt.seq = fields.at("seq").get<std::uint64_t>();
    receipt.link = hex_fixed<32>(fields.at("link"));
    receipt.relay = hex_key(fields.at("relay"));
    receipt.incarnation = hex_fixed<16>(fields.at("incarnation"));
    receipt.arrival = fields.at("arrival").get<std::uint64_t>();
    return receipt_message(workspace, receipt);
  }
  if (purpose == "announcement") {
    Announcement announcement;
    announcement.author = author;
    announcement.seq = fields.at("seq").get<std::uint64_t>();
    announcement.link = hex_fixed<32>(fields.at("link"));
    announcement.last_record_ms = fields.at("last_record_ms").get<std::int64_t>();
    announcement.now_ms = fields.at("now_ms").get<std::int64_t>();
    return announcement_message(workspace, announcement);
  }
  Holding holding;
  holding.author = author;
  holding.incarnation = hex_fixed<16>(fields.at("incarnation"));
  holding.arrival = fields.at("arrival").get<std::uint64_t>();
  return holding_message(workspace, hex_key(fields.at("relay")), holding);
}

TEST_CASE("Vectors: signed messages are built of the same bytes") {
  for (const json& one : cases_of("protocol.json", "signed")) {
    INFO(testing::name_of(one));
    CHECK(to_hex(built(one.at("purpose"), one.at("fields"))) == one.at("message"));
  }
}

}  // namespace
}  // namespace karez
