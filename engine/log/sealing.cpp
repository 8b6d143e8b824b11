#include "karez/log/sealing.h"

#include <sodium.h>

#include <algorithm>

#include "karez/base/limits.h"

namespace karez {
namespace {

constexpr std::uint8_t kPartVersion = 1;
/// Below the limit of a content, so that a change and its part always fit a pack.
constexpr std::size_t kPlainBytes = 64 * 1024;
constexpr std::size_t kLeastClass = 256;

void start_sealing() {
  static const bool is_ready = sodium_init() >= 0;
  ENSURE(is_ready);
}

/// Bytes that are overwritten when they are no longer needed.
struct Wiped {
  Bytes bytes;
  explicit Wiped(Bytes given) : bytes(std::move(given)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(bytes); }
};

FixedBytes<16> binding(const WorkspaceId& workspace, const Dot& dot) {
  return blake2b_128({view_of("karez/sealed/1"), workspace.bytes, dot.author.bytes, big_endian(dot.seq)});
}

/// The powers of two from kLeastClass: a length says little.
std::size_t size_class(std::size_t size) {
  std::size_t out = kLeastClass;
  while (out < size) out *= 2;
  return out;
}

/// libsodium's sealed box (crypto_box_seal), with the one-time key from `random`: a simulator repeats itself.
Result<Bytes> sealed_box(ByteView plain, const FixedBytes<32>& to, Random& random) {
  start_sealing();
  FixedBytes<32> seed{}, one_time{}, secret{};
  random.fill(seed);
  ENSURE(crypto_box_seed_keypair(one_time.data(), secret.data(), seed.data()) == 0);
  FixedBytes<crypto_box_NONCEBYTES> nonce{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, nonce.size());
  crypto_generichash_update(&state, one_time.data(), one_time.size());
  crypto_generichash_update(&state, to.data(), to.size());
  crypto_generichash_final(&state, nonce.data(), nonce.size());
  Bytes out(one_time.size() + crypto_box_MACBYTES + plain.size());
  std::copy(one_time.begin(), one_time.end(), out.begin());
  const bool is_boxed = crypto_box_easy(out.data() + one_time.size(), plain.data(), plain.size(),
                                        nonce.data(), to.data(), secret.data()) == 0;
  sodium_memzero(secret.data(), secret.size());
  sodium_memzero(seed.data(), seed.size());
  if (!is_boxed) return Error{ErrorCode::usage, "the sealing key is not one that can be sealed to"};
  return out;
}

Error not_sealed() {
  return {ErrorCode::malformed,
          "the personal fields of this record are not sealed as this version seals them, or were made for "
          "another "
          "record; they are kept as they are"};
}

}  // namespace

void wipe(std::string& text) {
  if (!text.empty()) sodium_memzero(text.data(), text.size());
  text.clear();
}

void wipe(Bytes& bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
  bytes.clear();
}

SealingKey sealing_key_of(const SealingSecret& secret) {
  start_sealing();
  SealingKey key{};
  ENSURE(crypto_scalarmult_base(key.data(), secret.data()) == 0);
  return key;
}

Result<Bytes> seal_values(std::span<const SealedValue> values, const SealingKey& key,
                          const WorkspaceId& workspace, const Dot& dot, Random& random) {
  Writer writer;
  writer.reserve(kPlainBytes);  // a vector that grows would leave copies behind
  writer.raw(binding(workspace, dot));
  writer.varint(values.size());
  for (const SealedValue& one : values) {
    Wiped encoded(encode_value(one.value));
    if (writer.size() + encoded.bytes.size() + 32 > kPlainBytes) {
      return Error{ErrorCode::too_large, "the personal fields of one record take more than " +
                                             std::to_string(kPlainBytes / 1024) +
                                             " KiB; nothing was recorded"};
    }
    writer.raw(one.marker);
    writer.sized(encoded.bytes);
  }
  Wiped plain(writer.take());
  plain.bytes.resize(size_class(plain.bytes.size()));
  KAREZ_ASSIGN(const Bytes box, sealed_box(plain.bytes, key, random));
  Writer part;
  part.u8(kPartVersion);
  part.raw(key);
  part.raw(box);
  return part.take();
}

Result<std::vector<SealedValue>> unseal_values(ByteView part, const SealingSecrets& secrets,
                                               const WorkspaceId& workspace, const Dot& dot) {
  start_sealing();
  Reader in(part);
  const std::uint8_t version = in.u8();
  const auto key = in.fixed<32>();
  if (in.failed() || version != kPartVersion || in.remaining() < crypto_box_SEALBYTES) return not_sealed();
  const auto secret = secrets.find(key);
  if (secret == secrets.end()) {
    return Error{ErrorCode::not_found,
                 "the secret that these personal fields are sealed to is not on this laptop"};
  }
  const ByteView box = in.raw(in.remaining());
  Wiped plain(Bytes(box.size() - crypto_box_SEALBYTES));
  if (crypto_box_seal_open(plain.bytes.data(), box.data(), box.size(), key.data(), secret->second.data()) !=
      0)
    return not_sealed();
  Reader inside(plain.bytes);
  if (inside.fixed<16>() != binding(workspace, dot)) return not_sealed();
  const std::uint64_t count = inside.varint();
  if (inside.failed() || count > limits::kFieldsPerRecord) return not_sealed();
  std::vector<SealedValue> values;
  for (std::uint64_t i = 0; i < count; ++i) {
    SealedValue one;
    one.marker = inside.fixed<16>();
    const ByteView encoded = inside.sized(kPlainBytes);
    auto value = inside.failed() ? Result<Value>(not_sealed()) : decode_value(encoded);
    if (!value) return not_sealed();
    one.value = std::move(*value);
    values.push_back(std::move(one));
  }
  return values;
}

Result<Bytes> wrap_secret(const SealingSecret& secret, const AuthorKey& holder, Random& random) {
  start_sealing();
  FixedBytes<32> to{};
  if (crypto_sign_ed25519_pk_to_curve25519(to.data(), holder.bytes.data()) != 0)
    return Error{ErrorCode::usage, "a laptop's key is not one that a secret can be wrapped for"};
  return sealed_box(secret, to, random);
}

Result<SealingSecret> unwrap_secret(ByteView wrap, const KeyPair& holder, const SealingKey& key) {
  start_sealing();
  FixedBytes<32> own{}, own_secret{};
  SealingSecret secret{};
  const bool is_opened =
      wrap.size() == kWrapBytes &&
      crypto_sign_ed25519_pk_to_curve25519(own.data(), holder.author.bytes.data()) == 0 &&
      crypto_sign_ed25519_sk_to_curve25519(own_secret.data(), holder.secret.data()) == 0 &&
      crypto_box_seal_open(secret.data(), wrap.data(), wrap.size(), own.data(), own_secret.data()) == 0;
  sodium_memzero(own_secret.data(), own_secret.size());
  if (!is_opened || sealing_key_of(secret) != key)
    return Error{ErrorCode::malformed, "a wrapped sealing secret is not for this laptop"};
  return secret;
}

FixedBytes<16> matching_tag(const SealingSecret& secret, std::string_view kind, std::string_view text) {
  start_sealing();
  FixedBytes<16> tag{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, secret.data(), secret.size(), tag.size());
  const auto add = [&](std::string_view part) {
    const FixedBytes<8> size = big_endian(part.size());
    crypto_generichash_update(&state, size.data(), size.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  };
  add("karez/match/1");
  add(kind);
  add(text);
  crypto_generichash_final(&state, tag.data(), tag.size());
  return tag;
}

}  // namespace karez
