// The relay's door against what is not, or not yet, a session.
#include <doctest/doctest.h>

#include "raw_client.h"

using namespace karez;
using namespace karez::testing;

namespace {

int status(const std::string& response) {
  return response.starts_with("HTTP/1.1 ") ? std::stoi(response.substr(9, 3)) : 0;
}

}  // namespace

TEST_CASE("Relay HTTP: health, metrics, and nothing else") {
  RelayBench bench;
  const std::string health = get(bench, "/healthz");
  CHECK(status(health) == 200);
  CHECK(health.find("{\"status\":\"ok\"}") != std::string::npos);
  const std::string metrics = get(bench, "/metrics");
  CHECK(status(metrics) == 200);
  CHECK(metrics.find("karez_relay_commits_total 1") != std::string::npos);  // of /healthz
  CHECK(metrics.find("karez_relay_store_writable 1") != std::string::npos);
  CHECK(status(get(bench, "/")) == 404);
  CHECK(status(get(bench, "/sync/more")) == 404);
  CHECK(status(get(bench, "/sync")) == 426);
  RawClient post(bench.relay->port());
  CHECK(status(post.ask("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")) == 405);
}

TEST_CASE(
    "Relay HTTP: smuggled, folded, huge and senseless requests are refused and the connection is closed") {
  RelayBench bench;
  const std::vector<std::pair<std::string, int>> cases{
      {"GET /sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413},
      {"GET /healthz HTTP/1.1\r\n" + std::string(10'000, 'a') + ": b\r\n\r\n", 431},
      {std::string("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10), 400},
      {"\r\n\r\n", 400},
  };
  for (const auto& [request, expected] : cases) {
    RawClient client(bench.relay->port());
    CHECK(status(client.ask(request)) == expected);
    CHECK(client.is_closed());
  }
  RawClient bad_upgrade(bench.relay->port());
  CHECK(
      status(bad_upgrade.ask("GET /sync HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n")) != 101);
  CHECK(status(get(bench, "/healthz")) == 200);
}

TEST_CASE("Relay HTTP: a request that never ends, and a session that never logs in, are closed in time") {
  RelayLimits limits;
  limits.request_ms = 300;
  limits.handshake_ms = 300;
  RelayBench bench(limits);
  RawClient slow(bench.relay->port());
  slow.send("GET /healthz HT");
  RawClient silent(bench.relay->port());
  REQUIRE(silent.upgrade());
  const std::int64_t start = steady_ms();
  CHECK(slow.read_all().empty());
  CHECK(slow.is_closed());
  silent.read_all();
  CHECK(silent.is_closed());
  CHECK(steady_ms() - start < 3000);
}

TEST_CASE("Relay HTTP: over the limit of one address the next ones wait, and pass when a place is free") {
  RelayLimits limits;
  limits.sessions_per_address_before_login = 2;
  limits.handshake_ms = 500;
  RelayBench bench(limits);
  RawClient first(bench.relay->port());
  RawClient second(bench.relay->port());
  REQUIRE(first.upgrade());
  REQUIRE(second.upgrade());
  const std::int64_t start = steady_ms();
  CHECK(status(get(bench, "/healthz")) == 200);
  CHECK(steady_ms() - start > 200);  // after the silent ones were closed
}

TEST_CASE("Relay HTTP: over the limit of all connections it says so and closes") {
  RelayLimits limits;
  limits.sessions = 3;
  RelayBench bench(limits);
  RawClient one(bench.relay->port());
  RawClient two(bench.relay->port());
  RawClient three(bench.relay->port());
  REQUIRE(one.upgrade());
  REQUIRE(two.upgrade());
  REQUIRE(three.upgrade());
  RawClient fourth(bench.relay->port());
  const std::string refusal = fourth.read_all();
  CHECK(status(refusal) == 503);
  CHECK(refusal.find("Retry-After") != std::string::npos);
}

TEST_CASE("Relay: a second one on the same folder is refused with a clear sentence") {
  RelayBench bench;
  RelayOptions again = bench.options;
  again.port = 0;
  const auto second = Relay::start(again, system_clock(), system_random());
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::busy);
  CHECK(second.error().message.find("another relay is already running") != std::string::npos);
}
