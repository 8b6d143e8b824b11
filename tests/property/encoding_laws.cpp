// The encodings of base over random values: what goes out comes back, and no input makes a reader step
// outside.
#include <cstdint>
#include <string>
#include <vector>

#include "karez/base/bytes.h"
#include "karez/base/text.h"
#include "support/property.h"

namespace karez {

KAREZ_PROPERTY("Encoding: hex, base32 and base64url give back what they took", [](const Bytes& bytes) {
  RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
  RC_ASSERT(from_base32(to_base32(bytes)) == bytes);
  RC_ASSERT(from_base64url(to_base64url(bytes)) == bytes);
})

KAREZ_PROPERTY("Encoding: text that base32 or base64url accepts is the text it writes", [] {
  const auto letters = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("amz27AZ-_q")));
  if (const auto bytes = from_base32(letters)) RC_ASSERT(to_base32(*bytes) == letters);
  if (const auto bytes = from_base64url(letters)) RC_ASSERT(to_base64url(*bytes) == letters);
})

KAREZ_PROPERTY("Encoding: numbers of any size come back", [](std::vector<std::int64_t> numbers) {
  Writer writer;
  for (std::int64_t number : numbers) {
    writer.zigzag(number);
    writer.varint(static_cast<std::uint64_t>(number));
  }
  Reader reader(writer.bytes());
  for (std::int64_t number : numbers) {
    RC_ASSERT(reader.zigzag() == number);
    RC_ASSERT(reader.varint() == static_cast<std::uint64_t>(number));
  }
  RC_ASSERT(reader.finished());
})

KAREZ_PROPERTY("Encoding: a varint that is accepted is written the same way", [](const Bytes& bytes) {
  Reader reader(bytes);
  const std::uint64_t value = reader.varint();
  if (reader.failed()) return;
  Writer writer;
  writer.varint(value);
  RC_ASSERT(writer.bytes() ==
            Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(reader.position())));
})

KAREZ_PROPERTY("Encoding: random bytes as text are UTF-8 or refused", [](const Bytes& bytes) {
  Reader reader(bytes);
  const std::string text = reader.text(64);
  RC_ASSERT(is_utf8(text));
  RC_ASSERT(!reader.failed() || text.empty());
})

}  // namespace karez
