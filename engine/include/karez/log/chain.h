// The hash chain of an author's log and what is signed about it. Layouts: schema/log-format.md sections 3
// and 4.
#pragma once

#include <string_view>

#include "karez/base/result.h"
#include "karez/model/value.h"

namespace karez {

using Signature = FixedBytes<64>;

/// An Ed25519 key pair (RFC 8032). Its secret half never leaves the machine.
struct KeyPair {
  AuthorKey author;
  FixedBytes<64> secret{};
};

[[nodiscard]] KeyPair key_pair_from_seed(const FixedBytes<32>& seed);

/// What a signature means; each purpose has its own tag, so one key never signs two meanings of the same
/// bytes.
enum class Purpose { head, claim, successor, login, receipt, announcement, holding, statement };
[[nodiscard]] std::string_view tag_of(Purpose purpose);

[[nodiscard]] Signature sign(const KeyPair& key, Purpose purpose, ByteView message);
/// Strict Ed25519 (libsodium refuses small-order keys and non-canonical scalars).
[[nodiscard]] bool verify(const AuthorKey& author, Purpose purpose, ByteView message,
                          const Signature& signature);

/// link(0) of an author; the founder's own workspace field is zero.
[[nodiscard]] Hash link_zero(const WorkspaceId& workspace, const AuthorKey& author);
/// link(n) from link(n-1) and the content of change n.
[[nodiscard]] Hash next_link(const Hash& previous, ByteView content);

/// The bytes that a head signature covers (after its tag).
[[nodiscard]] Bytes head_message(const WorkspaceId& workspace, const AuthorKey& author, std::uint64_t seq,
                                 const Hash& link);
[[nodiscard]] Signature sign_head(const KeyPair& key, const WorkspaceId& workspace, std::uint64_t seq,
                                  const Hash& link);
[[nodiscard]] bool verify_head(const WorkspaceId& workspace, const AuthorKey& author, std::uint64_t seq,
                               const Hash& link, const Signature& signature);

}  // namespace karez
