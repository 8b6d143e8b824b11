#include "karez/model/catalog.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "karez/base/limits.h"
#include "karez/base/text.h"
#include "karez/model/embedded.h"
#include "karez/model/voucher_code.h"

namespace karez {
namespace {

using nlohmann::json;

Error bad(const std::string& what) { return {ErrorCode::malformed, "the catalog is not usable: " + what}; }

std::optional<FieldType> field_type_of(std::string_view name) {
  static const std::map<std::string, FieldType, std::less<>> kTypes{
      {"text", FieldType::text},   {"enum", FieldType::enumeration}, {"integer", FieldType::integer},
      {"count", FieldType::count}, {"bool", FieldType::boolean},     {"date", FieldType::date},
      {"time", FieldType::time},   {"degrees", FieldType::degrees},  {"code", FieldType::code},
      {"ref", FieldType::ref},     {"bytes", FieldType::bytes}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

std::optional<MergeKind> merge_kind_of(std::string_view name) {
  if (name == "register") return MergeKind::reg;
  if (name == "counter") return MergeKind::counter;
  if (name == "set") return MergeKind::set;
  return std::nullopt;
}

/// Names become SQL identifiers, JSON keys and flags, so they keep to one alphabet.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// Column names that every table has, or that would hide what a view adds.
bool is_reserved(const std::string& name) {
  static const std::set<std::string> kReserved{"record", "void",   "counted", "duplicate_of",
                                               "id",     "laptop", "day"};
  return kReserved.count(name) > 0;
}

Result<Field> parse_field(const json& in, const std::string& place) {
  Field field;
  field.number = in.at("number").get<std::uint32_t>();
  field.name = in.at("name").get<std::string>();
  const std::string where = place + "." + field.name;
  if (field.number == kVoidField || field.number >= limits::kCatalogNumber)
    return bad(where + ": field number");
  if (!is_plain_name(field.name) || is_reserved(field.name)) return bad(where + ": field name");
  const auto type = field_type_of(in.at("type").get<std::string>());
  if (!type) return bad(where + ": unknown type " + in.at("type").get<std::string>());
  field.type = *type;
  const auto merge = merge_kind_of(in.value("merge", "register"));
  if (!merge) return bad(where + ": unknown merge kind");
  field.merge = *merge;
  if (field.merge == MergeKind::counter && field.type != FieldType::integer &&
      field.type != FieldType::count) {
    return bad(where + ": a counter is an integer");
  }
  if (field.merge == MergeKind::set && field.type != FieldType::text &&
      field.type != FieldType::enumeration && field.type != FieldType::code) {
    return bad(where + ": a set holds texts");
  }
  field.enum_name = in.value("enum", "");
  field.of = in.value("of", "");
  field.required = in.value("required", false);
  field.internal = in.value("internal", false);
  field.indexed = in.value("indexed", false);
  const std::string format = in.value("format", "");
  if (!format.empty() && (format != "voucher" || field.type != FieldType::text))
    return bad(where + ": unknown format");
  field.is_voucher = format == "voucher";
  field.write_once = in.value("write_once", false);
  field.is_sealed = in.value("sealed", false);
  if (field.is_sealed) {
    const bool is_plain = field.type == FieldType::text && field.merge == MergeKind::reg && !field.required &&
                          !field.indexed && !field.is_voucher && !field.write_once;
    if (!is_plain) return bad(where + ": only a text that nothing depends on can be sealed");
    field.type = FieldType::bytes;
  }
  field.max = in.value("max", std::int64_t{0});
  field.since = in.value("since", 1u);
  field.zh = in.value("zh", field.name);
  field.en = in.value("en", field.name);
  field.aliases = in.value("aliases", std::vector<std::string>{});
  return field;
}

Result<Collection> parse_collection(const json& in) {
  Collection collection;
  collection.number = in.at("number").get<std::uint32_t>();
  collection.name = in.at("name").get<std::string>();
  if (collection.number == 0 || collection.number >= limits::kCatalogNumber ||
      !is_plain_name(collection.name)) {
    return bad("collection " + collection.name);
  }
  collection.zh = in.value("zh", collection.name);
  collection.en = in.value("en", collection.name);
  collection.since = in.value("since", 1u);
  std::set<std::string> names;
  std::set<std::uint32_t> numbers;
  for (const json& item : in.at("fields")) {
    KAREZ_ASSIGN(Field field, parse_field(item, collection.name));
    if (!numbers.insert(field.number).second) return bad(collection.name + ": field number used twice");
    std::vector<std::string> all = field.aliases;
    all.push_back(field.name);
    for (const std::string& name : all) {
      if (!names.insert(name).second) return bad(collection.name + ": field name used twice: " + name);
    }
    collection.fields.push_back(std::move(field));
  }
  for (const json& key : in.value("keys", json::array())) {
    collection.keys.push_back({key.at("field").get<std::string>(), key.value("voided_keeps", false)});
    const Field* of = collection.field(collection.keys.back().field);
    if (of == nullptr || of->is_sealed) return bad(collection.name + ": unknown key field");
  }
  return collection;
}

Role parse_role(const json& in) {
  return {in.at("number").get<std::uint32_t>(),
          in.at("name").get<std::string>(),
          in.value("zh", ""),
          in.value("en", ""),
          in.at("writes").get<std::vector<std::string>>(),
          in.at("authority").get<std::vector<std::string>>()};
}

Error refused(const Field& field, const std::string& why) {
  return {ErrorCode::refused, field.name + ": " + why};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "33.886225" in units of 1e-7 degrees; at most 7 decimals, so nothing is rounded.
std::optional<std::int64_t> parse_degrees(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  std::string decimals(dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1));
  if (whole.empty() || whole.size() > 3 || decimals.size() > 7 ||
      (dot != std::string_view::npos && decimals.empty())) {
    return std::nullopt;
  }
  decimals.append(7 - decimals.size(), '0');
  for (char c : std::string(whole) + decimals) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  const std::int64_t value = *parse_integer(whole) * 10'000'000 + *parse_integer(decimals);
  if (value > 180 * std::int64_t{10'000'000}) return std::nullopt;
  return negative ? -value : value;
}

std::string format_degrees(std::int64_t value) {
  const std::int64_t magnitude = value < 0 ? -value : value;
  std::string decimals = std::to_string(magnitude % 10'000'000);
  decimals.insert(0, 7 - decimals.size(), '0');
  while (!decimals.empty() && decimals.back() == '0') decimals.pop_back();
  return (value < 0 ? "-" : "") + std::to_string(magnitude / 10'000'000) +
         (decimals.empty() ? "" : "." + decimals);
}

std::int64_t max_count(const Field& field) { return field.max > 0 ? field.max : limits::kQuantity; }
std::size_t max_bytes(const Field& field) {
  return field.max > 0 ? static_cast<std::size_t>(field.max) : limits::kTextBytes;
}

bool fits_integer(const Field& field, std::int64_t value) {
  switch (field.type) {
    case FieldType::integer:
      return value >= -limits::kQuantity && value <= limits::kQuantity;
    case FieldType::count:
      return value >= 0 && value <= max_count(field);
    case FieldType::boolean:
      return value == 0 || value == 1;
    case FieldType::degrees:
      return value >= -1'800'000'000 && value <= 1'800'000'000;
    default:
      return false;
  }
}

}  // namespace

const Field* Collection::field(std::string_view name_or_alias) const {
  for (const Field& f : fields) {
    if (f.name == name_or_alias) return &f;
    for (const std::string& alias : f.aliases) {
      if (alias == name_or_alias) return &f;
    }
  }
  for (const auto& f : own) {
    if (f->name == name_or_alias) return f.get();
  }
  for (const auto& f : own) {
    if (std::find(f->aliases.begin(), f->aliases.end(), name_or_alias) != f->aliases.end()) return f.get();
  }
  return nullptr;
}

const Field* Collection::field(std::uint32_t wanted) const {
  for (const Field& f : fields) {
    if (f.number == wanted) return &f;
  }
  return nullptr;
}

Result<Catalog> Catalog::parse(std::string_view text) {
  Catalog catalog;
  try {
    const json in = json::parse(text);
    catalog.version_ = in.at("version").get<std::uint32_t>();
    for (const auto& [name, values] : in.at("enums").items()) {
      for (const json& value : values)
        catalog.enums_[name].push_back({value.at(0), value.at(1), value.at(2)});
    }
    for (const json& role : in.at("roles")) catalog.roles_.push_back(parse_role(role));
    std::set<std::uint32_t> numbers;
    for (const json& item : in.at("collections")) {
      KAREZ_ASSIGN(Collection collection, parse_collection(item));
      if (!numbers.insert(collection.number).second || catalog.collection(collection.name) != nullptr) {
        return bad("collection " + collection.name + " is declared twice");
      }
      for (const Field& field : collection.fields) {
        if (field.type == FieldType::enumeration && catalog.enums_.count(field.enum_name) == 0) {
          return bad(collection.name + "." + field.name + ": unknown enum " + field.enum_name);
        }
      }
      catalog.collections_.push_back(std::move(collection));
    }
  } catch (const json::exception& e) {
    return bad(e.what());
  }
  catalog.declared_enums_ = catalog.enums_;
  catalog.digest_ = to_hex(blake2b_128({view_of(text)}));
  return catalog;
}

const Catalog& Catalog::built_in() {
  static const Catalog catalog = [] {
    auto parsed = parse(embedded_catalog());
    ENSURE(parsed.ok());
    return std::move(parsed).value();
  }();
  return catalog;
}

void Catalog::extend(const CatalogAdditions& additions) {
  if (additions == additions_) return;
  additions_ = additions;
  for (Collection& collection : collections_) {
    replaced_.insert(replaced_.end(), collection.own.begin(), collection.own.end());
    collection.own.clear();
    const auto added = additions.fields.find(collection.name);
    if (added == additions.fields.end()) continue;
    for (const Field& field : added->second) collection.own.push_back(std::make_shared<const Field>(field));
  }
  enums_ = declared_enums_;
  for (const auto& [name, values] : additions.choices) {
    std::vector<EnumValue>& all = enums_[name];
    all.insert(all.end(), values.begin(), values.end());
  }
}

const Collection* Catalog::collection(std::string_view name) const {
  for (const Collection& c : collections_) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

const Collection* Catalog::collection(std::uint32_t number) const {
  for (const Collection& c : collections_) {
    if (c.number == number) return &c;
  }
  return nullptr;
}

const Role* Catalog::role(std::string_view name) const {
  for (const Role& r : roles_) {
    if (r.name == name) return &r;
  }
  return nullptr;
}

const Role* Catalog::role(std::uint32_t number) const {
  for (const Role& r : roles_) {
    if (r.number == number) return &r;
  }
  return nullptr;
}

const std::vector<EnumValue>* Catalog::enumeration(std::string_view name) const {
  const auto found = enums_.find(name);
  return found == enums_.end() ? nullptr : &found->second;
}

const std::vector<EnumValue>* Catalog::declared_enumeration(std::string_view name) const {
  const auto found = declared_enums_.find(name);
  return found == declared_enums_.end() ? nullptr : &found->second;
}

std::vector<std::uint32_t> Catalog::roles_with(std::string_view authority) const {
  std::vector<std::uint32_t> numbers;
  for (const Role& r : roles_) {
    if (std::find(r.authority.begin(), r.authority.end(), authority) != r.authority.end())
      numbers.push_back(r.number);
  }
  return numbers;
}

bool Catalog::may_write(std::uint32_t role_number, std::uint32_t collection_number) const {
  const Role* r = role(role_number);
  const Collection* c = collection(collection_number);
  return r != nullptr && c != nullptr &&
         std::find(r->writes.begin(), r->writes.end(), c->name) != r->writes.end();
}

Result<Value> parse_value(const Catalog& catalog, const Field& field, std::string_view text,
                          int zone_minutes) {
  if (text.empty()) return Value{};
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return refused(field, "the text is not valid UTF-8");
  switch (field.type) {
    case FieldType::text:
    case FieldType::code:
      if (text.size() > max_bytes(field)) {
        return refused(field, "longer than " + std::to_string(max_bytes(field)) + " bytes");
      }
      if (field.is_voucher && voucher_form(text) == VoucherForm::mistyped) {
        return refused(field,
                       "the check symbol of " + std::string(text) +
                           " does not fit: a symbol is mistyped, or two changed places; read the code again");
      }
      return Value::of(field.is_voucher ? printed_voucher(text) : std::string(text));
    case FieldType::enumeration: {
      for (const EnumValue& value : *catalog.enumeration(field.enum_name)) {
        if (text == value.code || text == value.zh) return Value::of(value.code);
      }
      const std::string& of = field.is_own() ? field.name : field.enum_name;
      return refused(field, "\"" + std::string(text) + "\" is not one of the codes of " + of);
    }
    case FieldType::integer:
    case FieldType::count: {
      const auto number = parse_integer(text);
      if (!number) return refused(field, "\"" + std::string(text) + "\" is not a whole number");
      if (field.type == FieldType::count && *number < 0)
        return refused(field, "negative (" + std::string(text) + ")");
      if (!fits_integer(field, *number)) return refused(field, std::string(text) + " is too large");
      return Value::of(*number);
    }
    case FieldType::boolean:
      if (text == "1" || text == "true" || text == "yes" || text == "是") return Value::of(std::int64_t{1});
      if (text == "0" || text == "false" || text == "no" || text == "否") return Value::of(std::int64_t{0});
      return refused(field, "\"" + std::string(text) + "\" is neither yes nor no");
    case FieldType::date: {
      const auto day = parse_day(text);
      if (!day) return refused(field, "\"" + std::string(text) + "\" is not a date like 2022-07-14");
      return Value::of(format_day(*day));
    }
    case FieldType::time: {
      const auto time = parse_wall_time(text, zone_minutes);
      if (!time)
        return refused(field, "\"" + std::string(text) + "\" is not a time like 2022-07-14T08:01:26+08:00");
      if (std::abs(time->ms) > limits::kTimeMs)
        return refused(field, "\"" + std::string(text) + "\" is too far from our time");
      return Value(Value::Side(*time));
    }
    case FieldType::degrees: {
      const auto degrees = parse_degrees(text);
      if (!degrees) return refused(field, "\"" + std::string(text) + "\" is not in degrees like 33.886225");
      return Value::of(*degrees);
    }
    case FieldType::ref:
      return refused(field, "a record id is needed");
    case FieldType::bytes: {
      if (field.is_sealed) {
        if (text.size() <= max_bytes(field)) return Value::of(std::string(text));
        return refused(field, "longer than " + std::to_string(max_bytes(field)) + " bytes");
      }
      auto bytes = from_hex(text);
      if (!bytes) return refused(field, "not hexadecimal");
      if (bytes->size() > limits::kTextBytes) return refused(field, "longer than the form allows");
      return Value(Value::Side(std::move(*bytes)));
    }
  }
  return refused(field, "unknown type");
}

bool fits(const Catalog&, const Field& field, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.side)) return fits_integer(field, *number);
  if (const auto* text = std::get_if<std::string>(&value.side)) {
    switch (field.type) {
      case FieldType::text:
      case FieldType::code:
      // A code of a newer catalog is shown as it stands.
      case FieldType::enumeration:
        return text->size() <= max_bytes(field);
      case FieldType::date:
        return parse_day(*text).has_value();
      default:
        return false;
    }
  }
  if (std::holds_alternative<RecordId>(value.side)) return field.type == FieldType::ref;
  if (std::holds_alternative<WallTime>(value.side)) return field.type == FieldType::time;
  if (const auto* bytes = std::get_if<Bytes>(&value.side)) {
    return field.type == FieldType::bytes && (!field.is_sealed || bytes->size() == kSealMarkerBytes);
  }
  return false;
}

std::string format_value(const Field& field, const Value& value) {
  struct Formatter {
    const Field& field;
    std::string operator()(Null) const { return {}; }
    std::string operator()(std::int64_t v) const {
      return field.type == FieldType::degrees ? format_degrees(v) : std::to_string(v);
    }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const Bytes& v) const { return to_hex(v); }
    std::string operator()(const RecordId& v) const { return to_text(v); }
    std::string operator()(const WallTime& v) const { return format_wall_time(v); }
    std::string operator()(const Value::List& v) const {
      std::string out;
      for (const Value& item : v) out += (out.empty() ? "" : ";") + format_value(field, item);
      return out;
    }
  };
  return std::visit(Formatter{field}, value.side);
}

}  // namespace karez
