// Sealing: personal values become bytes that only the holders of a workspace's sealing secret can read. What
// the bytes are: schema/sealed-fields.md. Pure functions over libsodium; any thread. Randomness arrives from
// outside.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "karez/base/clock.h"
#include "karez/log/chain.h"
#include "karez/log/change.h"

namespace karez {

/// What stands in a sealed field's place in the content of a change: 16 random bytes, new for every value.
using SealMarker = FixedBytes<16>;

/// A value that a change seals, and the marker that stands for it.
struct SealedValue {
  SealMarker marker{};
  Value value;
};

/// An X25519 public key of the workspace (RFC 7748).
using SealingKey = FixedBytes<32>;
using SealingSecret = FixedBytes<32>;
/// The secrets that a replica can open, by their public keys.
using SealingSecrets = std::map<SealingKey, SealingSecret>;

/// What a wrapped secret takes.
inline constexpr std::size_t kWrapBytes = 80;

[[nodiscard]] SealingKey sealing_key_of(const SealingSecret& secret);

/// The private part of change `dot`: `values`, padded and encrypted to `key`. Nobody who has not the secret
/// can read it, not even its maker. Errors: too_large, usage (`key` is no point that can be sealed to).
[[nodiscard]] Result<Bytes> seal_values(std::span<const SealedValue> values, const SealingKey& key,
                                        const WorkspaceId& workspace, const Dot& dot, Random& random);

/// The values in a private part. Errors: not_found (sealed to a key whose secret is not among these),
/// malformed (not made by seal_values, or for another change).
[[nodiscard]] Result<std::vector<SealedValue>> unseal_values(ByteView part, const SealingSecrets& secrets,
                                                             const WorkspaceId& workspace, const Dot& dot);

/// A sealing secret for the holder of an author key alone. Errors: usage (the key is no point of the curve).
[[nodiscard]] Result<Bytes> wrap_secret(const SealingSecret& secret, const AuthorKey& holder, Random& random);
/// Errors: malformed (not wrapped for this key, or not the secret of `key`).
[[nodiscard]] Result<SealingSecret> unwrap_secret(ByteView wrap, const KeyPair& holder,
                                                  const SealingKey& key);

/// A tag that is equal for equal texts and says nothing to whoever has not the secret. For matching on one
/// replica.
[[nodiscard]] FixedBytes<16> matching_tag(const SealingSecret& secret, std::string_view kind,
                                          std::string_view text);

/// Overwrites a text's bytes before they are given back to the heap.
void wipe(std::string& text);
void wipe(Bytes& bytes);

}  // namespace karez
