#include "karez/log/chain.h"

#include <sodium.h>

#include <array>
#include <tuple>

namespace karez {
namespace {

/// libsodium picks its fastest code once; the calls below work on any thread afterwards.
void start_sodium() {
  static const bool is_ready = sodium_init() >= 0;
  ENSURE(is_ready);
}

Bytes tagged(Purpose purpose, ByteView message) {
  Writer writer;
  writer.raw(view_of(tag_of(purpose)));
  writer.raw(message);
  return writer.take();
}

/// BLAKE2b that has read a tag already: each link takes two of them, and a copy is cheaper than a beginning.
class TaggedHash {
 public:
  explicit TaggedHash(std::string_view tag) {
    start_sodium();
    ENSURE(crypto_generichash_init(&begun_, nullptr, 0, std::tuple_size_v<Hash>) == 0);
    add(begun_, view_of(tag));
  }
  [[nodiscard]] Hash of(ByteView first, ByteView second = {}) const {
    crypto_generichash_state state = begun_;
    add(state, first);
    add(state, second);
    Hash out;
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
  }

 private:
  static void add(crypto_generichash_state& state, ByteView bytes) {
    if (!bytes.empty()) crypto_generichash_update(&state, bytes.data(), bytes.size());
  }
  crypto_generichash_state begun_;
};

}  // namespace

KeyPair key_pair_from_seed(const FixedBytes<32>& seed) {
  start_sodium();
  KeyPair pair;
  ENSURE(crypto_sign_seed_keypair(pair.author.bytes.data(), pair.secret.data(), seed.data()) == 0);
  return pair;
}

std::string_view tag_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::head:
      return "karez/head/1";
    case Purpose::claim:
      return "karez/claim/1";
    case Purpose::successor:
      return "karez/successor/1";
    case Purpose::login:
      return "karez/login/1";
    case Purpose::receipt:
      return "karez/receipt/1";
    case Purpose::announcement:
      return "karez/announcement/1";
    case Purpose::holding:
      return "karez/holding/1";
    case Purpose::statement:
      return "karez/statement/1";
  }
  ENSURE(false && "a purpose without a tag");
}

Signature sign(const KeyPair& key, Purpose purpose, ByteView message) {
  start_sodium();
  const Bytes text = tagged(purpose, message);
  Signature signature{};
  ENSURE(crypto_sign_detached(signature.data(), nullptr, text.data(), text.size(), key.secret.data()) == 0);
  return signature;
}

bool verify(const AuthorKey& author, Purpose purpose, ByteView message, const Signature& signature) {
  start_sodium();
  const Bytes text = tagged(purpose, message);
  return crypto_sign_verify_detached(signature.data(), text.data(), text.size(), author.bytes.data()) == 0;
}

Hash link_zero(const WorkspaceId& workspace, const AuthorKey& author) {
  return blake2b({view_of("karez/log/1"), workspace.bytes, author.bytes});
}

Hash next_link(const Hash& previous, ByteView content) {
  static const TaggedHash kOfContent("karez/content/1");
  static const TaggedHash kOfLink("karez/link/1");
  return kOfLink.of(previous, kOfContent.of(content));
}

Bytes head_message(const WorkspaceId& workspace, const AuthorKey& author, std::uint64_t seq,
                   const Hash& link) {
  Writer writer;
  writer.raw(workspace.bytes);
  writer.raw(author.bytes);
  writer.u64_be(seq);
  writer.raw(link);
  return writer.take();
}

Signature sign_head(const KeyPair& key, const WorkspaceId& workspace, std::uint64_t seq, const Hash& link) {
  return sign(key, Purpose::head, head_message(workspace, key.author, seq, link));
}

bool verify_head(const WorkspaceId& workspace, const AuthorKey& author, std::uint64_t seq, const Hash& link,
                 const Signature& signature) {
  return verify(author, Purpose::head, head_message(workspace, author, seq, link), signature);
}

}  // namespace karez
