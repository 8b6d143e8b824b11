// A change has one encoding: whatever a decoder accepts, the encoder writes again, byte for byte.
#include "karez/log/change.h"
#include "property/log_generators.h"
#include "support/property.h"

namespace karez {

using testing::mutate;

namespace {

Bytes content_of(const Change& change) {
  auto content = encode(change);
  RC_ASSERT(content.ok());
  return std::move(content).value();
}

/// Accepted bytes are canonical; refused ones say why.
void judge(ByteView bytes) {
  const auto change = decode_change(bytes);
  if (!change.ok()) {
    RC_ASSERT(!change.error().message.empty());
    RC_ASSERT(change.error().code == ErrorCode::malformed || change.error().code == ErrorCode::too_large);
    return;
  }
  const auto again = encode(*change);
  RC_ASSERT(again.ok());
  RC_ASSERT(std::equal(bytes.begin(), bytes.end(), again->begin(), again->end()));
}

}  // namespace

KAREZ_PROPERTY("Change: any change comes back from its content", [] {
  const Change change = testing::any_change();
  const Bytes content = content_of(change);
  const auto back = decode_change(content);
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == change);
  RC_ASSERT(content_of(*back) == content);
})

KAREZ_PROPERTY("Change: mutated content is refused or canonical", [] {
  const Bytes content = content_of(testing::any_change());
  for (int i = 0; i < 20; ++i) {
    Bytes bytes = content;
    mutate(bytes);
    judge(bytes);
  }
})

KAREZ_PROPERTY("Change: random bytes are refused or canonical", [](const Bytes& bytes) {
  judge(bytes);
  Bytes content = content_of(testing::any_change());
  content.resize(content.size() / 2);
  content.insert(content.end(), bytes.begin(), bytes.end());
  judge(content);
})

KAREZ_PROPERTY("Change: values outside a change come back, and accepted bytes are canonical",
               [](const Bytes& bytes) {
                 const Value value = testing::any_value(true, true);
                 const auto back = decode_value(encode_value(value));
                 RC_ASSERT(back.ok());
                 RC_ASSERT(*back == value);
                 if (const auto random = decode_value(bytes); random.ok())
                   RC_ASSERT(encode_value(*random) == bytes);
                 Bytes mutated = encode_value(value);
                 mutate(mutated);
                 if (const auto other = decode_value(mutated); other.ok())
                   RC_ASSERT(encode_value(*other) == mutated);
               })

KAREZ_PROPERTY("Change: collecting authors twice changes nothing", [] {
  Change change = testing::any_change();
  const auto authors = change.authors;
  collect_authors(change);
  RC_ASSERT(change.authors == authors);
})

KAREZ_PROPERTY("Value: its order is total and agrees with its encoding", [] {
  const Value a = testing::any_value(true, true);
  const Value b = testing::any_value(true, true);
  const Value c = testing::any_value(true, true);
  RC_ASSERT((a == b) == (encode_value(a) == encode_value(b)));
  RC_ASSERT(((a <=> b) == 0) == (a == b));
  RC_ASSERT((a < b) == (b > a));
  if (a < b && b < c) RC_ASSERT(a < c);
})

}  // namespace karez
