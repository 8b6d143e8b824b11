#include "karez/storage/meta.h"

namespace karez {
namespace {

constexpr auto kFact = "SELECT value FROM meta WHERE key=?";
constexpr auto kSetFact =
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value";

}  // namespace

void Meta::read(const std::string& key, const std::function<void(Statement&)>& row) {
  const Status done = for_each_row(statements_.get(kFact).bind(1, key), row);
  if (!done) failure_ = done;
}

std::optional<std::string> Meta::text(const std::string& key) {
  std::optional<std::string> out;
  read(key, [&](Statement& in) { out = in.text(0); });
  return out;
}

std::optional<std::int64_t> Meta::integer(const std::string& key) {
  std::optional<std::int64_t> out;
  read(key, [&](Statement& in) { out = in.integer(0); });
  return out;
}

Bytes Meta::bytes(const std::string& key) {
  Bytes out;
  read(key, [&](Statement& in) {
    const ByteView bytes = in.blob(0);
    out.assign(bytes.begin(), bytes.end());
  });
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
