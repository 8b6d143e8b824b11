#include "ws_link.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>

#include "http_check.h"
#include "karez/base/limits.h"

namespace karez::relay {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
using boost::system::error_code;

/// A message goes out in parts of this size: each part that leaves shows that the reader lives, and a pong
/// may pass between two parts of a large pack.
constexpr std::size_t kWriteBytes = 32 * 1024;
constexpr std::size_t kReadBytes = 32 * 1024;
/// A read buffer that one large frame blew up is given back, so that idle sessions stay small.
constexpr std::size_t kKeptBufferBytes = 64 * 1024;
constexpr std::int64_t kCloseMs = 3000;
constexpr std::int64_t kGoodbyeMs = 1500;  // when the relay stops, which has a limit of its own
constexpr std::chrono::milliseconds kOverloadPoll{10};
constexpr std::chrono::seconds kNotesWait{2};  // for a slow disk; after that the session goes on all the same

/// Tells a replica why the session ends and when to come back.
std::string farewell(std::string_view reason, std::int64_t retry_after_ms) {
  const nlohmann::json message{
      {"type", "error"}, {"code", "busy"}, {"reason", reason}, {"retry_after_ms", retry_after_ms}};
  return message.dump();
}

class Link final : public Connection, public Peer, public std::enable_shared_from_this<Link> {
 public:
  Link(tcp::socket socket, AddressSlot slot, Services& services)
      : ws_(std::move(socket)),
        wake_(ws_.get_executor()),
        pause_(ws_.get_executor()),
        services_(services),
        slot_(std::move(slot)),
        session_(services.host, services.clock, services.random),
        last_heard_ms_(steady_now_ms()),
        deadline_ms_(last_heard_ms_ + services.limits.handshake_ms) {}
  ~Link() override {
    services_.host.detach(*this);
    services_.connections.remove(this);
  }

  RelaySession& session() override { return session_; }
  void kick() override {
    if (session_.queued_bytes() > services_.limits.outbound_bytes && !ending_) {
      ++services_.metrics.slow_readers_closed;
      abort();
      return;
    }
    kicked_ = true;
    wake_.cancel();
  }
  void replaced() override {
    constexpr std::int64_t kRetryMs = 30'000;
    end(websocket::close_code::policy_error, farewell("another session of this laptop took over", kRetryMs));
  }

  void resume() override { pause_.cancel(); }
  void sweep(std::int64_t now_ms) override;
  void stop_reading() override { reads_ = false; }
  void go_away() override {
    constexpr std::int64_t kRetryMs = 2000;
    end(websocket::close_code::going_away, farewell("the relay is stopping", kRetryMs));
    deadline_ms_ = steady_now_ms() + kGoodbyeMs;
  }
  void abort() override {
    is_open_ = false;
    error_code ignored;
    beast::get_lowest_layer(ws_).close(ignored);
    wake_.cancel();
    pause_.cancel();
  }

  /// Ends the session once its frames are out, with one last message if there is something to say.
  void end(websocket::close_code code, std::string last_words) {
    if (ending_) return;
    ending_ = true;
    close_code_ = code;
    last_words_ = std::move(last_words);
    deadline_ms_ = steady_now_ms() + kCloseMs;
    kick();
  }
  void take(Frame frame);

  websocket::stream<tcp::socket> ws_;
  asio::steady_timer wake_;   // of the writer
  asio::steady_timer pause_;  // of the reader
  Services& services_;
  AddressSlot slot_;
  RelaySession session_;
  beast::flat_buffer buffer_;

  bool is_open_ = false;  // between handshake and close
  bool is_logged_in_ = false;
  bool reads_ = true;
  bool kicked_ = true;
  bool ending_ = false;
  bool ping_is_out_ = false;
  websocket::close_code close_code_ = websocket::close_code::normal;
  std::string last_words_;
  std::int64_t last_heard_ms_;
  std::int64_t last_ping_ms_ = 0;
  std::int64_t write_since_ms_ = 0;  // 0: no write is under way
  std::int64_t deadline_ms_;         // of login, later of the close; 0: none
};

using SharedLink = std::shared_ptr<Link>;

void Link::sweep(std::int64_t now_ms) {
  const RelayLimits& limits = services_.limits;
  const bool is_late = deadline_ms_ != 0 && now_ms > deadline_ms_;
  const bool is_silent = now_ms - last_heard_ms_ > limits.idle_ms;
  const bool is_stuck = write_since_ms_ != 0 && now_ms - write_since_ms_ > limits.idle_ms;
  if (is_late || is_silent || is_stuck) {
    ++services_.metrics.timeouts;
    abort();
    return;
  }
  const std::int64_t quiet_since = std::max(last_heard_ms_, last_ping_ms_);
  if (!is_open_ || ping_is_out_ || ending_ || now_ms - quiet_since < limits.ping_ms) return;
  last_ping_ms_ = now_ms;
  ping_is_out_ = true;
  // Beast lets a ping pass beside a running read and write; two pings at a time it does not.
  ws_.async_ping({}, [self = shared_from_this()](error_code) { self->ping_is_out_ = false; });
}

void Link::take(Frame frame) {
  services_.metrics.bytes_received += frame.bytes.size();
  if (ending_ || !reads_) return;
  const Status status = session_.receive(frame);
  if (!is_logged_in_ && session_.author()) {
    is_logged_in_ = true;
    deadline_ms_ = 0;
    slot_.release();
    ws_.read_message_max(limits::kFrameBytes);
    services_.host.logged_in(shared_from_this());
  }
  if (!status) {
    services_.log.info("session_refused", {field("code", std::string(name_of(status.error().code))),
                                           field("reason", status.error().message)});
    end(websocket::close_code::policy_error, {});
  } else if (session_.is_finished()) {
    end(websocket::close_code::normal, {});
  }
  kick();
}

/// Sends one message in parts. False: the connection is gone.
asio::awaitable<bool> send(SharedLink link, Frame frame) {
  link->ws_.binary(frame.is_binary);
  std::size_t position = 0;
  bool is_last = false;
  while (!is_last) {
    const std::size_t size = std::min(kWriteBytes, frame.bytes.size() - position);
    is_last = position + size == frame.bytes.size();
    const auto part = asio::buffer(frame.bytes.data() + position, size);
    link->write_since_ms_ = steady_now_ms();
    const auto [failed, sent] = co_await link->ws_.async_write_some(is_last, part, kTuple);
    link->write_since_ms_ = 0;
    if (failed) co_return false;
    position += size;
  }
  Metrics& metrics = link->services_.metrics;
  ++metrics.frames_sent;
  metrics.packs_sent += frame.is_binary ? 1 : 0;
  metrics.bytes_sent += frame.bytes.size();
  co_return true;
}

/// The only writer of this connection, until the close frame.
asio::awaitable<void> write_frames(SharedLink link) {
  while (link->is_open_) {
    link->kicked_ = false;
    std::optional<Frame> frame = link->session_.next_frame();
    if (frame) {
      const bool sent = co_await send(link, std::move(*frame));
      if (!sent) break;
      continue;
    }
    if (link->ending_) {
      if (!link->last_words_.empty()) {
        Frame last;
        last.bytes.assign(link->last_words_.begin(), link->last_words_.end());
        const bool sent = co_await send(link, std::move(last));
        if (!sent) break;
      }
      const websocket::close_reason reason(link->close_code_);
      co_await link->ws_.async_close(reason, kTuple);
      break;
    }
    if (link->kicked_) continue;
    link->wake_.expires_at(asio::steady_timer::time_point::max());
    co_await link->wake_.async_wait(kTuple);
  }
  link->abort();
}

void report_failure(EventLog& log, std::exception_ptr thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    log.error("connection_failed", {field("reason", failure.what())});
  }
}

/// Shakes hands, starts the writer, and reads to the end.
asio::awaitable<void> read_frames(SharedLink link, http::request<http::empty_body> request) {
  const auto [refused] = co_await link->ws_.async_accept(request, kTuple);
  if (refused) co_return;
  link->is_open_ = true;
  link->last_heard_ms_ = steady_now_ms();
  link->deadline_ms_ = link->last_heard_ms_ + link->services_.limits.handshake_ms;
  EventLog& log = link->services_.log;
  auto work = write_frames(link);
  auto finished = [&log](std::exception_ptr thrown) { report_failure(log, thrown); };
  asio::co_spawn(link->ws_.get_executor(), std::move(work), std::move(finished));

  while (link->is_open_) {
    while (link->services_.host.is_overloaded() && link->is_open_) {
      link->pause_.expires_after(kOverloadPoll);
      co_await link->pause_.async_wait(kTuple);
      link->last_heard_ms_ = steady_now_ms();  // it was we who did not listen
    }
    const auto [failed, count] = co_await link->ws_.async_read_some(link->buffer_, kReadBytes, kTuple);
    if (failed) break;
    link->last_heard_ms_ = steady_now_ms();
    if (!link->ws_.is_message_done()) continue;
    Frame frame;
    frame.is_binary = link->ws_.got_binary();
    const auto* data = static_cast<const std::uint8_t*>(link->buffer_.cdata().data());
    frame.bytes.assign(data, data + link->buffer_.size());
    link->buffer_.consume(link->buffer_.size());
    if (link->buffer_.capacity() > kKeptBufferBytes) link->buffer_.shrink_to_fit();
    const std::uint64_t notes_before = link->services_.host.notes_given();
    link->take(std::move(frame));
    const std::uint64_t notes = link->services_.host.notes_given();
    if (notes != notes_before) {
      link->services_.host.await_notes(notes, link);
      link->pause_.expires_after(kNotesWait);
      co_await link->pause_.async_wait(kTuple);
      link->last_heard_ms_ = steady_now_ms();
    }
  }
  // A close that we began ourselves is the writer's to finish.
  if (!link->ending_) link->abort();
}

}  // namespace

void start_link(tcp::socket socket, const std::string& request, AddressSlot slot, Services& services) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(kHeaderBytes));
  error_code failed;
  parser.put(asio::buffer(request), failed);
  const bool is_upgrade = !failed && parser.is_header_done() && websocket::is_upgrade(parser.get());
  if (!is_upgrade) {
    const std::string text = http_response(failed ? 400 : 426, "text/plain", "this path speaks WebSocket\n",
                                           failed ? "" : "Upgrade: websocket\r\n");
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  const auto link = std::make_shared<Link>(std::move(socket), std::move(slot), services);
  link->ws_.read_message_max(limits::kFrameBytesBeforeLogin);
  websocket::stream_base::timeout none;
  none.handshake_timeout = websocket::stream_base::none();
  none.idle_timeout = websocket::stream_base::none();
  none.keep_alive_pings = false;
  link->ws_.set_option(none);  // the sweep keeps all deadlines
  link->ws_.control_callback([raw = link.get()](websocket::frame_type, beast::string_view) {
    raw->last_heard_ms_ = steady_now_ms();  // called inside a read, so the link is alive
  });
  services.connections.add(link);
  services.host.attach(link);
  EventLog& log = services.log;
  auto work = read_frames(link, parser.release());
  auto finished = [&log](std::exception_ptr thrown) { report_failure(log, thrown); };
  asio::co_spawn(link->ws_.get_executor(), std::move(work), std::move(finished));
}

}  // namespace karez::relay
