// The control messages of a session as values, and their JSON text frames. Fields and meanings:
// schema/protocol.md section 1. Values; no thread rule.
//
// A frame is checked before a JSON library builds anything of it: UTF-8, depth, number of values, duplicate
// keys and integers outside ±2^53 (limits.h). Decoding never throws and encoding always gives a frame that
// decodes.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "karez/sync/relay_session.h"
#include "karez/sync/replica_session.h"

namespace karez {

/// What the other side did is against the protocol: it is told so.
[[nodiscard]] inline Error protocol_error(std::string message) {
  return {ErrorCode::protocol, std::move(message)};
}

}  // namespace karez

namespace karez::control {

inline constexpr std::uint64_t kProtocol = 1;
inline constexpr std::int64_t kGreatestInteger = std::int64_t{1} << 53;
inline constexpr std::size_t kNotesPerPage = 400;  ///< 8 values each at most, about 450 bytes
inline constexpr std::size_t kReasonBytes = 512;   ///< a longer reason is cut

struct Hello {
  std::uint64_t protocol = kProtocol;
  AuthorKey relay;
  Incarnation incarnation{};
  FixedBytes<32> nonce{};
  std::int64_t now_ms = 0;
  std::uint64_t frame_bytes = limits::kFrameBytes;
  std::uint64_t pack_bytes = limits::kPackBytes;
  std::uint64_t credit_bytes = limits::kCreditBytes;
  bool carries = false;  ///< it takes `carry`; older relays do not say so
};
struct Welcome {
  bool known = false;
  std::optional<Head> have;
  std::uint64_t end = 0;
  Hash fingerprint{};
  std::uint64_t notes_end = 0;
  std::uint64_t credit = 0;
};
/// The relay's key and incarnation are those of `hello`; the receiver fills them in before it checks the
/// signature.
struct Ack {
  Receipt receipt;
  std::uint64_t credit = 0;
};
struct Refuse {
  AuthorKey author;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  Error error;
  std::uint64_t credit = 0;
};
struct Notes {
  std::uint64_t end = 0;
  std::vector<Announcement> announcements;
  std::vector<Holding> holdings;
};
struct Revoked {
  std::uint64_t seq = 0;
  std::string reason;
};
struct Failure {
  Error error;
  std::optional<std::uint64_t> retry_after_ms;
};
struct Login {
  std::uint64_t protocol = kProtocol;
  WorkspaceId workspace;
  AuthorKey author;
  FixedBytes<32> nonce{};
  Signature signature{};
};
struct Want {
  Incarnation incarnation{};
  std::uint64_t since = 0;
  std::uint64_t notes = 0;
  std::uint64_t credit = 0;
};
struct Credit {
  std::uint64_t bytes = 0;
};
struct Fetch {
  AuthorKey author;
  std::uint64_t after = 0;
};
/// On the wire without its author (the one that is logged in) and without relay_ms.
struct Announce {
  Announcement announcement;
};
/// Another author's announcement, brought along: on the wire without relay_ms.
struct Carry {
  Announcement announcement;
};
/// On the wire without its author.
struct Hold {
  Holding holding;
};
/// A type that this version does not know.
struct UnknownType {
  std::string type;
};

using FromRelay = std::variant<Hello, Welcome, Ack, Refuse, Notes, Revoked, Failure, UnknownType>;
using FromReplica =
    std::variant<Login, Want, Credit, Fetch, Announce, Carry, Hold, Failure, UnknownType>;

/// Errors: malformed (names the rule or the field).
[[nodiscard]] Result<FromRelay> decode_from_relay(ByteView text);
[[nodiscard]] Result<FromReplica> decode_from_replica(ByteView text);

[[nodiscard]] Frame encode(const Hello& message);
[[nodiscard]] Frame encode(const Welcome& message);
[[nodiscard]] Frame encode(const Ack& message);
[[nodiscard]] Frame encode(const Refuse& message);
[[nodiscard]] Frame encode(const Notes& message);
[[nodiscard]] Frame encode(const Revoked& message);
[[nodiscard]] Frame encode(const Failure& message);
[[nodiscard]] Frame encode(const Login& message);
[[nodiscard]] Frame encode(const Want& message);
[[nodiscard]] Frame encode(const Credit& message);
[[nodiscard]] Frame encode(const Fetch& message);
[[nodiscard]] Frame encode(const Announce& message);
[[nodiscard]] Frame encode(const Carry& message);
[[nodiscard]] Frame encode(const Hold& message);

}  // namespace karez::control
