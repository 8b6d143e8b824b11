#include <algorithm>
#include <nlohmann/json.hpp>

#include "control_json.h"
#include "json_check.h"

namespace karez::control {
namespace {

using Json = nlohmann::json;

/// Text for people that came from a peer: cut to size, and without control characters, which a terminal would
/// obey.
std::string shown(std::string text) {
  if (text.size() > kReasonBytes) {
    text.resize(kReasonBytes);
    while (!text.empty() && (text.back() & 0x80) != 0) text.pop_back();
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

/// On the wire hex is lower case, so that one value has one form.
template <std::size_t N>
std::optional<FixedBytes<N>> from_lower_hex(std::string_view text) {
  const bool has_capitals =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  return has_capitals ? std::nullopt : fixed_from_hex<N>(text);
}

/// The fields of one JSON object. The first missing or wrong one is remembered; later reads give zeros.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {
    if (!json.is_object()) fail("(message)");
  }

  std::uint64_t count(const char* name) {
    const Json* value = at(name);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) return fail(name), 0;
    return value->get<std::uint64_t>();
  }
  std::int64_t integer(const char* name) {
    const Json* value = at(name);
    if (value == nullptr) return 0;
    if (!value->is_number_integer()) return fail(name), 0;
    return value->get<std::int64_t>();
  }
  bool boolean(const char* name) {
    const Json* value = at(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return fail(name), false;
    return value->get<bool>();
  }
  std::string text(const char* name) {
    const Json* value = at(name);
    if (value == nullptr) return {};
    if (!value->is_string()) return fail(name), std::string();
    return value->get<std::string>();
  }
  template <std::size_t N>
  FixedBytes<N> fixed(const char* name) {
    const auto bytes = from_lower_hex<N>(text(name));
    if (!bytes) fail(name);
    return bytes.value_or(FixedBytes<N>{});
  }
  AuthorKey key(const char* name) { return AuthorKey{fixed<32>(name)}; }
  const Json& list(const char* name) {
    static const Json empty = Json::array();
    const Json* value = at(name);
    if (value == nullptr) return empty;
    if (!value->is_array()) return fail(name), empty;
    return *value;
  }
  /// A nested object; an empty one (whose fields then fail) if it is none.
  const Json& object(const char* name) {
    static const Json empty = Json::object();
    const Json* value = at(name);
    if (value == nullptr) return empty;
    if (!value->is_object()) return fail(name), empty;
    return *value;
  }
  [[nodiscard]] bool has(const char* name) const {
    return json_.is_object() && json_.contains(name) && !json_.at(name).is_null();
  }

  void fail(const std::string& name) {
    if (problem_.empty()) problem_ = name;
  }
  void fail_with(const Fields& part) {
    if (!part.problem_.empty()) fail(part.problem_);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  const Json* at(const char* name) {
    if (!problem_.empty()) return nullptr;
    const auto found = json_.find(name);
    if (found != json_.end()) return &*found;
    fail(name);
    return nullptr;
  }

  const Json& json_;
  std::string problem_;
};

Error error_of(Fields& fields) { return {error_code_of(fields.text("code")), shown(fields.text("reason"))}; }

void read(Fields& fields, Hello& m) {
  m.protocol = fields.count("protocol");
  m.relay = fields.key("relay");
  m.incarnation = fields.fixed<16>("incarnation");
  m.nonce = fields.fixed<32>("nonce");
  m.now_ms = fields.integer("now_ms");
  Fields sizes(fields.object("limits"));
  m.frame_bytes = sizes.count("frame_bytes");
  m.pack_bytes = sizes.count("pack_bytes");
  m.credit_bytes = sizes.count("credit_bytes");
  fields.fail_with(sizes);
  if (fields.has("carries")) m.carries = fields.boolean("carries");
}

void read(Fields& fields, Welcome& m) {
  m.known = fields.boolean("known");
  if (fields.has("have")) {
    Fields have(fields.object("have"));
    m.have = Head{have.count("seq"), have.fixed<32>("link")};
    fields.fail_with(have);
  }
  m.end = fields.count("end");
  m.fingerprint = fields.fixed<32>("fingerprint");
  m.notes_end = fields.count("notes_end");
  m.credit = fields.count("credit");
}

void read(Fields& fields, Ack& m) {
  m.receipt.author = fields.key("author");
  m.receipt.seq = fields.count("seq");
  m.receipt.link = fields.fixed<32>("link");
  m.receipt.arrival = fields.count("arrival");
  m.receipt.signature = fields.fixed<64>("signature");
  m.credit = fields.count("credit");
}

void read(Fields& fields, Refuse& m) {
  m.author = fields.key("author");
  m.first = fields.count("first");
  m.last = fields.count("last");
  m.error = error_of(fields);
  m.credit = fields.count("credit");
}

Announcement announcement_of(Fields& fields) {
  Announcement a;
  a.seq = fields.count("seq");
  a.link = fields.fixed<32>("link");
  a.last_record_ms = fields.integer("last_record_ms");
  a.now_ms = fields.integer("now_ms");
  a.signature = fields.fixed<64>("signature");
  return a;
}

Holding holding_of(Fields& fields) {
  Holding h;
  h.incarnation = fields.fixed<16>("incarnation");
  h.arrival = fields.count("arrival");
  h.signature = fields.fixed<64>("signature");
  return h;
}

void read(Fields& fields, Notes& m) {
  m.end = fields.count("end");
  for (const Json& row : fields.list("announcements")) {
    Fields item(row);
    m.announcements.push_back(announcement_of(item));
    m.announcements.back().author = item.key("author");
    m.announcements.back().relay_ms = item.integer("relay_ms");
    fields.fail_with(item);
  }
  for (const Json& row : fields.list("holdings")) {
    Fields item(row);
    m.holdings.push_back(holding_of(item));
    m.holdings.back().author = item.key("author");
    fields.fail_with(item);
  }
}

void read(Fields& fields, Revoked& m) {
  m.seq = fields.count("seq");
  m.reason = shown(fields.text("reason"));
}

void read(Fields& fields, Failure& m) {
  m.error = error_of(fields);
  if (fields.has("retry_after_ms")) m.retry_after_ms = fields.count("retry_after_ms");
}

void read(Fields& fields, Login& m) {
  m.protocol = fields.count("protocol");
  m.workspace.bytes = fields.fixed<32>("workspace");
  m.author = fields.key("author");
  m.nonce = fields.fixed<32>("nonce");
  m.signature = fields.fixed<64>("signature");
}

void read(Fields& fields, Want& m) {
  m.incarnation = fields.fixed<16>("incarnation");
  m.since = fields.count("since");
  m.notes = fields.count("notes");
  m.credit = fields.count("credit");
}

void read(Fields& fields, Credit& m) { m.bytes = fields.count("bytes"); }

void read(Fields& fields, Fetch& m) {
  m.author = fields.key("author");
  m.after = fields.count("after");
}

void read(Fields& fields, Announce& m) { m.announcement = announcement_of(fields); }
void read(Fields& fields, Carry& m) {
  m.announcement = announcement_of(fields);
  m.announcement.author = fields.key("author");
}
void read(Fields& fields, Hold& m) { m.holding = holding_of(fields); }

template <typename Message, typename Any>
Result<Any> message(const Json& json, std::string_view type) {
  Fields fields(json);
  Message m;
  read(fields, m);
  if (fields.problem().empty()) return Any(std::move(m));
  return Error{ErrorCode::malformed, "A message \"" + std::string(type) + "\" lacks or misuses its field \"" +
                                         fields.problem() + "\"."};
}

struct Parsed {
  Json json;
  std::string type;
};

Result<Parsed> parse(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  KAREZ_TRY(check_json(text));
  Parsed parsed;
  parsed.json = Json::parse(text.begin(), text.end(), nullptr, false);
  Fields fields(parsed.json);
  parsed.type = fields.text("type");
  if (!fields.problem().empty())
    return Error{ErrorCode::malformed, "A control message is no object with a type."};
  return parsed;
}

}  // namespace

Result<FromRelay> decode_from_relay(ByteView bytes) {
  KAREZ_ASSIGN(const Parsed parsed, parse(bytes));
  const auto& [json, type] = parsed;
  if (type == "hello") return message<Hello, FromRelay>(json, type);
  if (type == "welcome") return message<Welcome, FromRelay>(json, type);
  if (type == "ack") return message<Ack, FromRelay>(json, type);
  if (type == "refuse") return message<Refuse, FromRelay>(json, type);
  if (type == "notes") return message<Notes, FromRelay>(json, type);
  if (type == "revoked") return message<Revoked, FromRelay>(json, type);
  if (type == "error") return message<Failure, FromRelay>(json, type);
  return FromRelay(UnknownType{shown(type)});
}

Result<FromReplica> decode_from_replica(ByteView bytes) {
  KAREZ_ASSIGN(const Parsed parsed, parse(bytes));
  const auto& [json, type] = parsed;
  if (type == "login") return message<Login, FromReplica>(json, type);
  if (type == "want") return message<Want, FromReplica>(json, type);
  if (type == "credit") return message<Credit, FromReplica>(json, type);
  if (type == "fetch") return message<Fetch, FromReplica>(json, type);
  if (type == "announce") return message<Announce, FromReplica>(json, type);
  if (type == "carry") return message<Carry, FromReplica>(json, type);
  if (type == "holding") return message<Hold, FromReplica>(json, type);
  if (type == "error") return message<Failure, FromReplica>(json, type);
  return FromReplica(UnknownType{shown(type)});
}

}  // namespace karez::control
