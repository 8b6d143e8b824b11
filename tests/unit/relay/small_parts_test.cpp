#include <doctest/doctest.h>

#include <string>

#include "server/connections.h"
#include "server/http_check.h"
#include "server/metrics.h"
#include "server/pack_cache.h"
#include "server/token_bucket.h"

using namespace karez;
using namespace karez::relay;

namespace {

int status_of(std::string_view header) {
  const auto problem = check_header(header);
  return problem ? problem->status : 0;
}

std::string with_fields(std::size_t count) {
  std::string header = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < count; ++i) header += "a: b\r\n";
  return header + "\r\n";
}

}  // namespace

TEST_CASE("check_header: passes what a client sends and refuses what smuggles") {
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") == 0);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n") == 413);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\ntransfer-ENCODING: chunked\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nTE: trailers\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nno colon\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400);
  CHECK(status_of(std::string_view("GET / HTTP/1.1\r\nHost: \0\r\n\r\n", 28)) == 400);
  CHECK(status_of("GET / HTTP/1.1\r\n\r\nmore") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a") == 400);
  CHECK(status_of("\r\n\r\n") == 400);
  CHECK(status_of("GET /\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 400);
  CHECK(status_of("GET http://a/ HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of(with_fields(kHeaderFields)) == 0);
  CHECK(status_of(with_fields(kHeaderFields + 1)) == 431);
}

TEST_CASE(
    "TokenBucket: a burst passes at once, the rest at the rate, and nothing is lost in short intervals") {
  RelayLimits limits;
  limits.changes_burst = 100;
  limits.changes_per_second = 10;
  limits.bytes_burst = 1000;
  limits.bytes_per_day = 86'400;  // one byte a second
  TokenBucket bucket(limits, 0);
  CHECK(bucket.take(limits, 100, 1, 0));
  CHECK_FALSE(bucket.take(limits, 1, 1, 0));
  CHECK(bucket.take(limits, 10, 1, 1000));
  CHECK_FALSE(bucket.take(limits, 1, 1, 1000));

  TokenBucket bytes(limits, 0);
  CHECK(bytes.take(limits, 1, 1000, 0));
  int taken = 0;
  for (std::int64_t now = 1; now <= 10'000; now += 7) taken += bytes.take(limits, 0, 1, now) ? 1 : 0;
  CHECK(taken >= 9);
  CHECK(taken <= 11);
  // A clock that goes back gives nothing and takes nothing.
  CHECK_FALSE(bytes.take(limits, 0, 1, 5));
}

TEST_CASE("PackCache: keeps the packs used last within its bytes") {
  PackCache cache(100);
  for (std::uint64_t arrival = 1; arrival <= 4; ++arrival) {
    cache.put({arrival, {}, 1, 1, std::make_shared<const Bytes>(40)});
    (void)cache.get(1);
  }
  CHECK(cache.get(1).has_value());
  CHECK(cache.get(4).has_value());
  CHECK_FALSE(cache.get(2).has_value());
  CHECK(cache.bytes() == 80);
  cache.put({9, {}, 1, 1, std::make_shared<const Bytes>(500)});
  CHECK(cache.get(9).has_value());  // one is always kept, however large
}

TEST_CASE("AddressSlot: counts per address and gives back") {
  RelayLimits limits;
  limits.sessions_per_address_before_login = 2;
  Connections connections(limits);
  AddressSlot a;
  AddressSlot b;
  AddressSlot c;
  CHECK(a.try_take(connections, "10.0.0.1"));
  CHECK(b.try_take(connections, "10.0.0.1"));
  CHECK_FALSE(c.try_take(connections, "10.0.0.1"));
  CHECK(c.try_take(connections, "10.0.0.2"));
  AddressSlot moved(std::move(a));
  moved.release();
  AddressSlot d;
  CHECK(d.try_take(connections, "10.0.0.1"));
}

TEST_CASE("Metrics: the histogram is cumulative and every family is explained") {
  Metrics metrics;
  metrics.count_commit(900);
  metrics.count_commit(3'000);
  metrics.count_commit(60'000'000);
  metrics.refused[ErrorCode::gap] = 3;
  const std::string text = prometheus_text(metrics, {});
  CHECK(text.find("karez_relay_commit_seconds_bucket{le=\"0.001\"} 1\n") != std::string::npos);
  CHECK(text.find("karez_relay_commit_seconds_bucket{le=\"0.005\"} 2\n") != std::string::npos);
  CHECK(text.find("karez_relay_commit_seconds_bucket{le=\"5\"} 2\n") != std::string::npos);
  CHECK(text.find("karez_relay_commit_seconds_bucket{le=\"+Inf\"} 3\n") != std::string::npos);
  CHECK(text.find("karez_relay_packs_refused_total{code=\"gap\"} 3\n") != std::string::npos);
  CHECK(text.find("# TYPE karez_relay_sessions gauge\n") != std::string::npos);
}
