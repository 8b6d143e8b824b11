// Broken and hostile WebSocket traffic. After each the relay must still serve.
#include <doctest/doctest.h>

#include "raw_client.h"

using namespace karez;
using namespace karez::testing;

namespace {

/// True if a fresh session is greeted.
bool still_serves(const RelayBench& bench) {
  RawClient client(bench.relay->port());
  return client.upgrade() && client.message().value("type", "") == "hello";
}

struct Guest {
  explicit Guest(RelayBench& bench, const Person& person) : client(bench.relay->port()) {
    REQUIRE(client.upgrade());
    REQUIRE(client.login(person));
  }
  RawClient client;
};

}  // namespace

TEST_CASE("Relay frames: a frame cut off in the middle ends the session and nothing else") {
  RelayBench bench;
  Fleet fleet;
  {
    Guest guest(bench, fleet.founder());
    guest.client.send(RawClient::header(2, 5000) + "P123");
  }
  {
    RawClient early(bench.relay->port());
    REQUIRE(early.upgrade());
    early.send(std::string(1, '\x82'));
  }
  CHECK(still_serves(bench));
}

TEST_CASE("Relay frames: the header of a 100 MB frame is enough to close, before login and after it") {
  RelayBench bench;
  Fleet fleet;
  Guest guest(bench, fleet.founder());
  guest.client.send(RawClient::header(2, 100'000'000));
  CHECK(guest.client.close_code() == 1009);
  RawClient early(bench.relay->port());
  REQUIRE(early.upgrade());
  early.send(RawClient::header(1, 4097));
  CHECK(early.close_code() == 1009);
  RawClient absurd(bench.relay->port());
  REQUIRE(absurd.upgrade());
  absurd.send(std::string("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14));
  CHECK(absurd.close_code() != 0);
  CHECK(still_serves(bench));
}

TEST_CASE(
    "Relay frames: JSON 100,000 deep, endless, double keys, or no JSON at all, is answered with an error") {
  RelayBench bench;
  Fleet fleet;
  const std::vector<std::string> texts{
      std::string(100'000, '['),
      "{\"type\":\"credit\",\"bytes\":" + std::string(100'000, '{') + "}",
      "{\"type\":\"credit\",\"bytes\":1,\"bytes\":2}",
      "{\"type\":\"credit\",\"bytes\":99999999999999999999999999}",
      "hello",
      "",
  };
  for (const std::string& text : texts) {
    Guest guest(bench, fleet.founder());
    guest.client.send(RawClient::frame(1, text));
    CHECK(guest.client.message().value("type", "") == "error");
    CHECK(guest.client.close_code() == 1008);
  }
  CHECK(still_serves(bench));
}

TEST_CASE(
    "Relay frames: text that is not UTF-8, frames without a mask, and unknown opcodes close the session") {
  RelayBench bench;
  Fleet fleet;
  Guest guest(bench, fleet.founder());
  guest.client.send(RawClient::frame(1, "{\"type\":\"\xC3\x28\"}"));
  CHECK(guest.client.close_code() == 1007);
  RawClient unmasked(bench.relay->port());
  REQUIRE(unmasked.upgrade());
  unmasked.send(std::string("\x81\x02{}", 4));
  CHECK(unmasked.close_code() == 1002);
  RawClient strange(bench.relay->port());
  REQUIRE(strange.upgrade());
  strange.send(RawClient::frame(5, "x"));
  CHECK(strange.close_code() == 1002);
  CHECK(still_serves(bench));
}

TEST_CASE("Relay frames: packs before login and bytes that are no pack") {
  RelayBench bench;
  Fleet fleet;
  RawClient early(bench.relay->port());
  REQUIRE(early.upgrade());
  CHECK(early.message().value("type", "") == "hello");
  early.send(RawClient::frame(2, "P"));
  CHECK(early.message().value("type", "") == "error");
  Guest guest(bench, fleet.founder());
  guest.client.send(RawClient::frame(2, "P" + std::string(2000, 'x')));
  const nlohmann::json refusal = guest.client.message();
  CHECK(refusal.value("type", "") == "refuse");
  CHECK(refusal.value("code", "") == "malformed");
  // The session goes on.
  const Bytes good = fleet.founder().pack();
  guest.client.send(RawClient::frame(2, "P" + std::string(text_of(good))));
  const nlohmann::json ack = guest.client.message();
  CHECK(ack.value("type", "") == "ack");
  CHECK(ack.value("arrival", 0) == 1);
}

TEST_CASE("Relay frames: random bytes after the upgrade never stop the relay") {
  RelayBench bench;
  std::mt19937_64 random(20'220'714);
  for (int round = 0; round < 60; ++round) {
    RawClient client(bench.relay->port());
    REQUIRE(client.upgrade());
    std::string noise(static_cast<std::size_t>(random() % 3000), '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    client.send(noise);
  }
  CHECK(still_serves(bench));
}
