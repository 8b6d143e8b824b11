#include "karez/storage/meta.h"

namespace karez {
namespace {

constexpr auto kFact = "SELECT value FROM meta WHERE key=?";
constexpr auto kSetFact =
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value";

}  // namespace

std::optional<std::string> Meta::text(const std::string& key) {
  std::optional<std::string> out;
  (void)for_each_row(statements_.get(kFact).bind(1, key), [&](Statement& in) { out = in.text(0); }).ok();
  return out;
}

std::optional<std::int64_t> Meta::integer(const std::string& key) {
  std::optional<std::int64_t> out;
  (void)for_each_row(statements_.get(kFact).bind(1, key), [&](Statement& in) { out = in.integer(0); }).ok();
  return out;
}

Bytes Meta::bytes(const std::string& key) {
  Bytes out;
  (void)for_each_row(statements_.get(kFact).bind(1, key), [&](Statement& in) {
    const ByteView bytes = in.blob(0);
    out.assign(bytes.begin(), bytes.end());
  }).ok();
  return out;
}

Status Meta::set(const std::string& key, const std::string& text) {
  return statements_.get(kSetFact).bind(1, key).bind(2, text).run();
}

Status Meta::set(const std::string& key, std::int64_t value) {
  return statements_.get(kSetFact).bind(1, key).bind(2, value).run();
}

Status Meta::set_bytes(const std::string& key, ByteView bytes) {
  return statements_.get(kSetFact).bind(1, key).bind_blob(2, bytes).run();
}

}  // namespace karez
