#include "door.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "data_dir.h"
#include "http_check.h"
#include "ws_link.h"

namespace karez::relay {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::chrono::milliseconds kSlotPoll{40};
constexpr std::chrono::milliseconds kProbePoll{20};
constexpr int kProbePolls = 100;  // 2 s: a disk that needs longer is not well
constexpr std::int64_t kFreshMs = 5000;
constexpr std::size_t kRefusals = 256;  // polite refusals at one time; beyond that the socket is closed
constexpr std::size_t kDrainBytes = 64 * 1024;

class Door final : public Connection, public std::enable_shared_from_this<Door> {
 public:
  Door(tcp::socket socket, Services& services)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        services_(services),
        deadline_ms_(steady_now_ms() + services.limits.request_ms) {}
  ~Door() override { services_.connections.remove(this); }

  void sweep(std::int64_t now_ms) override {
    if (now_ms < deadline_ms_) return;
    ++services_.metrics.timeouts;
    abort();
  }
  void stop_reading() override { abort(); }
  void go_away() override { abort(); }
  void abort() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  Services& services_;
  std::int64_t deadline_ms_;
  AddressSlot slot_;
  std::string header_;
};

using SharedDoor = std::shared_ptr<Door>;

std::string address_of(const tcp::socket& socket) {
  boost::system::error_code failed;
  const tcp::endpoint remote = socket.remote_endpoint(failed);
  return failed ? std::string() : remote.address().to_string();
}

std::string metrics_page(const Services& services) {
  Gauges gauges;
  services.host.fill(gauges);
  gauges.connections = services.connections.count();
  gauges.store_bytes = store_bytes(services.folder);
  gauges.free_disk_bytes = free_bytes(services.folder);
  gauges.started_ms = services.started_ms;
  return prometheus_text(services.metrics, gauges);
}

/// Sends a response, then reads until the client closes: closing at once could destroy the response on its
/// way.
asio::awaitable<void> respond(SharedDoor door, std::string text) {
  const auto out = asio::buffer(text);
  const auto [failed, sent] = co_await asio::async_write(door->socket_, out, kTuple);
  if (failed) co_return;
  boost::system::error_code ignored;
  door->socket_.shutdown(tcp::socket::shutdown_send, ignored);
  door->deadline_ms_ = steady_now_ms() + 2000;
  std::string rest(4096, '\0');
  std::size_t drained = 0;
  while (drained < kDrainBytes) {
    const auto in = asio::buffer(rest);
    const auto [ended, count] = co_await door->socket_.async_read_some(in, kTuple);
    if (ended) break;
    drained += count;
  }
}

std::string health_response(bool is_well) {
  return is_well ? http_response(200, "application/json", "{\"status\":\"ok\"}")
                 : http_response(503, "application/json", "{\"status\":\"the store cannot be written\"}");
}

asio::awaitable<void> answer_health(SharedDoor door) {
  Host& host = door->services_.host;
  const std::uint64_t before = host.probes_done();
  if (steady_now_ms() - host.last_write_ms() < kFreshMs) {
    // The store said lately how it is; a flood of questions must not become a flood of fsyncs.
    std::string text = health_response(host.is_writable());
    co_await respond(door, std::move(text));
    co_return;
  }
  host.probe();
  for (int i = 0; i < kProbePolls && host.probes_done() == before; ++i) {
    door->timer_.expires_after(kProbePoll);
    const auto [cancelled] = co_await door->timer_.async_wait(kTuple);
    if (cancelled) co_return;
  }
  const bool well = host.probes_done() != before && host.is_writable();
  std::string text = health_response(well);
  co_await respond(door, std::move(text));
}

/// The request line's method and path (without query).
std::pair<std::string, std::string> request_line(const std::string& header) {
  const std::size_t first = header.find(' ');
  const std::size_t second = first == std::string::npos ? first : header.find(' ', first + 1);
  if (second == std::string::npos) return {};
  const std::string target = header.substr(first + 1, second - first - 1);
  return {header.substr(0, first), target.substr(0, target.find('?'))};
}

asio::awaitable<void> serve(SharedDoor door) {
  Services& services = door->services_;
  const std::string address = address_of(door->socket_);
  // A camp's laptops share an address and arrive together: over the limit they wait unread, instead of being
  // refused.
  while (!door->slot_.try_take(services.connections, address)) {
    door->timer_.expires_after(kSlotPoll);
    const auto [cancelled] = co_await door->timer_.async_wait(kTuple);
    if (cancelled) co_return;
  }
  auto buffer = asio::dynamic_buffer(door->header_, kHeaderBytes);
  const std::string_view end = "\r\n\r\n";
  const auto [failed, size] = co_await asio::async_read_until(door->socket_, buffer, end, kTuple);
  if (failed) {
    if (failed != asio::error::not_found) co_return;
    std::string text = http_response(431, "text/plain", "the request header is too large\n");
    co_await respond(door, std::move(text));
    co_return;
  }
  const auto problem = check_header(door->header_);
  if (problem) {
    std::string text = http_response(problem->status, "text/plain", problem->sentence + "\n");
    co_await respond(door, std::move(text));
    co_return;
  }
  const auto [method, path] = request_line(door->header_);
  std::string text;
  if (method != "GET") {
    text = http_response(405, "text/plain", "only GET is served\n", "Allow: GET\r\n");
  } else if (path == "/sync") {
    start_link(std::move(door->socket_), door->header_, std::move(door->slot_), services);
    co_return;
  } else if (path == "/healthz") {
    co_await answer_health(door);
    co_return;
  } else if (path == "/metrics") {
    text = http_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics_page(services));
  } else {
    text = http_response(404, "text/plain", "nothing is here\n");
  }
  co_await respond(door, std::move(text));
}

asio::awaitable<void> refuse(SharedDoor door) {
  std::string text = http_response(503, "text/plain", "too many connections\n", "Retry-After: 5\r\n");
  co_await respond(door, std::move(text));
}

}  // namespace

void open_door(tcp::socket socket, Services& services) {
  ++services.metrics.connections;
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto executor = socket.get_executor();
  const bool has_room = services.connections.has_room() && !services.stopping;
  if (services.connections.count() > services.limits.sessions + kRefusals) return;
  const auto door = std::make_shared<Door>(std::move(socket), services);
  if (!has_room) {
    ++services.metrics.connections_refused;
    door->deadline_ms_ = steady_now_ms() + 1000;
  }
  services.connections.add(door);
  auto work = has_room ? serve(door) : refuse(door);
  EventLog& log = services.log;
  auto finished = [&log](std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
      log.error("connection_failed", {field("reason", failure.what())});
    }
  };
  asio::co_spawn(executor, std::move(work), std::move(finished));
}

}  // namespace karez::relay
