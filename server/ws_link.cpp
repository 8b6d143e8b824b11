#include "ws_link.h"

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
using boost::system::error_code;
using Request = http::request<http::empty_body>;

/// A message goes out in parts of this size: each part that leaves shows that the reader lives, and a pong
/// may pass between two parts of a large one.
constexpr std::size_t kWriteBytes = 32 * 1024;
/// A session that waits holds room for a control message; the rest of a large frame is read in large parts.
constexpr std::size_t kFirstReadBytes = 512;
constexpr std::size_t kReadBytes = 32 * 1024;
constexpr std::size_t kKeptBufferBytes = 4 * 1024;
constexpr std::int64_t kCloseMs = 3000;
constexpr std::int64_t kGoodbyeMs = 1500;    // when the relay stops, which has a limit of its own
constexpr std::int64_t kNotesWaitMs = 2000;  // for a slow disk; after that the session goes on all the same

/// Tells a replica why the session ends and when to come back.
std::string farewell(std::string_view reason, std::int64_t retry_after_ms) {
  const nlohmann::json message{
      {"type", "error"}, {"code", "busy"}, {"reason", reason}, {"retry_after_ms", retry_after_ms}};
  return message.dump();
}

/// Handlers instead of coroutines: ten thousand of these wait most of the time, and a waiting coroutine keeps
/// its frame and a timer.
class Link final : public Connection, public Peer, public std::enable_shared_from_this<Link> {
 public:
  Link(tcp::socket socket, AddressSlot slot, Services& services)
      : ws_(std::move(socket)),
        services_(services),
        slot_(std::move(slot)),
        session_(services.host, services.clock, services.random),
        last_heard_ms_(steady_now_ms()),
        deadline_ms_(last_heard_ms_ + services.limits.handshake_ms) {}
  ~Link() override {
    services_.host.detach(*this);
    services_.connections.remove(this);
  }

  /// Shakes hands, then reads to the end.
  void start(Request request);

  RelaySession& session() override { return session_; }
  void kick() override {
    if (session_.queued_bytes() > services_.limits.outbound_bytes && !ending_) {
      ++services_.metrics.slow_readers_closed;
      abort();
      return;
    }
    pump();
  }
  void replaced() override {
    constexpr std::int64_t kRetryMs = 30'000;
    end(websocket::close_code::policy_error, farewell("another session of this laptop took over", kRetryMs));
  }
  void resume() override {
    if (pause_ == Pause::none) return;
    const auto held = std::exchange(held_in_pause_, {});
    pause_ = Pause::none;
    last_heard_ms_ = steady_now_ms();  // it was we who did not listen
    read();
  }

  void sweep(std::int64_t now_ms) override;
  void stop_reading() override { reads_ = false; }
  void go_away() override {
    constexpr std::int64_t kRetryMs = 2000;
    end(websocket::close_code::going_away, farewell("the relay is stopping", kRetryMs));
    deadline_ms_ = steady_now_ms() + kGoodbyeMs;
  }
  void abort() override {
    is_open_ = false;
    const auto held = std::exchange(held_in_pause_, {});
    error_code ignored;
    beast::get_lowest_layer(ws_).close(ignored);
  }

 private:
  enum class Pause : std::uint8_t { none, overload, notes };

  /// A handler that keeps the link alive. What it throws ends this connection and no other.
  template <typename Work>
  auto kept(Work work) {
    return [self = shared_from_this(), work](auto... result) {
      try {
        work(*self, result...);
      } catch (const std::exception& failure) {
        self->services_.log.error("connection_failed", {field("reason", failure.what())});
        self->abort();
      }
    };
  }

  void pause(Pause why);
  void set_up();
  void read();
  void on_read(error_code failed);
  void take(const FrameView& frame);
  /// Ends the session once its frames are out, with one last message if there is something to say.
  void end(websocket::close_code code, std::string last_words);
  void pump();
  void write_part();
  void on_written(error_code failed, std::size_t size);

  websocket::stream<tcp::socket, false> ws_;
  Services& services_;
  AddressSlot slot_;
  RelaySession session_;
  beast::flat_buffer buffer_;
  std::shared_ptr<Link> held_in_pause_;  ///< no handler does it then
  std::optional<SharedFrame> frame_;     ///< on its way out
  std::size_t sent_bytes_ = 0;           ///< of frame_

  bool is_open_ = false;  ///< between handshake and close
  bool is_logged_in_ = false;
  bool reads_ = true;
  bool ending_ = false;
  bool is_closing_ = false;
  bool ping_is_out_ = false;
  Pause pause_ = Pause::none;
  websocket::close_code close_code_ = websocket::close_code::normal;
  std::string last_words_;
  std::int64_t last_heard_ms_;
  std::int64_t last_ping_ms_ = 0;
  std::int64_t write_since_ms_ = 0;  ///< 0: no write is under way
  std::int64_t pause_since_ms_ = 0;
  std::int64_t deadline_ms_;  ///< of login, later of the close; 0: none
};

void Link::start(Request request) {
  set_up();
  const auto kept_request = std::make_shared<const Request>(std::move(request));
  ws_.async_accept(*kept_request, kept([kept_request](Link& link, error_code refused) {
    if (refused) return;
    link.is_open_ = true;
    link.last_heard_ms_ = steady_now_ms();
    link.deadline_ms_ = link.last_heard_ms_ + link.services_.limits.handshake_ms;
    link.pump();
    link.read();
  }));
}

void Link::set_up() {
  ws_.read_message_max(limits::kFrameBytesBeforeLogin);
  ws_.auto_fragment(false);  // kWriteBytes does it
  websocket::stream_base::timeout none;
  none.handshake_timeout = websocket::stream_base::none();
  none.idle_timeout = websocket::stream_base::none();
  none.keep_alive_pings = false;
  ws_.set_option(none);  // the sweep keeps all deadlines
  ws_.control_callback([this](websocket::frame_type, beast::string_view) {
    last_heard_ms_ = steady_now_ms();  // called inside a read, so the link is alive
  });
}

void Link::sweep(std::int64_t now_ms) {
  const RelayLimits& limits = services_.limits;
  if (pause_ == Pause::overload) last_heard_ms_ = now_ms;
  if (pause_ == Pause::notes && now_ms - pause_since_ms_ > kNotesWaitMs) resume();
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
  ws_.async_ping({}, kept([](Link& link, error_code) { link.ping_is_out_ = false; }));
}

void Link::read() {
  if (!is_open_) return;
  if (services_.host.is_overloaded()) {
    pause(Pause::overload);
    return services_.host.await_relief(shared_from_this());
  }
  const std::size_t most = buffer_.size() == 0 ? kFirstReadBytes : kReadBytes;
  ws_.async_read_some(buffer_, most,
                      kept([](Link& link, error_code failed, std::size_t) { link.on_read(failed); }));
}

void Link::on_read(error_code failed) {
  // A close that we began ourselves is the writer's to finish.
  if (failed && !ending_) return abort();
  if (failed || !is_open_) return;
  last_heard_ms_ = steady_now_ms();
  if (!ws_.is_message_done()) return read();
  const std::uint64_t notes_before = services_.host.notes_given();
  const auto* data = static_cast<const std::uint8_t*>(buffer_.cdata().data());
  take({ws_.got_binary(), ByteView(data, buffer_.size())});
  buffer_.consume(buffer_.size());
  if (buffer_.capacity() > kKeptBufferBytes) buffer_.shrink_to_fit();
  const std::uint64_t notes = services_.host.notes_given();
  if (notes == notes_before || !is_open_) return read();
  pause(Pause::notes);
  services_.host.await_notes(notes, shared_from_this());
}

/// Reads nothing until resume().
void Link::pause(Pause why) {
  pause_ = why;
  pause_since_ms_ = steady_now_ms();
  held_in_pause_ = shared_from_this();
}

void Link::take(const FrameView& frame) {
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

void Link::end(websocket::close_code code, std::string last_words) {
  if (ending_) return;
  ending_ = true;
  close_code_ = code;
  last_words_ = std::move(last_words);
  deadline_ms_ = steady_now_ms() + kCloseMs;
  kick();
}

/// Begins the next write unless one is under way: each frame in one write, gathered by the session.
void Link::pump() {
  if (!is_open_ || frame_ || is_closing_) return;
  frame_ = session_.next_frame();
  if (!frame_ && !ending_ && session_.is_finished()) return end(websocket::close_code::try_again_later, {});
  if (!frame_ && ending_ && !last_words_.empty()) {
    const std::string words = std::exchange(last_words_, {});
    frame_ = SharedFrame(false, Bytes(words.begin(), words.end()));
  }
  if (frame_) {
    sent_bytes_ = 0;
    write_part();
  } else if (ending_) {
    is_closing_ = true;
    ws_.async_close(websocket::close_reason(close_code_), kept([](Link& link, error_code) { link.abort(); }));
  }
}

void Link::write_part() {
  const Bytes& bytes = *frame_->bytes;
  const std::size_t size = std::min(kWriteBytes, bytes.size() - sent_bytes_);
  const bool is_last = sent_bytes_ + size == bytes.size();
  write_since_ms_ = steady_now_ms();
  ws_.binary(frame_->is_binary);
  ws_.async_write_some(
      is_last, asio::buffer(bytes.data() + sent_bytes_, size),
      kept([size](Link& link, error_code failed, std::size_t) { link.on_written(failed, size); }));
}

void Link::on_written(error_code failed, std::size_t size) {
  write_since_ms_ = 0;
  if (failed || !is_open_) return abort();
  sent_bytes_ += size;
  if (sent_bytes_ < frame_->bytes->size()) return write_part();
  Metrics& metrics = services_.metrics;
  ++metrics.frames_sent;
  metrics.packs_sent += frame_->packs;
  metrics.bytes_sent += sent_bytes_;
  frame_.reset();
  pump();
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
  services.connections.add(link);
  services.host.attach(link);
  link->start(parser.release());
}

}  // namespace karez::relay
