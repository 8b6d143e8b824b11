#include "attempt.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "karez/base/limits.h"
#include "kernel_clock.h"

namespace karez::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Timer = asio::basic_waitable_timer<KernelClock>;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// A message goes out in parts: a pong may pass between two of them, and slow lines show that they move.
constexpr std::size_t kPartBytes = 32 * 1024;
constexpr std::size_t kWriteBufferBytes = 16 * 1024;
constexpr std::size_t kKeptBufferBytes = 64 * 1024;
constexpr std::int64_t kCloseMs = 1500;     // politeness at the end has a limit
constexpr std::int64_t kSoonPingMs = 2500;  // not live: ask soon whether the relay is still there
constexpr std::int64_t kRenewMs = 60'000;   // live: lets the session renew its announcement
constexpr std::chrono::milliseconds kResolvePoll{20};

Error unreachable(const RelayUrl& url, const std::string& why) {
  return {ErrorCode::unreachable, "the relay at " + url.host + ":" + std::to_string(url.port) +
                                      " did not answer (" + why +
                                      "); all records are safe here and are sent at the next sync"};
}

enum class Phase { connecting, greeting, open, closing, over };

struct Attempt : std::enable_shared_from_this<Attempt> {
  Attempt(asio::io_context& context, ReplicaStore& store, const Clock& clock, Random& random,
          const SyncOptions& given, const RelayUrl& place)
      : io(context),
        options(given),
        url(place),
        session(store, clock, random, given.live),
        ws(context),
        wake(context),
        tick(context),
        pause(context),
        started_ms(kernel_ms()),
        heard_ms(started_ms),
        moved_ms(started_ms),
        renewed_ms(started_ms) {}

  asio::io_context& io;
  const SyncOptions& options;
  const RelayUrl& url;
  ReplicaSession session;
  websocket::stream<tcp::socket> ws;
  Timer wake;   // of the writer
  Timer tick;   // of the watch
  Timer pause;  // of the resolver's wait
  beast::flat_buffer buffer;

  Phase phase = Phase::connecting;
  Outcome outcome;
  bool has_work = true;  // the writer has not looked since something happened
  bool is_writing = false;
  bool ping_is_out = false;
  bool was_in_sync = false;  // when it was told to stop
  std::int64_t started_ms;
  std::int64_t heard_ms;     // anything, pings included
  std::int64_t moved_ms;     // parts of messages, either way
  std::int64_t renewed_ms;
  std::int64_t pinged_ms = 0;
  std::int64_t closing_ms = 0;
  std::uint64_t bytes_acked = 0;

  void kick() {
    has_work = true;
    wake.cancel();
  }
  /// Ends the attempt at once.
  void finish(Status status) {
    if (phase == Phase::over) return;
    phase = Phase::over;
    outcome.status = std::move(status);
    error_code ignored;
    beast::get_lowest_layer(ws).close(ignored);
    io.stop();
  }
  /// The connection failed under us.
  void lost(const std::string& why) {
    if (phase == Phase::over) return;
    if (phase == Phase::closing) return finish(outcome.status);
    const Status stored = session.link_lost();
    if (!stored) return finish(stored);
    finish(unreachable(url, why));
  }
  /// Lets the writer say goodbye.
  void close(Status status) {
    if (phase == Phase::closing || phase == Phase::over) return;
    outcome.status = std::move(status);
    phase = Phase::closing;
    closing_ms = kernel_ms();
    kick();
  }
  void take(const Frame& frame);
  void watch_once(std::int64_t now, std::int64_t late);
  void watch_silence(std::int64_t now);
  [[nodiscard]] bool line_moves();
};

using Shared = std::shared_ptr<Attempt>;

void Attempt::take(const Frame& frame) {
  if (phase == Phase::greeting) phase = Phase::open;
  if (phase != Phase::open) return;
  const Status status = session.receive(frame);
  if (options.progress) options.progress(session.report());
  heard_ms = moved_ms = kernel_ms();  // storing may have taken long: that was our time, not the relay's
  if (!status) return close(status);
  kick();
}

/// True if the relay's machine took bytes from us and more are on their way: a slow line is not a lost relay.
bool Attempt::line_moves() {
  const TcpProgress progress = tcp_progress(beast::get_lowest_layer(ws).native_handle());
  const bool moved = progress.bytes_acked > bytes_acked;
  bytes_acked = progress.bytes_acked;
  // An acknowledged ping of a relay that hangs is not a sign of life, so something must still be under way.
  return moved && (is_writing || progress.has_more);
}

void Attempt::watch_once(std::int64_t now, std::int64_t late) {
  // The thread was busy storing, or the machine slept: nobody could have been heard.
  heard_ms = std::min(now, heard_ms + late);
  moved_ms = std::min(now, moved_ms + late);
  const bool is_told = phase != Phase::closing && options.should_stop && options.should_stop();
  if (is_told) {
    outcome.stopped = true;
    was_in_sync = session.is_in_sync();  // to stop is not to fall behind
    const bool is_early = phase == Phase::connecting || phase == Phase::greeting;
    if (!is_early) (void)session.link_lost().ok();  // keeps what was received and not yet stored
    return is_early ? finish({}) : close({});
  }
  switch (phase) {
    case Phase::connecting:
      if (now - started_ms > options.connect_ms) lost("no connection");
      return;
    case Phase::greeting:
      if (now - started_ms > options.hello_ms) lost("no greeting");
      return;
    case Phase::closing:
      if (now - closing_ms > kCloseMs) finish(outcome.status);
      return;
    case Phase::over:
      return;
    case Phase::open:
      break;
  }
  if (options.live) {
    const bool is_changed = options.has_local_change && options.has_local_change();
    if (is_changed || now - renewed_ms > kRenewMs) {
      renewed_ms = now;
      if (const Status status = session.local_change(); !status) return close(status);
      kick();
    }
  }
  watch_silence(now);
}

void Attempt::watch_silence(std::int64_t now) {
  if (line_moves()) heard_ms = moved_ms = now;
  if (now - heard_ms > (options.live ? options.idle_ms : options.answer_ms)) return lost("it fell silent");
  if (!options.live && now - moved_ms > options.stall_ms) return lost("it is there, but the sync does not go on");
  const std::int64_t quiet_ms = now - std::max(heard_ms, pinged_ms);
  if (ping_is_out || quiet_ms < (options.live ? options.ping_ms : kSoonPingMs)) return;
  pinged_ms = now;
  ping_is_out = true;
  ws.async_ping({}, [self = shared_from_this()](error_code) { self->ping_is_out = false; });
}

asio::awaitable<void> watch(Shared attempt) {
  std::int64_t last = kernel_ms();
  while (attempt->phase != Phase::over) {
    attempt->tick.expires_after(std::chrono::milliseconds(attempt->options.poll_ms));
    co_await attempt->tick.async_wait(kTuple);
    const std::int64_t now = kernel_ms();
    const std::int64_t late = std::max<std::int64_t>(0, now - last - 2 * attempt->options.poll_ms);
    last = now;
    attempt->watch_once(now, late);
  }
}

asio::awaitable<bool> send(Shared attempt, Frame frame) {
  attempt->ws.binary(frame.is_binary);
  std::size_t position = 0;
  bool is_last = false;
  while (!is_last) {
    const std::size_t size = std::min(kPartBytes, frame.bytes.size() - position);
    is_last = position + size == frame.bytes.size();
    const auto part = asio::buffer(frame.bytes.data() + position, size);
    attempt->is_writing = true;
    const auto [failed, sent] = co_await attempt->ws.async_write_some(is_last, part, kTuple);
    attempt->is_writing = false;
    if (failed) co_return false;
    position += size;
  }
  co_return true;
}

/// The only writer. It ends the attempt when the session is finished and everything is out.
asio::awaitable<void> write_frames(Shared attempt) {
  while (attempt->phase == Phase::greeting || attempt->phase == Phase::open) {
    attempt->has_work = false;
    std::optional<Frame> frame = attempt->session.next_frame();
    if (frame) {
      const bool sent = co_await send(attempt, std::move(*frame));
      if (!sent) co_return;  // the reader hears of it too, after what the relay said last
      continue;
    }
    // A session that failed without a message from outside says why when it is given one.
    if (attempt->session.is_finished()) attempt->close(attempt->session.receive(Frame{}));
    if (attempt->has_work) continue;
    attempt->wake.expires_at(Timer::time_point::max());
    co_await attempt->wake.async_wait(kTuple);
  }
  if (attempt->phase != Phase::closing) co_return;
  const websocket::close_reason reason(websocket::close_code::normal);
  co_await attempt->ws.async_close(reason, kTuple);
  Status status = attempt->outcome.status;
  attempt->finish(std::move(status));
}

/// Name to numeric addresses. An empty answer: it failed and the attempt is over.
asio::awaitable<std::vector<tcp::endpoint>> find_endpoints(Shared attempt) {
  std::vector<tcp::endpoint> endpoints;
  error_code failed;
  const asio::ip::address numeric = asio::ip::make_address(attempt->url.host, failed);
  if (!failed) {
    endpoints.emplace_back(numeric, attempt->url.port);
    co_return endpoints;
  }
  const auto resolution = resolve(attempt->url.host);
  while (!resolution->done) {
    attempt->pause.expires_after(kResolvePoll);
    co_await attempt->pause.async_wait(kTuple);
  }
  for (const std::string& text : resolution->addresses) {
    const asio::ip::address address = asio::ip::make_address(text, failed);
    if (!failed) endpoints.emplace_back(address, attempt->url.port);
  }
  if (endpoints.empty()) attempt->lost("its name is not known: " + resolution->failure);
  co_return endpoints;
}

/// Connects, shakes hands. False: the attempt is over.
asio::awaitable<bool> connect(Shared attempt) {
  const auto endpoints = co_await find_endpoints(attempt);
  if (endpoints.empty()) co_return false;
  tcp::socket& socket = beast::get_lowest_layer(attempt->ws);
  error_code failed;
  for (const tcp::endpoint& endpoint : endpoints) {
    error_code ignored;
    socket.close(ignored);
    const auto [refused] = co_await socket.async_connect(endpoint, kTuple);
    failed = refused;
    if (!failed) break;
  }
  if (failed) {
    attempt->lost(failed.message());
    co_return false;
  }
  attempt->phase = Phase::greeting;
  attempt->heard_ms = kernel_ms();
  socket.set_option(tcp::no_delay(true), failed);
  attempt->ws.read_message_max(limits::kFrameBytes);
  attempt->ws.write_buffer_bytes(kWriteBufferBytes);
  websocket::response_type response;
  const std::string host = attempt->url.host + ":" + std::to_string(attempt->url.port);
  const auto [declined] = co_await attempt->ws.async_handshake(response, host, attempt->url.path, kTuple);
  if (!declined) co_return true;
  if (declined == websocket::error::upgrade_declined &&
      response.result() == http::status::service_unavailable) {
    attempt->finish(
        Error{ErrorCode::busy, "the relay has too many visitors at the moment; all records are safe here"});
  } else if (declined == websocket::error::upgrade_declined) {
    attempt->finish(
        unreachable(attempt->url, "it is not a relay: HTTP status " + std::to_string(response.result_int())));
  } else {
    attempt->lost(declined.message());
  }
  co_return false;
}

/// What a coroutine throws is a bug of ours or an exhausted machine; the attempt ends with it.
void report_failure(Attempt& attempt, std::exception_ptr thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    attempt.finish(Error{ErrorCode::internal, std::string("the connection failed: ") + failure.what()});
  }
}

asio::awaitable<void> run(Shared attempt) {
  const bool connected = co_await connect(attempt);
  if (!connected) co_return;
  // Called inside a read, so the attempt is alive.
  attempt->ws.control_callback(
      [raw = attempt.get()](websocket::frame_type, beast::string_view) { raw->heard_ms = kernel_ms(); });
  auto work = write_frames(attempt);
  auto finished = [attempt](std::exception_ptr thrown) { report_failure(*attempt, thrown); };
  asio::co_spawn(attempt->io, std::move(work), std::move(finished));
  while (attempt->phase != Phase::over) {
    const auto [failed, count] = co_await attempt->ws.async_read_some(attempt->buffer, kPartBytes, kTuple);
    if (failed) {
      // While closing, the writer's own close is what ends the attempt.
      if (attempt->phase != Phase::closing) attempt->lost(failed.message());
      co_return;
    }
    attempt->heard_ms = attempt->moved_ms = kernel_ms();
    if (!attempt->ws.is_message_done()) continue;
    Frame frame;
    frame.is_binary = attempt->ws.got_binary();
    const auto* data = static_cast<const std::uint8_t*>(attempt->buffer.cdata().data());
    frame.bytes.assign(data, data + attempt->buffer.size());
    attempt->buffer.consume(attempt->buffer.size());
    if (attempt->buffer.capacity() > kKeptBufferBytes) attempt->buffer.shrink_to_fit();
    attempt->take(frame);
  }
}

}  // namespace

Outcome run_attempt(ReplicaStore& store, const Clock& clock, Random& random, const SyncOptions& options,
                    const RelayUrl& url) {
  asio::io_context io(1);
  // Declared after `io`, so it goes first; what coroutines still hold of it goes with `io`.
  const auto attempt = std::make_shared<Attempt>(io, store, clock, random, options, url);
  const auto finished = [raw = attempt.get()](std::exception_ptr thrown) { report_failure(*raw, thrown); };
  asio::co_spawn(io, run(attempt), finished);
  asio::co_spawn(io, watch(attempt), finished);
  try {
    io.run();
  } catch (const std::exception& failure) {
    attempt->finish(Error{ErrorCode::internal, std::string("the connection failed: ") + failure.what()});
  }
  Outcome outcome = attempt->outcome;
  outcome.report = attempt->session.report();
  if (outcome.stopped) outcome.report.in_sync = attempt->was_in_sync;
  outcome.retry_after_ms = static_cast<std::int64_t>(outcome.report.retry_after_ms);
  return outcome;
}

}  // namespace karez::transport
