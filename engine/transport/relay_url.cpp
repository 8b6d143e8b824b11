#include "karez/transport/websocket_client.h"

namespace karez {
namespace {

Error bad_url(const std::string& url) {
  return {ErrorCode::usage,
          "\"" + url + "\" is not the address of a relay; one looks like ws://relay.example:8470"};
}

}  // namespace

Result<RelayUrl> parse_relay_url(const std::string& url) {
  constexpr std::string_view kScheme = "ws://";
  if (url.starts_with("wss://")) {
    return Error{ErrorCode::usage,
                 "encrypted addresses (wss) come with a later version; use ws:// inside a VPN or tunnel"};
  }
  if (!url.starts_with(kScheme)) return bad_url(url);
  for (const char c : url) {
    if (c <= ' ' || c == '@' || c == '#' || c == 0x7F) return bad_url(url);
  }
  const std::string rest = url.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string place = rest.substr(0, slash);
  RelayUrl parts;
  if (slash + 1 < rest.size()) parts.path = rest.substr(slash);

  std::size_t colon = place.rfind(':');
  if (place.starts_with('[')) {
    const std::size_t close = place.find(']');
    if (close == std::string::npos || (close + 1 != place.size() && place[close + 1] != ':'))
      return bad_url(url);
    parts.host = place.substr(1, close - 1);
    colon = close + 1 == place.size() ? std::string::npos : close + 1;
  } else {
    if (colon != place.find(':')) return bad_url(url);
    parts.host = place.substr(0, std::min(colon, place.size()));
  }
  if (parts.host.empty()) return bad_url(url);
  if (colon == std::string::npos) return parts;
  const std::string port = place.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos)
    return bad_url(url);
  const unsigned long number = std::stoul(port);
  if (number == 0 || number > 65535) return bad_url(url);
  parts.port = static_cast<std::uint16_t>(number);
  return parts;
}

}  // namespace karez
