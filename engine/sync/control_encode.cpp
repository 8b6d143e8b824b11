#include <algorithm>
#include <nlohmann/json.hpp>

#include "control_json.h"

namespace karez::control {
namespace {

using OrderedJson = nlohmann::ordered_json;  // `type` first, then the order of the specification

/// Never throws: text that is not UTF-8 is replaced.
Frame frame_of(const OrderedJson& json) {
  const std::string text = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  return {false, Bytes(text.begin(), text.end())};
}

std::int64_t integer(std::int64_t value) { return std::clamp(value, -kGreatestInteger, kGreatestInteger); }
std::int64_t integer(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min(value, static_cast<std::uint64_t>(kGreatestInteger)));
}

std::string hex(const AuthorKey& key) { return to_hex(key.bytes); }

std::string reason(const std::string& text) { return text.substr(0, kReasonBytes); }

OrderedJson json_of(const Announcement& a) {
  return {{"author", hex(a.author)},        {"seq", integer(a.seq)},
          {"link", to_hex(a.link)},         {"last_record_ms", integer(a.last_record_ms)},
          {"now_ms", integer(a.now_ms)},    {"signature", to_hex(a.signature)},
          {"relay_ms", integer(a.relay_ms)}};
}

OrderedJson json_of(const Holding& h) {
  return {{"author", hex(h.author)},
          {"incarnation", to_hex(h.incarnation)},
          {"arrival", integer(h.arrival)},
          {"signature", to_hex(h.signature)}};
}

}  // namespace

Frame encode(const Hello& m) {
  const OrderedJson sizes = {{"frame_bytes", integer(m.frame_bytes)},
                             {"pack_bytes", integer(m.pack_bytes)},
                             {"credit_bytes", integer(m.credit_bytes)}};
  return frame_of({{"type", "hello"},
                   {"protocol", integer(m.protocol)},
                   {"relay", hex(m.relay)},
                   {"incarnation", to_hex(m.incarnation)},
                   {"nonce", to_hex(m.nonce)},
                   {"now_ms", integer(m.now_ms)},
                   {"carries", m.carries},
                   {"limits", sizes}});
}

Frame encode(const Welcome& m) {
  OrderedJson have = nullptr;
  if (m.have) have = {{"seq", integer(m.have->seq)}, {"link", to_hex(m.have->link)}};
  return frame_of({{"type", "welcome"},
                   {"known", m.known},
                   {"have", have},
                   {"end", integer(m.end)},
                   {"fingerprint", to_hex(m.fingerprint)},
                   {"notes_end", integer(m.notes_end)},
                   {"credit", integer(m.credit)}});
}

Frame encode(const Ack& m) {
  return frame_of({{"type", "ack"},
                   {"author", hex(m.receipt.author)},
                   {"seq", integer(m.receipt.seq)},
                   {"link", to_hex(m.receipt.link)},
                   {"arrival", integer(m.receipt.arrival)},
                   {"signature", to_hex(m.receipt.signature)},
                   {"credit", integer(m.credit)}});
}

Frame encode(const Refuse& m) {
  return frame_of({{"type", "refuse"},
                   {"author", hex(m.author)},
                   {"first", integer(m.first)},
                   {"last", integer(m.last)},
                   {"code", std::string(name_of(m.error.code))},
                   {"reason", reason(m.error.message)},
                   {"credit", integer(m.credit)}});
}

Frame encode(const Notes& m) {
  OrderedJson announcements = OrderedJson::array();
  for (const Announcement& a : m.announcements) announcements.push_back(json_of(a));
  OrderedJson holdings = OrderedJson::array();
  for (const Holding& h : m.holdings) holdings.push_back(json_of(h));
  return frame_of(
      {{"type", "notes"}, {"end", integer(m.end)}, {"announcements", announcements}, {"holdings", holdings}});
}

Frame encode(const Revoked& m) {
  return frame_of({{"type", "revoked"}, {"seq", integer(m.seq)}, {"reason", reason(m.reason)}});
}

Frame encode(const Failure& m) {
  OrderedJson json = {
      {"type", "error"}, {"code", std::string(name_of(m.error.code))}, {"reason", reason(m.error.message)}};
  if (m.retry_after_ms) json["retry_after_ms"] = integer(*m.retry_after_ms);
  return frame_of(json);
}

Frame encode(const Login& m) {
  return frame_of({{"type", "login"},
                   {"protocol", integer(m.protocol)},
                   {"workspace", to_hex(m.workspace.bytes)},
                   {"author", hex(m.author)},
                   {"nonce", to_hex(m.nonce)},
                   {"signature", to_hex(m.signature)}});
}

Frame encode(const Want& m) {
  return frame_of({{"type", "want"},
                   {"incarnation", to_hex(m.incarnation)},
                   {"since", integer(m.since)},
                   {"notes", integer(m.notes)},
                   {"credit", integer(m.credit)}});
}

Frame encode(const Credit& m) { return frame_of({{"type", "credit"}, {"bytes", integer(m.bytes)}}); }

Frame encode(const Fetch& m) {
  return frame_of({{"type", "fetch"}, {"author", hex(m.author)}, {"after", integer(m.after)}});
}

Frame encode(const Announce& m) {
  OrderedJson json = {{"type", "announce"}};
  json.update(json_of(m.announcement));
  json.erase("author");
  json.erase("relay_ms");
  return frame_of(json);
}

Frame encode(const Carry& m) {
  OrderedJson json = {{"type", "carry"}};
  json.update(json_of(m.announcement));
  json.erase("relay_ms");
  return frame_of(json);
}

Frame encode(const Hold& m) {
  OrderedJson json = {{"type", "holding"}};
  json.update(json_of(m.holding));
  json.erase("author");
  return frame_of(json);
}

}  // namespace karez::control
