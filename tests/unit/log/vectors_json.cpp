#include "unit/log/vectors_json.h"

#include <fstream>

namespace karez::testing {
namespace {

using nlohmann::json;

json described(const Dot& dot) { return {to_hex(dot.author.bytes), dot.seq}; }
json described(const RecordId& id) { return {to_hex(id.author.bytes), id.seq, id.k}; }
json described(const FieldName& field) {
  return field.is_catalog() ? json(field.number) : described(field.definition);
}
json described(const std::vector<Dot>& dots) {
  json out = json::array();
  for (const Dot& dot : dots) out.push_back(described(dot));
  return out;
}

struct Sides {
  json operator()(const Null&) const { return nullptr; }
  json operator()(std::int64_t number) const { return {{"integer", number}}; }
  json operator()(const std::string& text) const { return {{"text", text}}; }
  json operator()(const Bytes& bytes) const { return {{"bytes", to_hex(bytes)}}; }
  json operator()(const RecordId& id) const { return {{"record", described(id)}}; }
  json operator()(const WallTime& wall) const {
    return {{"wall", json::array({wall.ms, wall.offset_minutes})}};
  }
  json operator()(const Value::List& list) const {
    json items = json::array();
    for (const Value& item : list) items.push_back(testing::described(item));
    return {{"list", items}};
  }
};

json operation(int kind, const char* name, json body) {
  body["kind"] = kind;
  body["name"] = name;
  return body;
}

struct Operations {
  json operator()(const Create& op) const {
    json fields = json::array();
    for (const FieldValue& field : op.fields) {
      fields.push_back(json::array({described(field.field), testing::described(field.value)}));
    }
    return operation(1, "create", {{"collection", op.collection}, {"fields", fields}});
  }
  json operator()(const Write& op) const {
    return operation(2, "write",
                     {{"record", described(op.record)},
                      {"field", described(op.field)},
                      {"value", testing::described(op.value)},
                      {"replaces", described(op.replaces)}});
  }
  json operator()(const Add& op) const {
    return operation(3, "add",
                     {{"record", described(op.record)}, {"field", described(op.field)}, {"delta", op.delta}});
  }
  json operator()(const Put& op) const {
    return operation(4, "put",
                     {{"record", described(op.record)},
                      {"field", described(op.field)},
                      {"value", testing::described(op.value)}});
  }
  json operator()(const Drop& op) const {
    return operation(5, "drop",
                     {{"record", described(op.record)},
                      {"field", described(op.field)},
                      {"value", testing::described(op.value)},
                      {"seen", described(op.seen)}});
  }
  json operator()(const Erase& op) const { return operation(6, "erase", {{"change", described(op.change)}}); }
  json operator()(const Found& op) const {
    return operation(16, "found",
                     {{"workspace_name", op.workspace_name},
                      {"device_name", op.device_name},
                      {"recovery", to_hex(op.recovery.bytes)},
                      {"zone", op.zone_minutes}});
  }
  json operator()(const Enrol& op) const {
    json path = json::array();
    for (const PathStep& step : op.path) path.push_back(testing::described(step));
    return operation(17, "enrol",
                     {{"device_name", op.device_name},
                      {"role", op.role},
                      {"basis", static_cast<int>(op.basis)},
                      {"introducer", to_hex(op.introducer.bytes)},
                      {"introducer_seq", op.introducer_seq},
                      {"introducer_link", to_hex(op.introducer_link)},
                      {"proof", to_hex(op.proof)},
                      {"path", path}});
  }
  json operator()(const Invite& op) const {
    return operation(18, "invite",
                     {{"role", op.role},
                      {"expires_ms", op.expires_ms},
                      {"one_time", to_hex(op.one_time.bytes)},
                      {"label", op.label}});
  }
  json operator()(const Admit& op) const {
    return operation(19, "admit",
                     {{"claimant", to_hex(op.claimant.bytes)}, {"invitation", described(op.invitation)}});
  }
  json operator()(const Revoke& op) const {
    return operation(20, "revoke",
                     {{"author", to_hex(op.author.bytes)},
                      {"seq", op.seq},
                      {"link", to_hex(op.link)},
                      {"reason", op.reason}});
  }
  json operator()(const Unknown& op) const {
    return {{"kind", op.kind}, {"name", "unknown"}, {"body", to_hex(op.body)}};
  }
};

}  // namespace

std::vector<json> cases_of(const std::string& file, const std::string& part) {
  const std::string path = std::string(KAREZ_SOURCE_DIR) + "/schema/vectors/" + file;
  std::ifstream in(path, std::ios::binary);
  ENSURE(in.good());
  const json whole = json::parse(in);
  ENSURE(whole.at("version") == 1 && whole.at("source").is_string());
  const json& cases = whole.at(part);
  ENSURE(!cases.empty());
  return {cases.begin(), cases.end()};
}

Bytes hex_bytes(const json& text) {
  const auto out = from_hex(text.get<std::string>());
  ENSURE(out.has_value());
  return *out;
}

Bytes bytes_of(const json& one) {
  if (one.contains("hex")) return hex_bytes(one.at("hex"));
  Bytes joined;
  for (const json& part : one.at("hex_parts")) {
    const Bytes unit = hex_bytes(part.at(0));
    for (auto times = part.at(1).get<std::size_t>(); times > 0; --times) {
      joined.insert(joined.end(), unit.begin(), unit.end());
    }
  }
  return {joined.begin(), joined.end()};
}

std::string name_of(const json& one) {
  const std::string rule = one.value("rule", "");
  return one.value("name", one.value("purpose", "")) + (rule.empty() ? "" : " (" + rule + ")");
}

json described(const PathStep& step) {
  return {{"author", to_hex(step.author.bytes)},
          {"seq", step.seq},
          {"prev_link", to_hex(step.prev_link)},
          {"content", to_hex(step.content)},
          {"signature", to_hex(step.signature)}};
}

json described(const Value& value) { return std::visit(Sides{}, value.side); }

json described(const Change& change) {
  json authors = json::array();
  for (const AuthorKey& author : change.authors) authors.push_back(to_hex(author.bytes));
  json pins = json::array();
  for (const Pin& pin : change.pins) {
    pins.push_back(json::array({to_hex(pin.author.bytes), pin.seq, to_hex(pin.link)}));
  }
  json operations = json::array();
  for (const Operation& each : change.operations) operations.push_back(std::visit(Operations{}, each));
  return {{"author", to_hex(change.author.bytes)},
          {"seq", change.seq},
          {"time", json::array({change.time.ms, change.time.counter})},
          {"wall", json::array({change.wall.ms, change.wall.offset_minutes})},
          {"authors", authors},
          {"pins", pins},
          {"private", change.private_commitment ? json(to_hex(*change.private_commitment)) : json()},
          {"operations", operations}};
}

}  // namespace karez::testing
