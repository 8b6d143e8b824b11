// Rows of a table from elsewhere under the names of our fields, in the order of the file's columns: a plain
// file's cells stay as they are, so that its rows keep their source keys.
#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "karez/base/text.h"
#include "karez/exchange/export_columns.h"
#include "karez/exchange/import_mapping.h"

namespace karez {
namespace {

constexpr std::string_view kVisit = "visit";
constexpr std::array<std::string_view, 4> kVisitHeadings{"visit", "服务号", "访次", "服务编号"};

Error bad_column(const std::string& what) { return {ErrorCode::refused, what + "; nothing was imported"}; }

/// The code point at `at` of a valid text, which moves behind it.
std::uint32_t take_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(at);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t point = size == 1 ? first : first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) point = point << 6 | (byte(at + i) & 0x3F);
  at += size;
  return point;
}

/// Full-width forms of ASCII as ASCII, the ideographic space as a space; everything else as it is.
std::string half_width(std::string_view text) {
  if (!is_utf8(text)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const std::uint32_t point = take_point(text, at);
    if (point >= 0xFF01 && point <= 0xFF5E) {
      out.push_back(static_cast<char>(point - 0xFEE0));
    } else if (point == 0x3000 || point == 0xA0) {
      out.push_back(' ');
    } else {
      out.append(text.substr(from, at - from));
    }
  }
  return out;
}

std::string without_spaces_around(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "1,234,567" without its commas; anything else as it is.
std::string without_thousands(const std::string& text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string out = text.substr(0, start);
  for (std::size_t i = start; i < point; ++i) {
    const bool is_comma = text[i] == ',';
    const bool is_place = i > start && (point - i) % 4 == 0;
    if (is_comma != (is_place && text[i] == ',')) return text;
    if (is_comma) continue;
    if (text[i] < '0' || text[i] > '9') return text;
    out.push_back(text[i]);
  }
  return out + text.substr(point);
}

/// "12.00" as "12", "12.5" as it is.
std::string without_empty_fraction(const std::string& text) {
  const std::size_t point = text.find('.');
  const bool is_whole = point != std::string::npos && point > 0 && point + 1 < text.size() &&
                        text.find_first_not_of('0', point + 1) == std::string::npos;
  return is_whole ? text.substr(0, point) : text;
}

/// "2022/7/4", "2022.7.4", "2022年7月4日" with or without "8:30" or "8:30:15" as ISO 8601.
std::string iso_time(const std::string& text, bool wants_time) {
  std::string plain = text;
  const std::array<std::pair<std::string_view, std::string_view>, 5> signs{
      {{"年", "-"}, {"月", "-"}, {"日", " "}, {"/", "-"}, {"T", " "}}};
  for (const auto& sign : signs) {
    for (std::size_t at = 0; (at = plain.find(sign.first, at)) != std::string::npos;
         at += sign.second.size()) {
      plain.replace(at, sign.first.size(), sign.second);
    }
  }
  std::array<int, 6> part{};
  int end = 0;
  const int date = std::sscanf(plain.c_str(), "%4d-%2d-%2d%n", &part[0], &part[1], &part[2], &end);
  if (date != 3 || part[0] < 1000) return text;
  std::string rest = without_spaces_around(plain.substr(static_cast<std::size_t>(end)));
  int clock_end = 0, second_end = 0;
  if (!rest.empty()) {
    if (std::sscanf(rest.c_str(), "%2d:%2d%n", &part[3], &part[4], &clock_end) != 2) return text;
    const std::string after = rest.substr(static_cast<std::size_t>(clock_end));
    if (!after.empty() && (std::sscanf(after.c_str(), ":%2d%n", &part[5], &second_end) != 1 ||
                           static_cast<std::size_t>(second_end) != after.size()))
      return text;  // with an offset or milliseconds it is ISO 8601 already
  }
  std::array<char, 80> iso{};
  const bool is_midnight = part[3] == 0 && part[4] == 0 && part[5] == 0;
  if (!wants_time && !is_midnight) return text;
  if (wants_time) {
    std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02dT%02d:%02d:%02d", part[0], part[1], part[2], part[3],
                  part[4], part[5]);
  } else {
    std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02d", part[0], part[1], part[2]);
  }
  return iso.data();
}

/// Yuan with at most two decimals as fen; anything else as it is.
std::string fen_of(const std::string& yuan) {
  const std::string text = without_thousands(without_spaces_around(half_width(yuan)));
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string decimals = point < text.size() ? text.substr(point + 1) : "";
  const bool is_number = !text.empty() && text.find_first_not_of("-.0123456789") == std::string::npos;
  if (!is_number || decimals.size() > 2) return yuan;
  decimals.resize(2, '0');
  std::string fen = text.substr(0, point) + decimals;
  const std::size_t digits = fen.starts_with('-') ? 1 : 0;
  while (fen.size() > digits + 1 && fen[digits] == '0') fen.erase(digits, 1);
  return fen;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

bool is_meant(const Field& field, const std::string& heading, bool& is_yuan) {
  if (folded(field.name) == heading || folded(field.zh) == heading || folded(field.en) == heading)
    return true;
  if (std::any_of(field.aliases.begin(), field.aliases.end(),
                  [&](const std::string& alias) { return folded(alias) == heading; }))
    return true;
  for (std::string label : {folded(field.zh), folded(field.en)}) {
    const std::string in_fen = label;
    replace_all(label, "(分)", "(元)");
    replace_all(label, "(fen)", "(yuan)");
    if (label != in_fen && label == heading) return is_yuan = true;
  }
  return false;
}

}  // namespace

std::string folded(std::string_view heading) {
  std::string out;
  for (const char c : half_width(heading)) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

namespace {

/// The code of a choice that is said by its label in whichever language; else as it stands.
std::string choice_code(const Catalog& catalog, const Field& field, const std::string& text) {
  const auto* values = catalog.enumeration(field.enum_name);
  if (values == nullptr) return text;
  for (const EnumValue& value : *values) {
    if (text == value.code || text == value.zh) return text;
  }
  const std::string wanted = folded(text);
  for (const EnumValue& value : *values) {
    if (wanted == folded(value.code) || wanted == folded(value.zh) || wanted == folded(value.en))
      return value.code;
  }
  return text;
}

std::string plain_choices(const Catalog& catalog, const Field& field, std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(";|", at), text.size());
    out += choice_code(catalog, field, without_spaces_around(std::string(text.substr(at, end - at))));
    if (end < text.size()) out.push_back(text[end]);
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string plain_cell(const Catalog& catalog, const Field& field, std::string_view cell) {
  std::string text(cell);
  if (text.empty() || field.type == FieldType::text || field.type == FieldType::code ||
      field.type == FieldType::ref || field.type == FieldType::bytes)
    return text;
  const std::string plain = without_spaces_around(half_width(text));
  switch (field.type) {
    case FieldType::integer:
    case FieldType::count:
    case FieldType::degrees:
      return field.type == FieldType::degrees ? plain : without_empty_fraction(without_thousands(plain));
    case FieldType::date:
      return iso_time(plain, false);
    case FieldType::time:
      return iso_time(plain, true);
    case FieldType::enumeration:
      return field.merge == MergeKind::set ? plain_choices(catalog, field, text)
                                           : choice_code(catalog, field, text);
    default:
      return plain;
  }
}

Result<std::unique_ptr<MappedRows>> MappedRows::make(const Catalog& catalog, const std::string& collection,
                                                     const ImportMapping& mapping, RowSource& rows) {
  auto made = std::unique_ptr<MappedRows>(new MappedRows(catalog, mapping, rows));
  KAREZ_TRY(made->bind(collection));
  return made;
}

Status MappedRows::bind(const std::string& collection) {
  is_field_day_ = collection == "handout";
  for (const char* name : {"event", "move"}) {
    if (is_field_day_) collections_.push_back(catalog_.collection(name));
  }
  if (!is_field_day_) collections_.push_back(catalog_.collection(collection));
  if (std::find(collections_.begin(), collections_.end(), nullptr) != collections_.end()) {
    return Error{ErrorCode::usage, "there is no collection " + collection};
  }
  KAREZ_TRY(check_mapping());
  for (std::size_t column = 0; column < rows_.header().size(); ++column) KAREZ_TRY(bind_column(column));
  for (const auto& [name, text] : mapping_.constants) {
    Output output;
    KAREZ_ASSIGN(output.field, field_named(name));
    output.name = output.field == nullptr ? name : output.field->name;
    output.constant = text;
    header_.push_back(output.name);
    outputs_.push_back(std::move(output));
  }
  return {};
}

Status MappedRows::check_mapping() const {
  for (const auto& map : mapping_.columns) KAREZ_TRY(check_column(map.column));
  for (const auto& choices : mapping_.choices) {
    for (const auto& choice : choices.columns) KAREZ_TRY(check_column(choice.first));
    KAREZ_ASSIGN(const Field* field, field_named(choices.field));
    if (field == nullptr || field->merge != MergeKind::set) {
      return bad_column("the mapping gives several choices to \"" + choices.field + "\", which takes one");
    }
  }
  for (const std::string& column : {mapping_.key, mapping_.parent}) {
    if (!column.empty()) KAREZ_TRY(check_column(column));
  }
  return {};
}

Status MappedRows::check_column(const std::string& column) const {
  const auto& header = rows_.header();
  if (std::find(header.begin(), header.end(), column) != header.end()) return {};
  return bad_column("the file has no column \"" + column + "\", which the mapping names");
}

Result<const Field*> MappedRows::field_named(const std::string& name) const {
  if (is_field_day_ && name == kVisit) return static_cast<const Field*>(nullptr);
  for (const Collection* collection : collections_) {
    const Field* field = collection->field(name);
    if (field != nullptr && !field->internal) return field;
  }
  return bad_column("the mapping names a field \"" + name + "\" that " + collections_.front()->name +
                    " does not have");
}

const Field* MappedRows::recognised(const std::string& heading, bool& is_yuan) const {
  for (const Collection* collection : collections_) {
    const Field* field = collection->field(heading);
    if (field != nullptr && !field->internal) return field;
  }
  const std::string wanted = folded(heading);
  if (wanted.empty()) return nullptr;
  for (const Collection* collection : collections_) {
    for (const Field& field : collection->fields) {
      if (!field.internal && is_meant(field, wanted, is_yuan)) return &field;
    }
    for (const auto& field : collection->own) {
      if (is_meant(*field, wanted, is_yuan)) return field.get();
    }
  }
  return nullptr;
}

void MappedRows::add(Output output, ColumnUse::Use use) {
  const std::string& heading = rows_.header()[output.column];
  uses_.push_back({heading, use, use == ColumnUse::Use::unknown ? std::string() : output.name});
  header_.push_back(output.name);
  outputs_.push_back(std::move(output));
}

Status MappedRows::bind_column(std::size_t column) {
  using Use = ColumnUse::Use;
  const std::string& heading = rows_.header()[column];
  Output output;
  output.column = column;
  output.name = heading;
  if (heading.empty()) {
    untitled_.push_back(column);
    uses_.push_back({heading, Use::ignored, {}});
    return {};
  }
  const bool is_key = heading == mapping_.key, is_parent = heading == mapping_.parent;
  if (is_key || is_parent) {
    add(std::move(output), is_key ? Use::key : Use::parent);
    if (is_key && is_parent) return bad_column("\"" + heading + "\" cannot be both the key and the parent");
    return {};
  }
  for (const auto& map : mapping_.columns) {
    if (map.column != heading) continue;
    KAREZ_ASSIGN(output.field, field_named(map.field));
    output.name = output.field == nullptr ? map.field : output.field->name;
    output.map = &map;
    add(std::move(output), Use::field);
    return {};
  }
  for (const auto& choices : mapping_.choices) {
    const auto choice = choices.columns.find(heading);
    if (choice == choices.columns.end()) continue;
    KAREZ_ASSIGN(output.field, field_named(choices.field));
    output.name = output.field->name;
    const auto before = std::find_if(outputs_.begin(), outputs_.end(), [&](const Output& one) {
      return !one.choices.empty() && one.field == output.field;
    });
    if (before != outputs_.end()) {
      before->choices.emplace_back(column, choice->second);
      uses_.push_back({heading, Use::field, output.name});
      return {};
    }
    output.choices.emplace_back(column, choice->second);
    add(std::move(output), Use::field);
    return {};
  }
  if (mapping_.ignores_others) {
    uses_.push_back({heading, Use::ignored, {}});
    return {};
  }
  if (is_derived_column(heading)) {
    uses_.push_back({heading, Use::ignored, {}});
    return {};
  }
  if (!is_field_day_ && kIdColumn.is_headed(heading) && id_column_.empty()) {
    id_column_ = heading;
    add(std::move(output), Use::key);
    return {};
  }
  const std::string wanted = folded(heading);
  const bool is_visit = is_field_day_ && std::find(kVisitHeadings.begin(), kVisitHeadings.end(), wanted) !=
                                             kVisitHeadings.end();
  if (is_visit) {
    output.name = kVisit;
    add(std::move(output), Use::field);
    return {};
  }
  output.field = recognised(heading, output.is_yuan);
  if (output.field != nullptr) output.name = output.field->name;
  const Use use = output.field != nullptr ? Use::field : Use::unknown;
  add(std::move(output), use);
  return {};
}

std::string MappedRows::cell_of(const Output& output, const SourceRow& row, std::string& problem) const {
  if (output.constant) return *output.constant;
  if (!output.choices.empty()) {
    std::string chosen;
    for (const auto& [column, choice] : output.choices) {
      const std::string mark = folded(row.cells[column]);
      if (mark.empty() || mark == "0" || mark == "false" || mark == "no" || mark == "否") continue;
      if (mark != "1" && mark != "true" && mark != "yes" && mark != "是" && problem.empty()) {
        problem = output.name + ": \"" + row.cells[column] + "\" is neither 1 nor 0";
      }
      chosen += (chosen.empty() ? "" : ";") + choice;
    }
    return chosen;
  }
  std::string cell = row.cells[output.column];
  if (output.map != nullptr) {
    if (!output.map->split.empty()) {
      std::string joined;
      for (std::size_t at = 0; at <= cell.size();) {
        const std::size_t end = std::min(cell.find(output.map->split, at), cell.size());
        const std::string part = cell.substr(at, end - at);
        const auto value = output.map->values.find(part);
        if (!part.empty()) {
          joined += (joined.empty() ? "" : ";") + (value == output.map->values.end() ? part : value->second);
        }
        at = end + output.map->split.size();
      }
      return joined;
    }
    const auto value = output.map->values.find(cell);
    if (value != output.map->values.end()) return value->second;
  }
  if (output.is_yuan) return fen_of(cell);
  return output.field == nullptr ? cell : plain_cell(catalog_, *output.field, cell);
}

Result<std::optional<SourceRow>> MappedRows::next() {
  KAREZ_ASSIGN(auto row, rows_.next());
  if (!row || !row->problem.empty()) return row;
  SourceRow mapped{row->number, {}, {}};
  for (std::size_t column : untitled_) {
    if (row->cells[column].empty()) continue;
    mapped.problem = "a value stands in column " + std::to_string(column + 1) + ", which has no heading";
  }
  const bool is_blank =
      std::all_of(row->cells.begin(), row->cells.end(), [](const auto& cell) { return cell.empty(); });
  mapped.cells.reserve(outputs_.size());
  for (const Output& output : outputs_) {
    // A blank row says nothing, not even what all rows say.
    mapped.cells.push_back(is_blank ? std::string() : cell_of(output, *row, mapped.problem));
  }
  return std::optional(std::move(mapped));
}

}  // namespace karez
