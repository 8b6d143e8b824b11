// One simulated laptop of the load generator: a WebSocket client on a bare non-blocking socket that speaks
// just enough of the protocol. It checks nothing: it stands for the load, not for a replica.
//
// One thread; its owner polls the socket.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "karez/log/chain.h"

namespace karez::bench {

class LoadClient {
 public:
  enum class Stage { upgrade, hello, welcome, ready, closed };

  LoadClient(const KeyPair& key, const WorkspaceId& workspace) : key_(key), workspace_(workspace) {}
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;
  ~LoadClient() { close(); }

  /// Begins to connect; everything else happens in on_ready().
  void connect(std::uint16_t port);
  void close();
  /// Reads and writes what can be; call it when the socket is ready.
  void on_ready();
  /// Hands a pack to the relay as soon as its credit lasts.
  void send_pack(Bytes pack);
  /// Asks for all that arrives after what the relay had at welcome (0: from the beginning).
  void want(bool from_beginning = false);
  /// Notes when packs of this author arrive.
  void watch(const AuthorKey& author) { watched_ = author; }
  /// Stops or begins to read: a slow reader.
  void set_reading(bool reads) { reads_ = reads; }

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] Stage stage() const { return stage_; }
  [[nodiscard]] bool wants_write() const { return sent_ < out_.size(); }
  [[nodiscard]] bool wants_read() const { return reads_; }
  [[nodiscard]] std::uint64_t acked_seq() const { return acked_seq_; }  ///< own changes on the relay's disk
  [[nodiscard]] std::uint64_t received_changes() const { return received_changes_; }
  struct Sight {
    std::uint64_t seq = 0;
    std::int64_t at_ns = 0;
  };
  [[nodiscard]] const std::vector<Sight>& sights() const { return sights_; }  ///< of the watched author
  [[nodiscard]] const std::string& trouble() const { return trouble_; }       ///< the first error or refusal

 private:
  void read();
  void write();
  void on_bytes();
  void on_frame(std::uint8_t first, std::string_view payload);
  void on_text(std::string_view text);
  void on_pack(std::string_view payload);
  void send_frame(int opcode, std::string_view payload);
  void send_packs();

  KeyPair key_;
  WorkspaceId workspace_;
  int socket_ = -1;
  Stage stage_ = Stage::closed;
  bool reads_ = true;
  int message_opcode_ = 0;
  std::string in_, out_, message_, trouble_, incarnation_;
  std::size_t sent_ = 0;
  std::deque<Bytes> packs_;
  std::uint64_t credit_ = 0, acked_seq_ = 0, received_changes_ = 0, relay_end_ = 0, ungranted_bytes_ = 0;
  AuthorKey watched_;
  std::vector<Sight> sights_;
};

/// Steady time in nanoseconds.
[[nodiscard]] std::int64_t steady_ns();

}  // namespace karez::bench
