#include "bench/load_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>

#include "karez/log/pack.h"
#include "karez/sync/replica_session.h"

namespace karez::bench {
namespace {

constexpr int kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
constexpr std::uint64_t kCreditBytes = 1024 * 1024;
constexpr std::uint64_t kGrantBytes = 256 * 1024;  // as a replica grants: after what it stores at once

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::int64_t steady_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

void LoadClient::connect(std::uint16_t port) {
  close();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  ENSURE(socket_ >= 0);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int answer = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ENSURE(answer == 0 || errno == EINPROGRESS);
  stage_ = Stage::upgrade;
  in_.clear();
  sent_ = 0;
  out_ =
      "GET /sync HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

void LoadClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  stage_ = Stage::closed;
}

void LoadClient::on_ready() {
  if (reads_) read();
  if (socket_ >= 0) write();
}

void LoadClient::read() {
  static thread_local std::array<char, 256 * 1024> buffer;
  for (;;) {
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == ENOTCONN)) break;
    if (size <= 0) {
      if (trouble_.empty()) trouble_ = "the relay closed the connection";
      return close();
    }
    in_.append(buffer.data(), static_cast<std::size_t>(size));
    if (static_cast<std::size_t>(size) < buffer.size()) break;
  }
  on_bytes();
}

void LoadClient::write() {
  while (sent_ < out_.size()) {
    const ssize_t size = ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (size <= 0) return close();
    sent_ += static_cast<std::size_t>(size);
  }
  out_ = std::string();  // an idle client keeps no buffer
  sent_ = 0;
}

void LoadClient::on_bytes() {
  std::size_t at = 0;
  if (stage_ == Stage::upgrade) {
    const std::size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (in_.compare(0, 12, "HTTP/1.1 101") != 0) {
      trouble_ = in_.substr(0, in_.find('\r'));
      return close();
    }
    at = end + 4;
    stage_ = Stage::hello;
  }
  while (socket_ >= 0 && in_.size() - at >= 2) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(in_[at + i]); };
    std::uint64_t size = byte(1) & 0x7F;
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (in_.size() - at < 2 + extra) break;
    if (extra > 0) size = 0;
    for (std::size_t i = 0; i < extra; ++i) size = size << 8 | byte(2 + i);
    if (in_.size() - at < 2 + extra + size) break;
    const std::string_view payload(in_.data() + at + 2 + extra, size);
    on_frame(byte(0), payload);
    at += 2 + extra + size;
  }
  in_.erase(0, at);
  if (in_.empty()) in_ = std::string();
}

void LoadClient::on_frame(std::uint8_t first, std::string_view payload) {
  const int opcode = first & 0x0F;
  if (opcode == kPing) return send_frame(kPong, payload);
  if (opcode == kClose) return close();
  if (opcode > kBinary) return;
  // A message may come in several frames.
  const bool is_last = (first & 0x80) != 0;
  if (opcode != kContinuation) message_opcode_ = opcode;
  if (opcode == kContinuation || !is_last) {
    message_ += payload;
    if (!is_last) return;
    payload = message_;
  }
  if (message_opcode_ == kText) {
    on_text(payload);
  } else {
    on_pack(payload);
  }
  message_ = std::string();
}

void LoadClient::on_text(std::string_view text) {
  const auto message = nlohmann::json::parse(text);
  const std::string type = message.at("type");
  if (type == "hello") {
    AuthorKey relay{*fixed_from_hex<32>(message.at("relay").get<std::string>())};
    const auto relay_nonce = *fixed_from_hex<32>(message.at("nonce").get<std::string>());
    incarnation_ = message.at("incarnation").get<std::string>();
    const FixedBytes<32> nonce{};
    const Bytes signed_bytes = login_message(workspace_, key_.author, relay, relay_nonce, nonce, {});
    const nlohmann::json login{{"type", "login"},
                               {"protocol", 1},
                               {"workspace", to_hex(workspace_.bytes)},
                               {"author", to_hex(key_.author.bytes)},
                               {"nonce", to_hex(nonce)},
                               {"signature", to_hex(sign(key_, Purpose::login, signed_bytes))}};
    send_frame(kText, login.dump());
    stage_ = Stage::welcome;
  } else if (type == "welcome") {
    credit_ = message.at("credit");
    relay_end_ = message.at("end");
    stage_ = Stage::ready;
    send_packs();
  } else if (type == "ack") {
    credit_ += message.at("credit").get<std::uint64_t>();
    if (message.at("author") == to_hex(key_.author.bytes)) acked_seq_ = message.at("seq");
    send_packs();
  } else if (type == "refuse" || type == "error") {
    if (trouble_.empty()) trouble_ = std::string(text);
  }
}

void LoadClient::on_pack(std::string_view payload) {
  Reader reader(view_of(payload));
  if (reader.u8() == 'A') {
    (void)reader.varint();  // the relay's end
    (void)reader.raw(32);   // and its fingerprint
  }
  while (reader.remaining() > 0 && trouble_.empty()) {
    (void)reader.varint();  // arrival
    const auto header = read_pack_header(reader.raw(reader.varint()));
    if (!header) {
      trouble_ = "a pack cannot be read";
      return;
    }
    received_changes_ += header->count;
    if (header->author == watched_) sights_.push_back({header->last_seq(), steady_ns()});
  }
  ungranted_bytes_ += payload.size();
  if (ungranted_bytes_ < kGrantBytes) return;
  const nlohmann::json grant{{"type", "credit"}, {"bytes", std::exchange(ungranted_bytes_, 0)}};
  send_frame(kText, grant.dump());
}

void LoadClient::want(bool from_beginning) {
  const nlohmann::json want{{"type", "want"},
                            {"incarnation", incarnation_},
                            {"since", from_beginning ? 0 : relay_end_},
                            {"notes", 0},
                            {"credit", kCreditBytes}};
  send_frame(kText, want.dump());
}

void LoadClient::send_pack(Bytes pack) {
  packs_.push_back(std::move(pack));
  if (stage_ == Stage::ready) send_packs();
}

void LoadClient::send_packs() {
  while (!packs_.empty() && packs_.front().size() <= credit_) {
    credit_ -= packs_.front().size();
    send_frame(kBinary, "P" + std::string(text_of(packs_.front())));
    packs_.pop_front();
  }
}

/// Masked with zeros: the payload stands as it is.
void LoadClient::send_frame(int opcode, std::string_view payload) {
  out_ += static_cast<char>(0x80 | opcode);
  const std::size_t extra = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
  out_ += static_cast<char>(0x80 | (extra == 0 ? payload.size() : extra == 2 ? 126 : 127));
  for (std::size_t i = extra; i-- > 0;) out_ += static_cast<char>(payload.size() >> (8 * i) & 0xFF);
  out_ += std::string(4, '\0');
  out_ += payload;
  if (stage_ != Stage::closed) write();
}

}  // namespace karez::bench
