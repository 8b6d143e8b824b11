// A control message, read as either end reads it: what is read is written as a frame that reads the same, no
// JSON library sees what breaks a rule, and memory stays a multiple of the frame.
#include "../../engine/sync/control_json.h"

#include <nlohmann/json.hpp>

#include "../../engine/sync/json_check.h"
#include "fuzz.h"
#include "karez/base/text.h"

namespace karez::fuzz {
namespace {

/// At most 4,096 nodes, each at most a place in a map and its key.
std::size_t bound(ByteView bytes) { return limits::kJsonNodes * 256 + 16 * bytes.size(); }

/// The rules once more, over what the library makes of a text that was accepted.
std::size_t count_nodes(const nlohmann::json& value, int depth) {
  FUZZ_CHECK(depth <= limits::kJsonDepth);
  FUZZ_CHECK(!value.is_number_float());
  if (value.is_number_integer()) {
    FUZZ_CHECK(value <= control::kGreatestInteger && value >= -control::kGreatestInteger);
  }
  std::size_t nodes = 1;
  if (value.is_structured()) {
    for (const auto& part : value) nodes += count_nodes(part, depth + 1);
  }
  return nodes;
}

template <typename Decode>
bool check_side(ByteView bytes, bool is_json, Decode decode) {
  const MemoryWatch watch;
  const auto message = decode(bytes);
  FUZZ_CHECK(watch.peak_bytes() <= bound(bytes));
  if (!message) {
    FUZZ_CHECK(message.error().code == ErrorCode::malformed || message.error().code == ErrorCode::too_large);
    FUZZ_CHECK(is_utf8(message.error().message));
    return false;
  }
  FUZZ_CHECK(is_json);
  std::visit(
      [&](const auto& m) {
        using Message = std::decay_t<decltype(m)>;
        if constexpr (!std::is_same_v<Message, control::UnknownType>) {
          const Frame frame = control::encode(m);
          FUZZ_CHECK(!frame.is_binary && frame.bytes.size() <= limits::kFrameBytes);
          const auto again = decode(frame.bytes);
          FUZZ_CHECK(again.ok() && std::holds_alternative<Message>(*again));
          FUZZ_CHECK(control::encode(std::get<Message>(*again)).bytes == frame.bytes);
        } else {
          FUZZ_CHECK(is_utf8(m.type));
        }
      },
      *message);
  return true;
}

}  // namespace

Verdict fuzz_one(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const bool is_json = control::check_json(text).ok();
  if (is_json) {
    FUZZ_CHECK(is_utf8(text));
    const auto json = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    FUZZ_CHECK(!json.is_discarded());
    FUZZ_CHECK(count_nodes(json, 1) <= limits::kJsonNodes);
  }
  const bool by_replica = check_side(bytes, is_json, control::decode_from_relay);
  const bool by_relay = check_side(bytes, is_json, control::decode_from_replica);
  return by_replica || by_relay ? Verdict::taken : Verdict::refused;
}

}  // namespace karez::fuzz
