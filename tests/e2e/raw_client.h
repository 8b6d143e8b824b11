// A relay in this process, and a client on a bare socket that may break every rule of HTTP and WebSocket.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "karez/relay/relay.h"
#include "support/sync_fakes.h"
#include "support/temporary_folder.h"

namespace karez::testing {

inline std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Waits until `condition` holds; false after `limit_ms`.
template <typename Condition>
bool eventually(Condition condition, std::int64_t limit_ms = 10'000) {
  const std::int64_t end = steady_ms() + limit_ms;
  while (!condition()) {
    if (steady_ms() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

class RelayBench {
 public:
  explicit RelayBench(const RelayLimits& limits = {}) {
    options.limits = limits;
    options.port = 0;
    options.data_dir = folder.path();
    options.log = [this](std::string_view line) {
      const std::lock_guard guard(mutex_);
      lines_.emplace_back(line);
    };
    start();
  }
  void start() {
    relay.reset();
    auto started = Relay::start(options, system_clock(), system_random());
    ENSURE(started.ok());
    relay = std::move(started).value();
    options.port = relay->port();  // the next start keeps the address
  }
  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(relay->port()); }
  [[nodiscard]] int logged(const std::string& words) {
    const std::lock_guard guard(mutex_);
    return static_cast<int>(std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return line.find(words) != std::string::npos;
    }));
  }

  TemporaryFolder folder;
  RelayOptions options;

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;

 public:
  std::unique_ptr<Relay> relay;  ///< last: it still logs while it is destroyed
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ENSURE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  /// False if the relay has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// Reads until the end of the stream or the limit.
  std::string read_all(std::int64_t limit_ms = 5000) {
    const std::int64_t end = steady_ms() + limit_ms;
    while (fill(end - steady_ms())) {
    }
    return std::exchange(input_, {});
  }
  [[nodiscard]] bool is_closed() const { return closed_; }
  std::string ask(std::string_view request) {
    send(request);
    return read_all();
  }

  /// Upgrades; true if the relay agreed.
  bool upgrade() {
    send(
        "GET /sync HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    const std::int64_t end = steady_ms() + 5000;
    while (input_.find("\r\n\r\n") == std::string::npos) {
      if (!fill(end - steady_ms())) return false;
    }
    const bool agreed = input_.starts_with("HTTP/1.1 101");
    input_.erase(0, input_.find("\r\n\r\n") + 4);
    return agreed;
  }
  /// A whole masked frame (mask of zeros, so the payload stands as it is).
  static std::string frame(int opcode, std::string_view payload) {
    return header(opcode, payload.size()) + std::string(payload);
  }
  static std::string header(int opcode, std::uint64_t size) {
    std::string out(1, static_cast<char>(0x80 | opcode));
    if (size < 126) {
      out += static_cast<char>(0x80 | size);
    } else if (size < 65536) {
      out += static_cast<char>(0x80 | 126);
      for (int shift = 8; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xFF);
    } else {
      out += static_cast<char>(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xFF);
    }
    return out + std::string(4, '\0');
  }

  struct Received {
    int opcode = 0;  ///< 0: nothing came
    std::string payload;
  };
  /// The next frame.
  Received receive(std::int64_t limit_ms = 5000) {
    const std::int64_t end = steady_ms() + limit_ms;
    for (;;) {
      if (auto whole = take_frame()) return std::move(*whole);
      if (!fill(end - steady_ms())) return {};
    }
  }
  /// The next text message as JSON; null if none came.
  nlohmann::json message(std::int64_t limit_ms = 5000) {
    const std::int64_t end = steady_ms() + limit_ms;
    while (steady_ms() < end) {
      const Received received = receive(end - steady_ms());
      if (received.opcode == 1) return nlohmann::json::parse(received.payload, nullptr, false);
      if (received.opcode == 0 || received.opcode == 8) return nullptr;
    }
    return nullptr;
  }
  /// The close code that the relay sends; 0 if it just closes.
  int close_code() {
    for (;;) {
      const Received received = receive();
      if (received.opcode == 0) return 0;
      if (received.opcode != 8) continue;
      if (received.payload.size() < 2) return 1005;
      return static_cast<unsigned char>(received.payload[0]) << 8 |
             static_cast<unsigned char>(received.payload[1]);
    }
  }
  /// Proves a person's key. True: welcome.
  bool login(const Person& person) {
    const nlohmann::json hello = message();
    if (!hello.is_object()) return false;
    const auto relay = fixed_from_hex<32>(hello["relay"].get<std::string>());
    const auto nonce = fixed_from_hex<32>(hello["nonce"].get<std::string>());
    const Signature signature =
        sign(person.key(), Purpose::login,
             login_message(person.workspace(), person.author(), AuthorKey{*relay}, *nonce, {}, {}));
    const nlohmann::json login{{"type", "login"},
                               {"protocol", 1},
                               {"workspace", to_hex(person.workspace().bytes)},
                               {"author", to_hex(person.author().bytes)},
                               {"nonce", std::string(64, '0')},
                               {"signature", to_hex(signature)}};
    send(frame(1, login.dump()));
    const nlohmann::json welcome = message();
    return welcome.is_object() && welcome["type"] == "welcome";
  }

 private:
  bool fill(std::int64_t limit_ms) {
    pollfd event{socket_, POLLIN, 0};
    if (limit_ms <= 0 || ::poll(&event, 1, static_cast<int>(limit_ms)) <= 0) return false;
    char part[65536];
    const ssize_t count = ::recv(socket_, part, sizeof part, 0);
    if (count <= 0) {
      closed_ = true;
      return false;
    }
    input_.append(part, static_cast<std::size_t>(count));
    return true;
  }
  /// Joins the parts of one message.
  std::optional<Received> take_frame() {
    Received whole;
    std::size_t position = 0;
    for (bool is_last = false; !is_last;) {
      if (input_.size() < position + 2) return std::nullopt;
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input_[position + i]); };
      is_last = (byte(0) & 0x80) != 0;
      if ((byte(0) & 0x0F) != 0) whole.opcode = byte(0) & 0x0F;
      std::uint64_t size = byte(1) & 0x7F;
      std::size_t head = 2;
      const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
      if (input_.size() < position + head + more) return std::nullopt;
      if (more > 0) size = 0;
      for (std::size_t i = 0; i < more; ++i) size = size << 8 | byte(head + i);
      head += more;
      if (input_.size() < position + head + size) return std::nullopt;
      whole.payload.append(input_, position + head, size);
      position += head + size;
    }
    input_.erase(0, position);
    return whole;
  }

  int socket_;
  bool closed_ = false;
  std::string input_;
};

/// The relay's whole answer to one GET.
inline std::string get(const RelayBench& bench, const std::string& path) {
  RawClient client(bench.relay->port());
  return client.ask("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
}

}  // namespace karez::testing
