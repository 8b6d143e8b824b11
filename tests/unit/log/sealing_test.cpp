#include "karez/log/sealing.h"

#include <doctest/doctest.h>

#include "support/clock.h"

namespace karez {
namespace {

using testing::SeededRandom;

struct SealingSample {
  SeededRandom random{7};
  SealingSecret secret{};
  SealingKey key{};
  WorkspaceId workspace{{1}};
  Dot dot{{{2}}, 3};
  std::vector<SealedValue> values;

  SealingSample() {
    random.fill(secret);
    key = sealing_key_of(secret);
    values = {{{4}, Value::of(std::string("金丝雀"))}, {{5}, Value::of(std::string("13987654321"))}};
  }
  Bytes sealed() { return seal_values(values, key, workspace, dot, random).value(); }
  ErrorCode refusal(ByteView part) {
    const auto opened = unseal_values(part, {{key, secret}}, workspace, dot);
    return opened ? ErrorCode::internal : opened.error().code;
  }
};

TEST_CASE("Sealing: who has the secret reads what was sealed, and nobody else") {
  SealingSample sample;
  const Bytes part = sample.sealed();
  const auto opened = unseal_values(part, {{sample.key, sample.secret}}, sample.workspace, sample.dot);
  REQUIRE(opened.ok());
  REQUIRE(opened->size() == 2);
  CHECK((*opened)[0].marker == sample.values[0].marker);
  CHECK((*opened)[0].value == sample.values[0].value);
  CHECK((*opened)[1].value == sample.values[1].value);
  CHECK(text_of(part).find("13987654321") == std::string_view::npos);
  SealingSecret other{};
  sample.random.fill(other);
  CHECK(unseal_values(part, {{sealing_key_of(other), other}}, sample.workspace, sample.dot).error().code ==
        ErrorCode::not_found);
  CHECK(unseal_values(part, {{sample.key, other}}, sample.workspace, sample.dot).error().code ==
        ErrorCode::malformed);
}

TEST_CASE("Sealing: a part opens in its own change alone") {
  SealingSample sample;
  const Bytes part = sample.sealed();
  const SealingSecrets secrets{{sample.key, sample.secret}};
  CHECK(!unseal_values(part, secrets, WorkspaceId{{9}}, sample.dot).ok());
  CHECK(!unseal_values(part, secrets, sample.workspace, {sample.dot.author, 4}).ok());
  CHECK(!unseal_values(part, secrets, sample.workspace, {{{9}}, 3}).ok());
}

TEST_CASE("Sealing: no byte of a part can be changed, and none may be missing") {
  SealingSample sample;
  const Bytes part = sample.sealed();
  for (std::size_t at = 0; at < part.size(); ++at) {
    Bytes bent = part;
    bent[at] ^= 1;
    const ErrorCode code = sample.refusal(bent);
    CHECK((code == ErrorCode::malformed || code == ErrorCode::not_found));
    CHECK(sample.refusal(ByteView(part).first(at)) == ErrorCode::malformed);
  }
}

TEST_CASE("Sealing: short values all take the same room, and the same value never the same bytes") {
  SealingSample sample;
  const Bytes part = sample.sealed();
  CHECK(part.size() == 1 + 32 + 48 + 256);
  CHECK(part != sample.sealed());
  sample.values.resize(1);
  CHECK(sample.sealed().size() == part.size());
  sample.values = {{{4}, Value::of(std::string(16'000, 'x'))}, {{5}, Value::of(std::string(16'000, 'x'))}};
  CHECK(sample.sealed().size() == 1 + 32 + 48 + 32'768);
  sample.values.assign(5, {{4}, Value::of(std::string(16'000, 'x'))});
  CHECK(seal_values(sample.values, sample.key, sample.workspace, sample.dot, sample.random).error().code ==
        ErrorCode::too_large);
}

TEST_CASE("Sealing: a secret is wrapped for one laptop, and a wrap of another secret is none") {
  SealingSample sample;
  FixedBytes<32> seed{};
  sample.random.fill(seed);
  const KeyPair holder = key_pair_from_seed(seed);
  sample.random.fill(seed);
  const KeyPair stranger = key_pair_from_seed(seed);
  const auto wrap = wrap_secret(sample.secret, holder.author, sample.random);
  REQUIRE(wrap.ok());
  CHECK(wrap->size() == kWrapBytes);
  CHECK(unwrap_secret(*wrap, holder, sample.key).value() == sample.secret);
  CHECK(!unwrap_secret(*wrap, stranger, sample.key).ok());
  CHECK(!unwrap_secret(*wrap, holder, SealingKey{{1}}).ok());
  CHECK(!unwrap_secret(ByteView(*wrap).first(79), holder, sample.key).ok());
  CHECK(!wrap_secret(sample.secret, AuthorKey{{1}}, sample.random).ok());
  CHECK(!seal_values(sample.values, SealingKey{}, sample.workspace, sample.dot, sample.random).ok());
}

TEST_CASE("Sealing: tags match equal texts of one kind under one secret") {
  SealingSample sample;
  const auto tag = matching_tag(sample.secret, "phone", "1");
  CHECK(tag == matching_tag(sample.secret, "phone", "1"));
  CHECK(tag != matching_tag(sample.secret, "phone", "2"));
  CHECK(tag != matching_tag(sample.secret, "phon", "e1"));
  CHECK(tag != matching_tag(SealingSecret{}, "phone", "1"));
}

}  // namespace
}  // namespace karez
